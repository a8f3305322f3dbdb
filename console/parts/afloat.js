// What is wrong with a part of the page that stays: told at the page's edge (edge.js), once however many parts it befell.
import { useEffect, useRef } from "../core/html.js";

const wrong = new Map(); // by who told it: {problem, retry}
let changed = () => {};

/** From a part of the page: says its problem at the edge for as long as it is drawn. */
export function Afloat({ problem, retry }) {
  const me = useRef({});
  useEffect(() => {
    wrong.set(me.current, { problem, retry });
    changed();
    return () => { wrong.delete(me.current); changed(); };
  }, [problem]);
  return null;
}

/** All that is told now: [{problem, retry}]. */
export const afloat = () => [...wrong.values()];

/** `again` is called whenever that changes; the edge alone asks. */
export const onAfloat = (again) => { changed = again; };
