// The records of one kind: chosen columns, filters, search, and doing something with many at once.
import { classes, html, useEffect, useRef, useState } from "../core/html.js";
import { api, withQuery } from "../core/api.js";
import * as format from "../core/format.js";
import { choice, count, date, dayOf, human, instantOf } from "../core/format.js";
import { actionOf, titleOf, useHub } from "../core/hub.js";
import { useAction, useLoad, useSettled } from "../core/load.js";
import { queryNow } from "../core/route.js";
import { Button, Chip, Empty, Loaded, Page, ProblemNote } from "../parts/basics.js";
import { Checkbox, Select, TextField } from "../parts/fields.js";
import { retryErrors } from "../parts/fixes.js";
import { openHoldDialog } from "../parts/hold.js";
import { Pager, Table } from "../parts/table.js";
import { ALIGN, Value } from "../parts/values.js";
import { t } from "../texts.js";
import { ConnectButton } from "./connection.js";
import { JobButton, openJobDialog } from "./transfer.js";

const words = t.records;

export function Records({ kind }) {
  const hub = useHub();
  const { query } = hub.route;
  const { page, cols, ...where } = query;
  const list = useLoad(withQuery(hub.path(`/${kind.name}`), { limit: 50, ...where }), { keep: true, read: api.full });
  const [columns, setColumns] = useColumns(kind, cols);
  const [selected, setSelected] = useState(new Set());
  useEffect(() => { setSelected(new Set()); }, [JSON.stringify(where)]);

  const narrow = (change) => hub.go(hub.route.parts, { ...queryNow(), cursor: "", page: "", ...change });
  const narrowed = kind.filters.some((filter) => where[filter.name]) || where.q;
  const rows = list.data?.items || [];
  const fresh = actionOf(kind, "save") && html`<a class="button primary" role="button" href=${hub.to(["records", kind.name, "new"])}>${t.record.new(kind.singular)}</a>`;

  return html`<${Page} title=${human(kind.plural)} actions=${html`<${KindTools} kind=${kind} />${hub.may("write") && fresh}`} />
    <div class="toolbar">
      <${Search} value=${where.q} onChange=${(q) => narrow({ q })} kind=${kind} />
      <${Filters} kind=${kind} where=${where} narrow=${narrow} />
      <${ColumnPicker} kind=${kind} columns=${columns} setColumns=${setColumns} />
    </div>
    <${Narrowed} kind=${kind} where=${where} narrow=${narrow} />
    ${hub.may("write") && rows.length > 0 && html`<${Selection} kind=${kind} rows=${rows} selected=${selected} clear=${() => setSelected(new Set())} reload=${list.reload} />`}
    <${Loaded} from=${list} lines=${8}>${(data) => data.items.length || data.looking || data.stopped ? html`
        <p class="muted" role="status">${data.looking ? html`${words.looking(data.items.length)} <${Button} look="quiet" onClick=${data.stop}>${words.stop}<//>`
          : data.stopped && words.stopped(data.items.length)}</p>
        <${Table} caption=${human(kind.plural)} rows=${data.items} rowKey=${(row) => row.id} nameOf=${(row) => titleOf(kind, row)}
          dim=${list.busy && !data.looking} columns=${drawn(kind, columns, hub, where, narrow)}
          selected=${hub.may("write") ? selected : null} onSelect=${hub.may("write") ? setSelected : null} />
        ${!data.looking && html`<${Pager} next=${data.next} query=${query} count=${data.items.length} />`}`
      : narrowed ? html`<${Empty} title=${words.nothingFound} action=${html`<${Button} onClick=${() => hub.go(hub.route.parts)}>${words.showAll}<//>`}>${words.nothingFoundWhat}<//>`
        : html`<${Empty} title=${words.none(kind.plural)} action=${hub.may("write") && fresh}>${words.noneWhat(kind.name, kind.plural)}<//>`}<//>`;
}

const SHORT = 16; // characters of a number or code that stays on its line

function drawn(kind, columns, hub, where, narrow) {
  const sort = where.sort || "title";
  const titled = (kind.columns.find((column) => column.name === "name") || kind.columns[0]).name; // what the API sorts by as the title
  return columns.map((column, n) => ({
    name: column.name, label: column.label, align: ALIGN[column.type] || ((column.name === "name" || column.type === "record") && "wide"),
    cell: (record) => n === 0
      ? html`<a class=${String(format.at(record, column.name) || "").length <= SHORT ? "whole" : ""} href=${hub.to(["records", kind.name, record.id])}>${format.at(record, column.name) ? html`<${Value} ...${{ record, column, kind }} />` : record.id}</a>`
      : html`<${Value} ...${{ record, column, kind }} />`,
    ...(column.name === titled && kind.sorts.includes("-title") ? {
      sorted: sort === "title" ? "ascending" : "descending",
      onSort: () => narrow({ sort: sort === "title" ? "-title" : "" }),
    } : {}),
  }));
}

/** Jobs over all records of the kind, where the API has them; while there is no connection, the way to one instead. */
function KindTools({ kind }) {
  const hub = useHub();
  const jobs = ["send", "update"].map((name) => actionOf(kind, name)?.job).filter((job) => job && job !== "send");
  if (!hub.connected) return hub.connection && jobs.length > 0 && html`<${ConnectButton} look="" />`;
  return html`${[...new Set(jobs)].map((job) => html`<${JobButton} key=${job} job=${job} />`)}`;
}

const key = (kind) => `ledgerlink.columns.${kind.name}`;

/** The columns a person chose, here or in the address; the first one, the record's name, always stays. */
function useColumns(kind, asked) {
  const hub = useHub();
  const stored = asked || localStorage.getItem(key(kind)) || "";
  const names = stored ? stored.split(",") : kind.columns.filter((column) => column.default).map((column) => column.name);
  const columns = kind.columns.filter((column, n) => n === 0 || names.includes(column.name));
  const set = (next) => {
    localStorage.setItem(key(kind), next.join(","));
    hub.go(hub.route.parts, { ...queryNow(), cols: next.join(",") }, { replace: true });
  };
  return [columns, set];
}

function Search({ value = "", onChange, kind }) {
  const [text, setText] = useState(value);
  const settled = useSettled(text, 300);
  const sent = useRef(value);
  useEffect(() => { if (value !== sent.current) { sent.current = value; setText(value); } }, [value]);
  useEffect(() => { if (settled.trim() !== sent.current) { sent.current = settled.trim(); onChange(settled.trim()); } }, [settled]);
  return html`<div class="search"><${TextField} label=${words.search(kind.plural)} value=${text} onInput=${setText} type="search" /></div>`;
}

function Filters({ kind, where, narrow }) {
  const number = kind.filters.filter((filter) => where[filter.name]).length;
  return html`<${Popup} label=${words.filters} number=${number}><div class="grid">${kind.filters.map((filter) => html`<${Filter}
    key=${filter.name} filter=${filter} value=${where[filter.name]} onChange=${(value) => narrow({ [filter.name]: value })} />`)}</div><//>`;
}

function Filter({ filter, value, onChange }) {
  if (filter.type === "boolean" || filter.type === "choice") {
    const options = filter.type === "boolean" ? [["true", t.yes], ["false", t.no]] : filter.choices.map((each) => [each, choice(each)]);
    return html`<${Select} label=${filter.label} value=${value} options=${[["", t.any], ...options]} onChange=${onChange} />`;
  }
  if (filter.type === "datetime") {
    return html`<${TextField} label=${filter.label} type="date" value=${dayOf(value)}
      onInput=${(day) => onChange(instantOf(day, filter.name.endsWith("_until") ? "23:59:59.999" : undefined))} />`;
  }
  return html`<${SlowText} filter=${filter} value=${value} onChange=${onChange} />`;
}

function SlowText({ filter, value, onChange }) {
  const [text, setText] = useState(value || "");
  return html`<${TextField} label=${filter.label} value=${text} onInput=${setText} onChange=${() => onChange(text.trim())} />`;
}

/** What the list is narrowed to, each to be taken away. */
function Narrowed({ kind, where, narrow }) {
  const on = kind.filters.filter((filter) => where[filter.name]);
  if (!on.length) return null;
  const said = (filter) => filter.type === "boolean" ? (where[filter.name] === "true" ? t.yes : t.no)
    : filter.type === "datetime" ? (dayOf(where[filter.name]) && date(dayOf(where[filter.name]))) || where[filter.name]
      : filter.type === "choice" ? choice(where[filter.name]) : where[filter.name];
  return html`<div class="narrowed">${on.map((filter) => html`<${Chip} key=${filter.name}>${filter.label}: ${said(filter)}
    <button type="button" aria-label=${words.removeFilter(filter.label)} onClick=${() => narrow({ [filter.name]: "" })}>✕</button><//>`)}</div>`;
}

function ColumnPicker({ kind, columns, setColumns }) {
  const names = columns.map((column) => column.name);
  return html`<${Popup} label=${words.columns}><div class="picker">${kind.columns.slice(1).map((column) => html`<${Checkbox} key=${column.name}
    label=${column.label} checked=${names.includes(column.name)}
    onChange=${(on) => setColumns(on ? [...names, column.name] : names.filter((name) => name !== column.name))} />`)}</div><//>`;
}

/** A button that opens a small panel below itself; Escape and a click elsewhere close it. */
function Popup({ label, number = 0, children }) {
  const [open, setOpen] = useState(false);
  const frame = useRef();
  useEffect(() => {
    if (!open) return undefined;
    const elsewhere = (event) => { if (!frame.current.contains(event.target)) setOpen(false); };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [open]);
  const keys = (event) => {
    if (event.key !== "Escape" || !open) return;
    setOpen(false);
    frame.current.querySelector("button").focus();
  };
  return html`<div class="popup" ref=${frame} onKeyDown=${keys}>
    <${Button} aria-expanded=${String(open)} onClick=${() => setOpen(!open)}>${label}${number > 0 && html` <span class="count">${number}</span>`}<//>
    ${open && html`<div class="popup-panel">${children}</div>`}</div>`;
}

/** What can be done with the chosen records; its place is there before, so that choosing one moves nothing. */
function Selection({ kind, rows, selected, clear, reload }) {
  const hub = useHub();
  const chosen = rows.filter((row) => selected.has(row.id));
  const refs = chosen.map((row) => ({ kind: kind.name, id: row.id }));
  const job = (name) => {
    const action = actionOf(kind, name);
    if (!action || !hub.connected) return null;
    const ids = action.names === "documents" ? chosen.map((row) => row.sync.accounting_code).filter(Boolean) : chosen.map((row) => row.id);
    const label = name === "send" ? t.sendToXero : t.updateFromXero;
    return html`<${Button} disabled=${!ids.length} needs="write"
      onClick=${() => openJobDialog({ job: action.job, ids, label })}>${label}<//>`;
  };
  const wrong = chosen.filter((row) => row.sync.error).length;
  const [retry, busy, problem] = useAction(async () => {
    await retryErrors(hub, { records: refs });
    reload();
    hub.refresh();
  });
  const hold = async () => { if (await openHoldDialog(hub, refs)) { clear(); reload(); } };
  const some = selected.size > 0;
  return html`<div class="selection-place"><div class=${classes("selection", !some && "none")} role="group" aria-label=${words.selection}>
    <span role="status">${some ? words.selected(count(selected.size)) : words.choose}</span>
    ${some && html`${job("send")}${job("update")}
    <${Button} disabled=${!wrong} needs="write" busy=${busy} onClick=${retry}>${t.retry}<//>
    ${actionOf(kind, "hold") && html`<${Button} needs="write" onClick=${hold}>${t.holds.button}<//>`}
    <${Button} look="quiet" onClick=${clear}>${words.clear}<//>`}</div><${ProblemNote} problem=${problem} /></div>`;
}
