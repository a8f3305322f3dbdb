// What every screen knows: who is signed in, the company, its kinds, and how to get from here to there.
import { createContext, useContext } from "./html.js";
import { at, date, money } from "./format.js";
import { address, go } from "./route.js";

export const HubContext = createContext(null);
export const useHub = () => useContext(HubContext);

/** The hub as one company's screens see it. */
export function hubOf({ session, company, kinds, reasons, connection, refresh, route }) {
  const byName = new Map(kinds.items.map((kind) => [kind.name, kind]));
  const { screens, jobs, job_actions: jobActions } = kinds.capabilities;
  return {
    session, company, connection, refresh, route,
    kinds: kinds.items,
    kind: (name) => byName.get(name),
    has: (screen) => screens.includes(screen),
    runs: (job) => jobs.includes(job),
    jobCan: (action) => jobActions.includes(action),
    may: (what) => session.may(what),
    connected: connection?.state === "connected",
    base: connection?.organisation?.base_currency || company.currency || "", // of amounts that say no currency
    reason: (code) => (Object.hasOwn(reasons, code) ? reasons[code] : null),
    path: (rest = "") => `/v1/companies/${encodeURIComponent(company.id)}${rest}`,
    to: (parts, query) => address(company.id, parts, query),
    go: (parts, query, how) => go(address(company.id, parts, query), how),
    record: ({ kind, id }) => address(company.id, ["records", kind, id]),
    /** Where people see what an error, a queued thing or an entry is about. */
    place: ({ record, seen_on: on }) => address(company.id, ["records", (on || record).kind, (on || record).id]),
  };
}

/** An action of a kind, if the API offers it. */
export const actionOf = (kind, name) => kind?.actions.find((action) => action.name === name);

/** Whether a person may link records of a kind: contacts are the ones that can be looked for in the ledger. */
export const linksContacts = (kind) => kind.document_type === "contact" && Boolean(actionOf(kind, "link"));

/** What a record is called; one that goes by its date says how much it is, too. */
export function titleOf(kind, record) {
  const [first] = kind.columns;
  const said = at(record, first.name);
  if (!said) return record.id;
  return first.type === "date" ? [date(said), record.amount && money(record.amount, record.currency)].filter(Boolean).join(" · ") : said;
}

/** Which kind of record a field or column names by its id: always the same, or as another field of the record says. */
export const kindNamed = (column, record) => column.refers_to || column.refers_by?.kinds[record[column.refers_by.field]] || "";
