// What one hears by e-mail, which everybody chooses for themselves: part of the settings, and a page that e-mails lead to.
import { html, useEffect, useRef, useState } from "../core/html.js";
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
  const line = useRef(Promise.resolve()); // one after the other, each on what the one before has left
  const change = (name, on) => {
    const turn = line.current.then(async () => {
      const { body: { topics }, revision } = await api.read(hub.path("/subscriptions"));
      const wanted = Object.entries({ ...topics, [name]: { ...topics[name], on } }).map(([each, { on: now, default: usual }]) => [each, now === usual ? null : now]);
      await api.put(hub.path("/subscriptions"), { topics: Object.fromEntries(wanted) }, { headers: { "if-match": `"${revision}"` } });
    });
    line.current = turn.catch(() => {});
    return turn;
  };
  return html`<${Card} id=${id} title=${!alone && words.email}><${Loaded} from=${told} lines=${5}>${({ body }) => html`
    <p class="muted">${body.email ? words.emailTo(body.email) : words.noEmail}</p>
    ${Object.entries(body.topics).map(([name, topic]) => html`<${Topic} key=${name} ...${{ name, topic, change }}
      off=${!body.email} reload=${told.reload} />`)}`}<//><//>`;
}

function Topic({ name, topic, change, off, reload }) {
  const [chosen, setChosen] = useState(topic.on); // shown at once, until the hub has said the same
  const [save, busy, problem] = useAction(async (on) => {
    setChosen(on);
    try {
      await change(name, on);
    } catch (error) {
      setChosen(!on);
      throw error;
    }
    say(words.savedOne(said(topic.title)));
    reload();
  });
  useEffect(() => { setChosen(topic.on); }, [topic.on]);
  return html`<div class="setting"><${Checkbox} look="switch" label=${said(topic.title)} hint=${said(topic.description)} checked=${chosen} disabled=${off} busy=${busy} onChange=${save} />
    <${ProblemNote} problem=${problem} /></div>`;
}
