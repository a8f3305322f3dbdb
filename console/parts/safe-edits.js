// An edit that money on the document keeps back: the ways round it, each told step by step before it is confirmed.
import { html, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { date, money, said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad, useOnce } from "../core/load.js";
import { Button, Diff, Note, ProblemNote } from "./basics.js";
import { Dialog, openDialog, say } from "./dialogs.js";
import { TextField } from "./fields.js";
import { t } from "../texts.js";

const words = t.safeEdits;

export const isSafeEdit = (fix) => fix.id in words.done;
export const openSafeEdit = (given) => openDialog((close) => html`<${SafeEdit} ...${given} close=${close} />`);

/** On the record: what is kept back, and a button for each way. */
export function SafeEdits({ kind, record, title, reload }) {
  const hub = useHub();
  const ways = record.sync.fixes.filter(isSafeEdit);
  if (record.sync.error || !ways.length) return null;
  const about = { kind: kind.name, id: record.id };
  return html`<${Note} tone="warn" title=${words.title} actions=${ways.map((fix, n) => html`<${Button} key=${fix.id} look=${n === 0 ? "primary" : ""}
      needs="write" onClick=${() => openSafeEdit({ hub, record: about, title, fix, done: reload })}>${said(fix.label)}<//>`)}>${words.what}<//>`;
}

function SafeEdit({ hub, record, title, fix, close, done }) {
  const [params, setParams] = useState(fix.params);
  const body = { record, fix: fix.id, params };
  const plan = useLoad(JSON.stringify(body), { read: (_, options) => api.post(hub.path("/errors:fix"), { ...body, dry_run: true }, options) });
  const once = useOnce(JSON.stringify(body));
  const [run, busy, problem] = useAction(async () => {
    await api.post(hub.path("/errors:fix"), body, { headers: once });
    say(words.done[fix.id]);
    close(true);
    done();
  });
  const told = plan.problem ? null : plan.data;
  return html`<${Dialog} title=${said(fix.label)} wide close=${close} busy=${busy} actions=${html`<${Button} look="primary" busy=${busy} disabled=${!told} onClick=${run}>${words.confirm[fix.id]}<//>`}>
    <p>${words.about[fix.id](title)}</p>
    ${"number" in fix.params && html`<${TextField} label=${words.number} hint=${words.numberHint} value=${params.number} most="255"
      onInput=${(number) => setParams({ ...params, number })} />`}
    ${told && html`<h3>${words.will}</h3><ol>${told.steps.map((step) => html`<li>${inWords(step, record)}</li>`)}</ol>
      ${told.note && html`<p>${said(told.note)}</p>`}
      <${Diff} diff=${told.diff} kind=${hub.kind(record.kind)} from=${t.overwriting.there} to=${t.overwriting.here} />`}
    <${ProblemNote} problem=${problem || plan.problem} /><//>`;
}

function inWords(step, record) {
  const amount = money(step.amount, step.currency);
  const own = step.record.kind === record.kind && step.record.id === record.id;
  return words.steps[step.action](amount, step.date && date(step.date), own);
}
