// What records are called that others name by their ids: asked for once per company, all that a screen needs with one call.
import { useEffect, useState } from "./html.js";
import { api, withQuery } from "./api.js";
import { kindNamed, useHub } from "./hub.js";

const MOST = 100;
const FRESH_MS = 60_000; // then it is asked again; what was known stands there meanwhile
const RETRY_MS = 5000;
const known = new Map(); // by path, kind and id: title and currency, blank for those that are not there, and until when that is fresh
const asked = new Map(); // those that are on their way: [hub, kind, id]
const listeners = new Set();
let timer = 0;

const keyOf = (hub, kind, id) => `${hub.path()} ${kind} ${id}`;

/** How a record is called. */
export function remember(hub, kind, id, title, currency = "") {
  known.set(keyOf(hub, kind, id), { title, currency, until: Date.now() + FRESH_MS });
}

const isFresh = (hub, kind, id) => known.get(keyOf(hub, kind, id))?.until > Date.now();

/** It may be called something else by now. */
export function forget(hub, kind, id) { known.delete(keyOf(hub, kind, id)); }

function ask(hub, kind, id) {
  const key = keyOf(hub, kind, id);
  if (asked.has(key)) return;
  asked.set(key, [hub, kind, id]);
  timer ||= setTimeout(fetchAll); // once every cell of the screen has said what it needs
}

async function fetchAll() {
  timer = 0;
  const batches = new Map();
  asked.forEach(([hub, kind, id]) => {
    const batch = `${hub.path()} ${kind}`;
    batches.set(batch, { hub, kind, ids: [...(batches.get(batch)?.ids || []), id] });
  });
  await Promise.all([...batches.values()].map(async ({ hub, kind, ids }) => {
    for (let at = 0; at < ids.length; at += MOST) {
      const some = ids.slice(at, at + MOST);
      try {
        const { items } = await api.get(withQuery(hub.path("/names"), { kind, ids: some.join(",") }));
        some.forEach((id) => remember(hub, kind, id, ""));
        items.forEach((item) => remember(hub, kind, item.id, item.title, item.currency));
      } catch { // the ids stand there, or what was known, until somebody looks again
        some.forEach((id) => {
          const key = keyOf(hub, kind, id);
          known.set(key, { title: "", currency: "", ...known.get(key), until: Date.now() + RETRY_MS });
        });
      }
      some.forEach((id) => asked.delete(keyOf(hub, kind, id)));
      listeners.forEach((tell) => tell());
    }
  }));
}

function useNamed(pairs) {
  const hub = useHub();
  const [, arrived] = useState(0);
  const wanted = pairs.filter(([kind, id]) => kind && id && hub.kind(kind) && !isFresh(hub, kind, id));
  const missing = wanted.map((pair) => pair.join(" ")).sort().join("|");
  useEffect(() => {
    if (!missing) return undefined;
    const tell = () => arrived((n) => n + 1);
    listeners.add(tell);
    wanted.forEach(([kind, id]) => ask(hub, kind, id));
    return () => listeners.delete(tell);
  }, [missing]);
  return (kind, id) => known.get(keyOf(hub, kind, id)) || { title: null, currency: "" };
}

/** `(kind, id) => title` for these `[kind, id]` pairs; "" for those that are not known, null for those that are not yet. */
export function useNames(pairs) {
  const named = useNamed(pairs);
  return (kind, id) => named(kind, id).title;
}

/** The currency of a record's amounts: its own; that of the record it is about, as a payment is; else the ledger's. */
export function useCurrency(kind, record) {
  const hub = useHub();
  const about = record && !record.currency && kind?.fields.find((field) => field.refers_by);
  const pair = about ? [kindNamed(about, record), record[about.name]] : ["", ""];
  const { title, currency } = useNamed([pair])(...pair);
  const coming = title === null && hub.kind(pair[0]) && pair[1];
  return record?.currency || currency || (coming ? "" : hub.base);
}
