// Which screens there are for a company: those that the API can serve, each with its tab.
import { html } from "../core/html.js";
import { human } from "../core/format.js";
import { Empty } from "../parts/basics.js";
import { t } from "../texts.js";
import { Comparison } from "./comparison.js";
import { Conflicts } from "./conflicts.js";
import { Connection } from "./connection.js";
import { CrmWebhook } from "./crm-webhook.js";
import { CsvFiles } from "./csv.js";
import { EmailPreferences } from "./email-preferences.js";
import { Errors } from "./errors.js";
import { History } from "./history.js";
import { JobScreen } from "./job.js";
import { Mappings } from "./mappings.js";
import { Overview } from "./overview.js";
import { Queue } from "./queue.js";
import { RecordForm } from "./record-form.js";
import { RecordScreen } from "./record.js";
import { Records } from "./records.js";
import { Settings } from "./settings.js";
import { Suggestions } from "./suggestions.js";
import { Transfer } from "./transfer.js";

/** The tabs in their groups. */
export function tabsOf(hub) {
  const { counts } = hub.company;
  const tab = (id, parts = [id], more = {}) => ({ id, label: t.tabs[id], href: hub.to(parts), ...more });
  const when = (screen, made) => (hub.has(screen) ? [made] : []);
  return [
    [
      tab("overview", []),
      ...when("jobs", tab("transfer", ["transfer"], { also: ["jobs"] })),
      ...hub.kinds.map((kind) => ({ id: `records/${kind.name}`, label: human(kind.plural), href: hub.to(["records", kind.name]) })),
    ],
    [
      ...when("export-queue", tab("export-queue", undefined, { count: counts.due })),
      ...when("history", tab("history")),
      ...when("errors", tab("errors", undefined, { count: counts.errors, tone: "bad" })),
      ...when("conflicts", tab("conflicts", undefined, { count: counts.conflicts, tone: "warn" })),
      ...when("suggestions", tab("suggestions", undefined, { count: counts.suggestions, tone: "warn" })),
      ...when("comparison", tab("comparison")),
    ],
    [
      ...(hub.has("links-csv") || hub.has("organizations-csv") ? [tab("csv")] : []),
      ...when("connection", tab("connection")),
      ...when("mappings", tab("mappings")),
      ...when("crm-webhook", tab("crm-webhook")),
      ...when("settings", tab("settings")),
    ],
  ].filter((group) => group.length);
}

const SCREENS = {
  overview: Overview, connection: Connection, transfer: Transfer, history: History, errors: Errors,
  conflicts: Conflicts, suggestions: Suggestions, settings: Settings, csv: CsvFiles, "export-queue": Queue,
  "crm-webhook": CrmWebhook, comparison: Comparison,
};

/** What to draw for an address, and its title. */
export function screenOf(hub, name, rest) {
  if (name === "jobs" && rest.length) return [html`<${JobScreen} id=${rest[0]} />`, t.job.title];
  if (name === "records" && hub.kind(rest[0])) return recordScreen(hub.kind(rest[0]), rest.slice(1));
  if (name === "mappings") return [html`<${Mappings} of=${Object.hasOwn(t.mappings.kinds, rest[0]) ? rest[0] : undefined} />`, t.tabs.mappings];
  if (name === "settings" && rest[0] === "e-mail") return [html`<${EmailPreferences} />`, t.settings.email];
  const Chosen = Object.hasOwn(SCREENS, name) && SCREENS[name];
  if (Chosen) return [html`<${Chosen} />`, t.tabs[name]];
  return [html`<h1 tabindex="-1">${t.nowhere.title}</h1><${Empty} title=${t.nowhere.sub}
    action=${html`<a class="button" href=${hub.to([])}>${t.nowhere.back}</a>`} />`, t.nowhere.title];
}

function recordScreen(kind, [id, doing]) {
  if (!id) return [html`<${Records} kind=${kind} />`, human(kind.plural)];
  if (id === "new" && !doing) return [html`<${RecordForm} kind=${kind} />`, t.record.new(kind.singular)];
  if (doing === "edit") return [html`<${RecordForm} kind=${kind} id=${id} />`, t.record.edit];
  return [html`<${RecordScreen} kind=${kind} id=${id} />`, human(kind.singular)];
}
