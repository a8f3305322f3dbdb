// The comparison with Xero: what the last one found, what was put right, what stays and why; and another one now.
import { html } from "../core/html.js";
import { api } from "../core/api.js";
import { count } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { staying } from "../core/route.js";
import { Button, Card, Empty, Facts, Loaded, Page, ProblemNote, Time } from "../parts/basics.js";
import { confirm, say } from "../parts/dialogs.js";
import { JobLine } from "../parts/jobs.js";
import { t } from "../texts.js";
import { Items } from "./job.js";

const words = t.comparison;
const FIGURES = ["compared", "drifted", "brought_in", "sent", "listed", "missing", "missed_webhooks", "missed_deltas", "unknown"];

export function Comparison() {
  const hub = useHub();
  const told = useLoad(hub.path("/comparison"), { poll: (data) => data?.running && 1000 });
  const start = (dry_run) => api.post(hub.path("/jobs"), { kind: "reconcile", dry_run });
  const [look, busy, problem] = useAction(async () => {
    const stays = staying();
    const plan = await start(true);
    if (stays()) hub.go(["jobs", plan.id]);
  });
  const now = () => confirm({ title: words.nowTitle, words: words.nowWords, label: words.now,
    act: async () => { await start(false); say(words.started); told.reload(); } });
  const actions = hub.connected && html`<${Button} needs="write" busy=${busy} onClick=${look}>${words.look}<//>
    <${Button} look="primary" needs="write" onClick=${now}>${words.now}<//>`;
  return html`<${Page} title=${t.tabs.comparison} sub=${words.sub} actions=${actions} />
    <${ProblemNote} problem=${problem} />
    <${Loaded} from=${told}>${(data) => html`
      ${data.running && html`<${Card} title=${words.running}><${JobLine} job=${data.running} /><//>`}
      ${data.last ? html`<${Last} job=${data.last} next=${data.next_at} />`
        : html`<${Empty} title=${words.empty}>${words.emptyWhat}<//>`}`}<//>`;
}

function Last({ job, next }) {
  const shown = FIGURES.filter((name) => job.figures[name] > 0);
  return html`<${Card} title=${words.last}>
    <ul class="figures">${shown.map((name) => html`<li key=${name} class=${name}><b>${count(job.figures[name])}</b> ${words.figures[name](job.figures[name])}</li>`)}</ul>
    <${Facts} of=${[[t.job.started, html`<${Time} at=${job.started_at} />`], [t.job.finished, html`<${Time} at=${job.finished_at} />`],
      [t.job.startedBy, job.started_by], [t.job.callsUsed, job.calls.used], [words.next, next && html`<${Time} at=${next} />`]]} /><//>
    ${job.figures.drifted ? html`<${Items} key=${job.id} job=${job} all=${{ outcome: "drifted", label: words.all, without: ["unchanged"] }} />`
      : html`<${Empty} title=${words.agrees}>${words.agreesWhat}<//>`}`;
}
