// The overview: what is due, moving and failed, the two big buttons, and the last 30 days.
import { classes, html } from "../core/html.js";
import { count, share, shortDay } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useLoad } from "../core/load.js";
import { Card, Empty, Loaded, Page } from "../parts/basics.js";
import { Columns } from "../parts/charts.js";
import { JobLine } from "../parts/jobs.js";
import { t } from "../texts.js";
import { ToolsCard, TransferCard } from "./transfer.js";

const words = t.overview;

export function Overview() {
  const hub = useHub();
  const { counts } = hub.company;
  const jobs = useLoad(hub.has("jobs") ? hub.path("/jobs?limit=10") : null, { keep: true, poll: () => 3000 });
  const moving = (jobs.data?.items || []).filter((job) => ["running", "planning"].includes(job.status));
  const tile = (parts, name, number, tone) => html`<a class=${classes("tile", number > 0 && tone)} href=${hub.to(parts)}>
    <b>${count(number)}</b><span>${words[name](number)}</span></a>`;
  return html`<${Page} title=${t.tabs.overview} sub=${hub.company.name} />
    <div class="tiles">
      ${hub.has("export-queue") && tile(["export-queue"], "due", counts.due, "live")}
      ${hub.has("jobs") && tile(["transfer"], "moving", moving.length, "live")}
      ${tile(["errors"], "errors", counts.errors, "bad")}
      ${tile(["conflicts"], "conflicts", counts.conflicts, "warn")}
      ${tile(["suggestions"], "suggestions", counts.suggestions, "warn")}
    </div>
    ${moving.map((job) => html`<${JobLine} key=${job.id} job=${job} />`)}
    <${TransferCard} />
    ${hub.has("summary") && html`<${Days} />`}
    <${ToolsCard} />`;
}

const SERIES = [
  { name: "ok", tone: "good" }, { name: "skipped", tone: "calm" }, { name: "conflict", tone: "warn" }, { name: "failed", tone: "bad" },
];

function Days() {
  const hub = useHub();
  const summary = useLoad(hub.path("/summary?days=30"), { keep: true, poll: () => 30_000 });
  const series = SERIES.map((each) => ({ ...each, label: words.outcomes[each.name] }));
  const days = (summary.data?.days || []).map((day) => ({
    date: day.date,
    values: Object.fromEntries(SERIES.map(({ name }) => [name, day.export[name] + day.import[name]])),
  }));
  return html`<div class="columns two">
    <${Card} title=${words.days}><${Loaded} from=${summary} lines=${9}>${() => days.some((day) => Object.values(day.values).some(Boolean))
      ? html`<${Columns} days=${days} series=${series} label=${words.days} />` : html`<${Empty} title=${t.history.empty}>${t.history.emptyWhat}<//>`}<//><//>
    <${Card} title=${words.calls}><${Loaded} from=${summary} lines=${9}>${(told) => html`<${Calls} days=${told.days} budget=${told.budget} />`}<//><//></div>`;
}

/** What the days cost, against what the ledger grants. */
function Calls({ days, budget: { day_limit: limit, day_remaining: left } }) {
  const busiest = days.reduce((most, day) => (day.calls > most.calls ? day : most), { calls: 0 });
  if (!busiest.calls) return html`<p class="muted">${t.budget.unknown}</p>`;
  const drawn = days.map((day) => ({ date: day.date, values: { calls: day.calls } }));
  return html`<${Columns} days=${drawn} series=${[{ name: "calls", tone: "live", label: words.callsMade }]} label=${words.calls}
      limit=${{ value: limit, label: words.granted }} />
    ${limit && html`<p class="muted">${t.budget.words(count(left), count(limit))}. ${words.busiest(shortDay(busiest.date), share(busiest.calls / limit))}</p>`}`;
}
