// ARIA comboboxes: a text field with a list under it; over the ledger's contacts from the third letter on, or over a list that is known.
import { classes, html, useEffect, useId, useMemo, useRef, useState } from "../core/html.js";
import { useLoad, useSettled } from "../core/load.js";
import { titleOf, useHub } from "../core/hub.js";
import { remember, useNames } from "../core/names.js";
import { api, withQuery } from "../core/api.js";
import { said } from "../core/format.js";
import { t } from "../texts.js";

const LETTERS = 3;
const MOST = 100;
const words = t.combobox;

/** `items`: [{key, name, note, off}]; what is typed and whether the list is open is the business of who uses it. */
function Combobox({ label, hideLabel, text, onText, open, setOpen, items, onPick, status, hint, problem, ...rest }) {
  const id = useId();
  const list = useRef();
  const [active, setActive] = useState(-1);
  const shown = open ? items : [];
  useEffect(() => { setActive(-1); }, [items.map((item) => item.key).join(" ")]);
  useEffect(() => { list.current?.children[active]?.scrollIntoView({ block: "nearest" }); }, [active]);
  const pick = (item) => {
    if (item.off) return;
    onPick(item);
    setOpen(false);
  };
  const keys = (event) => {
    const last = shown.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActive((now) => (event.key === "ArrowDown" ? (now >= last ? 0 : now + 1) : now <= 0 ? last : now - 1));
    } else if (event.key === "Enter" && shown[active]) {
      event.preventDefault();
      pick(shown[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };
  return html`<div class="field combobox">
    <label for=${id} class=${hideLabel ? "hidden" : ""}>${label}${rest.required && html`<span class="muted"> ${t.required}</span>`}</label>
    <div class="combobox-frame">
      <input id=${id} role="combobox" type="text" autocomplete="off" aria-autocomplete="list" aria-expanded=${String(shown.length > 0)}
        aria-controls=${`${id}-list`} aria-describedby=${`${id}-hint`}
        aria-activedescendant=${shown[active] ? `${id}-${active}` : undefined} aria-invalid=${problem ? "true" : undefined}
        value=${text} onInput=${(event) => { onText(event.target.value); setOpen(true); }} onKeyDown=${keys}
        onFocus=${() => setOpen(true)} onClick=${() => setOpen(true)} onBlur=${() => setOpen(false)} ...${rest} />
      <ul id=${`${id}-list`} ref=${list} role="listbox" aria-label=${label} hidden=${!shown.length}>
        ${shown.map((item, n) => html`<li key=${item.key} id=${`${id}-${n}`} role="option"
          aria-selected=${String(n === active)} aria-disabled=${item.off ? "true" : undefined}
          class=${classes(n === active && "active")} onMouseDown=${(event) => { event.preventDefault(); pick(item); }}>
          <span>${item.name}</span> <small>${item.note}</small></li>`)}
      </ul>
    </div>
    <p id=${`${id}-hint`} class="hint">${problem ? html`<span class="wrong">${problem}</span>` : status || hint}</p>
    <span class="hidden" role="status">${open ? status : ""}</span>
  </div>`;
}

/** Linked contact. `chosen`: {document_id, name} or null; `onChoose` hears of each choice, and of null when it is emptied;
 * `onTyped` what stands there without having been chosen. */
export function ContactCombobox({ chosen, onChoose, onTyped = () => {}, label = t.linkedContact, mine, ...rest }) {
  const hub = useHub();
  const [text, setText] = useState(chosen?.name || "");
  const [open, setOpen] = useState(false);
  const typed = text.trim();
  const settled = useSettled(typed);
  const asks = open && settled.length >= LETTERS && settled === typed;
  const found = useLoad(asks ? withQuery(hub.path("/ledger/contacts"), { search: settled }) : null);
  const takenBy = (hit) => (hit.linked_to && hit.linked_to.id !== mine ? hit.linked_to : null);
  const hits = asks ? found.data?.items || [] : [];
  const items = hits.map((hit) => ({
    key: hit.document_id, name: hit.name, off: Boolean(takenBy(hit)), hit,
    note: [hit.email, hit.account_number, hit.status?.toLowerCase() === "archived" && words.archived,
      takenBy(hit) && words.taken(takenBy(hit).id)].filter(Boolean).join(" · "),
  }));
  useEffect(() => { if (chosen) setText(chosen.name); }, [chosen?.document_id]); // who types over it keeps what was typed

  const status = !open || chosen ? ""
    : typed.length < LETTERS ? words.letters(LETTERS)
      : !asks || found.busy ? words.searching
        : found.problem ? said(found.problem.message)
          : items.length ? words.found(items.length) : words.none;
  const typedSome = (next) => { setText(next); onTyped(next.trim()); if (chosen) onChoose(null); };
  const pick = ({ hit }) => { onChoose(hit); setText(hit.name); onTyped(""); };
  return html`<${Combobox} ...${{ label, text, open, setOpen, items, status, ...rest }} onText=${typedSome} onPick=${pick} />`;
}

/** A record of a kind that another one names by its id; `onChoose` hears the id, and "" when it is emptied. */
export function RecordCombobox({ kind, value, onChoose, ...rest }) {
  const hub = useHub();
  const name = useNames([[kind, value]]);
  const now = value ? name(kind, value) || value : "";
  const [typed, setTyped] = useState(null); // null: nothing was typed
  const [open, setOpen] = useState(false);
  const wanted = (typed || "").trim();
  const settled = useSettled(wanted);
  const asks = open && settled === wanted; // what was found for something else is not offered
  const found = useLoad(asks ? withQuery(hub.path(`/${kind}`), { q: wanted, limit: 20 }) : null, { read: api.full });
  const known = hub.kind(kind);
  const items = (found.data?.items || []).map((record) => ({ key: record.id, name: titleOf(known, record), currency: record.currency, note: [record.name !== titleOf(known, record) && record.name, record.email, record.id].filter(Boolean).join(" · ") }));
  useEffect(() => { if (!open) setTyped(null); }, [open]);
  const typedSome = (next) => { setTyped(next); if (!next && value) onChoose(""); };
  const pick = (item) => { remember(hub, kind, item.key, item.name, item.currency); setTyped(null); onChoose(item.key); };
  const status = open && found.problem ? said(found.problem.message) : open && found.data && !items.length ? (found.busy ? words.searching : words.noRecord(known.singular)) : "";
  return html`<${Combobox} ...${{ text: typed ?? now, open, setOpen, items, status, ...rest }} onText=${typedSome} onPick=${pick} />`;
}

const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");

/** One of a list that is known. `choices`: [{value, name, note}]; what is not in it is shown as it is. */
export function ChoiceCombobox({ choices, value, onChoose, ...rest }) {
  const now = choices.find((each) => each.value === value)?.name || value || "";
  const [typed, setTyped] = useState(null); // null: nothing was typed, and all is offered
  const [open, setOpen] = useState(false);
  useEffect(() => { setTyped(null); }, [value]);
  useEffect(() => { if (!open) setTyped(null); }, [open]);
  const items = useMemo(() => {
    const wanted = plain(typed || "").split(/\s+/).filter(Boolean);
    return choices.filter((each) => wanted.every((word) => plain(`${each.name} ${each.note}`).includes(word)))
      .slice(0, MOST).map((each) => ({ key: each.value, ...each }));
  }, [choices, typed]);
  const status = open && typed ? words.choices(items.length) : "";
  return html`<${Combobox} ...${{ text: typed ?? now, open, setOpen, items, status, ...rest }} onText=${setTyped}
    onPick=${(item) => { setTyped(null); if (item.value !== value) onChoose(item.value); }} />`;
}
