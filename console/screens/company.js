// A company: made by an administrator, or missing, with the way to one that is there.
import { html, useState } from "../core/html.js";
import { api, Problem } from "../core/api.js";
import { useAction, useLoad } from "../core/load.js";
import { address } from "../core/route.js";
import { Button, Empty, ProblemNote } from "../parts/basics.js";
import { Dialog } from "../parts/dialogs.js";
import { Select, TextField } from "../parts/fields.js";
import { choice, said } from "../core/format.js";
import { t } from "../texts.js";

const words = t.company;
const slug = (name) => name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 40);

function useCompanyForm(added, given = "") {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const [typed, setTyped] = useState({ id: given, name: "", profile: "rental", timezone: zone, currency: "" });
  const profiles = useLoad("/v1/profiles");
  const id = typed.id || slug(typed.name);
  const [save, busy, problem] = useAction(async () => {
    const { id: _, ...body } = typed;
    if (await api.there(`/v1/companies/${encodeURIComponent(id)}`)) { // it would be replaced
      throw new Problem({ code: "id_taken", title: words.idTaken, errors: [{ field: "company", message: words.idTaken }] });
    }
    added(await api.put(`/v1/companies/${encodeURIComponent(id)}`, { ...body, currency: body.currency.toUpperCase() }));
  });
  const set = (name) => (value) => setTyped((old) => ({ ...old, [name]: value }));
  const fields = html`
    <${TextField} label=${words.name} required value=${typed.name} onInput=${set("name")} problem=${problem?.of?.("name")} autofocus />
    <${TextField} label=${words.id} value=${typed.id} onInput=${set("id")} hint=${words.idHint(id)} problem=${problem?.of?.("company")} />
    <${Select} label=${words.profile} value=${typed.profile} onChange=${set("profile")}
      options=${(profiles.data?.items || []).map((each) => [each.name, choice(each.name)])}
      hint=${said(profiles.data?.items.find((each) => each.name === typed.profile)?.description)} />
    <div class="grid"><${TextField} label=${words.timezone} value=${typed.timezone} onInput=${set("timezone")} problem=${problem?.of?.("timezone")} />
    <${TextField} label=${words.currency} value=${typed.currency} onInput=${set("currency")} most="3" problem=${problem?.of?.("currency")} /></div>
    <${ProblemNote} problem=${problem} />`;
  return { fields, save, busy, ready: Boolean(typed.name && id) };
}

export function CompanyForm({ close, added }) {
  const form = useCompanyForm((company) => { close(); added(company); });
  return html`<${Dialog} title=${words.another} close=${close} busy=${form.busy} actions=${html`<${Button} look="primary" busy=${form.busy} disabled=${!form.ready} onClick=${form.save}>${words.create}<//>`}>${form.fields}<//>`;
}

/** Nothing to show: no company at all, or not the one that was asked for. */
export function NoCompany({ session, added, missing = "", companies = [] }) {
  const form = useCompanyForm(added, missing);
  return html`<main class="alone">
    <h1>${missing ? words.missing(missing) : words.none}</h1>
    ${companies.length > 0 && html`<p>${words.others}</p><ul>${companies.map((each) =>
      html`<li key=${each.id}><a href=${address(each.id)}>${each.name}</a></li>`)}</ul>`}
    ${session.may("admin") ? html`<section class="card"><h2>${words.first}</h2>${form.fields}
      <${Button} look="primary" busy=${form.busy} disabled=${!form.ready} onClick=${form.save}>${words.create}<//></section>`
      : html`<${Empty} title=${words.askAdmin} />`}
  </main>`;
}
