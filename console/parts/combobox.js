// Linked contact: a type-ahead over the ledger's contacts from the third letter on, as an ARIA combobox.
import { classes, html, useEffect, useId, useRef, useState } from "../core/html.js";
import { useLoad, useSettled } from "../core/load.js";
import { useHub } from "../core/hub.js";
import { withQuery } from "../core/api.js";
import { t } from "../texts.js";

const LETTERS = 3;
const words = t.combobox;

/** `chosen`: {document_id, name} or null; `onChoose` hears of each choice, and of null when it is emptied. */
export function ContactCombobox({ chosen, onChoose, label = t.linkedContact, hint, mine, problem, disabled }) {
  const hub = useHub();
  const id = useId();
  const list = useRef();
  const [text, setText] = useState(chosen?.name || "");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const typed = text.trim();
  const settled = useSettled(typed);
  const asks = open && settled.length >= LETTERS && settled === typed;
  const found = useLoad(asks ? withQuery(hub.path("/ledger/contacts"), { search: settled }) : null);
  const items = asks ? found.data?.items || [] : [];
  const takenBy = (hit) => (hit.linked_to && hit.linked_to.id !== mine ? hit.linked_to : null);

  useEffect(() => { setText(chosen?.name || ""); }, [chosen?.document_id]);
  useEffect(() => { setActive(-1); }, [settled]);
  useEffect(() => { list.current?.children[active]?.scrollIntoView({ block: "nearest" }); }, [active]);

  const choose = (hit) => {
    if (takenBy(hit)) return;
    onChoose(hit);
    setText(hit.name);
    setOpen(false);
  };
  const input = (event) => {
    setText(event.target.value);
    setOpen(true);
    if (chosen) onChoose(null);
  };
  const keys = (event) => {
    const last = items.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      setActive((now) => (event.key === "ArrowDown" ? (now >= last ? 0 : now + 1) : now <= 0 ? last : now - 1));
    } else if (event.key === "Enter" && open && items[active]) {
      event.preventDefault();
      choose(items[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  };

  const status = !open || chosen ? ""
    : typed.length < LETTERS ? words.letters(LETTERS)
      : !asks || found.busy ? words.searching
        : found.problem ? found.problem.message
          : items.length ? words.found(items.length) : words.none;

  return html`<div class="field combobox">
    <label for=${id}>${label}</label>
    <div class="combobox-frame">
      <input id=${id} role="combobox" type="text" autocomplete="off" aria-autocomplete="list" aria-expanded=${String(items.length > 0)}
        aria-controls=${`${id}-list`} aria-describedby=${`${id}-hint`} disabled=${disabled}
        aria-activedescendant=${items[active] ? `${id}-${active}` : undefined} aria-invalid=${problem ? "true" : undefined}
        value=${text} onInput=${input} onKeyDown=${keys} onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)} />
      <ul id=${`${id}-list`} ref=${list} role="listbox" aria-label=${label} hidden=${!items.length}>
        ${items.map((hit, n) => html`<li key=${hit.document_id} id=${`${id}-${n}`} role="option"
          aria-selected=${String(n === active)} aria-disabled=${takenBy(hit) ? "true" : undefined}
          class=${classes(n === active && "active")} onMouseDown=${(event) => { event.preventDefault(); choose(hit); }}>
          <span>${hit.name}</span>
          <small>${[hit.email, hit.account_number, hit.status?.toLowerCase() === "archived" && words.archived,
            takenBy(hit) && words.taken(takenBy(hit).id)].filter(Boolean).join(" · ")}</small></li>`)}
      </ul>
    </div>
    <p id=${`${id}-hint`} class="hint">${problem ? html`<span class="wrong">${problem}</span>` : status || hint}</p>
    <span class="hidden" role="status">${open ? status : ""}</span>
  </div>`;
}
