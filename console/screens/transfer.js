// Import/Export: the two big buttons with the pop-up that says what will happen, the tools, and the jobs so far.
import { html, useEffect, useRef, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { count } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { staying } from "../core/route.js";
import { Button, Card, Diff, Empty, Loaded, Note, Page, ProblemNote, Reason } from "../parts/basics.js";
import { Dialog, openDialog } from "../parts/dialogs.js";
import { Figures, JobBar, JobLine, OVER } from "../parts/jobs.js";
import { t } from "../texts.js";
import { ConnectButton } from "./connection.js";

const words = t.transfer;
const BIG = ["import-contacts", "export-organizations"];
const TOOLS = ["send-invoices", "update-invoices", "import-payments", "import-documents", "import-products"];

export function Transfer() {
  const hub = useHub();
  const jobs = useLoad(hub.path("/jobs?limit=50"), { keep: true, poll: (data) => data?.items.some((job) => !OVER.includes(job.status)
    && job.status !== "planned") && 2000 });
  return html`<${Page} title=${t.tabs.transfer} sub=${words.sub} />
    <${TransferCard} />
    <${ToolsCard} />
    <${Card} title=${words.jobs}><${Loaded} from=${jobs}>${(data) => data.items.length
      ? data.items.map((job) => html`<${JobLine} key=${job.id} job=${job} />`)
      : html`<${Empty} title=${words.noJobs}>${hub.connected && words.noJobsWhat}<//>`}<//><//>`;
}

const offered = (hub, names) => names.filter((name) => hub.runs(name));

/** The big buttons; while there is no connection, the way to one instead. */
export function TransferCard() {
  const hub = useHub();
  if (!hub.connection || !hub.has("jobs")) return null;
  if (!hub.connected) {
    return html`<${Card} class="big" title=${t.connection.states[hub.connection.state]}>
      <p>${{ choose: t.connection.chooseWhy, needs_reconnect: t.connection.reconnectWords }[hub.connection.state] || words.connectFirst}</p>
      ${hub.connection.state === "choose" ? html`<a class="button primary" href=${hub.to(["connection"])}>${t.connection.choose}</a>`
        : html`<${ConnectButton} />`}<//>`;
  }
  return html`<div class="columns two">${offered(hub, BIG).map((job) => html`<section key=${job} class="card big">
      <h2>${words.directions[job]}</h2><p>${words.about[job]}</p>
      <${JobButton} job=${job} look="primary" /></section>`)}</div>`;
}

/** What is done with all invoices and payments at once. */
export function ToolsCard() {
  const hub = useHub();
  const tools = hub.connected ? offered(hub, TOOLS) : [];
  return tools.length > 0 && html`<${Card} title=${words.tools}>${tools.map((job) => html`<div key=${job} class="tool">
    <div><strong>${words.directions[job]}</strong><p class="muted">${words.about[job]}</p></div><${JobButton} job=${job} /></div>`)}<//>`;
}

export const JobButton = ({ job, look, ids, label, from }) => html`<${Button} look=${look} needs="write"
  onClick=${() => openJobDialog({ job, ids, label, from })}>${label || words.buttons[job]}<//>`;

export const openJobDialog = (given) => openDialog((close) => html`<${JobDialog} ...${given} close=${close} />`);

/** Says direction, counts, overwritten values and who hears of it, from a plan that is made meanwhile. */
function JobDialog({ job: kind, ids, label, close }) {
  const hub = useHub();
  const [plan, setPlan] = useState(null);
  const [planProblem, setPlanProblem] = useState(null);
  const kept = useRef(null); // the plan's id as long as nobody needs it

  useEffect(() => {
    let over = false;
    let pause = 250;
    const follow = async (id) => {
      const job = await api.get(hub.path(`/jobs/${id}`));
      if (over) return;
      setPlan(job);
      if (job.status !== "planning") return;
      pause = Math.min(pause * 1.4, 4000);
      setTimeout(() => follow(id).catch(setPlanProblem), pause);
    };
    api.post(hub.path("/jobs"), { kind, dry_run: true, ...(ids ? { ids } : {}) }).then((made) => {
      kept.current = made.id;
      if (over) return drop(made.id);
      setPlan(made);
      return follow(made.id);
    }).catch((problem) => !over && setPlanProblem(problem));
    return () => { over = true; if (kept.current) drop(kept.current); };
  }, []);
  const drop = (id) => api.post(hub.path(`/jobs/${id}/cancel`)).catch(() => {});

  const [start, busy, problem] = useAction(async () => {
    const [planned, stays] = [plan?.status === "planned", staying()];
    if (planned) kept.current = null; // however this ends: what is carried out is not dropped
    const job = planned ? await api.post(hub.path(`/jobs/${plan.id}/apply`))
      : await api.post(hub.path("/jobs"), { kind, ...(ids ? { ids } : {}) });
    close();
    if (stays()) hub.go(["jobs", job.id]);
    hub.refresh();
  });
  const look = () => { kept.current = null; close(); hub.go(["jobs", plan.id]); };
  const name = label || words.buttons[kind];
  return html`<${Dialog} title=${words.directions[kind] || name} wide close=${close} busy=${busy} actions=${html`
      ${plan?.status === "planned" && html`<${Button} onClick=${look}>${words.look}<//>`}
      <${Button} look="primary" needs="write" busy=${busy} disabled=${planProblem?.status >= 400 && planProblem.status < 500} onClick=${start}>${name}<//>`}>
    <p>${ids ? words.chosen(ids.length) : words.all[kind]}</p>
    <ul class="rules">${(words.rules[kind] || []).map((rule) => html`<li>${rule}</li>`)}</ul>
    <${Preview} plan=${plan} problem=${planProblem} />
    ${plan?.email?.to && html`<p class="muted">${words.email(plan.email.to)}</p>`}
    <${ProblemNote} problem=${problem} /><//>`;
}

function Preview({ plan, problem }) {
  if (problem) return html`<${ProblemNote} problem=${problem} />`;
  if (!plan || plan.status === "planning") {
    return html`<div class="preview"><p role="status">${words.counting}</p>${plan && html`<${JobBar} job=${plan} />`}
      ${plan?.waiting_for && html`<${Reason} code=${plan.waiting_for} />`}</div>`;
  }
  if (plan.status === "failed") return html`<${Note} tone="bad" title=${t.choices.failed}>${plan.error}<//>`;
  return html`<div class="preview"><h3>${words.would}</h3><${Figures} job=${plan} />
    <p class="muted">${words.calls(count(plan.calls.needed), plan.calls.remaining_today === null ? "" : count(plan.calls.remaining_today))}</p><${Overwritten} plan=${plan} /></div>`;
}

/** The values that will be replaced: the first of them, and how many records have some. */
function Overwritten({ plan }) {
  const hub = useHub();
  const changing = plan.progress.updated > 0;
  const items = useLoad(changing ? hub.path(`/jobs/${plan.id}/items?outcome=update&limit=200`) : null);
  if (!changing || !items.data) return null;
  const some = items.data.items.filter((item) => item.overwritten.length);
  if (!some.length) return html`<p>${words.nothingOverwritten}</p>`;
  const more = items.data.next !== null;
  return html`<${Note} tone="warn" title=${words.overwrites(count(some.length), more)}>
    <details><summary>${words.showOverwritten}</summary>${some.slice(0, 20).map((item) => html`<div key=${item.record.id}>
      <h4>${item.title || item.record.id}</h4>
      <${Diff} kind=${hub.kind(item.record.kind)} overwritten=${item.overwritten} caption=${item.title}
        diff=${Object.fromEntries(item.overwritten.map((field) => [field, item.diff[field]]))} /></div>`)}
      ${(some.length > 20 || more) && html`<p class="muted">${words.moreInPlan}</p>`}</details><//>`;
}
