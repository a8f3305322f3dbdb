// The page's edge: what is wrong with parts that stay is told there, where it takes no room.
import { html, useEffect, useState } from "../core/html.js";
import { t } from "../texts.js";
import { afloat, onAfloat } from "./afloat.js";
import { Button, Note, ProblemNote } from "./basics.js";

/** `trouble`: why the frame around every screen is not up to date, and `refresh` reads it again. */
export function Edge({ trouble, refresh }) {
  const [, turn] = useState(0);
  useEffect(() => onAfloat(() => turn((old) => old + 1)), []);
  const told = afloat();
  const same = ({ problem }) => problem.title === trouble?.title;
  const others = Map.groupBy(told.filter((each) => !same(each)), ({ problem }) => `${problem.title} ${problem.detail}`);
  const again = (all) => () => all.forEach((each) => each.retry());
  if (!trouble && !others.size) return null;
  const out = trouble?.status === 401;
  return html`<div class="afloat">
    ${trouble && html`<${Note} tone="warn" alert title=${t.trouble} actions=${html`<${Button}
        onClick=${again([{ retry: refresh }, ...told.filter(same)])}>${out ? t.signIn.again : t.again}<//>`}>
      ${trouble.title} ${!out && t.triedAgain}<//>`}
    ${[...others].map(([words, all]) => html`<${ProblemNote} key=${words} problem=${all[0].problem} retry=${again(all)} />`)}
  </div>`;
}
