// What is wrong with a page that stays: told at its edge, where it takes no room, and once however many parts it befell.
import { html, useEffect, useRef, useState } from "../core/html.js";
import { Button, Note, ProblemNote } from "./basics.js";
import { t } from "../texts.js";

const wrong = new Map(); // by who told it: {problem, retry}
let draw = () => {};

/** From a part of the page: says its problem at the edge for as long as it is drawn. */
export function Afloat({ problem, retry }) {
  const me = useRef({});
  useEffect(() => {
    wrong.set(me.current, { problem, retry });
    draw();
    return () => { wrong.delete(me.current); draw(); };
  }, [problem]);
  return null;
}

/** The edge itself. `trouble`: why the frame around every screen is not up to date, and `refresh` reads it again. */
export function Edge({ trouble, refresh }) {
  const [, turn] = useState(0);
  useEffect(() => { draw = () => turn((old) => old + 1); }, []);
  const told = [...wrong.values()];
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
