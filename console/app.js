// The console's beginning: sign in, read what there is, draw the shell.
import { html, render, useEffect, useMemo, useState } from "./core/html.js";
import { api, useSession } from "./core/api.js";
import { said, setZone } from "./core/format.js";
import { HubContext, hubOf } from "./core/hub.js";
import { useLoad } from "./core/load.js";
import { address, go, readdress, useRoute } from "./core/route.js";
import { openSession, SignInFailed } from "./core/session.js";
import { Button, Note, ProblemNote } from "./parts/basics.js";
import { openDialog, Over } from "./parts/dialogs.js";
import { Shell } from "./shell.js";
import { CompanyForm, NoCompany } from "./screens/company.js";
import { SignInAgain } from "./parts/sign-in-again.js";
import { t } from "./texts.js";

const LAST = "ledgerlink.company";
const root = document.getElementById("app");
const over = document.getElementById("over");
let hub = null; // as the screens have it, for dialogs beside them

const wrap = (content) => html`<${HubContext.Provider} value=${hub}>${content}<//>`;

/** Before there is anything to show; what comes at once comes without it. */
const Waiting = () => html`<main class="alone waiting"><p class="muted" role="status">${t.loading}</p></main>`;

async function begin() {
  render(html`<${Waiting} />`, root);
  try {
    const session = await openSession();
    useSession(session);
    session.ask = () => openDialog((close) => html`<${SignInAgain} session=${session} close=${close} />`);
    const [companies, kinds, reasons] = await Promise.all(
      ["/v1/companies", "/v1/kinds", "/v1/reasons"].map((path) => api.get(path)));
    const byCode = Object.fromEntries(reasons.items.map((reason) => [reason.code, { ...reason, message: said(reason.message), remedy: said(reason.remedy) }]));
    render(html`<${App} session=${session} known=${companies.items} kinds=${kinds} reasons=${byCode} />`, root);
  } catch (problem) {
    render(html`<${Failed} problem=${problem} />`, root);
  }
}

function Failed({ problem, retry = begin }) {
  const refused = problem instanceof SignInFailed;
  return html`<main class="alone"><h1>${t.brand}</h1>
    ${refused ? html`<${Note} tone="bad" title=${t.signIn.title}>${problem.message}<//>
      <${Button} look="primary" onClick=${() => location.assign(location.pathname)}>${t.signIn.again}<//>`
      : html`<${ProblemNote} problem=${problem} retry=${retry} />`}</main>`;
}

/** Which company the address means, now that it is known what there is. */
function chosen(route, companies) {
  const asked = new URLSearchParams(location.search).get("company");
  const last = localStorage.getItem(LAST);
  const known = (id) => companies.some((each) => each.id === id);
  return route.company || asked || (known(last) ? last : "") || companies[0]?.id || "";
}

function App({ session, known, kinds, reasons }) {
  const [companies, setCompanies] = useState(known);
  const route = useRoute();
  const id = chosen(route, companies);

  useEffect(() => {
    const back = new URLSearchParams(location.search);
    if (back.has("connection")) { // from the ledger's consent page
      const told = { outcome: back.get("connection"), reason: back.get("reason") || "" };
      readdress("");
      go(address(back.get("company") || id, ["connection"], told), { replace: true });
    } else if (id && !route.company) {
      go(address(id, route.parts, route.query), { replace: true });
    }
    if (id) localStorage.setItem(LAST, id);
  }, [id, route.company]);

  const added = (company) => {
    setCompanies((old) => [...old.filter((each) => each.id !== company.id), company]);
    go(address(company.id, ["connection"]));
  };
  if (!id) return html`<${NoCompany} session=${session} added=${added} />`;
  const newCompany = () => openDialog((close) => html`<${CompanyForm} close=${close} added=${added} />`);
  return html`<${Company} key=${id} ...${{ id, session, companies, kinds, reasons, route, added, newCompany }} />`;
}

const CALM_MS = 6000;

function Company({ id, session, companies, kinds, reasons, route, added, newCompany }) {
  const path = `/v1/companies/${encodeURIComponent(id)}`;
  const company = useLoad(path, { poll: () => CALM_MS });
  const connection = useLoad(`${path}/connection`, { poll: () => CALM_MS });
  const refresh = () => { company.reload(); connection.reload(); };
  const told = connection.data || connection.problem; // before that half of a screen would come late, and move the rest
  const now = useMemo(() => company.data && told && hubOf({
    session, company: company.data, kinds, reasons, connection: connection.data, refresh, route,
  }), [company.data, connection.data, Boolean(told), route, session]);
  if (company.data) setZone(company.data.timezone);
  hub = now;
  if (company.problem?.status === 404) {
    return html`<${NoCompany} session=${session} added=${added} missing=${id} companies=${companies} />`;
  }
  if (!now) return company.problem ? html`<${Failed} problem=${company.problem} retry=${refresh} />` : html`<${Waiting} />`;
  return html`<${HubContext.Provider} value=${now}>
    <${Shell} companies=${companies} trouble=${company.problem || connection.problem} newCompany=${newCompany} />
  <//>`;
}

render(html`<${Over} wrap=${wrap} page=${root} />`, over);
begin();
