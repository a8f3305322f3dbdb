// What records are called that others name by their ids: asked for once per company, many with one call.
import { useEffect, useState } from "./html.js";
import { api, withQuery } from "./api.js";
import { useHub } from "./hub.js";

const MOST = 100;
const known = new Map(); // by path, kind and id; blank for those that are not there

const keyOf = (hub, kind, id) => `${hub.path()} ${kind} ${id}`;

/** Says how a record is called; its id until that is known. */
export function remember(hub, kind, id, title) { known.set(keyOf(hub, kind, id), title); }

/** `(kind, id) => title` for these `[kind, id]` pairs; "" for those that are not known, or not yet. */
export function useNames(pairs) {
  const hub = useHub();
  const [, arrived] = useState(0);
  const wanted = pairs.filter(([kind, id]) => kind && id && hub.kind(kind) && !known.has(keyOf(hub, kind, id)));
  const asked = [...new Set(wanted.map((pair) => pair.join(" ")))].sort().join("|");
  useEffect(() => {
    if (!asked) return;
    const byKind = new Map();
    asked.split("|").forEach((pair) => { const [kind, id] = pair.split(" "); byKind.set(kind, [...(byKind.get(kind) || []), id]); });
    byKind.forEach(async (ids, kind) => {
      for (let at = 0; at < ids.length; at += MOST) {
        const some = ids.slice(at, at + MOST);
        try {
          const { items } = await api.get(withQuery(hub.path("/names"), { kind, ids: some.join(",") }));
          some.forEach((id) => remember(hub, kind, id, ""));
          items.forEach((item) => remember(hub, kind, item.id, item.title));
          arrived((n) => n + 1);
        } catch { return; } // the ids stand there instead
      }
    });
  }, [asked]);
  return (kind, id) => known.get(keyOf(hub, kind, id)) || "";
}
