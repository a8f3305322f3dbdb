// One job: how far it is, what became of each record or what would, cancel, apply, undo.
import { html, useEffect } from "../core/html.js";
import { api, withQuery } from "../core/api.js";
import { count, fieldLabel, said, titled } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { staying } from "../core/route.js";
import { Back, Badge, Button, Card, Diff, Empty, External, Facts, Loaded, Note, Page, ProblemNote, Reason, Time } from "../parts/basics.js";
import { confirm, say } from "../parts/dialogs.js";
import { figures, Figures, isForeseen, JobBar, jobTitle, OVER } from "../parts/jobs.js";
import { Pager } from "../parts/table.js";
import { t } from "../texts.js";

const words = t.job;
const MOVING = ["planning", "running"];
const WORDS_OF_PLAN = { created: "create", updated: "update", archived: "archive", linked: "link", unlinked: "unlink", deleted: "delete", skipped: "skip", suggested: "suggest", failed: "fail" };

const PLANNED = Object.values(WORDS_OF_PLAN); // what a job that is over has not come to

/** It is over, and the e-mail about it is on its way. */
const telling = (job) => Boolean(job.finished_at && job.email.to && job.email.status === "pending");

export function JobScreen({ id }) {
  const hub = useHub();
  const job = useLoad(hub.path(`/jobs/${encodeURIComponent(id)}`), { keep: true, poll: (data) => (!data || MOVING.includes(data.status) || telling(data)) && 700 });
  const status = job.data?.status;
  useEffect(() => { if (status && OVER.includes(status)) hub.refresh(); }, [status]);
  const back = html`<${Back} to=${hub.to(["transfer"])}>${t.tabs.transfer}<//>`;
  return html`<${Page} back=${back} title=${job.data ? jobTitle(job.data.kind) : words.title}
      actions=${job.data && html`<${JobActions} job=${job.data} reload=${job.reload} />`} />
    <${Loaded} from=${job}>${(data) => html`<${State} job=${data} />
      ${!MOVING.includes(data.status) && html`<${Items} job=${data} />`}`}<//>`;
}

function JobActions({ job, reload }) {
  const hub = useHub();
  const post = (what, query = "") => api.post(hub.path(`/jobs/${job.id}/${what}${query}`));
  const title = jobTitle(job.kind);
  const cancel = () => confirm({ title: words.cancelTitle(title), words: words.cancelWords, label: words.cancel, look: "danger",
    act: async () => { await post("cancel"); reload(); } });
  const [discard, busy, problem] = useAction(async () => {
    const stays = staying();
    await post("cancel");
    if (stays()) hub.go(["transfer"]);
  });
  const apply = () => confirm({ title: words.applyTitle(title), words: words.applyWords, label: words.apply,
    children: html`<${Figures} job=${job} />`, act: async () => { await post("apply"); reload(); } });
  const undo = () => confirm({ title: words.undoTitle(title), words: words.undoWords, label: t.undo,
    act: async () => {
      const stays = staying();
      const plan = await post("undo", "?dry_run=true");
      say(words.undoPlanned);
      if (stays()) hub.go(["jobs", plan.id]);
    } });
  return html`${MOVING.includes(job.status) && !job.stopping && html`<${Button} look="danger" needs="write" onClick=${cancel}>${words.cancel}<//>`}
    ${job.status === "planned" && html`<${Button} needs="write" busy=${busy} onClick=${discard}>${words.discard}<//>
      <${Button} look="primary" needs="write" onClick=${apply}>${words.apply}<//>`}
    ${OVER.includes(job.status) && hub.jobCan("undo") && !job.undoes && !job.undone_by && html`<${Button} needs="write" onClick=${undo}>${t.undo}<//>`}
    <${ProblemNote} problem=${problem} />`;
}

/** Codes of reasons in brackets, as people read them. */
const whyIn = (error, hub) => said(error.charAt(0).toUpperCase() + error.slice(1))
  .replace(/\((\w+)\)/g, (all, code) => (hub.reason(code) ? `(${hub.reason(code).message.replace(/\.$/, "")})` : all));

function State({ job }) {
  const hub = useHub();
  const { done, total } = job.progress;
  const moving = MOVING.includes(job.status);
  const mail = job.email.to && !(moving && job.email.status === "none") && words.email[telling(job) ? "sending" : job.email.status]?.(job.email.to);
  return html`<${Card}>
    <div class="job-state"><${Badge} value=${job.status} />
      <span role="status">${moving ? (total ? words.of(count(done), count(total)) : words.counting) : words.states[job.status]}</span></div>
    ${moving && html`<${JobBar} job=${job} />`}
    ${moving && job.stopping && html`<${Note} tone="warn" title=${words.stopping}>${words.stoppingWhy}<//>`}
    ${moving && job.waiting_for && html`<${Note} tone="warn" title=${words.waits}><${Reason} code=${job.waiting_for} /><//>`}
    ${job.error && html`<${Note} tone="bad" title=${words.failed}>${whyIn(job.error, hub)}<//>`}
    <${Figures} job=${job} />
    ${job.undone_by && html`<p><a href=${hub.to(["jobs", job.undone_by])}>${words.undoneBy}</a></p>`}
    ${job.undoes && html`<p><a href=${hub.to(["jobs", job.undoes])}>${words.undoes}</a></p>`}
    ${job.notes?.map((note) => html`<p class="muted">${said(note)}</p>`)}
    <${Facts} of=${[[words.startedBy, job.started_by], [words.started, html`<${Time} at=${job.started_at} />`],
      [words.finished, job.finished_at && html`<${Time} at=${job.finished_at} />`],
      [words.callsUsed, job.calls.needed ? (job.calls.used ? words.calls(count(job.calls.used), count(job.calls.needed)) : words.callsNeeded(count(job.calls.needed))) : ""],
      [words.finishesAt, moving && job.calls.finishes_at && html`<${Time} at=${job.calls.finishes_at} />`],
      [words.mail, mail]]} /><//>`;
}

/** `all`: what is shown unless somebody narrows it down, its label, and which outcomes are left out of the choice. */
export function Items({ job, all = { outcome: "", label: t.everything, without: [] } }) {
  const hub = useHub();
  const { query } = hub.route;
  const planned = isForeseen(job);
  const items = useLoad(withQuery(hub.path(`/jobs/${job.id}/items`), { outcome: query.outcome || all.outcome, limit: 50, cursor: query.cursor }), { keep: true });
  const show = (outcome) => hub.go(hub.route.parts, { outcome });
  const counts = figures(job).filter(([name]) => !all.without.includes(name));
  return html`<${Card} title=${planned ? words.plan : words.results}>
    ${counts.length > 1 && html`<div class="filters" role="group" aria-label=${words.filter}>
      <${Button} look=${query.outcome ? "" : "on"} aria-pressed=${String(!query.outcome)} onClick=${() => show("")}>${all.label}<//>
      ${counts.map(([name, number]) => { const outcome = planned ? WORDS_OF_PLAN[name] || name : name; return html`<${Button} key=${name}
        look=${query.outcome === outcome ? "on" : ""} aria-pressed=${String(query.outcome === outcome)} onClick=${() => show(outcome)}>
        ${(planned ? words.would : words.did)[name]} ${count(number)}<//>`; })}</div>`}
    <${Loaded} from=${items}>${(data) => data.items.length ? html`<ul class="items">${data.items.map((item, n) =>
        html`<${Item} key=${`${item.record.id}-${n}`} item=${item} over=${OVER.includes(job.status)} />`)}</ul>
      <${Pager} next=${data.next} query=${query} count=${data.items.length} />`
      : html`<${Empty} title=${words.noItems} />`}<//><//>`;
}

/** A conflict's message names fields. */
const inWords = ({ reason, message }, kind) => (reason === "conflict" ? message.split(", ").map((name) => fieldLabel(kind, name)).join(", ") : said(message));

function Item({ item, over }) {
  const hub = useHub();
  const fields = Object.keys(item.diff);
  const title = titled(item.title || "") || item.record.id || item.accounting_code || "";
  const known = item.record.id && hub.kind(item.record.kind) && item.outcome !== "create";
  return html`<li class="item"><div class="item-head">${over && PLANNED.includes(item.outcome) ? html`<${Badge} label=${words.notDone} />` : html`<${Badge} value=${item.outcome} />`}
      <strong>${known ? html`<a href=${hub.record(item.record)}>${title}</a>` : title}</strong>
      ${!item.record.id && item.ledger_url && html`<${External} href=${item.ledger_url}>${t.record.open}<//>`}
      ${item.line && html`<span class="muted">${words.line(item.line)}</span>`}</div>
    ${item.reason && html`<p><${Reason} code=${item.reason} /></p>`}
    ${item.message && html`<p class="muted">${inWords(item, hub.kind(item.record.kind))}</p>`}
    ${fields.length > 0 && html`<details><summary>${words.changes(fields.length, item.overwritten.length)}</summary>
      <${Diff} diff=${item.diff} overwritten=${item.overwritten} kind=${hub.kind(item.record.kind)} caption=${title} /></details>`}</li>`;
}
