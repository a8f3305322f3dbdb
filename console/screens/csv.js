// CSV files: organizations and contacts to take away, organizations and links to bring, always looked at first.
import { html, useRef, useState } from "../core/html.js";
import { api, Problem } from "../core/api.js";
import { count, said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction } from "../core/load.js";
import { staying } from "../core/route.js";
import { Badge, Button, Card, Note, Page, ProblemNote } from "../parts/basics.js";
import { say } from "../parts/dialogs.js";
import { Table } from "../parts/table.js";
import { t } from "../texts.js";

const words = t.csv;
const OUTCOMES = ["created", "updated", "linked", "unchanged", "failed"];
const MOST_SHOWN = 200;

export function CsvFiles() {
  const hub = useHub();
  return html`<${Page} title=${t.tabs.csv} sub=${words.sub} />
    <div class="columns two">
      ${hub.has("organizations-csv-down") && html`<${Download} name="organizations" path="/organizations.csv" />`}
      ${hub.has("contacts-csv-down") && html`<${Download} name="contacts" path="/ledger/contacts.csv" />`}
    </div>
    ${hub.has("organizations-csv") && html`<${Upload} name="organizations" path="/organizations:import-csv" job="import-organizations" />`}
    ${hub.has("links-csv") && html`<${Upload} name="links" path="/links:import-csv" job="import-links" />`}`;
}

function Download({ name, path }) {
  const hub = useHub();
  const [get, busy, problem] = useAction(async () => {
    const blob = await api.blob(hub.path(`${path}?bom=true`));
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${hub.company.id}-${name}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
  return html`<${Card} class="down" title=${words.down[name]}><p>${words.downWhat[name]}</p><${ProblemNote} problem=${problem} />
    <${Button} busy=${busy} onClick=${get}>${words.download(words.down[name])}<//><//>`;
}

function Upload({ name, path, job }) {
  const hub = useHub();
  const input = useRef();
  const [file, setFile] = useState(null);
  const [result, setResult] = useState(null);
  const [send, busy, problem, clear] = useAction(async (dryRun) => {
    if (looksWrong(file)) throw new Problem({ code: "no_csv", ...words.notCsv(file.name) });
    if (!await isAsChosen(file)) {
      again();
      throw new Problem({ code: "file_changed", ...words.changed(file.name) });
    }
    try {
      const answer = await api.post(hub.path(`${path}?dry_run=${dryRun}`), file, { headers: { "content-type": "text/csv" } });
      setResult(answer);
      if (!dryRun) { say(words.done); hub.refresh(); }
    } catch (error) {
      if (error.status !== 413 || !hub.has("uploads")) throw error;
      await large(dryRun);
    }
  });
  async function large(dryRun) {
    const stays = staying();
    const { upload_id: id, url } = await api.post(hub.path("/uploads"), { name: file.name, content_type: "text/csv" });
    const put = await fetch(url, { method: "PUT", body: file, headers: { "content-type": "text/csv" } });
    if (!put.ok) throw new Problem({ code: "upload_failed", ...words.uploadFailed });
    const started = await api.post(hub.path("/jobs"), { kind: job, dry_run: dryRun, options: { upload_id: id } });
    if (stays()) hub.go(["jobs", started.id]);
  }
  const choose = (event) => { setFile(event.target.files[0] || null); setResult(null); clear(); };
  const again = () => { setFile(null); setResult(null); clear(); input.current.value = ""; };
  const id = `csv-${name}`;
  return html`<${Card} title=${words.up[name]}><p>${words.upWhat[name]}</p>
    <div class="field"><label for=${id}>${words.file}</label>
      <input id=${id} ref=${input} type="file" accept=".csv,text/csv,text/plain" disabled=${busy || !hub.may("write")} onChange=${choose} /></div>
    <${ProblemNote} problem=${problem} />
    ${result && html`<${Result} result=${result} />`}
    <div class="actions">
      ${result && !result.dry_run ? html`<${Button} onClick=${again}>${words.another}<//>` : html`
        <${Button} needs="write" busy=${busy} disabled=${!file} onClick=${() => send(true)}>${words.tryOut}<//>
        <${Button} look=${result ? "primary" : ""} needs="write" busy=${busy} disabled=${!result || result.rows === result.failed} onClick=${() => send(false)}>${words.carryOut[name]}<//>`}
    </div><//>`;
}

/** A browser refuses to read a file that was changed after it was chosen, which a failed request could not tell. */
const isAsChosen = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

const looksWrong = (file) => /\.(xlsx?|ods|pdf|docx?|zip|png|jpe?g)$/i.test(file.name);

function Result({ result }) {
  const rows = [...result.results].sort((a, b) => (b.outcome === "failed") - (a.outcome === "failed") || a.line - b.line);
  const columns = [
    { name: "line", label: words.line, align: "number", cell: (row) => row.line },
    { name: "id", label: words.id, cell: (row) => row.organization_id },
    { name: "outcome", label: words.outcome, cell: (row) => html`<${Badge} value=${row.outcome} label=${result.dry_run && t.job.would[row.outcome]} />` },
    { name: "message", label: words.message, cell: (row) => said(row.message) },
  ];
  const outcomes = OUTCOMES.filter((name) => result[name]).map((name) => `${count(result[name])} ${(result.dry_run ? t.job.would : t.job.did)[name]}`);
  return html`<${Note} tone=${result.failed ? "warn" : "good"} title=${result.dry_run ? words.tried(count(result.rows)) : words.carriedOut(count(result.rows))}>
      ${outcomes.join(" · ")}${result.notes.map((note) => html`<p>${note}</p>`)}<//>
    <${Table} caption=${words.rows} columns=${columns} rows=${rows.slice(0, MOST_SHOWN)} rowKey=${(row) => row.line} />
    ${rows.length > MOST_SHOWN && html`<p class="muted">${words.more(count(rows.length - MOST_SHOWN))}</p>`}`;
}
