// The frame around every screen: company, sign-in, the tabs, and the red banner while anything is unresolved.
import { classes, html, useEffect, useErrorBoundary, useLayoutEffect, useRef, useState } from "./core/html.js";
import { api } from "./core/api.js";
import { keepFocusIn } from "./core/focus.js";
import { count } from "./core/format.js";
import { useHub } from "./core/hub.js";
import { useAction } from "./core/load.js";
import { address, go, placeLeft, staying } from "./core/route.js";
import { Edge } from "./parts/edge.js";
import { Button, Note } from "./parts/basics.js";
import { screenOf, tabsOf } from "./screens/all.js";
import { t } from "./texts.js";

export function Shell({ companies, trouble, newCompany }) {
  const hub = useHub();
  const [menu, setMenu] = useState(false);
  const groups = tabsOf(hub);
  const current = hub.route.parts.slice(0, hub.route.parts[0] === "records" ? 2 : 1).join("/") || "overview";
  const tab = groups.flat().find((each) => each.id === current || each.also?.includes(current));
  useEffect(() => { setMenu(false); }, [hub.route]);
  useEffect(() => keepFocusIn(document.getElementById("panel")), []);
  return html`<div class="shell">
    <a class="skip" href="#panel" onClick=${(event) => { event.preventDefault(); document.getElementById("panel").focus(); }}>${t.skip}</a>
    <header class="top">
      <a class="brand" href=${hub.to([])}><img src="/console/icon.svg" alt="" width="28" height="28" /><span>${t.brand}</span></a>
      <${Button} class="menu" aria-expanded=${String(menu)} aria-controls="tabs" onClick=${() => setMenu(!menu)}>${t.menu}<//>
      <${Banner} />
      <${Switcher} companies=${companies} newCompany=${newCompany} />
      <${Status} />
      <${Who} />
    </header>
    <div class="middle">
      <nav class=${classes("side", menu && "open")} id="tabs" aria-label=${t.tabs.label}><${Tabs} groups=${groups} current=${tab} /></nav>
      <main>
        <div id="panel" tabindex="-1" role=${tab ? "tabpanel" : undefined} aria-labelledby=${tab ? `tab-${tab.id}` : undefined}>
          ${!hub.may("write") && html`<p class="looker">${t.roles.looker(hub.session.role)}</p>`}
          <${Screen} key=${hub.route.parts.join("/")} />
        </div>
      </main>
    </div>
    <${Edge} trouble=${trouble} refresh=${hub.refresh} />
  </div>`;
}

function Screen() {
  const hub = useHub();
  const [broken, reset] = useErrorBoundary((error) => console.error(error));
  const [name, ...rest] = hub.route.parts;
  const [screen, title] = screenOf(hub, name || "overview", rest);
  useLayoutEffect(() => {
    document.title = `${title} · ${hub.company.name} · ${t.brand}`;
    const place = placeLeft();
    const link = place?.link && document.querySelector(`#panel a[href="${CSS.escape(place.link)}"]`);
    scrollTo(0, place?.down || 0);
    link?.focus({ preventScroll: true });
    // Somebody who followed a link continues where it led; somebody on a tab stays on it.
    if (document.activeElement === document.body) document.querySelector("#panel h1")?.focus({ preventScroll: true });
  }, []);
  return broken ? html`<${Note} tone="bad" alert title=${t.broken.title}
    actions=${html`<${Button} onClick=${reset}>${t.again}<//>`}>${t.broken.words}<//>` : screen;
}

/** Every screen is a tab; arrow keys walk, Enter opens, and each has its address. */
function Tabs({ groups, current }) {
  const list = useRef();
  const tabs = groups.flat();
  const [at, setAt] = useState(current?.id);
  useEffect(() => { setAt(current?.id); }, [current?.id]);
  const reachable = tabs.some((each) => each.id === at) ? at : tabs[0].id;
  const keys = (event) => {
    const now = tabs.findIndex((each) => each.id === reachable);
    const to = { ArrowDown: now + 1, ArrowRight: now + 1, ArrowUp: now - 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (event.key === " ") { event.preventDefault(); event.target.click(); }
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    setAt(next.id);
    list.current.querySelector(`[data-tab="${next.id}"]`).focus();
  };
  return html`<div role="tablist" aria-orientation="vertical" aria-label=${t.tabs.label} ref=${list} onKeyDown=${keys}>
    ${groups.map((group) => group.map((tab, n) => html`<a key=${tab.id} role="tab" id=${`tab-${tab.id}`} data-tab=${tab.id} href=${tab.href}
      class=${n === 0 ? "first" : ""} aria-selected=${String(tab === current)} aria-controls="panel" tabindex=${tab.id === reachable ? 0 : -1}
      aria-label=${tab.label}>${tab.label}${tab.count > 0 && html`<span class=${classes("count", tab.tone)} aria-hidden="true">${count(tab.count)}</span>`}</a>`))}
  </div>`;
}

/** Straight to the record, as people expect of a single error; null where it cannot be read, which the list of errors says. */
const theOnly = (hub) => api.get(hub.path("/errors?limit=1")).then(({ items: [only] }) => only, () => null);

function Banner() {
  const hub = useHub();
  const errors = hub.company.counts.errors;
  const [view, busy] = useAction(async () => {
    const stays = staying();
    const only = errors === 1 && await theOnly(hub);
    if (stays()) go(only ? hub.place(only) : hub.to(["errors"]));
  });
  if (!errors) return html`<span class="banner-place"></span>`;
  return html`<div class="banner" role="region" aria-label=${t.tabs.errors}><span role="status">${t.banner(errors)}</span><${Button} busy=${busy} onClick=${view}>${t.viewErrors}<//></div>`;
}

function Switcher({ companies, newCompany }) {
  const hub = useHub();
  const others = companies.filter((each) => each.id !== hub.company.id);
  if (!others.length && !hub.may("admin")) return html`<span class="company">${hub.company.name}</span>`;
  const change = (event) => {
    const to = event.target.value;
    event.target.value = hub.company.id;
    if (to === " new") newCompany();
    else go(address(to));
  };
  return html`<label class="company"><span class="hidden">${t.company.label}</span>
    <select value=${hub.company.id} title=${hub.company.name} onChange=${change}>
      <option value=${hub.company.id} selected>${hub.company.name}</option>
      ${others.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}
      ${hub.may("admin") && html`<option value=" new">${t.company.another}</option>`}
    </select></label>`;
}

function Status() {
  const hub = useHub();
  const state = hub.connection?.state;
  if (!state) return null;
  const name = hub.connection.organisation?.name;
  return html`<a class=${classes("status", state)} href=${hub.to(["connection"])} title=${[name, t.connection.states[state]].filter(Boolean).join(" · ")}>
    <i aria-hidden="true"></i><span>${state === "connected" && name ? name : t.connection.short[state]}</span></a>`;
}

function Who() {
  const { session } = useHub();
  return html`<div class="who"><span title=${session.email}>${t.roles[session.role] || session.role}</span>
    <${Button} look="quiet" onClick=${() => session.signOut()}>${t.signIn.out}<//></div>`;
}
