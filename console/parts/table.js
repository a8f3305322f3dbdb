// Tables that become cards on a narrow screen, with rows to select and pages to turn; the way back is the browser's own.
import { classes, html, useLayoutEffect, useRef } from "../core/html.js";
import { useHub } from "../core/hub.js";
import { remembered } from "../core/route.js";
import { t } from "../texts.js";
import { Button } from "./basics.js";

const DENSE = 9; // as many columns as this stand closer

/** `columns`: [{name, label, cell(row), align, sort}]; `selected`: a Set of keys, with `onSelect(next)`. */
export function Table({ caption, columns, rows, rowKey, selected, onSelect, nameOf, dim, dense = columns.length >= DENSE }) {
  const keys = rows.map(rowKey);
  const all = keys.length > 0 && keys.every((key) => selected?.has(key));
  const toggle = (some, on) => {
    const next = new Set(selected);
    some.forEach((key) => (on ? next.add(key) : next.delete(key)));
    onSelect(next);
  };
  return html`<div class=${classes("table-frame", dim && "dim", dense && "dense")}><table class="table" role="table">
    <caption class="hidden">${caption}</caption>
    <thead role="rowgroup"><tr role="row">
      ${onSelect && html`<th role="columnheader" scope="col" class="tick"><input type="checkbox" aria-label=${t.table.selectAll}
        checked=${all} onChange=${(event) => toggle(keys, event.target.checked)} /></th>`}
      ${columns.map((column) => html`<th key=${column.name} role="columnheader" scope="col" class=${column.align || ""}
        aria-sort=${column.sorted}>${column.onSort
          ? html`<button type="button" class="sort" onClick=${column.onSort}>${column.label}<span aria-hidden="true">${
            { ascending: " ↑", descending: " ↓" }[column.sorted] || " ↕"}</span></button>`
          : column.label}</th>`)}
    </tr></thead>
    <tbody role="rowgroup">${rows.map((row, n) => html`<tr role="row" key=${keys[n]} class=${classes(selected?.has(keys[n]) && "selected")}>
      ${onSelect && html`<td role="cell" class="tick"><input type="checkbox" checked=${selected.has(keys[n])}
        aria-label=${t.table.select(nameOf(row))} onChange=${(event) => toggle([keys[n]], event.target.checked)} /></td>`}
      ${columns.map((column) => html`<td role="cell" key=${column.name} class=${column.align || ""} data-label=${column.label}>${
        column.cell(row)}</td>`)}
    </tr>`)}</tbody>
  </table></div>`;
}

/** Turns pages by cursor; each page has its address. Previous is going back, where one came from there. What was turned to is seen from its top. */
export function Pager({ next, query, count }) {
  const hub = useHub();
  const page = Number(query.page || 1);
  const [own, shown] = [useRef(), useRef({ page, next })];
  useLayoutEffect(() => {
    if (shown.current.next === next) return; // what was turned to has not come yet
    if (shown.current.page !== page) own.current.closest("section, #panel").scrollIntoView({ block: "start" });
    shown.current = { page, next };
  }, [page, next]);
  const go = (change, how) => hub.go(hub.route.parts, { ...query, ...change }, how);
  if (!next && page === 1) return html`<p class="pager muted" ref=${own}>${t.pager.all(count)}</p>`;
  return html`<nav class="pager" ref=${own} aria-label=${t.pager.label}>
    <${Button} disabled=${page === 1} onClick=${() => go({ cursor: "", page: "" })}>${t.pager.first}<//>
    <${Button} disabled=${page === 1 || !remembered("turned")} onClick=${() => history.back()}>${t.pager.previous}<//>
    <span class="muted">${t.pager.page(page)}</span>
    <${Button} disabled=${!next} onClick=${() => go({ cursor: next, page: page + 1 }, { turned: true })}>${t.pager.next}<//>
  </nav>`;
}
