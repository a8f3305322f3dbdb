// Two small charts of our own: a gauge of the day's calls, and columns of the last days with the same as a table.
import { classes, html, useState } from "../core/html.js";
import * as format from "../core/format.js";
import { t } from "../texts.js";

/** How much is left of a limit. Words carry the meaning; the arc only helps. */
export function Gauge({ left, limit, label }) {
  const share = limit ? Math.max(0, Math.min(1, left / limit)) : 0;
  const arc = Math.PI * 42;
  const tone = share < 0.1 ? "bad" : share < 0.4 ? "warn" : "good";
  return html`<figure class="gauge" role="img" aria-label=${t.budget.words(format.count(left), format.count(limit))}>
    <svg viewBox="0 0 100 58" aria-hidden="true">
      <path class="track" d="M8 52 A42 42 0 0 1 92 52" /><path class=${classes("fill", tone)} d="M8 52 A42 42 0 0 1 92 52"
        stroke-dasharray=${`${arc * share} ${arc}`} />
    </svg>
    <figcaption aria-hidden="true"><b>${format.count(left)}</b><span>${label}</span></figcaption></figure>`;
}

const NEAR = 0.25; // of a limit: days that come to less are drawn to their own scale, or nothing would show

/** `days`: [{date, values:{series: number}}], `series`: [{name, label, tone}]; null is a day nobody counted. `limit` {value, label}
 * is a line across, once a day comes near it. The table says the same. */
export function Columns({ days, series, label, limit }) {
  const [at, setAt] = useState(null);
  const totals = days.map((day) => series.reduce((sum, each) => sum + (day.values[each.name] || 0), 0));
  const near = limit?.value && Math.max(...totals) >= limit.value * NEAR;
  const most = Math.max(1, ...totals, near ? limit.value : 0);
  const said = (number) => (number === null || number === undefined ? "–" : format.count(number));
  const width = 100 / Math.max(1, days.length);
  const shown = at === null ? null : days[at];
  return html`<figure class="chart">
    <div class="chart-frame"><span class="chart-most" aria-hidden="true">${format.count(most)}</span>
      <svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true" onMouseLeave=${() => setAt(null)}>
        ${days.map((day, n) => {
          let top = 40;
          return html`<g key=${day.date} class=${classes("column", at === n && "at")} onMouseEnter=${() => setAt(n)}>
            <rect class="hit" x=${n * width} y="0" width=${width} height="40" />
            ${series.map((each) => {
              const height = (40 * (day.values[each.name] || 0)) / most;
              top -= height;
              return height > 0 && html`<rect key=${each.name} class=${`tone-${each.tone}`} x=${n * width + width * 0.15} y=${top}
                width=${width * 0.7} height=${height} />`;
            })}</g>`;
        })}
        ${near && html`<line class="chart-limit" x1="0" x2="100" y1=${40 - (40 * limit.value) / most} y2=${40 - (40 * limit.value) / most} />`}
      </svg>
    </div>
    <div class="chart-axis" aria-hidden="true"><span>${days.length ? format.shortDay(days[0].date) : ""}</span>
      <span class="chart-at">${shown && `${format.shortDay(shown.date)} · ${series.filter((each) => shown.values[each.name])
        .map((each) => `${each.label} ${format.count(shown.values[each.name])}`).join(" · ") || t.chart.nothing}`}</span>
      <span>${days.length ? format.shortDay(days.at(-1).date) : ""}</span></div>
    <figcaption class="legend">${series.map((each) => html`<span key=${each.name}><i class=${`tone-${each.tone}`}></i>${each.label} <b>${
      format.count(days.reduce((sum, day) => sum + (day.values[each.name] || 0), 0))}</b></span>`)}${
      near && html`<span><i class="line"></i>${limit.label} <b>${format.count(limit.value)}</b></span>`}</figcaption>
    <details class="as-table"><summary>${t.chart.table}<span class="hidden">: ${label}</span></summary><table><caption class="hidden">${label}</caption><thead><tr><th scope="col">${t.chart.day}</th>${series.map((each) =>
      html`<th scope="col" class="number" key=${each.name}>${each.label}</th>`)}</tr></thead>
      <tbody>${days.filter((_, n) => totals[n]).map((day) => html`<tr key=${day.date}><th scope="row">${format.shortDay(day.date)}</th>
        ${series.map((each) => html`<td class="number" key=${each.name}>${said(day.values[each.name])}</td>`)}</tr>`)}</tbody></table></details>
  </figure>`;
}
