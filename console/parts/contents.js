// What a record says, by the types its fields have: facts, its lines as an invoice shows them, and its totals below.
import { lineAmount, sumOf } from "../core/amounts.js";
import * as format from "../core/format.js";
import { html } from "../core/html.js";
import { kindNamed } from "../core/hub.js";
import { t } from "../texts.js";
import { Facts, Time } from "./basics.js";
import { Table } from "./table.js";
import { ALIGN, RecordName } from "./values.js";

const words = t.record;

export function FieldValues({ fields, record, currency }) {
  const all = fields.map((field) => ({ field, label: field.label, value: valueOf(field, record[field.name], record, currency) }));
  const blank = all.filter(({ value }) => !value).map(({ label }) => label);
  return html`${inTurns(all, record, currency).map(({ facts, long, sums }) => html`${sums.length > 0 && html`<${Facts} class="sums" of=${sums} />`}
      ${facts.length > 0 && html`<${Facts} of=${facts} />`}
      ${long?.value && html`<h3>${long.label}</h3>${long.value}`}`)}
    ${blank.length > 0 && html`<p class="muted">${words.blank(blank.join(", "))}</p>`}`;
}

/** Facts, then what is long, then what comes after it: totals stand below their lines, aligned with them. */
function inTurns(all, record, currency) {
  const next = () => ({ sums: [], facts: [], long: null });
  const turns = [next()];
  all.forEach((each) => {
    const { field, label, value } = each;
    if (isTable(field)) {
      turns.at(-1).long = each;
      turns.push({ ...next(), sums: together(field, record, currency) });
    } else if (value) turns.at(-1)[field.type === "money" && turns.length > 1 ? "sums" : "facts"].push([label, value]);
  });
  return turns;
}

/** What the lines come to, where the document has no totals of its own or they are of other lines: edited since, say. */
function together(field, record, currency) {
  const amounts = (record[field.name] || []).map(lineAmount);
  const sum = format.money(sumOf(amounts), currency);
  const told = [record.subtotal, record.total].filter(Boolean).map((total) => format.money(total, currency));
  if (!amounts.some(Boolean) || (record.total && !record.subtotal) || told.includes(sum)) return [];
  return [[words.together, sum]];
}

const isTable = (field) => field.type === "list" && !field.keyed_by && field.of.some((part) => part.type === "money");

function valueOf(field, value, record, currency) {
  if (field.type === "boolean") return value ? t.yes : t.no;
  if (value === null || value === undefined || value === "") return "";
  if (field.type === "money") return format.money(value, currency);
  if (field.type === "datetime") return html`<${Time} at=${value} />`;
  if (field.type === "date") return format.date(value);
  if (field.type === "choice") return format.choice(value);
  if (field.type === "quantity") return format.quantity(value);
  if (field.type === "choices") return value.map(format.choice).join(", ");
  if (field.type === "group") return grouped(field, value, record, currency);
  if (field.refers_to || field.refers_by) return html`<${RecordName} kind=${kindNamed(field, record)} id=${value} />`;
  if (isTable(field)) return value.length > 0 && html`<${Lines} field=${field} ...${{ lines: value, record, currency }} />`;
  if (field.type === "list") {
    return value.length > 0 && html`<ul class="plain">${value.map((item) => html`<li>${field.keyed_by && html`<span class="muted">${
      format.choice(item[field.keyed_by])}</span> `}${format.plain(item)}</li>`)}</ul>`;
  }
  return String(value);
}

/** A person's names read as they are; where there are amounts, each part says what it is. */
function grouped(field, value, record, currency) {
  const parts = field.of.map((part) => [part, valueOf(part, value[part.name], record, currency)]).filter(([, text]) => text);
  const named = field.of.some((part) => ["money", "datetime"].includes(part.type));
  return parts.length > 0 && parts.map(([part, text], n) => html`${n > 0 && (named || part.type !== "text" ? " · " : " ")}${named
    && html`<span class="muted">${part.label}</span> `}${text}`);
}

const isSaid = (value) => (Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "");
const isCode = (part) => ["text", "list"].includes(part.type) && !part.refers_to && part.name !== "description";

/** Lines of a document as a table: only the columns in which some line says something, amounts aligned. Codes stand
 * below the description, as on an invoice, so that the amounts keep their room. */
function Lines({ field, lines, record, currency }) {
  const parts = field.of.filter((part) => part.name !== "id" && lines.some((line) => isSaid(line[part.name])));
  const codes = parts.filter(isCode);
  const shown = parts.filter((part) => !codes.includes(part));
  const host = shown.find((part) => part.name === "description") || shown[0];
  const column = (part) => ({
    name: part.name, label: part.label, align: part.name === "description" ? "wide" : ALIGN[part.type],
    cell: (line) => (part === host ? html`<div>${valueOf(part, line[part.name], record, currency)}<${Codes} codes=${codes} line=${line} /></div>` : valueOf(part, line[part.name], record, currency)),
  });
  const amount = { name: "amount", label: words.lineAmount, align: "number", cell: (line) => { const said = lineAmount(line); return said && format.money(said, currency); } };
  const columns = [...shown.map(column), ...(lines.some(lineAmount) ? [amount] : [])];
  return html`<${Table} caption=${field.label} columns=${columns} rows=${lines} rowKey=${(line) => line.id || lines.indexOf(line)} dense />`;
}

const Codes = ({ codes, line }) => {
  const said = codes.filter((part) => isSaid(line[part.name]));
  return said.length > 0 && html`<small class="codes">${said.map((part) => html`<span key=${part.name}>${part.label} ${format.plain(line[part.name])}</span>`)}</small>`;
};
