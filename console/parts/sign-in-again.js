// When the session has ended while somebody works: sign in again in a window, and nothing typed here is lost.
import { html } from "../core/html.js";
import { useAction } from "../core/load.js";
import { t } from "../texts.js";
import { Button, Note } from "./basics.js";
import { Dialog } from "./dialogs.js";

export function SignInAgain({ session, close }) {
  const [run, busy, problem] = useAction(async () => {
    if (!await session.inWindow()) throw new Error(t.signIn.failed);
    close(true);
  });
  return html`<${Dialog} title=${t.signIn.ended} close=${close} cancel=${t.later} actions=${html`<${Button} look="primary" busy=${busy} onClick=${run}>${t.signIn.again}<//>`}>
    <p>${t.signIn.kept}</p>${problem && html`<${Note} tone="bad" alert>${problem.message}<//>`}<//>`;
}
