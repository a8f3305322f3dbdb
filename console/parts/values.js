// A value of a record in a cell, by the type its column has.
import { html } from "../core/html.js";
import * as format from "../core/format.js";
import { kindNamed, useHub } from "../core/hub.js";
import { t } from "../texts.js";
import { useCurrency, useNames } from "../core/names.js";
import { Badge, Time } from "./basics.js";

export const ALIGN = { money: "number", quantity: "number", integer: "number" };

/** Another record by its name, one click away; until that has come its place stays empty. */
export function RecordName({ kind, id }) {
  const hub = useHub();
  const name = useNames([[kind, id]])(kind, id);
  return hub.kind(kind) ? html`<a class=${name === null ? "coming" : ""} href=${hub.record({ kind, id })}>${name || id}</a>` : id;
}

/** A record by its title, one click away where its kind has a screen, else on the record that shows it. */
export function RecordLink({ record, title, on }) {
  const hub = useHub();
  const name = title ? format.titled(title) : record.id;
  if (on) return html`<${RecordName} kind=${on.kind} id=${on.id} />: ${name}`;
  return hub.kind(record.kind) ? html`<a href=${hub.record(record)}>${name}</a>` : html`<span>${name}</span>`;
}

export function Value({ record, column, kind }) {
  const hub = useHub();
  const currency = useCurrency(kind, record);
  const value = format.at(record, column.name);
  if (value === null || value === undefined || value === "") return "";
  switch (column.type) {
    case "record": return html`<${RecordName} kind=${kindNamed(column, record)} id=${value} />`;
    case "state": return html`<${Badge} value=${value} />`;
    case "reason": return hub.reason(value)?.message || format.human(value);
    case "datetime": return html`<${Time} at=${value} />`;
    case "date": return html`<span class="whole">${format.date(value)}</span>`;
    case "money": return format.money(value, currency);
    case "quantity": case "integer": return format.quantity(value);
    case "boolean": return value ? t.yes : html`<span class="muted">${t.no}</span>`;
    case "choice": return format.choice(value);
    default: return column.name.endsWith("accounting_code")
      ? html`<code title=${value}>${String(value).slice(0, 8)}…</code>` : format.plain(value);
  }
}
