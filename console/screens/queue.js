// The export queue: what will go, what will be done, and why something waits.
import { html } from "../core/html.js";
import { withQuery } from "../core/api.js";
import { fieldLabel, human } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useLoad } from "../core/load.js";
import { Badge, Button, Empty, Loaded, Page, Reason, Time } from "../parts/basics.js";
import { Pager, Table } from "../parts/table.js";
import { RecordLink } from "../parts/values.js";
import { t } from "../texts.js";

const words = t.queue;

export function Queue() {
  const hub = useHub();
  const { query } = hub.route;
  const list = useLoad(withQuery(hub.path("/export-queue"), { limit: 50, cursor: query.cursor }), { keep: true });
  const columns = [
    { name: "record", label: words.record, cell: (row) => html`<${RecordLink} record=${row.record} title=${row.title} on=${row.seen_on} />` },
    { name: "kind", label: words.kind, cell: (row) => human(hub.kind(row.record.kind)?.singular || row.record.kind) },
    { name: "state", label: words.state, cell: (row) => html`<${Badge} value=${row.state} />` },
    { name: "what", label: words.what, cell: (row) => html`${words.actions[row.action]}${row.fields.length > 0
      && html`<br /><small class="muted">${row.fields.map((field) => fieldLabel(hub.kind(row.record.kind), field)).join(", ")}</small>`}` },
    { name: "waits", label: words.waits, cell: (row) => (row.waiting_for ? html`<${Reason} code=${row.waiting_for} />` : words.next) },
    { name: "since", label: words.since, cell: (row) => html`<${Time} at=${row.since} />` },
    ...(list.data?.items.some((row) => row.until) ? [{ name: "until", label: words.until, cell: (row) => html`<${Time} at=${row.until} />` }] : []),
  ];
  return html`<${Page} title=${t.tabs["export-queue"]} sub=${words.sub} actions=${html`<${Button} busy=${list.busy} onClick=${() => { list.reload(); hub.refresh(); }}>${t.refresh}<//>`} />
    <${Loaded} from=${list} lines=${6}>${(data) => data.items.length ? html`
      <${Table} caption=${t.tabs["export-queue"]} columns=${columns} rows=${data.items} dim=${list.busy}
        rowKey=${(row) => `${row.record.kind}/${row.record.id}/${row.part}`} />
      <${Pager} next=${data.next} query=${query} count=${data.items.length} />`
      : html`<${Empty} title=${words.empty}>${words.emptyWhat}<//>`}<//>`;
}
