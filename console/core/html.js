// Drawing: Preact with htm, which is markup in template strings, so that nothing has to be built.
import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

export const html = htm.bind(h);
export { render, Fragment, createContext } from "../vendor/preact.js";
export {
  useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useId, useErrorBoundary,
} from "../vendor/preact-hooks.js";

/** Class names, those that hold. */
export const classes = (...names) => names.filter(Boolean).join(" ");
