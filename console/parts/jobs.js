// Bulk jobs wherever they show: their figures, one line with a bar, and starting one.
import { html } from "../core/html.js";
import { count } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { Badge, Progress, Time } from "./basics.js";
import { t } from "../texts.js";

export const OVER = ["done", "failed", "cancelled"];
const FIGURES = ["created", "updated", "archived", "linked", "unlinked", "deleted", "unchanged", "skipped", "suggested", "left_out", "failed"];

export const jobTitle = (kind) => t.jobs[kind] || kind.replaceAll("-", " ");

/** The outcomes that occurred, with their numbers; of a plan, what would happen. */
export const figures = (job) => FIGURES.filter((name) => job.progress[name] > 0).map((name) => [name, job.progress[name]]);

/** Whether its figures say what would happen: a plan, also one that was discarded. What is carried out counts anew. */
export const isForeseen = ({ status, dry_run: plan, progress }) => ["planned", "planning"].includes(status)
  || (status === "cancelled" && plan && progress.done === progress.total);

export function Figures({ job }) {
  const planned = isForeseen(job);
  const shown = figures(job);
  if (!shown.length) return html`<p class="muted">${OVER.includes(job.status) || planned ? t.job.noFigures : t.job.begins}</p>`;
  return html`<ul class="figures">${shown.map(([name, number]) => html`<li key=${name} class=${name}>
    <b>${count(number)}</b> ${(planned ? t.job.would : t.job.did)[name]}</li>`)}</ul>`;
}

export function JobBar({ job }) {
  const { done, total } = job.progress;
  return html`<${Progress} done=${OVER.includes(job.status) ? 1 : done} total=${OVER.includes(job.status) ? 1 : total}
    label=${`${jobTitle(job.kind)}: ${total ? t.job.of(count(done), count(total)) : t.choices[job.status]}`} />`;
}

export function JobLine({ job }) {
  const hub = useHub();
  const { done, total } = job.progress;
  return html`<a class="job-line" href=${hub.to(["jobs", job.id])}>
    <span class="job-name">${jobTitle(job.kind)}</span><${Badge} value=${job.status} />
    <span class="muted">${OVER.includes(job.status) || job.status === "planned"
      ? figures(job).map(([name, number]) => `${count(number)} ${(isForeseen(job) ? t.job.would : t.job.did)[name]}`).join(" · ")
      : total ? t.job.of(count(done), count(total)) : ""}</span>
    <span class="muted job-when"><${Time} at=${job.started_at} /></span>
    ${!OVER.includes(job.status) && job.status !== "planned" && html`<${JobBar} job=${job} />`}</a>`;
}
