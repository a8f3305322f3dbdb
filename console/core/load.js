// Reading from the API while something is on screen: once, again on request, or again and again with growing pauses.
import { useCallback, useEffect, useMemo, useRef, useState } from "./html.js";
import { api } from "./api.js";
import { placeLeft } from "./route.js";

const LONGEST_MS = 20_000;
const MOST_KEPT = 20;
const kept = new Map(); // as it was seen last, so that going back finds it at once

/** What is known of a path, for who comes back to it. */
export function keepFor(path, data) {
  kept.delete(path);
  kept.set(path, data);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
}

/** `{data, problem, busy, reload, put}`, where `put` shows what is known already, as `read` may before it has all; `poll(data)` answers the pause before the next read in ms, or nothing to stop.
 * With `keep` what is on screen stays there, busy, until what was asked for instead has come, as the next page; and who
 * comes back sees it as it was until it has been read again. */
export function useLoad(path, { poll = null, read = api.get, keep = false } = {}) {
  const [state, setState] = useState(() => ({ path, data: (keep && placeLeft() && kept.get(path)) || null, problem: null, busy: Boolean(path) }));
  const [turn, setTurn] = useState(0);
  const how = useRef();
  how.current = { poll, read, keep };

  useEffect(() => {
    if (!path) return undefined;
    const stop = new AbortController();
    let timer = 0;
    let unchanged = 0;
    let last = "";
    let seen = null; // as it was read last: after a failure, whether to go on is asked of that

    async function load(calm = false) {
      setState((old) => ({ ...old, busy: true }));
      let data = null;
      try {
        const show = (part) => { if (!stop.signal.aborted) setState({ path, data: part, problem: null, busy: true }); };
        data = await how.current.read(path, { signal: stop.signal, calm, show });
        if (stop.signal.aborted) return;
        seen = data;
        setState({ path, data, problem: null, busy: false });
        if (how.current.keep) keepFor(path, data);
      } catch (problem) {
        if (stop.signal.aborted) return;
        // What was shown stays, unless it is not there any more; the words about what is wrong come on top.
        const stays = (old) => problem.status !== 404 && (old.path === path || how.current.keep);
        if (problem.status === 404) seen = null;
        setState((old) => ({ path, data: stays(old) ? old.data : null, problem, busy: false }));
      }
      const text = JSON.stringify(data);
      unchanged = text === last ? unchanged + 1 : 0;
      last = text;
      const pause = how.current.poll?.(data ?? seen);
      if (pause) timer = setTimeout(whenSeen, Math.min(pause * 1.5 ** Math.min(unchanged, 8), LONGEST_MS));
    }

    function whenSeen() {
      if (!document.hidden) return void load(true);
      document.addEventListener("visibilitychange", whenSeen, { once: true });
      return undefined;
    }

    load();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", whenSeen);
    };
  }, [path, turn]);

  const reload = useCallback(() => setTurn((old) => old + 1), []);
  const put = (data) => setState((old) => ({ ...old, path, data, problem: null }));
  const mine = state.path === path;
  return { data: mine || (keep && path) ? state.data : null, problem: mine ? state.problem : null, busy: mine ? state.busy : true, reload, put };
}

/** `[run, busy, problem, clear]` for something a person starts; a second click while it runs does nothing. */
export function useAction(action) {
  const [state, setState] = useState({ busy: false, problem: null });
  const running = useRef(false);
  const alive = useRef(true);
  useEffect(() => () => { alive.current = false; }, []);
  const run = async (...given) => {
    if (running.current) return undefined;
    running.current = true;
    setState({ busy: true, problem: null });
    let problem = null;
    try {
      return await action(...given);
    } catch (error) {
      problem = error;
      return undefined;
    } finally {
      running.current = false;
      if (alive.current) setState({ busy: false, problem });
    }
  };
  return [run, state.busy, state.problem, () => setState({ busy: false, problem: null })];
}

/** The header under which the hub does something once, however often it is asked: whose answer was lost presses again.
 * Another request, as `what` says, has another one. */
export const useOnce = (what = "") => useMemo(() => ({ "idempotency-key": crypto.randomUUID() }), [what]);

/** A value that follows another one once it has stayed the same for a while. */
export function useSettled(value, pause_ms = 250) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause_ms);
    return () => clearTimeout(timer);
  }, [value, pause_ms]);
  return settled;
}
