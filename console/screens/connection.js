// Connect: setting the app up, consent, choosing the organisation, what is left of today's calls, and the way out.
import { html, useEffect, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction } from "../core/load.js";
import { go } from "../core/route.js";
import { Badge, Button, Card, Chip, Copyable, Facts, Note, Page, ProblemNote, Time } from "../parts/basics.js";
import { Gauge } from "../parts/charts.js";
import { confirm, say } from "../parts/dialogs.js";
import { t } from "../texts.js";

const words = t.connection;

/** Begins a consent; the browser leaves for the ledger and comes back to the console. */
export function useConnect() {
  const hub = useHub();
  return useAction(async () => {
    const { authorize_url: to } = await api.post(hub.path("/connection"));
    location.assign(to);
    return new Promise(() => {}); // stay busy until the page is left
  });
}

export function ConnectButton({ look = "primary" }) {
  const [connect, busy, problem] = useConnect();
  return html`<${Button} look=${look} needs="write" busy=${busy} onClick=${connect}>${t.connectToXero}<//><${ProblemNote} problem=${problem} />`;
}

export function Connection() {
  const hub = useHub();
  const now = hub.connection;
  useEffect(() => { hub.refresh(); }, []);
  return html`<${Page} title=${t.tabs.connection} sub=${words.sub} />
    <${Landed} />
    ${now && (now.state === "choose" ? html`<${Choose} now=${now} />`
      : now.organisation && now.state !== "disconnected" ? html`<${Connected} now=${now} />` : html`<${NotYet} now=${now} />`)}
    <${SetUp} open=${!now?.organisation} />`;
}

/** Just back from the consent page: how it went. */
function Landed() {
  const hub = useHub();
  const { outcome, reason } = hub.route.query;
  if (!outcome) return null;
  const close = html`<${Button} onClick=${() => go(hub.to(["connection"]), { replace: true })}>${t.close}<//>`;
  const known = hub.reason(reason);
  if (reason) return html`<${Note} tone="bad" alert title=${known?.message || words.notConnected} actions=${close}>${known?.remedy}<//>`;
  const next = hub.has("jobs") && html`<a class="button primary" href=${hub.to(["transfer"])}>${t.tabs.transfer}</a>`;
  return outcome === "connected" && hub.connected && html`<${Note} tone="good" title=${words.done} actions=${html`${next}${close}`}>${words.doneNext}<//>`;
}

function NotYet({ now }) {
  return html`<${Card} title=${words.states[now.state]}>
    <p>${now.organisation ? words.again(now.organisation.name) : words.why}</p>
    ${now.last_error && html`<${Note} tone="warn">${said(now.last_error)}<//>`}
    <ol class="steps">${words.steps.map((step) => html`<li>${step}</li>`)}</ol>
    <${ConnectButton} /><//>`;
}

function Choose({ now }) {
  const hub = useHub();
  const [id, setId] = useState("");
  const [choose, busy, problem] = useAction(async () => {
    await api.post(hub.path("/connection/organisation"), { id });
    hub.go(["connection"], { outcome: "connected" }, { replace: true });
    hub.refresh();
  });
  return html`<${Card} title=${words.choose}><p>${words.chooseWhy}</p>
    <fieldset class="choices"><legend class="hidden">${words.choose}</legend>${now.choices.map((each) => html`<label key=${each.id}>
      <input type="radio" name="organisation" value=${each.id} checked=${id === each.id} onChange=${() => setId(each.id)} /> ${each.name}</label>`)}</fieldset>
    <${ProblemNote} problem=${problem} />
    <div class="actions"><${Button} look="primary" needs="write" busy=${busy} disabled=${!id} onClick=${choose}>${words.pair}<//></div><//>`;
}

function Connected({ now }) {
  const hub = useHub();
  const [connect, busy, problem] = useConnect();
  const broken = now.state === "needs_reconnect";
  const disconnect = () => confirm({
    title: words.disconnectTitle(now.organisation.name), words: words.disconnectWords, label: t.disconnect, look: "danger",
    act: async () => { await api.delete(hub.path("/connection")); hub.refresh(); say(words.disconnected); },
  });
  return html`<div class="columns two">
    <${Card} title=${now.organisation.name} actions=${html`<${Badge} value=${now.state} label=${words.short[now.state]} />`}>
      ${broken && html`<${Note} tone="bad" alert title=${words.states.needs_reconnect}>${words.reconnectWords}<//>`}
      ${now.last_error && html`<${Note} tone="warn">${said(now.last_error)}<//>`}
      ${now.missing_scopes.length > 0 && html`<${Note} tone="warn" title=${words.missing}>
        <p>${words.missingWords}</p><p>${now.missing_scopes.map((scope) => html`<${Chip} key=${scope}>${scope}<//> `)}</p><//>`}
      <${Facts} of=${[[words.country, now.organisation.country], [words.currency, now.organisation.base_currency],
        [words.since, html`<${Time} at=${now.connected_at} />`], [words.pairing, words.forLife]]} />
      <${ProblemNote} problem=${problem} />
      <div class="actions">
        <${Button} look=${broken ? "primary" : ""} needs="write" busy=${busy} onClick=${connect}>${t.reauthorise}<//>
        <${Button} look="danger" needs="write" onClick=${disconnect}>${t.disconnect}<//>
      </div>
      <details><summary>${words.scopes(now.scopes.length)}</summary><p>${now.scopes.map((scope) => html`<${Chip} key=${scope}>${scope}<//> `)}</p></details>
    <//>
    <${BudgetCard} budget=${now.budget} /></div>`;
}

/** What is left of the ledger's limits. */
export function BudgetCard({ budget, level }) {
  const known = budget?.day_remaining !== null && budget?.day_remaining !== undefined && budget.day_limit;
  return html`<${Card} title=${t.budget.title} level=${level}>${known
    ? html`<${Gauge} left=${budget.day_remaining} limit=${budget.day_limit} label=${t.budget.left} />`
    : html`<p class="muted">${t.budget.unknown}</p>`}
    <p class="muted">${t.budget.why}</p><//>`;
}

function SetUp({ open }) {
  const { session } = useHub();
  const base = session.config.public || location.origin;
  return html`<details class="card set-up" open=${open}><summary><h2>${words.setUp}</h2></summary>
    <ol class="steps">${words.setUpSteps.map((step) => html`<li>${step}</li>`)}</ol>
    <${Copyable} label=${words.redirect} value=${`${base}/oauth/xero/callback`} />
    <${Copyable} label=${words.webhook} value=${`${base}/webhooks/xero`} /></details>`;
}
