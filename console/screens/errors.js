// Unresolved errors, grouped by cause: plain words, the remedy, and fixing one or all of a cause.
import { html, useId } from "../core/html.js";
import { api, withQuery } from "../core/api.js";
import { count, said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useLoad } from "../core/load.js";
import { Button, Card, Chip, Empty, Loaded, Page, Time } from "../parts/basics.js";
import { confirm, openDialog, say } from "../parts/dialogs.js";
import { Details, FixButtons, retryErrors, SkipDialog } from "../parts/fixes.js";
import { Pager } from "../parts/table.js";
import { RecordLink } from "../parts/values.js";
import { t } from "../texts.js";

const words = t.errors;

export function Errors() {
  const hub = useHub();
  const { query } = hub.route;
  const list = useLoad(withQuery(hub.path("/errors"), { limit: 100, cursor: query.cursor }), { keep: true });
  const done = () => { list.reload(); hub.refresh(); };
  const all = () => confirm({ title: words.retryAll, words: words.retryAllWords(count(list.data.count)), label: words.retryAll,
    act: async () => { await retryErrors(hub, { all: true }); done(); } });
  return html`<${Page} title=${t.tabs.errors} sub=${words.sub}
      actions=${html`<${Button} busy=${list.busy} onClick=${done}>${t.refresh}<//>${list.data?.count > 1 && html`<${Button} needs="write" onClick=${all}>${words.retryAll}<//>`}`} />
    <${Loaded} from=${list} lines=${6}>${(data) => data.items.length ? html`
      ${grouped(data.items).map(([code, errors]) => html`<${Group} key=${code} code=${code} errors=${errors} more=${Boolean(data.next || query.cursor)} done=${done} />`)}
      <${Pager} next=${data.next} query=${query} count=${data.count} />`
      : html`<${Empty} title=${words.empty}>${words.emptyWhat}<//>`}<//>`;
}

function grouped(items) {
  const groups = new Map();
  items.forEach((item) => groups.set(item.code, [...(groups.get(item.code) || []), item]));
  return [...groups].sort((a, b) => b[1].length - a[1].length);
}

/** A fix with nothing left to fill in, offered by every error of the group. */
const common = (errors) => errors[0].fixes.filter((fix) => fix.id !== "retry" && fix.id !== "edit"
  && errors.every((error) => error.fixes.some((each) => each.id === fix.id && Object.values(each.params).every((value) => value !== null))));

function Group({ code, errors, more, done }) {
  const hub = useHub();
  const known = hub.reason(code);
  const cause = known?.message || errors[0].message;
  const records = errors.map((error) => error.record);
  const retry = words.retryCause(more ? "" : count(errors.length)); // it is for all with this code, on other pages too
  const retryThese = () => confirm({ title: retry, words: known?.message, label: retry,
    act: async () => { await retryErrors(hub, { code }); done(); } });
  const skip = () => openDialog((close) => html`<${SkipDialog} ...${{ hub, records, close, done }} />`);
  const fixAll = (fix) => confirm({
    title: words.fixAll(said(fix.label), count(errors.length)), words: words.fixAllWords, label: said(fix.label),
    children: html`<ul>${errors.slice(0, 20).map((error) => html`<li>${error.title}</li>`)}</ul>${errors.length > 20 && html`<p>${words.more(errors.length - 20)}</p>`}`,
    act: async () => {
      const failed = [];
      for (const error of errors) {
        const { params } = error.fixes.find((each) => each.id === fix.id);
        try { await api.post(hub.path("/errors:fix"), { record: error.record, fix: fix.id, params }); } catch (problem) { failed.push(problem); }
      }
      say(words.fixed(errors.length - failed.length, failed.length), failed.length ? "bad" : "good");
      done();
    },
  });
  return html`<${Card} class="cause" title=${said(cause)} actions=${html`<${Chip}>${words.number(count(errors.length))}<//>`}>
    <p>${said(known?.remedy || errors[0].remedy)} ${errors[0].who_can_fix && html`<span class="muted">${words.who[errors[0].who_can_fix]}</span>`}</p>
    ${errors.length > 1 && html`<div class="actions">${common(errors).map((fix) => html`<${Button} key=${fix.id} needs="write"
        onClick=${() => fixAll(fix)}>${words.all(said(fix.label))}<//>`)}
      <${Button} needs="write" onClick=${retryThese}>${retry}<//>
      <${Button} needs="write" onClick=${skip}>${words.skipAll}<//></div>`}
    <ul class="items">${errors.map((error) => html`<${One} key=${error.record.id} error=${error} cause=${cause} done=${done} />`)}</ul><//>`;
}

function One({ error, cause, done }) {
  const hub = useHub();
  const id = useId();
  return html`<li class="item"><div class="item-head"><strong id=${id}><${RecordLink} record=${error.record} title=${error.title} on=${error.seen_on} /></strong>
      <span class="muted"><${Time} at=${error.since} />${words.attempts(error.attempts)}</span></div>
    ${said(error.message) !== said(cause) && html`<p>${said(error.message)}</p>`}<${Details} error=${error} />
    <${FixButtons} error=${error} done=${done} describedBy=${id} /></li>`;
}
