// Import/Export History: every attempt and change in both directions, newest first.
import { html } from "../core/html.js";
import { withQuery } from "../core/api.js";
import { choice, dayOf, human, instantOf } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useLoad } from "../core/load.js";
import { queryNow } from "../core/route.js";
import { Button, Card, Empty, Loaded, Page } from "../parts/basics.js";
import { Entries } from "../parts/entries.js";
import { Select, TextField } from "../parts/fields.js";
import { Pager } from "../parts/table.js";
import { t } from "../texts.js";

const words = t.history;

export function History() {
  const hub = useHub();
  const { query } = hub.route;
  const { page, ...where } = query;
  const narrowed = ["direction", "kind", "outcome", "since"].some((name) => where[name]);
  const list = useLoad(withQuery(hub.path("/history"), { limit: 50, ...where }), { keep: true });
  const narrow = (change) => hub.go(hub.route.parts, { ...queryNow(), cursor: "", page: "", ...change });
  const filter = (name, options, said) => html`<${Select} label=${words.filters[name]} value=${where[name]} onChange=${(value) => narrow({ [name]: value })}
    options=${[["", t.any], ...options.map((each) => [each, said(each)])]} />`;
  return html`<${Page} title=${t.tabs.history} sub=${words.sub} actions=${html`<${Button} busy=${list.busy} onClick=${list.reload}>${t.refresh}<//>`} />
    <div class="toolbar">
      ${filter("direction", ["export", "import", "here"], (each) => words.directions[each])}
      ${filter("kind", hub.kinds.map((kind) => kind.name), human)}
      ${filter("outcome", ["ok", "failed", "skipped", "conflict"], choice)}
      <${TextField} label=${words.filters.since} type="date" value=${dayOf(where.since)} onInput=${(day) => narrow({ since: instantOf(day) })} />
    </div>
    <${Loaded} from=${list} lines=${8}>${(data) => data.items.length ? html`
      <${Card}><${Entries} entries=${data.items} withRecord /><//><${Pager} next=${data.next} query=${query} count=${data.items.length} />`
      : html`${narrowed ? html`<${Empty} title=${t.records.nothingFound} action=${html`<${Button} onClick=${() => hub.go(hub.route.parts)}>${t.records.showAll}<//>`}>${words.nothingFoundWhat}<//>`
        : html`<${Empty} title=${words.empty}>${words.emptyWhat}<//>`}${data.next && html`<${Pager} next=${data.next} query=${query} count=${0} />`}`}<//>`;
}
