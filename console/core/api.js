// Talking to the hub's API: JSON both ways, and every way it can go wrong becomes a Problem in words.
import { t } from "../texts.js";

const PATIENCE_MS = 35_000; // API Gateway gives up after 30 s
const LONG_MS = 600_000; // files: a slow line takes its time, and a download may be led on from one wait to the next (decision 27)

export class Problem extends Error {
  constructor({ status = 0, code, title, detail, remedy = "", errors = [], ...rest }) {
    super(detail || title);
    Object.assign(this, { status, code, title, detail, remedy, errors, rest });
  }

  /** What the API says is wrong with one field. */
  of(field) {
    return this.errors.filter((each) => each.field === field || each.field.startsWith(`${field}.`))
      .map((each) => each.message).join("; ");
  }
}

let session = null;
export const useSession = (given) => { session = given; };

/** Where no answer of the hub came: something that was to change may have changed, whatever broke on the way. */
const problem = (code, method, status = 0) => new Problem({ status, code, ...t.problems[code], ...(method !== "GET" && t.problems.unsure) });

/** `calm` is what nobody waits for: it asks nobody to sign in who has put that off. */
async function send(method, path, { body, headers = {}, signal, again = true, calm = false, file = body instanceof Blob } = {}) {
  const isText = typeof body === "string" || body instanceof Blob;
  const patience = AbortSignal.timeout(file ? LONG_MS : PATIENCE_MS);
  let answer;
  try {
    answer = await fetch(session.base + path, {
      method,
      headers: {
        ...(session.token ? { authorization: `Bearer ${session.token}` } : {}),
        ...(body !== undefined && !isText ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      body: body === undefined || isText ? body : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw problem(error.name === "TimeoutError" ? "slow" : "unreachable", method);
  }
  if (answer.status === 401 && again && await session.renew(calm)) {
    return send(method, path, { body, headers, signal, again: false, file });
  }
  if (!answer.ok) throw await problemOf(answer, method);
  return answer;
}

async function problemOf(answer, method) {
  let told = null;
  try { told = await answer.json(); } catch { /* not JSON: a gateway's own page */ }
  if (told?.code) return new Problem({ ...told, status: answer.status });
  if (answer.status === 401) return new Problem({ status: 401, code: "signed_out", ...t.problems.signed_out });
  if (answer.status >= 500) return problem("down", method, answer.status);
  return new Problem({
    status: answer.status, code: `http_${answer.status}`, title: t.problems.other.title,
    detail: told?.message || `${answer.status}`, remedy: t.problems.other.remedy,
  });
}

async function json(method, path, options) {
  const answer = await send(method, path, options);
  const text = answer.status === 204 ? "" : await answer.text();
  return text ? JSON.parse(text) : null;
}

const withRevision = async (answer) => ({ body: await answer.json(), revision: answer.headers.get("etag")?.replace(/[^0-9]/g, "") || "" });

/** A path with its query, blanks left out. */
export function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** A page of a narrowed list. The API looks at so many records an answer, so one may be short although there are more:
 * it is read on until it is full, or somebody stops it. `show` is told what was found so far. */
async function full(path, { show, signal, ...options } = {}) {
  const enough = new AbortController();
  const [route, text] = path.split("?");
  const query = Object.fromEntries(new URLSearchParams(text));
  let page = await json("GET", path, { signal, ...options });
  while (page.next && page.items.length < Number(query.limit)) {
    show?.({ ...page, looking: true, stop: () => enough.abort() });
    const left = { ...query, limit: query.limit - page.items.length, cursor: page.next };
    let more;
    try {
      more = await json("GET", withQuery(route, left), { ...options, signal: AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]) });
    } catch (error) {
      if (enough.signal.aborted && !signal?.aborted) return { ...page, stopped: true };
      throw error;
    }
    page = { items: [...page.items, ...more.items], next: more.next };
  }
  return page;
}

export const api = {
  full,
  get: (path, options) => json("GET", path, options),
  put: (path, body, options) => json("PUT", path, { body, ...options }),
  patch: (path, body, options) => json("PATCH", path, { body, ...options }),
  post: (path, body, options) => json("POST", path, { body, ...options }),
  delete: (path, options) => json("DELETE", path, options),
  /** Whether there is something at a path. */
  there: (path) => json("GET", path).then(() => true, (error) => { if (error.status === 404) return false; throw error; }),
  /** With its headers, for what carries a revision. */
  read: async (path, options) => withRevision(await send("GET", path, options)),
  change: async (path, body, options) => withRevision(await send("PATCH", path, { body, ...options })),
  blob: async (path, options) => (await send("GET", path, { ...options, file: true })).blob(),
};
