// Form fields drawn from what the API says of a kind's fields: text, choice, boolean, group, list.
import { classes, html, useId } from "../core/html.js";
import { choice, human } from "../core/format.js";
import { t } from "../texts.js";
import { kindNamed, useHub } from "../core/hub.js";
import { Button } from "./basics.js";
import { RecordCombobox } from "./combobox.js";

const INPUTS = { email: "email", date: "date", datetime: "datetime-local", integer: "number" };
const MODES = { money: "decimal", quantity: "decimal" };

export function TextField({ label, value, onInput, type = "text", hint, problem, required, most, roomy, ...rest }) {
  const id = useId();
  return html`<div class=${classes("field", roomy && "roomy")}>
    <label for=${id}>${label}${required && html`<span class="muted"> ${t.required}</span>`}</label>
    <input id=${id} type=${INPUTS[type] || "text"} inputmode=${MODES[type]} maxlength=${most} value=${value ?? ""}
      required=${required || undefined} aria-invalid=${problem ? "true" : undefined} aria-describedby=${`${id}-hint`}
      onInput=${(event) => onInput(event.target.value)} ...${rest} />
    <p id=${`${id}-hint`} class="hint">${problem ? html`<span class="wrong">${problem}</span>` : hint}</p></div>`;
}

export function Select({ label, value, options, onChange, hint, hideLabel, ...rest }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? "hidden" : ""}>${label}</label>
    <select id=${id} value=${value ?? ""} onChange=${(event) => onChange(event.target.value)} ...${rest}>
      ${options.map(([key, words]) => html`<option value=${key} selected=${key === (value ?? "")}>${words}</option>`)}
    </select>${hint && html`<p class="hint">${hint}</p>`}</div>`;
}

/** While it is `busy` a click does nothing, and the focus stays where it is. */
export function Checkbox({ label, checked, onChange, hint, look, busy, ...rest }) {
  const id = useId();
  return html`<div class=${`check ${look || ""}`}>
    <input type="checkbox" id=${id} checked=${checked} onChange=${(event) => onChange(event.target.checked)}
      aria-busy=${busy ? "true" : undefined} onClick=${(event) => busy && event.preventDefault()}
      aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest} />
    <label for=${id}>${label}</label>${hint && html`<p id=${`${id}-hint`} class="hint">${hint}</p>`}</div>`;
}

/** One field of a record, whatever its type; `problem(name)` answers what is wrong with it, `beside` are the others. */
export function RecordField({ field, value, onChange, problem, path = field.name, beside = {} }) {
  const hub = useHub();
  const label = field.label || human(field.name);
  const wrong = problem?.(path);
  switch (field.type) {
    case "boolean":
      return html`<${Checkbox} label=${label} checked=${Boolean(value)} onChange=${onChange} />`;
    case "choice":
      return html`<${Select} label=${label} value=${value} onChange=${onChange}
        options=${[...(field.default ? [] : [["", t.none]]), ...field.choices.map((each) => [each, choice(each)])]} />`;
    case "choices":
      return html`<fieldset class="group"><legend>${label}</legend><div class="inline">
        ${field.choices.map((each) => html`<${Checkbox} key=${each} label=${choice(each)} checked=${(value || []).includes(each)}
          onChange=${(on) => onChange(on ? [...(value || []), each] : (value || []).filter((one) => one !== each))} />`)}
      </div></fieldset>`;
    case "group":
      return html`<fieldset class="group"><legend>${label}</legend>
        <${Parts} of=${field.of} value=${value || {}} onChange=${onChange} problem=${problem} path=${path} /></fieldset>`;
    case "list":
      return field.keyed_by
        ? html`<${KeyedList} ...${{ field, value, onChange, problem, path }} />`
        : html`<${FreeList} ...${{ field, value, onChange, problem, path }} />`;
    case "datetime":
      return html`<${TextField} label=${label} type="datetime" step="1" value=${value?.slice(0, 19)} problem=${wrong} hint=${t.record.utc}
        onInput=${(time) => onChange(time && `${time.padEnd(19, ":00")}Z`)} />`;
    default:
      if (hub.kind(kindNamed(field, beside))) {
        return html`<${RecordCombobox} key=${kindNamed(field, beside)} kind=${kindNamed(field, beside)} label=${label} required=${field.required} value=${value || ""} onChoose=${onChange} problem=${wrong} />`;
      }
      return html`<${TextField} label=${label} type=${field.type} value=${value} onInput=${onChange} problem=${wrong}
        required=${field.required} most=${field.most || undefined} roomy=${field.name === "description"} />`;
  }
}

function Parts({ of, value, onChange, problem, path, without }) {
  return html`<div class="grid">${of.filter((part) => part.name !== without).map((part) => html`<${RecordField} key=${part.name}
    field=${part} value=${value[part.name]} problem=${problem} path=${`${path}.${part.name}`}
    onChange=${(next) => onChange({ ...value, [part.name]: next })} />`)}</div>`;
}

/** A list with at most one element of each kind (telephones, addresses): one folding row for each. */
function KeyedList({ field, value, onChange, problem, path }) {
  const key = field.keyed_by;
  const list = value || [];
  const keys = field.of.find((part) => part.name === key).choices;
  const change = (one, next) => onChange(list.some((each) => each[key] === one)
    ? list.map((each) => (each[key] === one ? next : each)) : [...list, next]);
  return html`<fieldset class="group"><legend>${field.label}</legend>${keys.map((one) => {
    const item = list.find((each) => each[key] === one) || { [key]: one };
    const filled = Object.entries(item).some(([name, text]) => name !== key && text);
    return html`<details key=${one} open=${filled || one === keys[0]}><summary>${choice(one)}</summary>
      <${Parts} of=${field.of} value=${item} without=${key} problem=${problem} path=${path}
        onChange=${(next) => change(one, next)} /></details>`;
  })}</fieldset>`;
}

function FreeList({ field, value, onChange, problem, path }) {
  const list = value || [];
  const simple = field.of.length === 1 && !field.of[0].name;
  const change = (n, next) => onChange(list.map((each, at) => (at === n ? next : each)));
  const remove = (n) => html`<${Button} look="quiet" onClick=${() => onChange(list.filter((_, at) => at !== n))}
    aria-label=${t.removeItem(field.label, n + 1)}>${t.remove}<//>`;
  return html`<fieldset class="group"><legend>${field.label}</legend>
    ${list.map((item, n) => html`<div key=${n} class="list-item">
      ${!simple && html`<div class="list-head"><span>${t.itemOf(n + 1)}</span>${remove(n)}</div>`}
      ${simple ? html`<${RecordField} field=${{ ...field.of[0], label: `${field.label} ${n + 1}` }} value=${item}
        onChange=${(next) => change(n, next)} />`
        : html`<${Item} of=${field.of} value=${item} problem=${problem} path=${`${path}.${n}`} onChange=${(next) => change(n, next)} />`}
      ${simple && remove(n)}</div>`)}
    <${Button} onClick=${() => onChange([...list, simple ? "" : {}])}>${t.addItem(field.name, field.label.toLowerCase())}<//></fieldset>`;
}

const AT_ONCE = 9;

/** One of many: what is needed most at once, the rest folded away; its id stays what it is. */
function Item({ of, value, ...rest }) {
  const parts = of.filter((part) => part.name !== "id");
  if (parts.length <= AT_ONCE) return html`<${Parts} of=${parts} value=${value} ...${rest} />`;
  const later = parts.slice(AT_ONCE);
  const filled = later.some((part) => { const said = value[part.name]; return Array.isArray(said) ? said.length : said; });
  return html`<${Parts} of=${parts.slice(0, AT_ONCE)} value=${value} ...${rest} />
    <details open=${Boolean(filled)}><summary>${t.more}</summary><${Parts} of=${later} value=${value} ...${rest} /></details>`;
}

/** "Do not export" and "Do not import", each with its reason once it is on. */
export function Holds({ value, onChange, disabled }) {
  return html`<div class="holds">${["do_not_export", "do_not_import"].map((name) => {
    const hold = value[name] || { on: false, reason: "" };
    const set = (change) => onChange({ ...value, [name]: { ...hold, ...change } });
    return html`<div key=${name}><${Checkbox} label=${t.holds[name]} hint=${t.holds.hints[name]} checked=${hold.on} disabled=${disabled}
        onChange=${(on) => set({ on })} />
      ${hold.on && html`<${TextField} label=${t.holds.reason} value=${hold.reason} most="500" disabled=${disabled}
        onInput=${(reason) => set({ reason })} />`}</div>`;
  })}</div>`;
}

