// Settings: the profile with what it changes, and every setting with what it does; each is saved by itself.
import { classes, html, useEffect, useRef, useState } from "../core/html.js";
import { api } from "../core/api.js";
import * as format from "../core/format.js";
import { choice, date, human, plain } from "../core/format.js";
import { actionOf, useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { Button, Card, Chip, Diff, Loaded, Page, ProblemNote } from "../parts/basics.js";
import { say } from "../parts/dialogs.js";
import { partId, WithContents } from "../parts/with-contents.js";
import { Checkbox, Select, TextField } from "../parts/fields.js";
import { t } from "../texts.js";
import { EmailCard } from "./email-preferences.js";

const words = t.settings;

export function Settings() {
  const hub = useHub();
  const path = hub.path("/settings");
  const settings = useLoad(path, { read: api.read });
  const revision = useRef("");
  if (settings.data) revision.current = settings.data.revision;
  const profiles = useLoad("/v1/profiles");
  const whole = profiles.data || profiles.problem ? settings : { ...settings, data: null, busy: true }; // all at once: what came later would move the rest
  const line = useRef(Promise.resolve()); // one after the other, so that each is based on the one before
  const change = (name, value) => {
    const turn = line.current.then(async () => {
      const now = await api.change(path, { [name]: value }, { headers: { "if-match": `"${revision.current}"` } });
      revision.current = now.revision;
      settings.put(now);
    });
    line.current = turn.catch(() => {});
    return turn;
  };
  return html`<${Page} title=${t.tabs.settings} sub=${words.sub} />
    <${Loaded} from=${whole} lines=${10}>${({ body }) => {
      const all = groups(body, hub);
      const parts = [["company", words.company], ...all.map(([group, , later]) => [group, titleOf(group, later)]), ...(hub.has("subscriptions") ? [["e-mail", words.email]] : [])];
      return html`<${WithContents} label=${words.contents} parts=${parts}>
        <${CompanyCard} profiles=${profiles} changed=${settings.reload} />
        ${all.map(([group, names, later]) => html`<${Card} key=${group} id=${partId(group)} title=${titleOf(group, later)}>${later
          && html`<p class="muted">${words.laterWords}</p>`}${names.map((name) => html`<${Setting} key=${name} name=${name} told=${body[name]} change=${change} reload=${settings.reload} />`)}<//>`)}
        ${hub.has("subscriptions") && html`<${EmailCard} id=${partId("e-mail")} />`}<//>`;
    }}<//>`;
}

const titleOf = (group, later) => (later ? words.later(words.groups[group]) : words.groups[group]);

/** What has to be there before a group's settings do anything. */
const NEEDS = {
  stock: (hub) => hub.kinds.some((kind) => kind.name.startsWith("stock")),
  attachments: (hub) => hub.kinds.some((kind) => actionOf(kind, "attachments")),
};

/** The settings in the groups of the texts; then what nobody put into a group, and what does nothing yet comes last. */
function groups(settings, hub) {
  const names = Object.keys(settings);
  const grouped = Object.entries(words.order).map(([group, wanted]) => [group, wanted.filter((name) => names.includes(name))]);
  const known = new Set(Object.values(words.order).flat());
  return [...grouped, ["other", names.filter((name) => !known.has(name))]].filter(([, some]) => some.length)
    .map(([group, some]) => [group, some, Boolean(NEEDS[group] && !NEEDS[group](hub))]).sort((one, other) => one[2] - other[2]);
}

// ---------------------------------------------------------------- the company and its profile

function CompanyCard({ profiles, changed }) {
  const hub = useHub();
  const { company } = hub;
  const [typed, setTyped] = useState({ name: company.name, profile: company.profile, timezone: company.timezone, currency: company.currency });
  const differs = Object.keys(typed).some((name) => typed[name] !== company[name]);
  const [save, busy, problem] = useAction(async () => {
    await api.put(hub.path(), typed);
    say(words.saved);
    hub.refresh();
    changed();
  });
  const items = profiles.data?.items || [];
  const named = (name) => items.find((each) => each.name === name);
  const set = (name) => (value) => setTyped((old) => ({ ...old, [name]: value }));
  const off = !hub.may("admin");
  const change = typed.profile !== company.profile && named(typed.profile) && named(company.profile) && difference(named(company.profile), named(typed.profile));
  return html`<${Card} id=${partId("company")} title=${words.company}>
    <div class="grid"><${TextField} label=${t.company.name} value=${typed.name} onInput=${set("name")} disabled=${off} problem=${problem?.of?.("name")} />
      <${TextField} label=${t.company.timezone} value=${typed.timezone} onInput=${set("timezone")} disabled=${off} problem=${problem?.of?.("timezone")} />
      <${TextField} label=${t.company.currency} value=${typed.currency} onInput=${set("currency")} most="3" disabled=${off} problem=${problem?.of?.("currency")} />
      <${Select} label=${t.company.profile} value=${typed.profile} onChange=${set("profile")} disabled=${off} hint=${format.said(named(typed.profile)?.description)}
        options=${items.map((each) => [each.name, choice(each.name)])} /></div>
    ${change && html`<p>${words.profileChanges}</p><${Diff} diff=${change} kind=${NAMED} from=${choice(company.profile)} to=${choice(typed.profile)} />`}
    <${ProblemNote} problem=${problem} />
    ${differs && html`<div class="actions"><${Button} look="primary" busy=${busy} needs="admin" onClick=${save}>${t.save}<//></div>`}<//>`;
}

const difference = (from, to) => Object.fromEntries(Object.keys(to.settings)
  .filter((name) => JSON.stringify(from.settings[name]) !== JSON.stringify(to.settings[name]))
  .map((name) => [name, { from: said(name, from.settings[name]), to: said(name, to.settings[name]) }]));

const NAMED = { fields: [], synced: Object.entries(words.names).map(([name, label]) => ({ name, label })) }; // as a kind's fields are

// ---------------------------------------------------------------- one setting

function Setting({ name, told, change, reload }) {
  const hub = useHub();
  const [chosen, setChosen] = useState(null); // shown at once, until the hub has said the same
  const [save, busy, problem] = useAction(async (value) => {
    setChosen({ value: value === null ? told.profile_default : value });
    try {
      await change(name, value);
    } catch (error) {
      setChosen(null);
      if (error.status === 412) reload();
      throw error;
    }
    say(words.savedOne(words.names[name] || human(name)));
  });
  const now = JSON.stringify(told.value);
  useEffect(() => { setChosen(null); }, [now]);
  const byHand = now !== JSON.stringify(told.profile_default);
  const off = !hub.may("write");
  return html`<div class="setting" id=${name}><${Control} ...${{ name, told: { ...told, ...chosen }, save, off, busy }} />
    <p class=${classes("by-hand", !byHand && "room")}><${Chip}>${words.byHand}<//> <span
      class=${typeof told.value === "boolean" ? "other-way" : undefined}>${words.profileSays(said(name, told.profile_default))}</span> <${Button} look="quiet" needs="write" disabled=${busy || !byHand}
      onClick=${() => save(null)}>${words.giveBack}<//></p>
    <${ProblemNote} problem=${problem} /></div>`;
}

/** How a value of a setting is called. */
const called = (name, value) => words.choices[name]?.[value] || (name === "field_owner" && words.owners[value]) || choice(value);

function said(name, value) {
  if (typeof value === "boolean") return value ? t.on : t.off;
  if (Array.isArray(value)) return value.map((each) => called(name, each)).join(", ") || t.none;
  return (typeof value === "string" && value ? called(name, value) : plain(value)) || t.blank;
}

function Control({ name, told, save, off: refused, busy }) {
  const label = words.names[name] || human(name);
  const hint = words.hints[name] || format.said(told.description);
  const { value, choices } = told;
  if (typeof value === "boolean") return html`<${Checkbox} look="switch" label=${label} hint=${hint} checked=${value} disabled=${refused} busy=${busy} onChange=${save} />`;
  const off = refused || busy;
  if (name === "field_owner") return html`<${Owners} ...${{ label, hint, value, choices, save, off }} />`;
  if (Array.isArray(value)) {
    return html`<fieldset class="group"><legend>${label}</legend><p class="hint">${hint}</p><div class="inline">${choices.map((each) => html`<${Checkbox}
      key=${each} label=${called(name, each)} checked=${value.includes(each)} disabled=${off}
      onChange=${(on) => save(on ? [...value, each] : value.filter((one) => one !== each))} />`)}</div></fieldset>`;
  }
  if (choices) return html`<${Select} label=${label} hint=${hint} value=${value} disabled=${off} options=${choices.map((each) => [each, called(name, each)])} onChange=${save} />`;
  if (value && typeof value === "object") return html`<${Hours} key=${JSON.stringify(value)} ...${{ label, hint, value, save, off }} />`;
  return html`<${Typed} key=${value} ...${{ label, hint, value, save, off, type: name.endsWith("_date") ? "date" : "text" }} />`;
}

function Typed({ label, hint, value, save, off, type }) {
  const [text, setText] = useState(value ?? "");
  const shown = type === "date" && value ? `${hint} ${date(value)}` : hint;
  return html`<div class="joined-field"><${TextField} label=${label} hint=${shown} type=${type} value=${text} onInput=${setText} disabled=${off} />
    ${text !== (value ?? "") && html`<${Button} look="primary" disabled=${off} onClick=${() => save(text || null)}>${t.save}<//>`}</div>`;
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

function Hours({ label, hint, value, save, off }) {
  const [typed, setTyped] = useState(value);
  const set = (change) => setTyped((old) => ({ ...old, ...change }));
  const days = (day, on) => set({ days: DAYS.filter((each) => (each === day ? on : typed.days.includes(each))) });
  return html`<fieldset class="group"><legend>${label}</legend><p class="hint">${hint}</p>
    <div class="inline">${DAYS.map((day) => html`<${Checkbox} key=${day} label=${words.days[day]} checked=${typed.days.includes(day)} disabled=${off} onChange=${(on) => days(day, on)} />`)}</div>
    <div class="inline"><${TextField} label=${words.from} value=${typed.from} onInput=${(from) => set({ from })} disabled=${off} />
      <${TextField} label=${words.to} value=${typed.to} onInput=${(to) => set({ to })} disabled=${off} /></div>
    ${JSON.stringify(typed) !== JSON.stringify(value) && html`<${Button} look="primary" disabled=${off} onClick=${() => save(typed)}>${t.save}<//>`}</fieldset>`;
}

/** Who decides when both sides changed the same field: one for all, and exceptions per kind and field. */
function Owners({ label, hint, value, choices, save, off }) {
  const hub = useHub();
  const single = typeof value === "string";
  const of = (kind) => (single ? value : value[kind.name] || "ask");
  const set = (kind, next) => save({ ...(single ? Object.fromEntries(hub.kinds.map((each) => [each.name, value])) : value), [kind.name]: next });
  const options = choices.map((each) => [each, called("field_owner", each)]);
  return html`<fieldset class="group"><legend>${label}</legend><p class="hint">${hint}</p>
    <${Select} label=${words.ownerAll} value=${single ? value : ""} disabled=${off} options=${[...(single ? [] : [["", words.ownerMixed]]), ...options]} onChange=${(next) => next && save(next)} />
    <details open=${!single}><summary>${words.ownerByField}</summary>${hub.kinds.map((kind) => {
      const owner = of(kind);
      const rest = typeof owner === "string" ? owner : owner["*"] || "ask";
      return html`<div key=${kind.name} class="owners"><${Select} label=${human(kind.plural)} value=${typeof owner === "string" ? owner : ""} disabled=${off}
          options=${[...(typeof owner === "string" ? [] : [["", words.ownerMixed]]), ...options]} onChange=${(next) => next && set(kind, next)} />
        <div class="grid">${kind.fields.filter((field) => kind.synced.some((each) => each.name.split(".")[0] === field.name)).map((field) => html`<${Select} key=${field.name} label=${field.label} disabled=${off}
          value=${typeof owner === "string" ? "" : owner[field.name] || ""} options=${[["", words.ownerAs(words.owners[rest] || rest)], ...options]}
          onChange=${(next) => { const { [field.name]: _, ...others } = typeof owner === "string" ? {} : owner; set(kind, next ? { ...others, [field.name]: next } : Object.keys(others).length ? others : rest); }} />`)}</div></div>`;
    })}</details></fieldset>`;
}
