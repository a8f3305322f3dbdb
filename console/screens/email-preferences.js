// What one hears by e-mail, which everybody chooses for themselves: part of the settings, and a page that e-mails lead to.
import { html, useEffect, useState } from "../core/html.js";
import { api } from "../core/api.js";
import { said } from "../core/format.js";
import { useHub } from "../core/hub.js";
import { useAction, useLoad } from "../core/load.js";
import { Card, Loaded, Page, ProblemNote } from "../parts/basics.js";
import { say } from "../parts/dialogs.js";
import { Checkbox } from "../parts/fields.js";
import { t } from "../texts.js";

const words = t.settings;

/** Where the e-mails lead whoever wants fewer of them, or more. */
export const EmailPreferences = () => html`<${Page} title=${words.email} /><${EmailCard} alone />`;

export function EmailCard({ alone, id }) {
  const hub = useHub();
  const told = useLoad(hub.path("/subscriptions"), { read: api.read });
  return html`<${Card} id=${id} title=${!alone && words.email}><${Loaded} from=${told} lines=${5}>${({ body, revision }) => html`
    <p class="muted">${body.email ? words.emailTo(body.email) : words.noEmail}</p>
    ${Object.entries(body.topics).map(([name, topic]) => html`<${Topic} key=${name} ...${{ name, topic, revision }}
      all=${body.topics} off=${!body.email} reload=${told.reload} />`)}`}<//><//>`;
}

function Topic({ name, topic, all, revision, off, reload }) {
  const hub = useHub();
  const [chosen, setChosen] = useState(topic.on); // shown at once, until the hub has said the same
  const [save, busy, problem] = useAction(async (on) => {
    setChosen(on);
    const chosenNow = Object.entries({ ...all, [name]: { ...topic, on } }).map(([each, { on: now, default: usual }]) => [each, now === usual ? null : now]);
    try {
      await api.put(hub.path("/subscriptions"), { topics: Object.fromEntries(chosenNow) }, { headers: { "if-match": `"${revision}"` } });
    } catch (error) {
      setChosen(!on);
      if (error.status === 412) reload();
      throw error;
    }
    say(words.savedOne(said(topic.title)));
    reload();
  });
  useEffect(() => { setChosen(topic.on); }, [topic.on]);
  return html`<div class="setting"><${Checkbox} look="switch" label=${said(topic.title)} hint=${said(topic.description)} checked=${chosen} disabled=${off} busy=${busy} onChange=${save} />
    <${ProblemNote} problem=${problem} /></div>`;
}
