// Small things every screen is made of: buttons, badges, times, notes, copyable text, things that load.
import { classes, html, useId, useState } from "../core/html.js";
import * as format from "../core/format.js";
import { useHub } from "../core/hub.js";
import { goBack } from "../core/route.js";
import { Afloat } from "./afloat.js";
import { t } from "../texts.js";

/** `look`: primary, danger, quiet. `needs`: what the role must allow; else it is there, but cannot be pressed. */
export function Button({ look, busy, needs, disabled, children, class: extra, ...rest }) {
  const hub = useHub();
  const refused = needs && hub && !hub.may(needs);
  return html`<button type="button" ...${rest} class=${classes("button", look, busy && "is-busy", extra)}
    disabled=${disabled || refused || false} aria-busy=${busy ? "true" : undefined}
    title=${refused ? t.roles.refused(hub.session.role) : rest.title}>${children}</button>`;
}

/** To what stands above a screen: where one came from there, back to it. */
export function Back({ to, children, class: look = "back", ...rest }) {
  const follow = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return; // a window of its own
    event.preventDefault();
    goBack(to);
  };
  return html`<a ...${rest} class=${look} href=${to} onClick=${follow}>${children}</a>`;
}

export function External({ href, children }) {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer" class="external">${children}<span
    class="hidden"> ${t.newWindow}</span></a>`;
}

export function Time({ at }) {
  if (!at) return null;
  return html`<time datetime=${at} title=${format.exactTime(at)}>${format.time(at)}</time>`;
}

const TONES = {
  linked: "good", done: "good", created: "good", ok: "good", connected: "good", updated: "good", delivered: "good", on: "good",
  error: "bad", failed: "bad", fail: "bad", needs_reconnect: "bad",
  conflict: "warn", parked: "warn", suggested: "warn", suggest: "warn", left_out: "warn", choose: "warn", needs_secret: "warn", retrying: "warn", paused: "bad",
  due: "live", sending: "live", unknown: "live", running: "live", planning: "live", planned: "live",
  create: "live", update: "live", link: "live", archive: "live", pending: "live",
};

export const Badge = ({ value, label }) =>
  html`<span class=${classes("badge", TONES[value])}>${label || format.choice(value)}</span>`;

export const Chip = ({ children }) => html`<span class="chip">${children}</span>`;

/** A message in its place. `tone`: bad, warn, good or nothing. */
export function Note({ tone, title, children, actions, alert }) {
  return html`<div class=${classes("note", tone)} role=${alert ? "alert" : undefined}>
    <div class="note-words">${title && html`<strong>${title}</strong>`}${children && html`<div>${children}</div>`}</div>
    ${actions && html`<div class="note-actions">${actions}</div>`}
  </div>`;
}

const sameWords = (one, other) => [one, other].map((text) => (text || "").toLowerCase().replace(/\W+$/, "")).every((text, _, all) => text === all[0]);

/** What went wrong, what to do, and the way on. */
export function ProblemNote({ problem, retry, actions }) {
  if (!problem) return null;
  const errors = problem.errors || [];
  return html`<${Note} tone="bad" alert title=${format.said(problem.title) || t.problems.other.title}
    actions=${(retry || actions) && html`${retry && html`<${Button} onClick=${retry}>${t.again}<//>`}${actions}`}>
    ${problem.detail && !sameWords(problem.detail, problem.title) && !errors.length && html`<p>${format.said(problem.detail)}</p>`}
    ${errors.length > 0 && html`<ul>${errors.map((each) => html`<li><b>${format.placeInWords(each.field)}</b>: ${format.said(each.message)}</li>`)}</ul>`}
    ${problem.remedy && html`<p>${format.said(problem.remedy)}</p>`}
  <//>`;
}

/** Something that is read: its problem, a calm placeholder, or itself. */
export function Loaded({ from, children, lines = 3 }) {
  const { data, problem, busy, reload } = from;
  return html`
    ${problem && html`<${data ? Afloat : ProblemNote} problem=${problem} retry=${reload} />`}
    ${data ? children(data) : busy && !problem && html`<div class="skeleton" aria-hidden="true">
      ${Array.from({ length: lines }, () => html`<i></i>`)}</div><span class="hidden" role="status">${t.loading}</span>`}`;
}

export function Empty({ title, children, action }) {
  return html`<div class="empty"><h2>${title}</h2>${children && html`<p>${children}</p>`}${action}</div>`;
}

export function Copyable({ label, value }) {
  const [copied, setCopied] = useState(false);
  const id = useId();
  const copy = async () => {
    try { await navigator.clipboard.writeText(value); } catch { document.getElementById(id).select(); return; }
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`<div class="copyable"><label for=${id}>${label}</label>
    <div class="joined"><input id=${id} readonly value=${value} onFocus=${(event) => event.target.select()} />
      <${Button} onClick=${copy} aria-label=${`${t.copy}: ${label}`}>${copied ? t.copied : t.copy}<//></div></div>`;
}

export function Card({ id, title, children, actions, class: extra, level = 2 }) {
  const Heading = `h${level}`;
  return html`<section id=${id} class=${classes("card", extra)}>
    ${(title || actions) && html`<header class="card-head">${title && html`<${Heading}>${title}<//>`}${actions}</header>`}
    ${children}</section>`;
}

export function Page({ title, sub, actions, back, children }) {
  return html`<header class="page-head">
      <div>${back}<h1 tabindex="-1">${title}</h1>${sub && html`<p class="sub">${sub}</p>`}</div>
      ${actions && html`<div class="actions">${actions}</div>`}
    </header>${children}`;
}

/** Facts in two columns; those without a value are left out. */
export const Facts = ({ of, class: extra }) => html`<dl class=${classes("facts", extra)}>${of.filter(([, value]) => value !== "" && value !== null
  && value !== undefined && value !== false).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** Where people do something about a reason. */
const LEADS = {
  possible_duplicate: "suggestions", conflict: "conflicts", not_connected: "connection", needs_reconnect: "connection",
  missing_scope: "connection", integration_disabled: "settings",
};

/** A reason code in plain words, and the way to where it is decided. */
export function Reason({ code, remedy = true }) {
  const hub = useHub();
  if (!code) return null;
  const known = hub.reason(code);
  const leads = hub.has(LEADS[code]) && LEADS[code];
  return html`<span class="reason">${format.said(known?.message) || format.human(code)}${remedy && known?.remedy
    && html` <span class="muted">${format.said(known.remedy)}</span>`}${remedy && leads && html` <a href=${hub.to([leads])}>${t.tabs[leads]}</a>`}</span>`;
}

/** One value becoming another, field by field. */
export function Diff({ diff, kind, from = t.diff.from, to = t.diff.to, overwritten = [], caption }) {
  const names = Object.keys(diff || {});
  if (!names.length) return null;
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${caption || t.diff.caption}><table class="diff">
    <thead><tr><th scope="col">${t.diff.field}</th><th scope="col">${from}</th><th scope="col">${to}</th></tr></thead>
    <tbody>${names.map((name) => html`<tr>
      <th scope="row">${format.fieldLabel(kind, name)}${overwritten.includes(name)
        && html` <${Chip}>${t.diff.overwritten}<//>`}</th>
      <td class="old">${format.plain(diff[name].from) || html`<span class="muted">${t.blank}</span>`}</td>
      <td class="new">${format.plain(diff[name].to) || html`<span class="muted">${t.blank}</span>`}</td></tr>`)}
    </tbody></table></div>`;
}

/** A bar that fills; `role=progressbar` with words. */
export function Progress({ done, total, label }) {
  const share = total ? Math.min(100, Math.round((100 * done) / total)) : undefined;
  return html`<div class=${classes("progress", share === undefined && "unknown")} role="progressbar" aria-label=${label}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${share}><i style=${{ inlineSize: `${share ?? 30}%` }}></i></div>`;
}
