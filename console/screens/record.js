// One record: what it says, where it stands, what is wrong with it, its holds, its link, its history.
import { html, useState } from "../core/html.js";
import { api } from "../core/api.js";
import * as format from "../core/format.js";
import { actionOf, kindNamed, linksContacts, titleOf, useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { Badge, Button, Card, Diff, Empty, External, Facts, Loaded, Note, Page, ProblemNote, Reason, Time } from "../parts/basics.js";
import { Allocations } from "../parts/allocations.js";
import { ContactCombobox } from "../parts/combobox.js";
import { confirm, say } from "../parts/dialogs.js";
import { Entries } from "../parts/entries.js";
import { Holds } from "../parts/fields.js";
import { Fixes } from "../parts/fixes.js";
import { SafeEdits } from "../parts/safe-edits.js";
import { Table } from "../parts/table.js";
import { ALIGN, RecordName } from "../parts/values.js";
import { confirmOverwriting } from "../parts/overwriting.js";
import { t } from "../texts.js";
import { openClearDialog, openDeleteDialog, openRenameDialog } from "./record-dialogs.js";
import { openJobDialog } from "./transfer.js";

const words = t.record;
const SETTLED = ["unlinked", "linked", "skipped"];

export function RecordScreen({ kind, id }) {
  const hub = useHub();
  const path = hub.path(`/${kind.name}/${encodeURIComponent(id)}`);
  const record = useLoad(path, { poll: (data) => data && (SETTLED.includes(data.sync.state) ? 15_000 : 1500) });
  const reload = () => { record.reload(); hub.refresh(); };
  const now = record.data;
  const title = now ? titleOf(kind, now) : id;
  return html`<${Page} back=${html`<a class="back" href=${hub.to(["records", kind.name])}>${format.human(kind.plural)}</a>`}
      title=${title} sub=${now && html`<${Badge} value=${now.sync.state} /> <span>${words.states[now.sync.state]}</span>`}
      actions=${now && html`<${Actions} ...${{ kind, record: now, path, reload }} />`} />
    <${Loaded} from=${record} lines=${8}>${(data) => html`
      <${Trouble} kind=${kind} record=${data} reload=${reload} />
      <${SafeEdits} ...${{ kind, record: data, title, reload }} />
      <div class="columns wide-narrow">
        <div>
          <${Contents} ...${{ kind, record: data, path, reload }} />
          ${actionOf(kind, "allocate") && html`<${Allocations} ...${{ record: data, path, reload }} />`}
          ${actionOf(kind, "activity") && html`<${Activity} key=${data.revision} path=${path} kind=${kind} reload=${reload} />`}
        </div>
        <div>
          <${Standing} kind=${kind} record=${data} path=${path} reload=${reload} />
          <${HoldCard} key=${JSON.stringify([data.do_not_export, data.do_not_import])} ...${{ kind, record: data, path, reload }} />
        </div></div>`}<//>`;
}

function Actions({ kind, record, path, reload }) {
  const hub = useHub();
  const { accounting_code: code, ledger_url: url } = record.sync;
  const send = actionOf(kind, "send");
  const update = actionOf(kind, "update");
  const job = (action, label) => openJobDialog({ job: action.job, label, ids: [action.names === "documents" ? code : record.id] });
  return html`${url && html`<${External} href=${url}>${words.open}<//>`}
    ${send && hub.connected && html`<${Button} needs="write" onClick=${() => job(send, t.sendToXero)}>${t.sendToXero}<//>`}
    ${update && hub.connected && code && html`<${Button} needs="write" onClick=${() => job(update, t.updateFromXero)}>${t.updateFromXero}<//>`}
    ${actionOf(kind, "delete") && html`<${Button} look="danger" needs="write" onClick=${() => openDeleteDialog({ hub, kind, record, path })}>${words.delete}<//>`}
    ${actionOf(kind, "edit") && hub.may("write") && html`<a class="button primary" role="button" href=${hub.to(["records", kind.name, record.id, "edit"])}>${words.edit}</a>`}`;
}

// ---------------------------------------------------------------- where it stands

function Trouble({ kind, record, reload }) {
  const hub = useHub();
  const { state, error } = record.sync;
  if (state === "conflict") {
    return html`<${Note} tone="warn" title=${hub.reason("conflict")?.message}
      actions=${html`<a class="button" href=${hub.to(["conflicts"])}>${words.seeConflict}</a>`}>${hub.reason("conflict")?.remedy}<//>`;
  }
  if (!error) return null;
  return html`<${Note} tone="bad" alert title=${format.said(error.message)}>
    <p>${format.said(error.remedy)}</p><p class="muted">${words.since} <${Time} at=${error.since} /></p>
    <${Fixes} record=${{ kind: kind.name, id: record.id }} reload=${reload} /><//>`;
}

function Standing({ kind, record, path, reload }) {
  const hub = useHub();
  const { sync } = record;
  const [show, setShow] = useState(false);
  const unlink = () => confirm({ title: words.unlinkTitle, words: words.unlinkWords, label: words.unlink, look: "danger",
    act: async () => { await api.delete(`${path}/link`); reload(); say(words.unlinked); } });
  const linked = Boolean(sync.accounting_code);
  return html`<${Card} title=${words.standing}>
    <${Facts} of=${[
      [words.accountingCode, linked ? html`<code class="wrap">${sync.accounting_code}</code>` : words.notLinked],
      [words.lastExport, sync.last_export_at ? html`<${Time} at=${sync.last_export_at} />` : words.never],
      [words.lastImport, sync.last_import_at ? html`<${Time} at=${sync.last_import_at} />` : words.never],
      [words.waits, sync.waiting_for && html`<${Reason} code=${sync.waiting_for} />`],
      [words.why, !sync.waiting_for && sync.reason && !sync.error && html`<${Reason} code=${sync.reason} />`]]} />
    ${(linksContacts(kind) || linked) && actionOf(kind, "link") && html`<div class="actions">
      ${linked && html`<${Button} needs="write" onClick=${unlink}>${words.unlink}<//>`}
      ${linksContacts(kind) && hub.connected && !show && html`<${Button} needs="write" onClick=${() => setShow(true)}>${linked ? words.relink : words.link}<//>`}</div>`}
    ${show && html`<${LinkForm} ...${{ record, path, reload, done: () => setShow(false) }} />`}<//>`;
}

function LinkForm({ record, path, reload, done }) {
  const [contact, setContact] = useState(null);
  const [link, busy, problem] = useAction(async () => {
    const linked = await confirmOverwriting((confirmed) =>
      api.put(`${path}/link`, { document_id: contact.document_id, confirm: confirmed }));
    if (!linked) return;
    say(words.linkedTo(contact.name));
    done();
    reload();
  });
  return html`<div class="inset"><${ContactCombobox} chosen=${contact} onChoose=${setContact} mine=${record.id} hint=${t.combobox.hint} />
    <${ProblemNote} problem=${problem} />
    <div class="actions"><${Button} onClick=${done}>${t.cancel}<//>
      <${Button} look="primary" needs="write" busy=${busy} disabled=${!contact} onClick=${link}>${words.link}<//></div></div>`;
}

function HoldCard({ kind, record, path, reload }) {
  const hub = useHub();
  const held = { do_not_export: record.do_not_export, do_not_import: record.do_not_import };
  const [typed, setTyped] = useState(held);
  const changed = JSON.stringify(typed) !== JSON.stringify(held);
  const [save, busy, problem] = useAction(async () => {
    await api.patch(path, typed);
    say(t.holds.saved);
    reload();
  });
  return html`<${Card} title=${t.holds.card}><${Holds} value=${typed} onChange=${setTyped} disabled=${!hub.may("write")} />
    <${ProblemNote} problem=${problem} />
    ${changed && html`<div class="actions"><${Button} onClick=${() => setTyped(held)}>${t.cancel}<//>
      <${Button} look="primary" busy=${busy} onClick=${save}>${t.save}<//></div>`}<//>`;
}

// ---------------------------------------------------------------- contents and history

function Contents({ kind, record, path, reload }) {
  const hub = useHub();
  const elsewhere = actionOf(kind, "allocate") ? ["allocations", "remaining"] : [];
  const all = kind.fields.filter((field) => !elsewhere.includes(field.name)).map((field) => [field.label, valueOf(field, record[field.name], record), isLong(field), field.type === "money"]);
  const blank = all.filter(([, value]) => !value).map(([label]) => label);
  return html`<${Card} title=${words.contents}>${inTurns(all).map(({ facts, long, sums }) => html`${sums.length > 0 && html`<${Facts} class="sums" of=${sums} />`}
      ${facts.length > 0 && html`<${Facts} of=${facts} />`}
      ${long?.[1] && html`<h3>${long[0]}</h3>${long[1]}`}`)}
    ${blank.length > 0 && html`<p class="muted">${words.blank(blank.join(", "))}</p>`}
    <p class="muted">${words.revision(record.revision)} · <${Time} at=${record.updated_at} /> · ${words.id(record.id)}</p>
    <div class="actions">
      ${actionOf(kind, "clear") && html`<${Button} needs="write" onClick=${() => openClearDialog({ hub, kind, path, reload })}>${words.clear}<//>`}
      ${actionOf(kind, "rename") && html`<${Button} needs="write" onClick=${() => openRenameDialog({ hub, kind, record, path })}>${words.rename}<//>`}</div><//>`;
}

function valueOf(field, value, record) {
  if (field.type === "boolean") return value ? t.yes : t.no;
  if (value === null || value === undefined || value === "") return "";
  if (field.type === "money") return format.money(value, record.currency);
  if (field.type === "datetime") return html`<${Time} at=${value} />`;
  if (field.type === "date") return format.date(value);
  if (field.type === "choice") return format.choice(value);
  if (field.type === "quantity") return format.quantity(value);
  if (field.type === "choices") return value.map(format.choice).join(", ");
  if (field.type === "group") {
    const parts = field.of.map((part) => [part, valueOf(part, value[part.name], record)]).filter(([, text]) => text);
    return parts.length > 0 && parts.map(([part, text], n) => html`${n > 0 && (part.type === "text" ? " " : " · ")}${part.type === "money" || part.type === "datetime" ? `${part.label}: ` : ""}${text}`);
  }
  if (field.refers_to || field.refers_by) return html`<${RecordName} kind=${kindNamed(field, record)} id=${value} />`;
  if (field.type === "list" && isTable(field)) return value.length > 0 && html`<${Lines} field=${field} lines=${value} record=${record} />`;
  if (field.type === "list") {
    return value.length > 0 && html`<ul class="plain">${value.map((item) => html`<li>${field.keyed_by && html`<span class="muted">${
      format.choice(item[field.keyed_by])}</span> `}${format.plain(item)}</li>`)}</ul>`;
  }
  return String(value);
}

/** Facts, then what is long, then what comes after it: totals stand below their lines, aligned with them. */
function inTurns(all) {
  const next = () => ({ sums: [], facts: [], long: null });
  const turns = [next()];
  all.forEach((each) => {
    const [, value, long, money] = each;
    if (long) Object.assign(turns.at(-1), { long: each }), turns.push(next());
    else if (value) turns.at(-1)[money && turns.length > 1 ? "sums" : "facts"].push(each);
  });
  return turns;
}

const isLong = (field) => field.type === "list" && isTable(field);
const isTable = (field) => !field.keyed_by && field.of.some((part) => part.type === "money");

/** Lines of a document as a table: only the columns in which some line says something, amounts aligned. */
function Lines({ field, lines, record }) {
  const said = (value) => (Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "");
  const parts = field.of.filter((part) => part.name !== "id" && lines.some((line) => said(line[part.name])));
  const columns = parts.map((part) => ({
    name: part.name, label: part.label, align: part.name === "description" ? "wide" : ALIGN[part.type],
    cell: (line) => valueOf(part, line[part.name], record),
  }));
  return html`<${Table} caption=${field.label} columns=${columns} rows=${lines} rowKey=${(line) => line.id || lines.indexOf(line)} />`;
}

function Activity({ path, kind, reload }) {
  const entries = useLoad(`${path}/activity?limit=50`);
  return html`<${Card} title=${words.history}><${Loaded} from=${entries}>${(data) => data.items.length
    ? html`<${Entries} entries=${data.items} kind=${kind} restored=${reload} />`
    : html`<${Empty} title=${words.noHistory} />`}<//><//>`;
}
