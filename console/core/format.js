// Values in words: times in the company's zone, money with its digits aligned, what a field holds in one line.
import { t } from "../texts.js";

let zone = "UTC";
export const setZone = (name) => { zone = name || "UTC"; };

const made = new Map();
function formatter(kind, options) {
  const key = JSON.stringify([kind.name, zone, options]);
  if (!made.has(key)) made.set(key, new kind(t.locale, options));
  return made.get(key);
}
const times = (options) => formatter(Intl.DateTimeFormat, { timeZone: zone, ...options });
const numbers = (options) => formatter(Intl.NumberFormat, options);

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const DAY = { day: "numeric", month: "short" };

/** Short: only the clock for today, no year for this year. */
export function time(iso, now = new Date()) {
  const at = new Date(iso);
  const day = (when) => times({ year: "numeric", ...DAY }).format(when);
  if (day(at) === day(now)) return t.time.today(times(CLOCK).format(at));
  const year = (when) => times({ year: "numeric" }).format(when);
  return times(year(at) === year(now) ? { ...DAY, ...CLOCK } : { ...DAY, year: "numeric", ...CLOCK }).format(at);
}

/** To the second, with the zone. */
export const exactTime = (iso) => times({ dateStyle: "full", timeStyle: "long" }).format(new Date(iso));

export const date = (text) =>
  formatter(Intl.DateTimeFormat, { timeZone: "UTC", dateStyle: "medium" }).format(new Date(`${text}T00:00:00Z`));
/** A title from the API as people read it: one that begins with a day, which is how payments are called. */
export const titled = (text) => text.replace(/^\d{4}-\d\d-\d\d(?= |$)/, (day) => date(day));
export const shortDay = (text) =>
  formatter(Intl.DateTimeFormat, { timeZone: "UTC", ...DAY }).format(new Date(`${text.slice(0, 10)}T00:00:00Z`));

const WALL = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" };
const walls = new Map();

/** How far the company's clocks are ahead of UTC at an instant; both in ms. */
function ahead(instant) {
  if (!walls.has(zone)) walls.set(zone, new Intl.DateTimeFormat("en-u-nu-latn-ca-gregory", { timeZone: zone, ...WALL }));
  const part = Object.fromEntries(walls.get(zone).formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) - Math.floor(instant / 1000) * 1000;
}

/** The instant at which the company's clocks show that time of a day (2026-01-31), for the API; "" for no day. */
export function instantOf(day, clock = "00:00:00") {
  const shown = Date.parse(`${day}T${clock}Z`);
  if (Number.isNaN(shown)) return "";
  return new Date(shown - ahead(shown - ahead(shown))).toISOString().replace(".000Z", "Z");
}

/** The day of an instant there, as a date field takes it. */
export function dayOf(instant) {
  const at = Date.parse(instant || "");
  return Number.isNaN(at) ? "" : new Date(at + ahead(at)).toISOString().slice(0, 10);
}

export const count = (number) => numbers({}).format(number);
export const share = (part) => numbers({ style: "percent", maximumFractionDigits: part < 0.1 ? 1 : 0 }).format(part);

/** As many digits as the currency has, and more where the amount says more: yen have none, a Kuwaiti dinar has three. */
function digitsOf(currency) {
  const own = currency ? numbers({ style: "currency", currency }).resolvedOptions().maximumFractionDigits : 2;
  return { minimumFractionDigits: Math.max(own, 2), maximumFractionDigits: 4, ...(own === 0 && { trailingZeroDisplay: "stripIfInteger" }) };
}

/** A decimal string, which Intl takes without going through a float. */
export const money = (text, code = "") => {
  const currency = /^[A-Z]{3}$/.test(code) ? code : "";
  return numbers({ ...digitsOf(currency), ...(currency && { style: "currency", currency }) }).format(text);
};
export const quantity = (text) => numbers({ maximumFractionDigits: 6 }).format(text);

/** Follows a dotted name into a record. */
export const at = (record, name) => name.split(".").reduce((value, part) => value?.[part], record);

const blank = (value) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

/** Any value of the API on one line; "" for blank. */
export function plain(value) {
  if (blank(value)) return "";
  if (typeof value === "boolean") return value ? t.yes : t.no;
  if (Array.isArray(value)) return value.map(plain).filter(Boolean).join("; ");
  if (typeof value === "object") {
    const { kind: _, first_name: first, last_name: last, ...rest } = value;
    return [[first, last].filter(Boolean).join(" "), ...Object.values(rest)].map(plain).filter(Boolean).join("number" in rest ? " " : ", ");
  }
  return String(value);
}

/** `phones.mobile` as a person says it, with the label the kind has for it. */
export function fieldLabel(kind, name) {
  const synced = kind?.synced?.find((each) => each.name === name);
  if (synced) return synced.label;
  const [head, tail] = name.split(".");
  const field = kind?.fields.find((each) => each.name === head);
  const label = field?.label || human(head);
  if (!tail) return label;
  const part = field?.of?.find((each) => each.name === tail);
  return `${label}: ${part?.label.toLowerCase() || t.choices[tail]?.toLowerCase() || human(tail).toLowerCase()}`;
}

/** Words of the hub as people here say them: the ledger by its name; `auto_export` becomes “Send documents by themselves”,
 * `import-products` “Import products”, and `line 1, tax_code: …` Line 1, tax code: … (what was stored long ago says `lines.1.tax_code`) */
export const said = (text) => text && text.replace(/(^|; )([a-z_]+(?:\.\w+)*(?: \d+)*(?:, [a-z_]+(?: \d+)*)*): /g, (_, before, path) => `${before}${placeInWords(path, 1)}: `).replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (word) => {
  const name = t.settings.names[word];
  return name ? `“${name}”` : word;
}).replace(/\b[a-z]+(?:-[a-z]+)+\b/g, (word) => {
  const name = t.transfer.buttons[word];
  return name ? `“${name}”` : word;
}).replace(/\b[Tt]he ledger\b/g, t.ledger);

/** The path of a field as people say it: `lines.0.tax_code` is Line 1, tax code. `first` is what the path counts from. */
export const placeInWords = (path, first = 0) => human(path.replace(/([a-z_]+)\.(\d+)/g, (_, name, n) => `${t.oneOf(name)} ${Number(n) + 1 - first}`).replaceAll(".", ", "));

export const human = (name) => {
  const text = name.replace(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** How a choice is called. */
export const choice = (value) => t.choices[value] || human(String(value));
