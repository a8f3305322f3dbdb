"""One organisation in Xero as the hub's ledger (``ports.Ledger``), the same for every kind."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ledgerlink.errors import NotConnected, Refused, Transient
from ledgerlink.kinds import Content
from ledgerlink.ports import Clock, Crawl, Delta, LedgerLists, NotSent, Outgoing, Purpose, Reply, Request, Unknown
from ledgerlink.state.company import Organisation
from ledgerlink.state.dispatch import Action, Dispatch
from ledgerlink.state.document import Document

from . import answers, reading, reference
from .client import ANSWER_S, Lost, NeverLeft
from .kinds import READ, WIRE, WireKind, allocation
from .searches import Searches
from .session import NoPermitNow, Session

_SHORTLY = timedelta(seconds=30)


class XeroLedger:
    """``short_code`` goes into deep links; it may be blank until the organisation has been read."""

    def __init__(
        self, session: Session, *, clock: Clock, short_code: str = "", searches: Searches | None = None
    ) -> None:
        self._session, self._clock, self._short_code = session, clock, short_code
        self._searches = searches or Searches(clock)

    # -------------------------------------------------------------- writing

    def compose(self, document_type: str, action: Action, outgoing: Sequence[Outgoing]) -> Request:
        wire = WIRE[document_type]
        elements = [wire.to_wire(each) for each in outgoing]
        taken_back = action == "archive" and wire.path is not None  # under its own address
        bare = taken_back and wire.taken_back_by == "POST"
        body = elements[0] if bare else {wire.envelope: elements}
        return Request(
            document_type=document_type,
            action=action,
            # PUT creates and nothing else; POST would match by number or name and overwrite (facts/xero.md §3.1).
            method="PUT" if action == "create" else wire.taken_back_by if taken_back else "POST",
            path=_path(wire, outgoing, action),
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
            outgoing=tuple(outgoing),
        )

    def sent(self, dispatch: Dispatch) -> dict[str, Content]:
        wire = WIRE[dispatch.document_type]
        said = json.loads(dispatch.body)
        pairs = answers.matched(said.get(wire.envelope) or [said], wire, dispatch)
        return {part.reference: wire.content(element) for part, element in pairs}

    def send(self, dispatch: Dispatch, *, seconds: float) -> Reply:
        wire = WIRE[dispatch.document_type]
        try:
            answer = self._session.call(
                dispatch.method,
                dispatch.path,
                purpose=_purpose(dispatch),
                headers={"Idempotency-Key": dispatch.key},
                body=b"" if dispatch.method == "DELETE" else dispatch.body,
                seconds=min(seconds, ANSWER_S),
                until=dispatch.deadline,
            )
        except NoPermitNow as busy:
            return NotSent(busy.answer.reason, max(timedelta(), busy.answer.retry_at - self._clock.now()))
        except NeverLeft:
            return NotSent("ledger_busy", _SHORTLY)
        except Lost as error:
            return Unknown(str(error))
        except Refused as error:  # there is no token for this, or none any more
            return NotSent("missing_scope" if error.code == "missing_scope" else "needs_reconnect")
        except Transient as trouble:  # getting a token took too long, or our own tables throttled
            wait = trouble.retry_at - self._clock.now() if trouble.retry_at else _SHORTLY
            return NotSent("ledger_busy", max(timedelta(), wait))
        return answers.reply(answer, wire, dispatch, short_code=self._short_code)

    # -------------------------------------------------------------- reading

    def read(self, document_type: str, ids: Sequence[str], *, purpose: Purpose = "live") -> list[Document]:
        if not ids:
            return []
        wire = READ[document_type]
        if not wire.ids_filter:
            return self._any_of(wire, [f'{wire.id_field}==guid("{id}")' for id in ids], {}, purpose)
        # `page` so that details come: a list without it drops persons, balances and merges (§3.4).
        query: dict[str, object] = {"includeArchived": "true", "page": 1, "pageSize": reading.PAGE}
        return self._several(wire, "IDs", ids, ",", query, purpose)

    def changed_since(
        self, document_type: str, since: datetime | None, *, purpose: Purpose = "live", pages: int = 5
    ) -> Delta:
        if document_type == allocation.WIRE.document_type:
            notes = self.changed_since("credit_note", since, purpose=purpose, pages=pages)
            return Delta(list(allocation.of_credit_notes(notes.documents)), notes.complete)
        wire = READ[document_type]
        return reading.seek(lambda since, page: self._since(wire, since, page, purpose), since, pages)

    def crawl(self, document_type: str, page: int = 1, *, purpose: Purpose = "backfill") -> Crawl:
        # Newest first: a document that changes meanwhile moves to the front and shifts the others back, so reading on
        # repeats rows and skips none. (In order of change it would shift them forward, past us; facts/xero.md §7.)
        query = {"page": page, "pageSize": reading.PAGE, "order": "UpdatedDateUTC DESC", "includeArchived": "true"}
        found = self._page(WIRE[document_type], query, purpose)
        return Crawl(found.documents, page, found.pages, found.total)

    def find(self, document_type: str, references: Sequence[str], *, purpose: Purpose = "live") -> list[Document]:
        """By path for one reference, else by ``where`` in batches: one call instead of many, though not an
        optimised filter (``facts/xero.md §3.4``); where Xero refuses that for size, one by one."""
        wire, found = WIRE[document_type], []
        for batch in reading.batches(sorted(set(references)), reading.REFERENCES):
            try:
                one = len(batch) == 1 and wire.path_key
                found += self._one(wire, batch[0], purpose) if one else self._where(wire, batch, purpose)
            except Refused as refused:
                if isinstance(refused, NotConnected) or len(batch) == 1:
                    raise
                found += [document for reference in batch for document in self._one(wire, reference, purpose)]
        return [document for document in found if document.reference in set(references)]

    def having(
        self, document_type: str, field: str, values: Sequence[str], *, purpose: Purpose = "live"
    ) -> list[Document]:
        wire = WIRE[document_type]
        plain = [value for value in values if not set(value) & set('"\\')][: reading.REFERENCES]
        conditions = [f'{wire.unique[field]}=="{value}"' for value in plain]
        return self._any_of(wire, conditions, {"includeArchived": "true"}, purpose)

    def search(self, text: str) -> list[Document]:
        return self._searches.of(self._session.organisation, text, self._searched)

    def _searched(self, text: str) -> list[Document]:
        # Sorted by when they changed last, oldest first (facts/xero.md §3.4): the one that is meant may be far down.
        query = {"searchTerm": text, "page": 1, "pageSize": 100, "includeArchived": "true"}
        return self._page(WIRE["contact"], query, "person").documents

    def organisation(self) -> Organisation:
        return reference.organisation_of(reference.organisation_row(self._session, "person"))

    def lists(self, *, purpose: Purpose = "live") -> LedgerLists:
        return reference.read(self._session, purpose)

    def _since(self, wire: WireKind, since: datetime | None, page: int, purpose: Purpose) -> reading.Found:
        query = {"page": page, "pageSize": reading.PAGE, "order": "UpdatedDateUTC", "includeArchived": "true"}
        headers = {"If-Modified-Since": reading.modified_since(since)} if since else {}
        return self._page(wire, query, _of_several(purpose, page - 1), headers)

    def _where(self, wire: WireKind, references: Sequence[str], purpose: Purpose) -> list[Document]:
        conditions = [f'{wire.key_field}=="{reference}"' for reference in references]
        return self._any_of(wire, conditions, {"includeArchived": "true"}, purpose)

    def _any_of(
        self, wire: WireKind, conditions: Sequence[str], query: Mapping[str, object], purpose: Purpose
    ) -> list[Document]:
        """What meets any of the conditions."""
        return self._several(wire, "where", conditions, " OR ", {"page": 1, "pageSize": reading.PAGE, **query}, purpose)

    def _several(
        self,
        wire: WireKind,
        name: str,
        terms: Sequence[str],
        joiner: str,
        query: Mapping[str, object],
        purpose: Purpose,
    ) -> list[Document]:
        """What the question finds for the terms, in as few calls as keep its address short."""
        room = reading.ADDRESS - 1 - len(self._session.address(wire.endpoint, _asked(wire, {**query, name: ""})))
        found: list[Document] = []
        for number, some in enumerate(reading.fitting(dict.fromkeys(terms), joiner, room)):
            found += self._page(wire, {**query, name: some}, _of_several(purpose, number)).documents
        return found

    def _one(self, wire: WireKind, reference: str, purpose: Purpose) -> list[Document]:
        answer = self._session.get(f"{wire.endpoint}/{reading.in_path(reference)}", purpose=purpose)
        if answer.status == 404:
            return []
        return reading.documents(answer, wire, self._short_code).documents

    def _page(
        self, wire: WireKind, query: Mapping[str, object], purpose: Purpose, headers: Mapping[str, str] | None = None
    ) -> reading.Found:
        answer = self._session.get(wire.endpoint, _asked(wire, query), purpose=purpose, headers=headers)
        return reading.documents(answer, wire, self._short_code)


def _of_several(purpose: Purpose, before: int) -> Purpose:
    """Of calls that are good only together the first may wait its turn; given up later, all would be made again."""
    return "live" if before and purpose == "backfill" else purpose


def _asked(wire: WireKind, query: Mapping[str, object]) -> dict[str, object]:
    """The question as this kind of list takes it."""
    asked = {name: value for name, value in query.items() if name not in wire.unasked} | dict(wire.read_query)
    if wire.only:
        asked["where"] = f"{wire.only} AND ({asked['where']})" if "where" in asked else wire.only
    return asked


def _path(wire: WireKind, outgoing: Sequence[Outgoing], action: Action) -> str:
    """Where the call goes; one that takes a thing back by DELETE has no query."""
    if wire.path is None:
        return f"{wire.endpoint}?{wire.write_query}"
    return wire.path(outgoing[0]) + (f"?{wire.write_query}" if action == "create" else "")


def _purpose(dispatch: Dispatch) -> Purpose:
    """What a dispatch is for decides how deep it may reach into the day's calls: a person first, a job last."""
    orders = {part.ordered_by for part in dispatch.parts}
    if "person" in orders:
        return "person"
    return "live" if "" in orders else "backfill"
