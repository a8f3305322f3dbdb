// Addresses: everything that can be seen has one, after the "#": /companies/acme/records/organizations?state=error
import { useEffect, useState } from "./html.js";

const decode = (part) => { try { return decodeURIComponent(part); } catch { return part; } };

export function parse(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decode);
  const [company, rest] = parts[0] === "companies" ? [parts[1] || "", parts.slice(2)] : ["", parts];
  return { company, parts: rest, query: Object.fromEntries(new URLSearchParams(query)) };
}

export function address(company, parts = [], query = {}) {
  const path = ["companies", company, ...parts].filter((part) => part !== "").map(encodeURIComponent).join("/");
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return `#/${path}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
}

/** The query as it is now, which a screen may not have been drawn with yet. */
export const queryNow = () => parse(location.hash).query;

/** Someone who has typed something is asked before it is left behind; `null` for nobody. */
let guard = null;
export const setGuard = (next) => { guard = next; };

let current = location.hash;
const listeners = new Set();

export function go(to, { replace = false } = {}) {
  if (to === location.hash) return;
  if (guard && !replace && !guard()) return;
  history[replace ? "replaceState" : "pushState"](null, "", location.pathname + location.search + to);
  arrived();
}

function arrived() {
  current = location.hash;
  listeners.forEach((tell) => tell(current));
}

function moved() {
  if (location.hash === current) return;
  if (guard && !guard()) {
    history.pushState(null, "", location.pathname + location.search + current);
    return;
  }
  arrived();
}

addEventListener("popstate", moved);
addEventListener("hashchange", moved);
addEventListener("beforeunload", (event) => { if (guard) event.preventDefault(); });

export function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    listeners.add(setHash);
    setHash(location.hash);
    return () => listeners.delete(setHash);
  }, []);
  return parse(hash);
}
