// One record: what it says, where it stands, what is wrong with it, its holds, its link, its history.
import { html, useEffect, useRef, useState } from "../core/html.js";
import { api } from "../core/api.js";
import * as format from "../core/format.js";
import { actionOf, linksContacts, titleOf, useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { forget, useCurrency } from "../core/names.js";
import { lastSeen } from "../core/route.js";
import { Back, Badge, Button, Card, Empty, External, Facts, Loaded, Note, Page, ProblemNote, Reason, Time } from "../parts/basics.js";
import { Allocations } from "../parts/allocations.js";
import { ContactCombobox } from "../parts/combobox.js";
import { confirm, say } from "../parts/dialogs.js";
import { FieldValues } from "../parts/contents.js";
import { Entries } from "../parts/entries.js";
import { Holds } from "../parts/fields.js";
import { Fixes } from "../parts/fixes.js";
import { SafeEdits } from "../parts/safe-edits.js";
import { confirmOverwriting } from "../parts/overwriting.js";
import { t } from "../texts.js";
import { openClearDialog, openDeleteDialog, openRenameDialog } from "./record-dialogs.js";
import { openJobDialog } from "./transfer.js";

const words = t.record;
const SETTLED = ["unlinked", "linked", "skipped"];

export function RecordScreen({ kind, id }) {
  const hub = useHub();
  const path = hub.path(`/${kind.name}/${encodeURIComponent(id)}`);
  const record = useLoad(path, { keep: true, poll: (data) => data && (SETTLED.includes(data.sync.state) ? 15_000 : 1500) });
  const reload = () => { record.reload(); hub.refresh(); };
  const now = record.data;
  useEffect(() => forget(hub, kind.name, id), [now?.revision]);
  const currency = useCurrency(kind, now);
  const title = now ? titleOf(kind, { ...now, currency }) : id;
  return html`<${Page} back=${html`<${Back} to=${lastSeen(hub.to(["records", kind.name]))}>${format.human(kind.plural)}<//>`}
      title=${title} sub=${now && html`<${Badge} value=${now.sync.state} /> <span>${now.sync.waiting_for ? words.waitsToGo : words.states[now.sync.state]}</span>`}
      actions=${now && html`<${Actions} ...${{ kind, record: now, path, reload }} />`} />
    <${Loaded} from=${record} lines=${8}>${(data) => html`
      <${Trouble} kind=${kind} record=${data} reload=${reload} />
      <${SafeEdits} ...${{ kind, record: data, title, reload }} />
      <div class="columns wide-narrow">
        <div>
          <${Contents} ...${{ kind, record: data, currency, path, reload }} />
          ${actionOf(kind, "allocate") && html`<${Allocations} ...${{ record: data, currency, path, reload }} />`}
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
  if (!error) {
    return record.sync.warnings.length > 0 && html`<${Note} tone="warn" title=${words.warned}>
      ${record.sync.warnings.map((told) => html`<p>${format.said(told)}</p>`)}<//>`;
  }
  return html`<${Note} tone="bad" alert title=${format.said(error.message)}>
    <p>${format.said(error.remedy)}</p><p class="muted">${words.since} <${Time} at=${error.since} /></p>
    <${Fixes} key=${error.code} record=${{ kind: kind.name, id: record.id }} reload=${reload} /><//>`;
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
    ${show && html`<${LinkForm} ...${{ kind, record, path, reload, done: () => setShow(false) }} />`}<//>`;
}

function LinkForm({ kind, record, path, reload, done }) {
  const [contact, setContact] = useState(null);
  const box = useRef();
  useEffect(() => { box.current.querySelector("input").focus(); }, []);
  const [link, busy, problem] = useAction(async () => {
    const linked = await confirmOverwriting(kind, (confirmed) =>
      api.put(`${path}/link`, { document_id: contact.document_id, confirm: confirmed }));
    if (!linked) return;
    say(words.linkedTo(contact.name));
    done();
    reload();
  });
  return html`<div class="inset" ref=${box}><${ContactCombobox} chosen=${contact} onChoose=${setContact} mine=${record.id} hint=${t.combobox.hint} />
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

function Contents({ kind, record, currency, path, reload }) {
  const hub = useHub();
  const elsewhere = actionOf(kind, "allocate") ? ["allocations", "remaining"] : [];
  return html`<${Card} title=${words.contents}><${FieldValues} fields=${kind.fields.filter((field) => !elsewhere.includes(field.name))} ...${{ record, currency }} />
    <p class="muted">${words.revision(record.revision)} · <${Time} at=${record.updated_at} /> · ${words.id(record.id)}</p>
    <div class="actions">
      ${actionOf(kind, "clear") && html`<${Button} needs="write" onClick=${() => openClearDialog({ hub, kind, path, reload })}>${words.clear}<//>`}
      ${actionOf(kind, "rename") && html`<${Button} needs="write" onClick=${() => openRenameDialog({ hub, kind, record, path })}>${words.rename}<//>`}</div><//>`;
}

function Activity({ path, kind, reload }) {
  const entries = useLoad(`${path}/activity?limit=50`, { keep: true });
  return html`<${Card} title=${words.history}><${Loaded} from=${entries}>${(data) => data.items.length
    ? html`<${Entries} entries=${data.items} kind=${kind} restored=${reload} />`
    : html`<${Empty} title=${words.noHistory} />`}<//><//>`;
}
