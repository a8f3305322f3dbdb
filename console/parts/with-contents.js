// A long page with a list of what is on it: each part has its address, and the list stays in sight where there is room.
import { html, useEffect } from "../core/html.js";
import { useHub } from "../core/hub.js";

/** The element that a part of the page is. */
export const partId = (part) => `part-${part}`;

function show(part) {
  const heading = document.getElementById(partId(part))?.querySelector("h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  heading.closest("section").scrollIntoView({ block: "start" });
}

/** `parts`: the name and title of each, in their order; `children` are cards with their ids. */
export function WithContents({ label, parts, children }) {
  const hub = useHub();
  const { parts: here, query: { part } } = hub.route;
  useEffect(() => { show(part); }, []); // who came by its address
  const follow = (name) => (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return; // a window of its own
    event.preventDefault();
    hub.go(here, { part: name }, { replace: true });
    show(name);
  };
  return html`<div class="with-contents">
    <nav class="contents" aria-label=${label}><ul class="plain">${parts.map(([name, title]) => html`<li key=${name}><a
      href=${hub.to(here, { part: name })} aria-current=${part === name ? "location" : undefined} onClick=${follow(name)}>${title}</a></li>`)}</ul></nav>
    <div>${children}</div></div>`;
}
