// Where the focus goes when what had it is gone: a decided conflict, a row that was mended, a form that was closed.
let last = null; // what had it last, and the card that stood in

function place({ target, card }) {
  if (target.isConnected || document.activeElement !== document.body) return;
  const heading = (card?.isConnected && card.querySelector("h2")) || document.querySelector("#panel h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** From now on, for everything inside; answers how to end it. */
export function keepFocusIn(panel) {
  const entered = ({ target }) => { last = { target, card: target.closest("section") }; };
  const watch = new MutationObserver(() => last && place(last));
  panel.addEventListener("focusin", entered);
  watch.observe(panel, { childList: true, subtree: true });
  return () => { watch.disconnect(); panel.removeEventListener("focusin", entered); };
}
