// A value of a record in a cell, by the type its column has.
import { html } from "../core/html.js";
import * as format from "../core/format.js";
import { useHub } from "../core/hub.js";
import { t } from "../texts.js";
import { Badge, Time } from "./basics.js";

export const ALIGN = { money: "number", quantity: "number", integer: "number" };

export function Value({ record, column }) {
  const hub = useHub();
  const value = format.at(record, column.name);
  if (value === null || value === undefined || value === "") return "";
  switch (column.type) {
    case "state": return html`<${Badge} value=${value} />`;
    case "reason": return hub.reason(value)?.message || format.human(value);
    case "datetime": return html`<${Time} at=${value} />`;
    case "date": return format.date(value);
    case "money": return format.money(value, record.currency);
    case "quantity": case "integer": return format.quantity(value);
    case "boolean": return value ? t.yes : html`<span class="muted">${t.no}</span>`;
    case "choice": return format.choice(value);
    default: return column.name.endsWith("accounting_code")
      ? html`<code title=${value}>${String(value).slice(0, 8)}…</code>` : format.plain(value);
  }
}
