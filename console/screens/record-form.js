// The form of a record, new or edited: its fields, its holds, its Linked contact; what was typed survives any refusal.
import { html, useEffect, useMemo, useRef, useState } from "../core/html.js";
import { api, Problem } from "../core/api.js";
import { human } from "../core/format.js";
import { actionOf, linksContacts, titleOf, useHub } from "../core/hub.js";
import { keepFor, useAction, useLoad } from "../core/load.js";
import { goBack, lastSeen, setGuard, staying } from "../core/route.js";
import { Back, Button, Card, Diff, Loaded, Note, Page, ProblemNote } from "../parts/basics.js";
import { ContactCombobox } from "../parts/combobox.js";
import { say } from "../parts/dialogs.js";
import { Holds, RecordField, TextField } from "../parts/fields.js";
import { confirmOverwriting } from "../parts/overwriting.js";
import { openSafeEdit } from "../parts/safe-edits.js";
import { t } from "../texts.js";

const words = t.record;
const HOLDS = ["do_not_export", "do_not_import"];
const differs = (a, b) => JSON.stringify(a ?? null) !== JSON.stringify(b ?? null);

export function RecordForm({ kind, id }) {
  const hub = useHub();
  const record = useLoad(id ? hub.path(`/${kind.name}/${encodeURIComponent(id)}`) : null);
  const title = id ? words.editing(record.data ? titleOf(kind, record.data) : id) : words.new(kind.singular);
  const before = id ? hub.record({ kind: kind.name, id }) : lastSeen(hub.to(["records", kind.name]));
  return html`<${Page} title=${title} back=${html`<${Back} to=${before}>${
      id ? (record.data ? titleOf(kind, record.data) : human(kind.singular)) : human(kind.plural)}<//>`} />
    ${id ? html`<${Loaded} from=${record} lines=${8}>${(data) => html`<${Form} key="form" kind=${kind} first=${data} />`}<//>`
      : html`<${Form} kind=${kind} />`}`;
}

const blankRecord = (kind) => Object.fromEntries(kind.fields.filter((field) => field.type === "boolean" || field.default)
  .map((field) => [field.name, field.default || field.name === "active"]));

const freshId = () => `web-${crypto.randomUUID().slice(0, 12)}`;

function Form({ kind, first }) {
  const hub = useHub();
  const fields = kind.fields.filter((field) => !field.read_only && !(field.name === "allocations" && actionOf(kind, "allocate")));
  const [base, setBase] = useState(first || blankRecord(kind)); // what the edits are made on
  const [typed, setTyped] = useState(base);
  const [id, setId] = useState("");
  const made = useMemo(freshId, []);
  const [contact, setContact] = useState(null);
  const [sought, setSought] = useState(""); // typed for a contact, and none chosen
  const box = useRef();
  const [stale, setStale] = useState(null);
  const names = [...fields.map((field) => field.name), ...HOLDS];
  const changed = Object.fromEntries(names.filter((name) => differs(typed[name], base[name])).map((name) => [name, typed[name]]));
  const dirty = Object.keys(changed).length > 0 || contact || sought;

  useEffect(() => {
    if (dirty) setGuard(() => window.confirm(t.unsaved));
    else setGuard(null);
    return () => setGuard(null);
  }, [Boolean(dirty)]);

  const path = (key) => hub.path(`/${kind.name}/${encodeURIComponent(key)}`);
  const [save, busy, problem] = useAction(async () => {
    if (sought) throw new Problem({ code: "not_chosen", title: words.notChosen, errors: [{ field: "link", message: words.notChosen }] });
    const stays = staying();
    const saved = first ? await edited() : await created();
    if (!saved) return;
    say(words.saved(titleOf(kind, { ...typed, id: saved.id })));
    hub.refresh();
    if (!stays()) return;
    setGuard(null);
    if (!first) return hub.go(["records", kind.name, saved.id], {}, { replace: true });
    keepFor(path(first.id), saved);
    goBack(hub.record({ kind: kind.name, id: first.id }));
  });

  useEffect(() => { // what keeps it from being saved may be far from the button
    const wrong = [...box.current.querySelectorAll("[aria-invalid=true]")].find((each) => each.checkVisibility());
    const told = wrong || box.current.querySelector("[role=alert]");
    if (problem || stale) told?.scrollIntoView({ block: "center" });
    if (problem) wrong?.focus({ preventScroll: true });
  }, [problem, stale]);

  async function created() {
    const key = id.trim() || made;
    if (id.trim() && await api.there(path(key))) {
      throw new Problem({ code: "id_taken", title: words.idTaken, detail: words.idTaken, errors: [{ field: "id", message: words.idTaken }] });
    }
    return confirmOverwriting(kind, (confirm) => api.put(path(key), { ...changed, ...(contact ? { link: { document_id: contact.document_id, confirm } } : {}) }));
  }

  async function edited() {
    try {
      const saved = Object.keys(changed).length
        ? await api.patch(path(first.id), sent(kind, changed, base), { headers: { "if-match": `"${base.revision}"` } }) : base;
      setBase(saved);
      if (!contact) return saved;
      return await confirmOverwriting(kind, (confirm) => api.put(`${path(first.id)}/link`, { document_id: contact.document_id, confirm })) && saved;
    } catch (error) {
      if (error.status !== 412) throw error;
      setStale(await api.get(path(first.id)));
      return null;
    }
  }

  /** What is locked takes no edit; a new one can say it instead. */
  function reissue() {
    const fields = Object.fromEntries(Object.entries(sent(kind, changed, base)).filter(([name]) => !HOLDS.includes(name)));
    openSafeEdit({ hub, record: { kind: kind.name, id: first.id }, title: titleOf(kind, first),
      fix: { id: "credit_and_reissue", label: t.safeEdits.label, params: { fields, number: "" } },
      done: () => { setGuard(null); hub.refresh(); hub.go(["records", kind.name, first.id]); } });
  }

  const set = (name) => (value) => setTyped((old) => ({ ...old, [name]: value }));
  const wrong = (name) => problem?.of?.(name) || "";
  const linked = first?.sync.accounting_code;
  return html`<form class="record-form" ref=${box} onSubmit=${(event) => { event.preventDefault(); save(); }}>
    ${stale && html`<${Stale} ...${{ kind, base, stale, changed, keep: () => {
      setTyped({ ...stale, ...changed });
      setBase(stale);
      setStale(null);
    }, drop: () => { setTyped(stale); setBase(stale); setStale(null); } }} />`}
    <${Card} class="form-fields">${fields.map((field) => html`<${RecordField} key=${field.name} field=${field} value=${typed[field.name]} beside=${typed}
      onChange=${set(field.name)} problem=${wrong} />`)}
      <p class="hint">${words.blankHint}</p><//>
    ${linksContacts(kind) && hub.connected && html`<${Card} title=${words.linkCard}>
      ${linked && html`<p class="muted">${words.alreadyLinked} <code>${linked}</code></p>`}
      <${ContactCombobox} chosen=${contact} onChoose=${setContact} onTyped=${setSought} mine=${first?.id} hint=${t.combobox.hint} problem=${wrong("link")} /><//>`}
    <${Card} title=${t.holds.card}><${Holds} value=${typed} onChange=${setTyped} /><//>
    ${!first && html`<${Card} title=${words.idCard}><${TextField} label=${words.idLabel} value=${id} onInput=${setId} problem=${wrong("id")} hint=${words.idHint} /><//>`}
    <${ProblemNote} problem=${problem} actions=${first && problem?.code === "locked" && html`<${Button} look="primary" needs="write" onClick=${reissue}>${t.safeEdits.label}<//>`} />
    <div class="actions sticky"><${Back} class="button" role="button" to=${first ? hub.record({ kind: kind.name, id: first.id }) : lastSeen(hub.to(["records", kind.name]))}>${t.cancel}<//>
      <${Button} look="primary" type="submit" busy=${busy} needs="write" disabled=${!dirty}>${t.save}<//></div>
  </form>`;
}

/** A merge never removes an element that is only left out; it is sent with blanks. */
function sent(kind, changed, base) {
  const body = { ...changed };
  for (const field of kind.fields) {
    if (!(field.name in body) || !field.keyed_by) continue;
    const kept = new Set(body[field.name].map((item) => item[field.keyed_by]));
    const gone = (base[field.name] || []).filter((item) => !kept.has(item[field.keyed_by]));
    body[field.name] = [...body[field.name], ...gone.map((item) => ({ [field.keyed_by]: item[field.keyed_by] }))];
  }
  return body;
}

/** Somebody else changed it meanwhile: theirs, and what to do with what was typed here. */
function Stale({ kind, base, stale, changed, keep, drop }) {
  const theirs = Object.fromEntries(kind.fields.map((field) => field.name).filter((name) => differs(base[name], stale[name]))
    .map((name) => [name, { from: base[name], to: stale[name] }]));
  const clash = Object.keys(theirs).filter((name) => name in changed);
  return html`<${Note} tone="warn" alert title=${words.stale} actions=${html`
      <${Button} look="primary" onClick=${keep}>${words.keepMine}<//><${Button} onClick=${drop}>${words.takeTheirs}<//>`}>
    <p>${words.staleWords}</p><${Diff} diff=${theirs} kind=${kind} from=${words.before} to=${words.theirs} overwritten=${clash} /><//>`;
}
