// What is asked before a record is deleted, emptied in part, or given another id.
import { html, useState } from "../core/html.js";
import { api, Problem } from "../core/api.js";
import { said } from "../core/format.js";
import { titleOf } from "../core/hub.js";
import { useAction } from "../core/load.js";
import { staying } from "../core/route.js";
import { Button, Note, ProblemNote } from "../parts/basics.js";
import { Dialog, openDialog, say } from "../parts/dialogs.js";
import { Checkbox, Select, TextField } from "../parts/fields.js";
import { t } from "../texts.js";

const words = t.record;
const opens = (Shown) => (given) => openDialog((close) => html`<${Shown} ...${given} close=${close} />`);

export const openDeleteDialog = opens(DeleteDialog);
export const openClearDialog = opens(ClearDialog);
export const openRenameDialog = opens(RenameDialog);

/** Asks; where it is in the ledger, says why not, and offers an administrator the forced way. */
function DeleteDialog({ hub, kind, record, path, close }) {
  const [reason, setReason] = useState("");
  const [refused, setRefused] = useState(null);
  const [run, busy, problem] = useAction(async () => {
    const stays = staying();
    const query = refused ? `?${new URLSearchParams({ force: "true", reason })}` : "";
    try {
      await api.delete(path + query, { headers: { "if-match": `"${record.revision}"` } });
    } catch (error) {
      if (error instanceof Problem && error.code === "synced" && !refused) return setRefused(error);
      throw error;
    }
    close(true);
    say(words.deleted(titleOf(kind, record)));
    return stays() && hub.go(["records", kind.name]);
  });
  const force = refused && hub.may("admin");
  return html`<${Dialog} title=${words.deleteTitle(titleOf(kind, record))} close=${close} busy=${busy} actions=${html`
      ${(!refused || force) && html`<${Button} look="danger" busy=${busy} disabled=${force && !reason.trim()} onClick=${run}>
        ${force ? words.force : words.delete}<//>`}`}>
    ${!refused && html`<p>${words.deleteWords}</p>`}
    ${refused && html`<${Note} tone="bad" alert title=${said(refused.title)}>${said(refused.remedy)}<//>`}
    ${force && html`<p>${words.forceWords(kind.document_type)}</p><${TextField} label=${words.forceReason} required value=${reason} onInput=${setReason} />`}
    <${ProblemNote} problem=${problem} /><//>`;
}

/** Emptying a field never travels by itself; this is the explicit way, and it is written down. */
function ClearDialog({ hub, kind, path, reload, close }) {
  const [typed, setTyped] = useState({ fields: [], side: "both", reason: "" });
  const toggle = (name) => (on) => setTyped({ ...typed, fields: on ? [...typed.fields, name] : typed.fields.filter((each) => each !== name) });
  const needed = (name) => kind.fields.find((field) => field.name === name)?.required;
  const [run, busy, problem] = useAction(async () => {
    await api.post(`${path}:clear`, typed);
    close(true);
    say(words.cleared);
    reload();
    hub.refresh();
  });
  return html`<${Dialog} title=${words.clearTitle} wide close=${close} busy=${busy} actions=${html`<${Button} look="danger" busy=${busy} disabled=${!typed.fields.length || !typed.reason.trim()} onClick=${run}>${words.clearNow(typed.fields.length)}<//>`}>
    <p>${words.clearWords}</p>
    <div class="picker">${kind.synced.filter(({ name }) => !needed(name)).map(({ name, label }) => html`<${Checkbox} key=${name} label=${label}
      checked=${typed.fields.includes(name)} onChange=${toggle(name)} />`)}</div>
    <${Select} label=${words.clearSide} value=${typed.side} onChange=${(side) => setTyped({ ...typed, side })} options=${Object.entries(words.clearSides)} />
    <${TextField} label=${t.holds.reason} required value=${typed.reason} most="500" onInput=${(reason) => setTyped({ ...typed, reason })} />
    <${ProblemNote} problem=${problem} /><//>`;
}

function RenameDialog({ hub, kind, record, path, close }) {
  const [id, setId] = useState("");
  const [run, busy, problem] = useAction(async () => {
    const stays = staying();
    await api.post(`${path}:rename`, { id: id.trim() });
    close(true);
    say(words.renamed);
    if (stays()) hub.go(["records", kind.name, id.trim()]);
  });
  return html`<${Dialog} title=${words.rename} close=${close} busy=${busy} actions=${html`<${Button} look="primary" busy=${busy} disabled=${!id.trim()} onClick=${run}>${words.rename}<//>`}>
    <p>${words.renameWords}</p><${TextField} label=${words.idLabel} value=${id} onInput=${setId} problem=${problem?.of?.("id")} hint=${words.id(record.id)} />
    <${ProblemNote} problem=${problem} /><//>`;
}
