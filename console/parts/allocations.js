// A credit note's credit: what it is set against and what is on its way there, more of it, and taking it back.
import { html, useEffect, useRef, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { date, money, said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad, useOnce } from "../core/load.js";
import { t } from "../texts.js";
import { Badge, Button, Card, Empty, Facts, Note, ProblemNote, Reason } from "./basics.js";
import { RecordCombobox } from "./combobox.js";
import { confirm, say } from "./dialogs.js";
import { TextField } from "./fields.js";
import { Fixes } from "./fixes.js";
import { Table } from "./table.js";
import { RecordName } from "./values.js";

const words = t.allocations;
const MOVING = ["due", "sending", "unknown"];
const SETTLED = ["linked", "unlinked"];
const same = (order, each) => order.sync.accounting_code?.toLowerCase() === each.id.toLowerCase()
  || (order.document_id === each.document_id && order.amount === each.amount);

/** What Xero has, then what was ordered here and is not there yet; each with its order while that is not done. */
function rowsOf(allocations, orders) {
  const open = orders.filter((order) => !SETTLED.includes(order.sync.state));
  const there = allocations.map((each) => ({ ...each, order: open.find((order) => same(order, each)) }));
  const coming = open.filter((order) => order.status === "active" && !there.some((each) => each.order === order));
  return [...there, ...coming.map((order) => ({ ...order, order }))];
}

export function Allocations({ record, currency, path, reload }) {
  const hub = useHub();
  const [show, setShow] = useState(false);
  const { allocations, remaining } = record;
  const orders = useLoad(`${path}/allocations`, { poll: (data) => data?.items.some((each) => MOVING.includes(each.sync.state)) && 1500 });
  const states = orders.data && JSON.stringify(orders.data.items.map((each) => [each.id, each.sync.state]));
  const before = useRef(null);
  useEffect(() => { // one that has arrived is on the credit note now
    if (before.current && states && states !== before.current) reload();
    before.current = states || before.current;
  }, [states]);
  const rows = rowsOf(allocations, orders.data?.items || []);
  const changed = () => { orders.reload(); reload(); };
  const takeBack = (each) => confirm({ title: words.backTitle(money(each.amount, currency)), words: words.backWords, label: words.back, look: "danger",
    act: async () => { await api.delete(`${path}/allocations/${encodeURIComponent(each.id)}`); say(words.ordered); changed(); } });
  const columns = [
    { name: "document", label: words.document, cell: (each) => html`<${RecordName} kind="invoices" id=${each.document_id} />` },
    { name: "amount", label: words.amount, align: "number", cell: (each) => money(each.amount, currency) },
    { name: "date", label: words.date, cell: (each) => each.date && html`<span class="whole">${date(each.date)}</span>` },
    ...(rows.some((each) => each.order) ? [{ name: "state", label: words.state, cell: (each) => each.order && html`<${Badge}
      value=${each.order.sync.state} label=${words.standing(each.order)} />` }] : []),
    { name: "back", label: words.back, cell: (each) => each.order?.status !== "reversed"
      && html`<${Button} needs="write" onClick=${() => takeBack(each)}>${words.back}<//>` },
  ];
  return html`<${Card} title=${words.title}>
    <${Facts} of=${[[words.remaining, remaining && money(remaining, currency)]]} />
    ${rows.length > 0 ? html`<${Table} caption=${words.title} columns=${columns} rows=${rows} rowKey=${(each) => each.id} />`
      : html`<${Empty} title=${words.none}>${words.noneWhat}<//>`}
    ${rows.map((each) => each.order && html`<${Stuck} key=${each.order.id} order=${each.order} currency=${currency} reload=${changed} />`)}
    ${show ? html`<${Allocate} ...${{ hub, path, remaining, reload: changed, done: () => setShow(false) }} />`
      : html`<div class="actions"><${Button} needs="write" onClick=${() => setShow(true)}>${words.allocate}<//></div>`}<//>`;
}

/** Why one of them is not there yet, where there is something to say or to do. */
function Stuck({ order, currency, reload }) {
  const { error, waiting_for: waits } = order.sync;
  const what = html`${money(order.amount, currency)} · <${RecordName} kind="invoices" id=${order.document_id} />`;
  if (error) {
    return html`<${Note} tone="bad" alert title=${said(error.message)}><p>${what}</p><p>${said(error.remedy)}</p>
      <${Fixes} record=${{ kind: "allocations", id: order.id }} reload=${reload} /><//>`;
  }
  return waits && html`<p class="muted">${what}: <${Reason} code=${waits} /></p>`;
}

function Allocate({ path, remaining, reload, done }) {
  const [typed, setTyped] = useState({ document_id: "", amount: remaining || "" });
  const set = (name) => (value) => setTyped((old) => ({ ...old, [name]: value }));
  const once = useOnce(JSON.stringify(typed));
  const [save, busy, problem] = useAction(async () => {
    await api.post(`${path}/allocations`, typed, { headers: once });
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
