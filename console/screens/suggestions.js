// Suggestions: a record and a contact that may be the same, side by side; one decision each or for many.
import { classes, html, useEffect, useState } from "../core/html.js";
import { api, withQuery } from "../core/api.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { Button, Card, Empty, Loaded, Page, ProblemNote } from "../parts/basics.js";
import { confirm, say } from "../parts/dialogs.js";
import { Pager } from "../parts/table.js";
import { t } from "../texts.js";
import { JobButton } from "./transfer.js";

const words = t.suggestions;
const LOOK = "find-duplicates";
const ACTIONS = ["link", "create", "ignore"];

export function Suggestions() {
  const hub = useHub();
  const { query } = hub.route;
  const [selected, setSelected] = useState(new Set());
  const list = useLoad(withQuery(hub.path("/suggestions"), { limit: 50, cursor: query.cursor }), { keep: true });
  useEffect(() => { setSelected(new Set()); }, [list.data]);
  const done = () => { list.reload(); hub.refresh(); };
  const some = (action) => confirm({
    title: words.many[action](selected.size), words: words.means[action], label: words.many[action](selected.size),
    act: async () => {
      const { items } = await api.post(hub.path("/suggestions"), { ids: [...selected], action });
      const failed = items.filter((item) => item.problem);
      say(failed.length ? words.someFailed(failed.length, failed[0].problem.title) : words.decided, failed.length ? "bad" : "good");
      done();
    },
  });
  const toggle = (id, on) => setSelected((old) => { const next = new Set(old); if (on) next.add(id); else next.delete(id); return next; });
  return html`<${Page} title=${t.tabs.suggestions} sub=${words.sub} actions=${html`${hub.connected && hub.runs(LOOK) && html`<${JobButton} job=${LOOK} />`}
      <${Button} busy=${list.busy} onClick=${done}>${t.refresh}<//>`} />
    <${Loaded} from=${list} lines=${6}>${(data) => data.items.length ? html`
      <div class="selection-place"><div class=${classes("selection", !selected.size && "none")} role="group" aria-label=${t.records.selection}>
        <label class="check"><input type="checkbox" checked=${selected.size === data.items.length} disabled=${!hub.may("write")}
          onChange=${(event) => setSelected(new Set(event.target.checked ? data.items.map((each) => each.id) : []))} /> ${selected.size ? t.records.selected(selected.size) : t.table.selectAll}</label>
        ${selected.size > 0 && ACTIONS.map((action) => html`<${Button} key=${action} needs="write" onClick=${() => some(action)}>${words.many[action](selected.size)}<//>`)}</div></div>
      ${data.items.map((each) => html`<${One} key=${each.id} suggestion=${each} done=${done} selected=${selected.has(each.id)} toggle=${toggle} />`)}
      <${Pager} next=${data.next} query=${query} count=${data.items.length} />`
      : html`<${Empty} title=${words.empty}>${words.emptyWhat}<//>`}<//>`;
}

function One({ suggestion, done, selected, toggle }) {
  const hub = useHub();
  const { record, contact, title } = suggestion;
  const [decide, busy, problem] = useAction(async (action) => {
    await api.post(hub.path(`/suggestions/${encodeURIComponent(suggestion.id)}`), { action });
    say(words.done[action](title));
    done();
  });
  return html`<${Card} class="pair">
    <div class="pair-sides">
      <input type="checkbox" checked=${selected} disabled=${!hub.may("write")} aria-label=${t.table.select(title)} onChange=${(event) => toggle(suggestion.id, event.target.checked)} />
      <div><span class="side-name">${words.here}</span><a href=${hub.record(record)}>${title || record.id}</a><small class="muted">${record.id}</small></div>
      <div><span class="side-name">${words.there}</span><span>${contact.name}</span><small class="muted">${contact.email}</small></div>
      <div><span class="muted">${suggestion.reason}</span><small class="muted">${words.score(Math.round(suggestion.score * 100))}</small></div>
    </div>
    <${ProblemNote} problem=${problem} />
    <div class="actions">${ACTIONS.map((action) => html`<${Button} key=${action} look=${action === "link" ? "primary" : ""} needs="write" busy=${busy}
      title=${words.means[action]} onClick=${() => decide(action)}>${words.buttons[action]}<//>`)}</div><//>`;
}
