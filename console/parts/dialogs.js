// Dialogs: above the page, which is out of reach meanwhile, and one above the other; and short words at the edge when something is done.
import { Fragment, html, useEffect, useId, useRef, useState } from "../core/html.js";
import { useAction } from "../core/load.js";
import { t } from "../texts.js";
import { Button, ProblemNote } from "./basics.js";

let show = () => {};
let ids = 0;
let tell = () => {};

/** Opens `content(close)`; resolves to what `close` was given. */
export const openDialog = (content) => new Promise((resolve) => show({ id: ++ids, content, resolve, from: document.activeElement }));

/** Says in a few words that something is done. */
export const say = (words, tone = "good") => tell({ words, tone, id: Math.random() });

/** Asks before something happens. `act` runs while the dialog is open, so that what goes wrong is said in it. */
export const confirm = ({ title, words, label, look = "primary", act = async () => {}, children }) =>
  openDialog((close) => html`<${Confirm} ...${{ title, words, label, look, act, close, children }} />`);

function Confirm({ title, words, label, look, act, close, children }) {
  const [run, busy, problem] = useAction(async () => { await act(); close(true); });
  return html`<${Dialog} title=${title} close=${close} busy=${busy} actions=${html`<${Button} look=${look} busy=${busy} onClick=${run}>${label}<//>`}>
    ${words && html`<p>${words}</p>`}${children}<${ProblemNote} problem=${problem} /><//>`;
}

/** `cancel`: how the button is called that only closes it, if there is one. While it is `busy` it cannot be closed: what is under way cannot be called back. */
export function Dialog({ title, children, actions, close, busy, cancel = t.cancel, wide }) {
  const id = useId();
  const box = useRef();
  useEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    (dialog.querySelector("[autofocus]") || dialog.querySelector("h2")).focus();
    return () => dialog.close();
  }, []);
  const leave = () => !busy && close();
  const keys = (event) => { if (busy && event.key === "Escape") event.preventDefault(); };
  const cancelled = (event) => { event.preventDefault(); leave(); };
  return html`<dialog ref=${box} class=${wide ? "wide" : ""} aria-labelledby=${id} onKeyDown=${keys} onCancel=${cancelled}>
    <header><h2 id=${id} tabindex="-1">${title}</h2>
      <${Button} look="quiet" class="close" aria-label=${t.close} disabled=${busy} onClick=${leave}>✕<//></header>
    <div class="dialog-body">${children}</div>
    <footer>${cancel && html`<${Button} disabled=${busy} onClick=${leave}>${cancel}<//>`}${actions}</footer>
  </dialog>`;
}

/** Beside the page's root: keeps the page out of the accessibility tree while a dialog is open. */
export function Over({ wrap, page }) {
  const [open, setOpen] = useState([]); // the last one is on top
  const [told, setTold] = useState([]);
  useEffect(() => {
    show = (one) => setOpen((old) => [...old, one]);
    tell = (one) => {
      setTold((old) => [...old.slice(-2), one]);
      setTimeout(() => setTold((old) => old.filter((each) => each.id !== one.id)), 6000);
    };
  }, []);
  useEffect(() => { // going elsewhere, back too, leaves them
    if (!open.length) return undefined;
    const gone = () => open.forEach((one) => close(one));
    addEventListener("popstate", gone);
    return () => removeEventListener("popstate", gone);
  }, [open]);
  useEffect(() => {
    if (open.length) page.setAttribute("aria-hidden", "true");
    else page.removeAttribute("aria-hidden");
  }, [open]);
  function close(one, result) {
    if (one.closed) return; // by going elsewhere, while what it had begun went on
    one.closed = true;
    setOpen((old) => old.filter((each) => each !== one));
    one.resolve(result);
    setTimeout(() => one.from?.isConnected && one.from.focus());
  }
  return html`${open.map((one) => html`<${Fragment} key=${one.id}>${wrap(one.content((result) => close(one, result)))}<//>`)}
    <div class="told" role="status">${told.map(({ words, tone, id }) => html`<p key=${id} class=${tone}>${words}</p>`)}</div>`;
}
