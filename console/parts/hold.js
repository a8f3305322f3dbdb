// Holding many records back at once, or letting them go.
import { html, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { useAction } from "../core/load.js";
import { Button, ProblemNote } from "./basics.js";
import { Dialog, openDialog, say } from "./dialogs.js";
import { Holds, Select } from "./fields.js";
import { t } from "../texts.js";

/** Resolves to whether something was done. */
export const openHoldDialog = (hub, records) =>
  openDialog((close) => html`<${HoldDialog} hub=${hub} records=${records} close=${close} />`);

function HoldDialog({ hub, records, close }) {
  const [mode, setMode] = useState("hold");
  const [typed, setTyped] = useState({});
  const off = { on: false, reason: "" };
  const chosen = Object.fromEntries(Object.entries(typed).filter(([, hold]) => hold.on));
  const body = mode === "hold" ? chosen : { do_not_export: off, do_not_import: off };
  const [save, busy, problem] = useAction(async () => {
    const { items } = await api.post(hub.path("/records:hold"), { records, ...body });
    const failed = items.filter((item) => item.outcome === "failed").length;
    say(failed ? t.holds.someFailed(failed) : t.holds.saved, failed ? "bad" : "good");
    close(true);
  });
  return html`<${Dialog} title=${t.holds.title(records.length)} close=${close} busy=${busy} actions=${html`
      <${Button} look="primary" busy=${busy} disabled=${mode === "hold" && !Object.keys(chosen).length} onClick=${save}>${t.save}<//>`}>
    <${Select} label=${t.holds.what} value=${mode} onChange=${setMode} options=${[["hold", t.holds.hold], ["release", t.holds.release]]} />
    ${mode === "hold" && html`<${Holds} value=${typed} onChange=${setTyped} />`}
    <${ProblemNote} problem=${problem} /><//>`;
}
