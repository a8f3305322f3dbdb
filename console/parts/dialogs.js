// Dialogs: one at a time above the page, which is out of reach meanwhile; and short words at the edge when something is done.
import { html, useEffect, useId, useRef, useState } from "../core/html.js";
import { useAction } from "../core/load.js";
import { t } from "../texts.js";
import { Button, ProblemNote } from "./basics.js";

let show = () => {};
let tell = () => {};

/** Opens `content(close)`; resolves to what `close` was given. */
export const openDialog = (content) => new Promise((resolve) => show({ content, resolve, from: document.activeElement }));

/** Says in a few words that something is done. */
export const say = (words, tone = "good") => tell({ words, tone, id: Math.random() });

/** Asks before something happens. `act` runs while the dialog is open, so that what goes wrong is said in it. */
export const confirm = ({ title, words, label, look = "primary", act = async () => {}, children }) =>
  openDialog((close) => html`<${Confirm} ...${{ title, words, label, look, act, close, children }} />`);

function Confirm({ title, words, label, look, act, close, children }) {
  const [run, busy, problem] = useAction(async () => { await act(); close(true); });
  return html`<${Dialog} title=${title} close=${() => close(false)} actions=${html`
      <${Button} onClick=${() => close(false)}>${t.cancel}<//>
      <${Button} look=${look} busy=${busy} onClick=${run}>${label}<//>`}>
    ${words && html`<p>${words}</p>`}${children}<${ProblemNote} problem=${problem} /><//>`;
}

export function Dialog({ title, children, actions, close, wide }) {
  const id = useId();
  const box = useRef();
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    (dialog.querySelector("[autofocus]") || dialog.querySelector("h2")).focus();
    return () => dialog.close();
  }, []);
  const cancelled = (event) => { event.preventDefault(); close(); };
  return html`<dialog ref=${box} class=${wide ? "wide" : ""} aria-labelledby=${id} onCancel=${cancelled}>
    <header><h2 id=${id} tabindex="-1">${title}</h2>
      <${Button} look="quiet" class="close" aria-label=${t.close} onClick=${() => close()}>✕<//></header>
    <div class="dialog-body">${children}</div>
    ${actions && html`<footer>${actions}</footer>`}
  </dialog>`;
}

/** Beside the page's root: keeps the page out of the accessibility tree while a dialog is open. */
export function Over({ wrap, page }) {
  const [open, setOpen] = useState(null);
  const [told, setTold] = useState([]);
  useEffect(() => {
    show = setOpen;
    tell = (one) => {
      setTold((old) => [...old.slice(-2), one]);
      setTimeout(() => setTold((old) => old.filter((each) => each.id !== one.id)), 6000);
    };
  }, []);
  useEffect(() => { // going elsewhere, back too, leaves the dialog
    if (!open) return undefined;
    const gone = () => close();
    addEventListener("popstate", gone);
    return () => removeEventListener("popstate", gone);
  }, [open]);
  useEffect(() => {
    if (open) page.setAttribute("aria-hidden", "true");
    else page.removeAttribute("aria-hidden");
  }, [open]);
  function close(result) {
    const { resolve, from } = open;
    setOpen(null);
    resolve(result);
    setTimeout(() => from?.isConnected && from.focus());
  }
  return html`${open && wrap(open.content(close))}
    <div class="told" role="status">${told.map(({ words, tone, id }) => html`<p key=${id} class=${tone}>${words}</p>`)}</div>`;
}
