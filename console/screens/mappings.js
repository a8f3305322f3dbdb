// Mappings: what the CRM's own codes are in the ledger. What is missing comes first; each choice is saved at once.
import { html, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { staying } from "../core/route.js";
import { Badge, Button, Card, Chip, Empty, Loaded, Note, Page, ProblemNote, Reason } from "../parts/basics.js";
import { ChoiceCombobox } from "../parts/combobox.js";
import { confirm, say } from "../parts/dialogs.js";
import { Select, TextField } from "../parts/fields.js";
import { t } from "../texts.js";

const words = t.mappings;
const KINDS = ["tax", "account", "payment-method", "location"];
const SIDED = ["tax", "account"];
const LISTS = "import-reference-data";

export function Mappings({ of = KINDS[0] }) {
  const hub = useHub();
  const told = useLoad(hub.path(`/mappings/${of}`), { read: api.read });
  const [refresh, busy, problem] = useAction(async () => {
    const stays = staying();
    const job = await api.post(hub.path("/jobs"), { kind: LISTS });
    say(words.reading);
    if (stays()) hub.go(["jobs", job.id]);
  });
  return html`<${Page} title=${t.tabs.mappings} sub=${words.sub} actions=${hub.connected && hub.runs(LISTS)
      && html`<${Button} needs="write" busy=${busy} onClick=${refresh}>${words.read}<//>`} />
    <${ProblemNote} problem=${problem} />
    <nav class="filters" aria-label=${words.kindsLabel}>${KINDS.map((kind) => html`<a key=${kind} class=${`button ${kind === of ? "on" : ""}`}
      aria-current=${kind === of ? "page" : undefined} href=${hub.to(["mappings", kind])}>${words.kinds[kind]}</a>`)}</nav>
    <p class="muted">${words.about[of]}</p>
    <${Loaded} from=${told} lines=${6}>${({ body, revision }) => html`<${Pairs} kind=${of} told=${body} revision=${revision} reload=${told.reload} />`}<//>`;
}

function Pairs({ kind, told, revision, reload }) {
  const hub = useHub();
  const given = told.items.map(({ from, side, to }) => ({ from, side, to }));
  const [save, busy, problem] = useAction(async (items, done) => {
    try {
      await api.put(hub.path(`/mappings/${kind}`), { items }, { headers: { "if-match": `"${revision}"` } });
    } catch (error) {
      if (error.status === 412) reload();
      throw error;
    }
    say(done);
    reload();
    return true;
  });
  const add = (more) => save([...given, ...more], words.added(more.map((pair) => pair.from).join(", ")));
  const change = (n, to) => save(given.map((pair, at) => (at === n ? { ...pair, to } : pair)), words.added(given[n].from));
  const remove = (n) => confirm({ title: words.removeTitle(told.items[n].from), words: words.removeWords, label: t.remove,
    act: () => save(given.filter((_, at) => at !== n), words.removed(given[n].from)) });
  const guessed = told.unmapped.filter((each) => each.suggestion);
  const row = { kind, told, busy };
  return html`
    ${!told.choices.length && html`<${Note} tone="warn" title=${words.noLists}>${hub.connected ? words.noListsWhat : words.connectFirst}<//>`}
    <${ProblemNote} problem=${problem} />
    ${told.unmapped.length > 0 && html`<${Card} title=${words.missing} actions=${guessed.length > 1 && html`<${Button} needs="write" busy=${busy}
        onClick=${() => add(guessed.map(({ from, side, suggestion }) => ({ from, side, to: suggestion })))}>${words.takeAll(guessed.length)}<//>`}>
      <p class="muted">${words.missingWhat}${!told.complete && ` ${words.incomplete}`}</p>
      <ul class="items">${told.unmapped.map((each) => html`<${Missing} key=${`${each.from} ${each.side}`} each=${each} ...${row} add=${add} />`)}</ul><//>`}
    <${Card} title=${words.mapped}>${told.items.length
      ? html`<ul class="items">${told.items.map((each, n) => html`<${Pair} key=${`${each.from} ${each.side}`} each=${each} ...${row}
          change=${(to) => change(n, to)} remove=${() => remove(n)} />`)}</ul>`
      : html`<${Empty} title=${words.empty}>${words.emptyWhat}<//>`}<//>
    <${NewPair} ...${row} add=${add} />`;
}

/** What may be chosen for a side, the code beside the name. */
const offered = (kind, choices, side) => choices.filter((each) => !side || !each.sides.length || each.sides.includes(side))
  .map((each) => ({ value: each.to, name: each.name, note: [SIDED.includes(kind) && each.to, ...each.sides.map((one) => words.sides[one])].filter(Boolean).join(" · ") }));

const Code = ({ each }) => html`<div class="mapping-from"><strong>${each.from}</strong>${each.side && html` <${Chip}>${words.sides[each.side]}<//>`}
  ${each.used > 0 && html`<span class="muted">${words.used(each.used)}</span>`}</div>`;

const name = (each) => words.target(each.from, each.side && words.sides[each.side]);

function Missing({ each, kind, told, busy, add }) {
  const hub = useHub();
  const choices = offered(kind, told.choices, each.side);
  const guess = choices.find((choice) => choice.value === each.suggestion);
  const take = (to) => add([{ from: each.from, side: each.side, to }]);
  return html`<li class="item mapping"><${Code} each=${each} />
    <${ChoiceCombobox} label=${name(each)} hideLabel choices=${choices} value="" disabled=${busy || !hub.may("write")} onChoose=${take} placeholder=${words.choose} />
    <div class="mapping-state">${guess && html`<${Button} needs="write" busy=${busy} onClick=${() => take(guess.value)}>${words.take(guess.name)}<//>`}</div></li>`;
}

function Pair({ each, kind, told, busy, change, remove }) {
  const hub = useHub();
  const choices = offered(kind, told.choices, each.side);
  const chosen = choices.find((choice) => choice.value === each.to || choice.name === each.name);
  return html`<li class="item mapping"><${Code} each=${each} />
    <${ChoiceCombobox} label=${name(each)} hideLabel choices=${choices} value=${chosen?.value || each.name || each.to} disabled=${busy || !hub.may("write")} onChoose=${change} />
    <div class="mapping-state"><${Badge} value=${each.valid ? "ok" : "error"} label=${each.valid ? words.valid : words.invalid} />
      <${Button} look="quiet" needs="write" disabled=${busy} onClick=${remove} aria-label=${words.removeOne(each.from)}>${t.remove}<//></div>
    ${!each.valid && html`<p class="wrong"><${Reason} code=${each.reason} /></p>`}</li>`;
}

function NewPair({ kind, told, busy, add }) {
  const hub = useHub();
  const [typed, setTyped] = useState({ from: "", side: "", to: "" });
  const set = (key) => (value) => setTyped((old) => ({ ...old, [key]: value }));
  const save = async () => {
    const added = await add([{ ...typed, from: typed.from.trim(), side: typed.side || null }]);
    if (added) setTyped({ from: "", side: typed.side, to: "" });
  };
  return html`<${Card} title=${words.another}><div class="grid">
      <${TextField} label=${words.from} hint=${words.fromHint} value=${typed.from} onInput=${set("from")} most="200" disabled=${!hub.may("write")} />
      ${SIDED.includes(kind) && html`<${Select} label=${words.side} value=${typed.side} onChange=${set("side")} disabled=${!hub.may("write")}
        options=${[["", words.sides.both], ["sales", words.sides.sales], ["purchase", words.sides.purchase]]} />`}
      <${ChoiceCombobox} label=${words.to} choices=${offered(kind, told.choices, typed.side)} value=${typed.to} onChoose=${set("to")} disabled=${!hub.may("write")} /></div>
    <div class="actions"><${Button} look="primary" needs="write" busy=${busy} disabled=${!typed.from.trim() || !typed.to} onClick=${save}>${words.add}<//></div><//>`;
}
