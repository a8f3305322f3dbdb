// What can be done about an error: the fixes the hub offers, each shown before it is carried out.
import { html, useState } from "../core/html.js";
import { api, withQuery } from "../core/api.js";
import { human, said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad, useOnce } from "../core/load.js";
import { Button, Diff, External, ProblemNote } from "./basics.js";
import { ChoiceCombobox, ContactCombobox } from "./combobox.js";
import { Dialog, openDialog, say } from "./dialogs.js";
import { RecordField, TextField } from "./fields.js";
import { isSafeEdit, openSafeEdit } from "./safe-edits.js";
import { t } from "../texts.js";

const words = t.fixes;

/** Tries again; `what`: {records}, {code} or {all}. */
export async function retryErrors(hub, what) {
  const { retried, left } = await api.post(hub.path("/errors:retry"), what);
  say(retried ? t.errors.retried(retried) : t.errors.left(left.length), retried ? "good" : "bad");
}

/** The fixes of one record's error. */
export function Fixes({ record, reload }) {
  const hub = useHub();
  const errors = useLoad(withQuery(hub.path("/errors"), { kind: record.kind, id: record.id }));
  const error = errors.data?.items[0];
  if (!error) return null;
  return html`<${Details} error=${error} />
    <${FixButtons} error=${error} done=${reload} />`;
}

/** The ledger's own words, where they say something else than ours. */
export function Details({ error }) {
  const more = error.details.filter((detail) => detail !== error.message);
  return more.length > 0 && html`<ul class="plain">${more.map((detail) => html`<li class="muted">${words.itsWords(said(detail))}</li>`)}</ul>`;
}

export function FixButtons({ error, done, describedBy }) {
  const hub = useHub();
  const [retry, busy, problem] = useAction(async () => {
    await retryErrors(hub, { records: [error.record] });
    done();
  });
  const open = (fix) => isSafeEdit(fix) ? openSafeEdit({ hub, record: error.record, title: error.title, fix, done }) : openDialog((close) => html`<${FixDialog} ...${{ hub, error, fix, close, done }} />`);
  const skip = () => openDialog((close) => html`<${SkipDialog} ...${{ hub, records: [error.record], close, done }} />`);
  return html`<div class="fixes">
    ${error.fixes.filter((fix) => fix.id !== "retry").map((fix, n) => html`<${Button} key=${fix.id} look=${n === 0 ? "primary" : ""} needs="write"
      aria-describedby=${describedBy} onClick=${() => open(fix)}>${said(fix.label)}<//>`)}
    <${Button} needs="write" busy=${busy} onClick=${retry} aria-describedby=${describedBy}>${t.retry}<//>
    <${Button} needs="write" onClick=${skip} aria-describedby=${describedBy}>${words.skip}<//>
    ${error.ledger_url && html`<${External} href=${error.ledger_url}>${t.record.open}<//>`}
    <${ProblemNote} problem=${problem} /></div>`;
}

function FixDialog({ hub, error, fix, close, done }) {
  const kind = hub.kind(error.record.kind);
  const [params, setParams] = useState(fix.params);
  const [contact, setContact] = useState(null);
  const asksContact = "document_id" in fix.params && !fix.params.document_id;
  const given = asksContact ? { ...params, document_id: contact?.document_id || null } : params;
  const asksTarget = "mapping" in fix.params;
  const lists = useLoad(asksTarget ? hub.path(`/mappings/${fix.params.mapping}`) : null);
  const targets = (lists.data?.choices || []).filter(({ sides }) => !fix.params.side || !sides.length || sides.includes(fix.params.side));
  const guessed = lists.data?.unmapped.find(({ from, side }) => from === params.from && (side || null) === (fix.params.side || null))?.suggestion;
  const guess = targets.find(({ to }) => to === guessed);
  const ready = (!asksContact || contact) && (!asksTarget || (params.from && params.to));
  const edits = Object.keys(fix.params.fields || {});
  const body = { record: error.record, fix: fix.id, params: given };
  const foreseen = useLoad(ready && !edits.length ? JSON.stringify(given) : null, {
    read: (_, options) => api.post(hub.path("/errors:fix"), { ...body, dry_run: true }, options) });
  const once = useOnce(JSON.stringify(body));
  const [run, busy, problem] = useAction(async () => {
    await api.post(hub.path("/errors:fix"), body, { headers: once });
    say(words.done(error.title));
    close(true);
    done();
  });
  const set = (name) => (value) => setParams((old) => ({ ...old, [name]: value }));
  const setField = (name) => (value) => setParams((old) => ({ ...old, fields: { ...old.fields, [name]: value } }));
  return html`<${Dialog} title=${said(fix.label)} close=${close} busy=${busy} actions=${html`<${Button} look="primary" busy=${busy} disabled=${!ready} onClick=${run}>${said(fix.label)}<//>`}>
    <p>${words.about(error.title)} ${said(error.message)}</p>
    ${asksContact && (kind?.document_type === "contact" ? html`<${ContactCombobox} chosen=${contact} onChoose=${setContact} mine=${error.record.id} />`
      : html`<${TextField} label=${words.document} hint=${words.documentHint} value=${contact?.document_id} onInput=${(id) => setContact(id.trim() ? { document_id: id.trim() } : null)} />`)}
    ${asksTarget && html`${!fix.params.from && html`<${TextField} label=${t.mappings.from} hint=${t.mappings.fromHint} value=${params.from} onInput=${set("from")} />`}
      <${ChoiceCombobox} label=${t.mappings.target(params.from || "")} choices=${targets.map((each) => ({ value: each.to, name: each.name, note: each.to }))}
        value=${params.to || ""} onChoose=${set("to")} />
      ${guess && !params.to && html`<${Button} onClick=${() => set("to")(guess.to)}>${t.mappings.take(guess.name)}<//>`}`}
    ${edits.map((name) => html`<${RecordField} key=${name} value=${params.fields[name]} onChange=${setField(name)}
      field=${kind?.fields.find((field) => field.name === name) || { name, label: human(name), type: "text" }} />`)}
    ${fix.id === "edit" && kind && !edits.length && html`<p><a href=${hub.to(["records", kind.name, error.record.id, "edit"])} onClick=${() => close(false)}>${t.record.edit}</a></p>`}
    ${foreseen.data?.document && html`<p>${words.contact(foreseen.data.document.name, foreseen.data.document.email)}</p>`}
    ${foreseen.data && html`<${Diff} diff=${foreseen.data.diff} kind=${kind} from=${t.overwriting.there} to=${t.overwriting.here} />`}
    <${ProblemNote} problem=${problem || foreseen.problem} /><//>`;
}

export function SkipDialog({ hub, records, close, done }) {
  const [reason, setReason] = useState("");
  const [run, busy, problem] = useAction(async () => {
    const { skipped } = await api.post(hub.path("/errors:skip"), { records, reason });
    say(words.skipped(skipped));
    close(true);
    done();
  });
  return html`<${Dialog} title=${words.skipTitle(records.length)} close=${close} busy=${busy} actions=${html`
      <${Button} look="primary" busy=${busy} disabled=${!reason.trim()} onClick=${run}>${words.skip}<//>`}>
    <p>${words.skipWords}</p><${TextField} label=${t.holds.reason} required value=${reason} onInput=${setReason} most="500" />
    <${ProblemNote} problem=${problem} /><//>`;
}
