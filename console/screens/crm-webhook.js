// The CRM's ear: where changes are told, the secret they are signed with, how each delivery went, and telling again.
import { html, useState } from "../core/html.js";
import { api, withQuery } from "../core/api.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { Badge, Button, Card, Copyable, Empty, Facts, Loaded, Note, Page, ProblemNote, Reason, Time } from "../parts/basics.js";
import { Dialog, openDialog, say } from "../parts/dialogs.js";
import { Checkbox, TextField } from "../parts/fields.js";
import { Pager, Table } from "../parts/table.js";
import { t } from "../texts.js";

const words = t.crmWebhook;

export function CrmWebhook() {
  const hub = useHub();
  const { query } = hub.route;
  const webhook = useLoad(hub.path("/crm-webhook"), { read: api.read });
  const deliveries = useLoad(withQuery(hub.path("/crm-webhook/deliveries"), { limit: 50, cursor: query.cursor }));
  const reload = () => { webhook.reload(); deliveries.reload(); };
  return html`<${Page} title=${t.tabs["crm-webhook"]} sub=${words.sub} actions=${html`<${Button} busy=${deliveries.busy} onClick=${reload}>${t.refresh}<//>`} />
    <${Loaded} from=${webhook}>${({ body, revision }) => html`<div class="columns two">
      <${Endpoint} now=${body} revision=${revision} reload=${reload} /><${Secrets} now=${body} reload=${reload} /></div>`}<//>
    <${Card} title=${words.deliveries}><${Loaded} from=${deliveries}>${(data) => data.items.length ? html`
        <${Deliveries} items=${data.items} reload=${reload} /><${Pager} next=${data.next} query=${query} count=${data.items.length} />`
      : html`<${Empty} title=${words.none}>${words.noneWhat}<//>`}<//><//>`;
}

function Endpoint({ now, revision, reload }) {
  const hub = useHub();
  const [edits, setEdits] = useState({}); // they stay whatever else is read meanwhile
  const edit = (change) => setEdits((old) => ({ ...old, ...change }));
  const typed = { url: now.url, enabled: now.enabled, ...edits };
  const changed = typed.url !== now.url || typed.enabled !== now.enabled;
  const [save, busy, problem] = useAction(async () => {
    try {
      await api.put(hub.path("/crm-webhook"), typed, { headers: { "if-match": `"${revision}"` } });
    } catch (error) {
      if (error.status === 412) reload();
      throw error;
    }
    setEdits({});
    say(words.saved);
    reload();
  });
  const off = !hub.may("write");
  return html`<${Card} title=${words.endpoint} actions=${html`<${Badge} value=${now.state} label=${words.states[now.state]} />`}>
    ${now.reason && html`<${Note} tone="bad"><${Reason} code=${now.reason} /><//>`}
    ${now.resting_until && html`<${Note} tone="warn">${words.resting} <${Time} at=${now.resting_until} /><//>`}
    <${TextField} label=${words.url} value=${typed.url} disabled=${off} onInput=${(url) => edit({ url })} problem=${problem?.of?.("url")} hint=${words.urlHint} />
    <${Checkbox} look="switch" label=${words.enabled} hint=${words.enabledHint} checked=${typed.enabled} disabled=${off} onChange=${(enabled) => edit({ enabled })} />
    <${ProblemNote} problem=${problem} />
    ${changed && html`<div class="actions"><${Button} look="primary" needs="write" busy=${busy} onClick=${save}>${t.save}<//></div>`}<//>`;
}

function Secrets({ now, reload }) {
  const create = () => openDialog((close) => html`<${NewSecret} close=${(made) => { close(made); reload(); }} />`);
  return html`<${Card} title=${words.secrets}><p class="muted">${words.secretsWhy}</p>
    ${now.secrets.length > 0 ? html`<${Facts} of=${now.secrets.map((secret) => [html`<code>${secret.id}</code>`, html`<${Time} at=${secret.created_at} />
      ${secret.expires_at && html`<span class="muted"> ${words.until} <${Time} at=${secret.expires_at} /></span>`}`])} />` : html`<p>${words.noSecret}</p>`}
    <div class="actions"><${Button} needs="admin" onClick=${create}>${words.newSecret}<//></div><//>`;
}

/** Shown once; closing it is the end of it. */
function NewSecret({ close }) {
  const hub = useHub();
  const [made, setMade] = useState(null);
  const [create, busy, problem] = useAction(async () => setMade(await api.post(hub.path("/crm-webhook/secret"), {})));
  return html`<${Dialog} title=${words.newSecret} close=${() => close(made)} busy=${busy} cancel=${made ? "" : t.cancel} actions=${made ? html`<${Button} look="primary" onClick=${() => close(made)}>${t.close}<//>`
    : html`<${Button} look="primary" needs="admin" busy=${busy} onClick=${create}>${words.newSecret}<//>`}>
    ${made ? html`<p>${words.once}</p><${Copyable} label=${words.secret} value=${made.secret} />` : html`<p>${words.newSecretWords}</p>`}
    <${ProblemNote} problem=${problem} /><//>`;
}

function Deliveries({ items, reload }) {
  const hub = useHub();
  const columns = [
    { name: "at", label: words.at, cell: (row) => html`<${Time} at=${row.at} />` },
    { name: "record", label: t.queue.record, cell: (row) => html`<a href=${hub.record(row.record)}>${row.record.id}</a>` },
    { name: "outcome", label: t.csv.outcome, cell: (row) => html`<${Badge} value=${row.outcome} label=${words.outcomes[row.outcome]} />` },
    { name: "status", label: words.status, align: "number", cell: (row) => row.status ?? "" },
    { name: "detail", label: words.detail, cell: (row) => row.detail || "" },
    { name: "next", label: words.next, cell: (row) => html`<${Time} at=${row.next_attempt_at} />` },
    { name: "replay", label: words.replayColumn, cell: (row) => html`<${Replay} delivery=${row} reload=${reload} />` },
  ];
  return html`<${Table} caption=${words.deliveries} columns=${columns} rows=${items} rowKey=${(row) => row.id} />`;
}

function Replay({ delivery, reload }) {
  const hub = useHub();
  const [replay, busy, problem] = useAction(async () => {
    await api.post(hub.path(`/crm-webhook/deliveries/${encodeURIComponent(delivery.id)}/replay`));
    say(words.replayed);
    reload();
  });
  return html`<${Button} needs="write" busy=${busy} onClick=${replay}>${words.replay}<//><${ProblemNote} problem=${problem} />`;
}
