// History entries: what happened, when, by whom, with the change and the way to bring a value back.
import { classes, html } from "../core/html.js";
import { api } from "../core/api.js";
import { fieldLabel, human, said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { Badge, Button, Diff, Reason, Time } from "./basics.js";
import { confirm, say } from "./dialogs.js";
import { RecordLink } from "./values.js";
import { t } from "../texts.js";

const words = t.history;

/** `restored` hears when a value was brought back; without it there is no such button. */
export const Entries = ({ entries, kind, restored, withRecord }) => html`<ol class="entries">${entries.map((entry) =>
  html`<${Entry} key=${entry.id} ...${{ entry, kind, restored, withRecord }} />`)}</ol>`;

function Entry({ entry, kind, restored, withRecord }) {
  const hub = useHub();
  const its = kind || hub.kind(entry.record.kind);
  const fields = Object.keys(entry.diff);
  const restore = () => confirm({
    title: words.restoreTitle, words: words.restoreWords, label: words.restore,
    children: html`<${Diff} kind=${its} from=${words.now} to=${words.again}
      diff=${Object.fromEntries(fields.map((name) => [name, { from: entry.diff[name].to, to: entry.diff[name].from }]))} />`,
    act: async () => { await api.post(hub.path(`/activity/${encodeURIComponent(entry.id)}:restore`)); say(words.restored); restored(); },
  });
  return html`<li class=${classes("entry", entry.outcome)}>
    <div class="entry-head"><span class=${classes("direction", entry.direction)}>${words.directions[entry.direction]}</span>
      ${withRecord && (its || entry.seen_on ? html`<span><${RecordLink} record=${entry.record} title=${entry.title} on=${entry.seen_on} /></span>` : html`<span>${human(entry.record.kind)}</span>`)}
      <strong>${(entry.outcome === "failed" && words.tried[entry.action]) || words.actions[entry.action] || human(entry.action)}</strong>
      ${entry.outcome !== "ok" && html`<${Badge} value=${entry.outcome} />`}
      <span class="muted"><${Time} at=${entry.at} />${entry.actor && ` · ${words.by(entry.actor)}`}
        ${entry.job && html` · <a href=${hub.to(["jobs", entry.job])}>${words.job}</a>`}</span></div>
    ${entry.message ? html`<p>${entry.reason === "conflict" ? html`<${Reason} code="conflict" /> ${entry.message.split(", ").map((name) => fieldLabel(its, name)).join(", ")}` : said(entry.message)}</p>` : entry.reason && html`<p><${Reason} code=${entry.reason} /></p>`}
    ${fields.length > 0 && html`<details><summary>${words.changes(fields.length)}</summary>
      <${Diff} diff=${entry.diff} kind=${its} />
      ${restored && entry.outcome === "ok" && html`<${Button} needs="write" onClick=${restore}>${words.restore}<//>`}</details>`}</li>`;
}
