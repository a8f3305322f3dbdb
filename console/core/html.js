// Drawing: Preact with htm, which is markup in template strings, so that nothing has to be built.
import { h } from "../vendor/preact.js";
import { useRef } from "../vendor/preact-hooks.js";
import htm from "../vendor/htm.js";

export const html = htm.bind(h);
export { render, Fragment, createContext } from "../vendor/preact.js";
export {
  useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useErrorBoundary,
} from "../vendor/preact-hooks.js";

let ids = 0;

/** An id that nothing else on the page has; Preact's own is unique only within one root, and there are two. */
export function useId() {
  const id = useRef("");
  id.current ||= `i${++ids}`;
  return id.current;
}

/** Class names, those that hold. */
export const classes = (...names) => names.filter(Boolean).join(" ");
