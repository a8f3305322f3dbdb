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

// Each step of the browser's history says where it was entered from; how its screen was left is kept by the step's own id.
const stepFrom = (from, more) => ({ step: crypto.randomUUID(), from, ...more });
const left = new Map();
const listed = new Map(); // by path: the address at which it was seen last, with what it was narrowed to
let current = location.hash;
let returning = null;
history.scrollRestoration = "manual";
if (!history.state?.step) history.replaceState(stepFrom(""), "");
let { step } = history.state;
const listeners = new Set();
const pathOf = (hash) => hash.split("?")[0];
listed.set(pathOf(current), current);

/** The same place under another address of the page itself: what only signing in or the ledger's page had put there is gone. */
export function readdress(to) {
  history.replaceState(history.state, "", location.pathname + to);
  current = location.hash;
}

/** Goes there; `more` is remembered with that step of the history. */
export function go(to, { replace = false, ...more } = {}) {
  if (to === location.hash) return;
  if (guard && !replace && !guard()) return;
  const url = location.pathname + location.search + to;
  if (replace) history.replaceState(history.state, "", url);
  else {
    leave();
    history.pushState(stepFrom(current, more), "", url);
  }
  arrived();
}

/** Goes back where that is what was seen just before, and to it otherwise: the same place, but no longer history. */
export function goBack(to) {
  if (history.state?.from && pathOf(history.state.from) === pathOf(to)) history.back();
  else go(to);
}

/** For what takes a while and then leads on: asked afterwards, says whether one is still where it was begun. */
export function staying() {
  const from = step;
  return () => step === from;
}

/** What this step of the history remembers. */
export const remembered = (name) => history.state?.[name];

/** A list's address as it was seen last: the same filters, the same page. */
export const lastSeen = (to) => listed.get(pathOf(to)) || to;

/** How the screen was left that is returned to: how far down, and the link that was followed. Nothing if it is new. */
export const placeLeft = () => returning;

const leave = () => left.set(step, { down: scrollY, link: document.activeElement?.getAttribute("href") });

function arrived() {
  returning = history.state.step === step ? returning : left.get(history.state.step) || null;
  ({ step } = history.state);
  current = location.hash;
  listed.set(pathOf(current), current);
  listeners.forEach((tell) => tell(current));
}

function moved() {
  if (location.hash === current) return;
  if (guard && !guard()) {
    history.pushState({ ...stepFrom(current), step }, "", location.pathname + location.search + current);
    return;
  }
  leave();
  if (!history.state?.step) history.replaceState(stepFrom(current), ""); // a link was followed
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
