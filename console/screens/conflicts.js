// Conflicts: both values side by side, one click for either side, or a choice per field.
import { html, useState } from "../core/html.js";
import { api, withQuery } from "../core/api.js";
import { fieldLabel, plain, said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { Button, Card, Empty, External, Loaded, Page, ProblemNote, Time } from "../parts/basics.js";
import { say } from "../parts/dialogs.js";
import { Pager } from "../parts/table.js";
import { RecordLink, RecordName } from "../parts/values.js";
import { t } from "../texts.js";

const words = t.conflicts;
const SIDES = ["crm", "ledger"];

export function Conflicts() {
  const hub = useHub();
  const { query } = hub.route;
  const list = useLoad(withQuery(hub.path("/conflicts"), { limit: 20, cursor: query.cursor }), { keep: true });
  const done = () => { list.reload(); hub.refresh(); };
  return html`<${Page} title=${t.tabs.conflicts} sub=${words.sub} actions=${html`<${Button} busy=${list.busy} onClick=${done}>${t.refresh}<//>`} />
    <${Loaded} from=${list} lines=${6}>${(data) => data.items.length ? html`
      ${data.items.map((conflict) => html`<${One} key=${conflict.id} conflict=${conflict} done=${done} />`)}
      <${Pager} next=${data.next} query=${query} count=${data.items.length} />`
      : html`<${Empty} title=${words.empty}>${words.emptyWhat}<//>`}<//>`;
}

function One({ conflict, done }) {
  const hub = useHub();
  const kind = hub.kind(conflict.record.kind);
  const [chosen, setChosen] = useState({});
  const ready = conflict.fields.every((each) => chosen[each.field]);
  const [resolve, busy, problem] = useAction(async (body) => {
    await api.post(hub.path(`/conflicts/${encodeURIComponent(conflict.id)}`), body);
    say(words.resolved(conflict.title));
    done();
  });
  const all = (side) => resolve({ keep: side });
  return html`<${Card} title=${html`<${RecordLink} record=${conflict.record} title=${conflict.title} />`}
      actions=${html`<span class="muted">${conflict.since && html`<${Time} at=${conflict.since} />`} ${conflict.ledger_url && html`<${External} href=${conflict.ledger_url}>${t.record.open}<//>`}</span>`}>
    <p>${said(conflict.message)} ${said(conflict.remedy)}</p>
    ${conflict.other && html`<p>${words.other} <${RecordName} ...${conflict.other} /></p>`}
    ${conflict.fields.length > 0 && html`
      <div class="versus">${conflict.fields.map((each) => html`<fieldset key=${each.field}><legend>${fieldLabel(kind, each.field)}</legend>
        ${SIDES.map((side) => html`<label key=${side} class=${chosen[each.field] === side ? "chosen" : ""}>
          <input type="radio" name=${`${conflict.id} ${each.field}`} checked=${chosen[each.field] === side} disabled=${!hub.may("write")}
            onChange=${() => setChosen({ ...chosen, [each.field]: side })} />
          <span class="side-name">${words.sides[side]}</span><span class="side-value">${plain(each[side]) || html`<em>${t.blank}</em>`}</span>
          <span class="muted">${each[`${side}_at`] && html`<${Time} at=${each[`${side}_at`]} />`}${side === "crm" && each.crm_by ? ` · ${t.history.by(each.crm_by)}` : ""}</span></label>`)}</fieldset>`)}</div>
      <${ProblemNote} problem=${problem} />
      <div class="actions">
        <${Button} needs="write" busy=${busy} onClick=${() => all("crm")}>${words.keep.crm}<//>
        <${Button} needs="write" busy=${busy} onClick=${() => all("ledger")}>${words.keep.ledger}<//>
        <${Button} look="primary" needs="write" busy=${busy} disabled=${!ready} onClick=${() => resolve({ fields: chosen })}>${words.save}<//></div>`}<//>`;
}
