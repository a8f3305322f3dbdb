"""A record as it is shown: its content, its envelope, and where it stands between the two systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ledgerlink.flows.context import Context
from ledgerlink.kinds import KINDS, Content
from ledgerlink.kinds.money_documents import TOTALS, MoneyDocument
from ledgerlink.ports import Budget
from ledgerlink.reasons import REASONS
from ledgerlink.rules import standing as rules
from ledgerlink.rules.fixes import fixes_of
from ledgerlink.rules.warned import in_words
from ledgerlink.state.link import Link, LinkKey, SyncState
from ledgerlink.state.record import Record, RecordKey

from .shapes import DocumentOut, FixOut, RecordRef, Sync, SyncErrorOut, shapes

_WITH_ERROR = ("error", "parked", "conflict")
_FIXABLE = ("error", "parked", "skipped")


@dataclass(frozen=True)
class Standing:
    """What is read once for everything an answer shows: what is in flight, and why nothing goes, if so."""

    context: Context
    flying: dict[LinkKey, SyncState]
    closed: str

    def state(self, link: Link) -> SyncState:
        return rules.state_of(link, self.flying)

    def waits_for(self, link: Link) -> str | None:
        return rules.waits_for(link, self.state(link), self.closed)

    def url(self, link: Link) -> str | None:
        """Opens the link's document in the ledger."""
        return self._page(link, link.document_id)

    def trouble_url(self, link: Link) -> str | None:
        """Opens what the error is about: the link's document, else the one that stands in its way."""
        return self._page(link, link.document_id or (link.error.holder if link.error else ""))

    def _page(self, link: Link, document_id: str) -> str | None:
        organisation = self.context.connection.organisation
        if not document_id or organisation is None:
            return None
        sort = link.document_type or KINDS[link.kind].document_type
        return self.context.at.ledgers.url(organisation, sort, document_id)


def standing(context: Context) -> Standing:
    """As things stand now."""
    at, now = context.at, context.at.clock.now()
    lane = at.lanes.get(context.company.id, "export")
    flying = rules.in_flight(at.lanes.open_dispatches(context.company.id), lane, now)
    organisation = context.connection.organisation
    budget = at.limits.budget(organisation.id) if organisation and lane.not_before else Budget()
    return Standing(context, flying, rules.closed_because(context.settings, context.connection, lane, budget, now))


def shown(context: Context, record: Record, link: Link) -> BaseModel:
    """One record. Its other parts are read where its kind has any."""
    return present(standing(context), record, [link, *_other_parts(context, [record.key])])


def shown_sync(context: Context, record: Record, link: Link) -> Sync:
    """Where one record stands."""
    return sync_of(standing(context), record, [link, *_other_parts(context, [record.key])])


def shown_all(now: Standing, keys: Sequence[LinkKey]) -> list[BaseModel]:
    """Records by their main links, in this order; one deleted meanwhile is left out."""
    context, at = now.context, now.context.at
    links = at.links.many(keys)
    records = at.records.many(key.record for key in keys)
    others = _other_parts(context, list(records))
    found = []
    for key in keys:
        record, link = records.get(key.record), links.get(key)
        if record is not None and link is not None and not record.deleted:
            found.append(present(now, record, [link, *(each for each in others if each.key.record == record.key)]))
    return found


def _other_parts(context: Context, keys: Iterable[RecordKey]) -> list[Link]:
    wanted = [LinkKey(*key, part) for key in keys for part in KINDS[key.kind].parts if part != "main"]
    return list(context.at.links.many(wanted).values()) if wanted else []


def present(now: Standing, record: Record, parts: Sequence[Link]) -> BaseModel:
    """The record's body. Built without validating again: everything in it was validated when it came."""
    main = parts[0]
    content: dict[str, Any] = {name: getattr(record.content, name) for name in type(record.content).model_fields}
    content |= sent(record.content, main)
    return shapes(record.kind).record.model_construct(
        **content,
        id=record.id,
        revision=record.revision,
        updated_at=record.updated_at,
        do_not_export=main.do_not_export,
        do_not_import=main.do_not_import,
        sync=sync_of(now, record, parts),
    )


def sent(content: Content, link: Link) -> dict[str, Any]:
    """What a document in the ledger has beside what was pushed: its date of sending, its totals, what is left of it."""
    if not isinstance(content, MoneyDocument) or not link.document_id:
        return {}
    there, money = link.seen or link.base, link.settlement
    told: dict[str, Any] = {"sent_at": link.last_export_at}
    if isinstance(there, MoneyDocument):
        told |= {name: getattr(there, name) for name in ("number", *TOTALS)}
    if money is not None:
        told |= {"total": money.total, "amount_outstanding": money.outstanding, "remaining": money.outstanding}
    return {name: value for name, value in told.items() if getattr(content, name, "") in (None, "")}


def sync_of(now: Standing, record: Record, parts: Sequence[Link]) -> Sync:
    """Where a record stands, folded over its parts."""
    main = parts[0]
    state = rules.fold(now.state(part) for part in parts)
    decisive = next((part for part in parts if now.state(part) == state), main)
    waiting = now.waits_for(decisive)
    reason = waiting or (decisive.reason if state not in ("due", "sending", "linked") else "")
    if state == "linked" and main.held_fields:  # both sides differ, and are meant to
        reason = "held_after_undo"
    return Sync.model_construct(
        state=state,
        reason=reason or None,
        accounting_code=main.document_id or None,
        ledger_url=now.url(main),
        last_export_at=max((p.last_export_at for p in parts if p.last_export_at), default=None),
        last_import_at=max((p.last_import_at for p in parts if p.last_import_at), default=None),
        waiting_for=waiting,
        documents=[
            DocumentOut.model_construct(
                part=part.part,
                accounting_code=part.document_id or None,
                ledger_url=now.url(part),
                state=now.state(part),
            )
            for part in parts
            if part.document_id
        ],
        warnings=[told for part in parts for told in in_words(part.warnings)],
        error=error_of(decisive) if state in _WITH_ERROR else None,
        fixes=[
            FixOut(id=each.id, label=each.label, params=each.params)
            for each in (fixes_of(record, decisive) if state in _FIXABLE else ())
        ],
    )


def seen_on(context: Context, keys: Iterable[RecordKey]) -> dict[RecordKey, RecordRef]:
    """On which record people see those that have no page of their own."""
    kinds = {name: kind.belongs_to for name, kind in KINDS.items() if kind.belongs_to is not None}
    records = context.at.records.many(key for key in dict.fromkeys(keys) if key.kind in kinds)
    found = {key: kinds[key.kind](record.content) for key, record in records.items()}
    return {key: RecordRef(kind=kind, id=id) for key, (kind, id) in found.items()}


def error_of(link: Link) -> SyncErrorOut | None:
    """The link's error with the catalogue's remedy."""
    if link.error is None:
        return None
    known = REASONS.get(link.error.code)
    return SyncErrorOut.model_construct(
        code=link.error.code,
        message=link.error.message,
        remedy=known.remedy if known else "",
        since=link.error.since,
    )
