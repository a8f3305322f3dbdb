// A credit note's credit: what it is set against, more of it, and taking it back.
import { html, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { date, money } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction } from "../core/load.js";
import { t } from "../texts.js";
import { Button, Card, Empty, Facts, ProblemNote } from "./basics.js";
import { RecordCombobox } from "./combobox.js";
import { confirm, say } from "./dialogs.js";
import { TextField } from "./fields.js";
import { Table } from "./table.js";
import { RecordName } from "./values.js";

const words = t.allocations;

export function Allocations({ record, path, reload }) {
  const hub = useHub();
  const [show, setShow] = useState(false);
  const { allocations, remaining, currency } = record;
  const takeBack = (each) => confirm({ title: words.backTitle(money(each.amount, currency)), words: words.backWords, label: words.back, look: "danger",
    act: async () => { await api.delete(`${path}/allocations/${encodeURIComponent(each.id)}`); say(words.ordered); reload(); } });
  const columns = [
    { name: "document", label: words.document, cell: (each) => html`<${RecordName} kind="invoices" id=${each.document_id} />` },
    { name: "amount", label: words.amount, align: "number", cell: (each) => money(each.amount, currency) },
    { name: "date", label: words.date, cell: (each) => each.date && date(each.date) },
    { name: "back", label: words.back, cell: (each) => html`<${Button} needs="write" onClick=${() => takeBack(each)}>${words.back}<//>` },
  ];
  return html`<${Card} title=${words.title}>
    <${Facts} of=${[[words.remaining, remaining && money(remaining, currency)]]} />
    ${allocations.length > 0 ? html`<${Table} caption=${words.title} columns=${columns} rows=${allocations} rowKey=${(each) => each.id} />`
      : html`<${Empty} title=${words.none}>${words.noneWhat}<//>`}
    ${show ? html`<${Allocate} ...${{ hub, path, remaining, reload, done: () => setShow(false) }} />`
      : html`<div class="actions"><${Button} needs="write" onClick=${() => setShow(true)}>${words.allocate}<//></div>`}<//>`;
}

function Allocate({ path, remaining, reload, done }) {
  const [typed, setTyped] = useState({ document_id: "", amount: remaining || "" });
  const set = (name) => (value) => setTyped((old) => ({ ...old, [name]: value }));
  const [save, busy, problem] = useAction(async () => {
    await api.post(`${path}/allocations`, typed);
    say(words.ordered);
    done();
    reload();
  });
  return html`<div class="inset"><div class="grid">
      <${RecordCombobox} kind="invoices" label=${words.document} value=${typed.document_id} onChoose=${set("document_id")} problem=${problem?.of?.("document_id")} />
      <${TextField} label=${words.amount} type="money" value=${typed.amount} onInput=${set("amount")} problem=${problem?.of?.("amount")} /></div>
    <${ProblemNote} problem=${problem} />
    <div class="actions"><${Button} onClick=${done}>${t.cancel}<//>
      <${Button} look="primary" needs="write" busy=${busy} disabled=${!typed.document_id || !typed.amount} onClick=${save}>${words.allocate}<//></div></div>`;
}
