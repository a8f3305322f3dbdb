"""What moved money in the ledger comes here (rules P1, P4, D8): payments, credits, and the documents they settle.

Asked every two hours in business hours, and when somebody wants to know. Read are only changes, each type once: first
what settles, then what is settled, so that a document is never older than what was read of its payments. What a change
settles is among the changed documents; where it is not, that one document is marked and read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerlink.errors import Conflict, NotConnected
from ledgerlink.flows.context import Context
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.kinds.payment import Payment
from ledgerlink.ports import CERTAIN, Cursor, Delta, Purpose
from ledgerlink.rules.polling import next_poll, read_from
from ledgerlink.rules.settlement import shows
from ledgerlink.state.document import Document
from ledgerlink.state.settlement import SettlingPart

from .batch import Intake, TakenIn
from .taking_in import take_in

CLOCK = "payment"  # the cursor that says when all of them are asked again
CREDITS = ("prepayment", "overpayment")  # no records here: only what they settle counts
READ_IN_ORDER = ("payment", *CREDITS, "credit_note", "invoice")
RECORDS = ("payment", "invoice", "credit_note")  # in which order they are taken in: a payment with its account first
LATE = timedelta(minutes=30)  # how long after a schedule that never came the import lane asks by itself


Settling = tuple[str, str, SettlingPart, bool]  # type and id of what is settled, by what, and whether no more


@dataclass(frozen=True)
class News:
    """What changed, by document type in the order it was read."""

    deltas: dict[str, Delta]
    cursors: dict[str, Cursor]

    @property
    def complete(self) -> bool:
        return all(delta.complete for delta in self.deltas.values())

    def documents(self, *types: str) -> list[Document]:
        return [document for name in types if name in self.deltas for document in self.deltas[name].documents]


def gather(context: Context, *, since: datetime | None = None, purpose: Purpose = "live") -> News:
    """Read what changed, one list of each type; ``since`` instead of where the last reading ended. Raises Transient,
    NotConnected."""
    found = News({}, {})
    for name in READ_IN_ORDER:
        if name not in BY_DOCUMENT and name not in CREDITS:
            continue
        cursor = context.at.cursors.get(context.company.id, name)
        known = cursor.newest or context.connection.connected_at or context.at.clock.now()
        try:
            begins = read_from(since or known, behind=cursor.behind and since is None)
            delta = context.ledger.changed_since(name, begins, purpose=purpose)
        except NotConnected as closed:
            if closed.code != "missing_scope":
                raise
            delta = Delta([])  # the consent is older than this: the other types still come
        found.deltas[name], found.cursors[name] = delta, cursor
    return found


def bring_in(context: Context, news: News, intake: Intake) -> list[TakenIn]:
    """Take in what was read; documents that are not among it although something settles them are marked."""
    taken = [each for name in RECORDS for each in take_in(intake, news.documents(name))]
    again = {(each.document.type, each.document.id) for each in taken if each.outcome == "again"}
    parts = [*_paid(news.documents("payment")), *_credited(news.documents(*CREDITS))]
    read = {(document.type, document.id) for document in news.documents("invoice", "credit_note")}
    _mark(context, again | _unseen(context, [part for part in parts if part[:2] not in read]))
    return taken


def follow(context: Context, credits: Sequence[Document]) -> None:
    """What these credits were set against, without our knowing, is marked."""
    _mark(context, _unseen(context, list(_credited(credits))))


def remember(context: Context, news: News) -> None:
    """Everything read is applied or marked: read on from there, in business hours two hours from now."""
    at, company = context.at, context.company
    now = at.clock.now()
    later = next_poll(now, context.settings.business_hours, company.timezone, company.id) + LATE
    for name, delta in news.deltas.items():
        cursor = news.cursors[name]
        known = cursor.newest or context.connection.connected_at or now
        newest = max((document.updated_at for document in delta.documents), default=known)
        wake_at = later if news.complete else now
        moved = replace(cursor, newest=max(newest, known), next_poll_at=wake_at, behind=not delta.complete)
        with suppress(Conflict):  # somebody asked too; what it found is applied either way
            at.cursors.put(company.id, moved)


def poll(context: Context) -> list[TakenIn]:
    """Ask once and take in. Raises Transient, NotConnected."""
    news = gather(context)
    taken = bring_in(context, news, Intake(context, "event", context.at.clock.now()))
    remember(context, news)
    return taken


def is_due(context: Context) -> bool:
    """Whether nobody has asked for so long that the import lane does."""
    cursor = context.at.cursors.get(context.company.id, CLOCK)
    return cursor.next_poll_at is None or cursor.next_poll_at <= context.at.clock.now()


# ------------------------------------------------------------------ what is settled, and was not among the changes


def _unseen(context: Context, asked: Sequence[Settling]) -> set[tuple[str, str]]:
    """Documents known here that something settles, or settles no more, without our knowing."""
    at, company = context.at, context.company.id
    found: set[tuple[str, str]] = set()
    for name in sorted({each[0] for each in asked} & set(BY_DOCUMENT)):
        claims = at.links.claimed(company, name, {id_ for sort, id_, _, _ in asked if sort == name})
        holders = {id_: claim.link for id_, claim in claims.items() if claim.link is not None}
        links = at.links.many(holders.values())
        for sort, id_, part, gone in asked:
            link = links.get(holders[id_]) if sort == name and id_ in holders else None
            if link is not None and not shows(link.settlement, part, gone=gone):
                found.add((sort, id_))
    return found


def _paid(payments: Iterable[Document]) -> Iterable[Settling]:
    for document in payments:
        content = document.content
        assert isinstance(content, Payment)
        part = SettlingPart(sort="payment", id=document.id, amount=content.amount)
        yield content.document_kind, content.document_id, part, document.status != "active"


def _credited(credits: Iterable[Document]) -> Iterable[Settling]:
    for document in credits:
        for each in document.settlement.of("allocation") if document.settlement is not None else ():
            sort = "prepayment" if document.type == "prepayment" else "overpayment"
            yield "invoice", each.document_id, each.model_copy(update={"sort": sort, "id": document.id}), False


def _mark(context: Context, documents: set[tuple[str, str]]) -> None:
    if documents:
        context.at.marks.add(context.organisation, sorted(documents), since=f"{CERTAIN}{context.at.ids.new()}")
        context.at.doorbells.ring(context.company.id, "import", again=True)
