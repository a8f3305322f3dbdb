"""Decides about one part of a record: create, update, archive, nothing, skip, wait, refuse, park (D-rules by kind).

The generic part knows holds, switches and conflicts; each kind's own rule is registered in ``RULES``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from ledgerlink.kinds import KINDS
from ledgerlink.reasons import reason as reason_of
from ledgerlink.state.document import Document
from ledgerlink.state.link import Clashing, Link, SyncError
from ledgerlink.state.record import Record, RecordKey

from . import allocations, documents, lifting, organizations, payments, products
from .decisions import Archive, Create, Decision, Disagree, First, Nothing, Park, Refuse, Skip, Update, Wait
from .duplicates import keys_of
from .facts import Facts
from .merge import Clash
from .profiles import CompanySettings
from .reverting import put_back_now


def _as_decided(decision: Decision, _record: Record, _link: Link, _facts: Facts) -> Decision:
    return decision


def _any_edit(_before: Any, _after: Any, _link: Link, _settings: CompanySettings) -> str:
    return ""


@dataclass(frozen=True)
class Rule:
    """A kind's own part of the decision."""

    decide: Callable[[Record, Link, CompanySettings], Decision]
    having_looked: Callable[[Decision, Document], Decision] = lambda decision, _document: decision
    match_keys: Callable[[Any], frozenset[str]] = lambda _content: frozenset()
    refusal: Callable[[Any, Any, Link, CompanySettings], str] = _any_edit  # why an edit here is refused: a reason code
    needs: Callable[[Record], tuple[RecordKey, ...]] = lambda _record: ()  # the records its document names
    complete: Callable[[Decision, Record, Link, Facts], Decision] = _as_decided

    @property
    def translates(self) -> bool:
        """Whether the document says it in the ledger's codes, so that only what was agreed on can be compared."""
        return self.complete is not _as_decided


_DOCUMENT = Rule(documents.decide, documents.having_looked, needs=documents.needs, complete=documents.complete)
_LOCKABLE = replace(_DOCUMENT, refusal=documents.refusal)

RULES: dict[str, Rule] = {
    "organizations": Rule(organizations.decide, organizations.having_looked, keys_of),
    "products": Rule(products.decide, match_keys=products.keys_of, complete=products.complete),
    "invoices": _LOCKABLE,
    "credit-notes": _DOCUMENT,
    "allocations": Rule(allocations.decide, needs=allocations.needs, complete=allocations.complete),
    "payments": Rule(
        payments.decide,
        payments.having_looked,
        needs=payments.needs,
        complete=payments.complete,
        refusal=payments.refusal,
    ),
}

_NOT_ASKED_FOR = frozenset(
    {"create_off", "export_by_hand", "not_needed_yet", "status_not_exportable", "void"}
)  # nothing keeps it back: nobody asked
_ONLY_WHEN_ASKED = frozenset({"create_off", "update_off", "export_by_hand"})


def decide(record: Record, link: Link, settings: CompanySettings) -> Decision:
    """What to do about this part now."""
    if record.deleted:
        return Skip("deleted_here")
    if link.error is not None and link.error.code == "several_matches" and not link.document_id:
        return Park(link.error.code)  # one of them is ours: whoever asks, another one must not be made
    if not settings.integration_enabled:
        return Wait("integration_disabled", "setting:integration_enabled")
    if link.do_not_export.on:
        return Skip("do_not_export")
    return RULES[record.kind].decide(record, link, settings)


def having_looked(decision: Decision, document: Document) -> Decision:
    """The decision again after the document itself was read."""
    return RULES[document.kind].having_looked(decision, document)


def needs(record: Record) -> tuple[RecordKey, ...]:
    """The records whose documents this one's document names: its customer, its products."""
    return RULES[record.kind].needs(record)


def asks_for_facts(record: Record) -> bool:
    """Whether a decision to send needs more than the record and its link."""
    return RULES[record.kind].complete is not Rule.complete


def complete(decision: Decision, record: Record, link: Link, facts: Facts) -> Decision:
    """A decision to send, with everything known that the document names: the final word before the call."""
    return RULES[record.kind].complete(decision, record, link, facts)


def after_save(record: Record, link: Link, settings: CompanySettings, now: datetime, *, born: bool) -> Link:
    """The link once its record was saved: what is wanted, and what the rules say of it right away."""
    link = link.model_copy(
        update={
            **columns(record),
            "wanted": record.revision,
            "updated_at": record.updated_at,
            "edit_refused": link.edit_refused if record.revision == link.wanted else None,
            "made_at": getattr(record.content, "made_at", None),
            "create_ordered": link.create_ordered or _is_ordered(record, settings, born=born),
            "ordered_by": link.ordered_by or _asked_before(record, link, settings),
        }
    )
    return follow(link, decide(record, link, settings), now)


def _asked_before(record: Record, link: Link, settings: CompanySettings) -> str:
    """Who mends what failed wants it to go, where it failed because somebody had asked for it."""
    if link.state != "error" or link.wanted == record.revision or link.status != columns(record)["status"]:
        return ""
    decision = decide(record, link, settings)
    return "person" if isinstance(decision, Skip) and decision.reason in _ONLY_WHEN_ASKED else ""


def _is_ordered(record: Record, settings: CompanySettings, *, born: bool) -> bool:
    """Whether its document is made without anybody asking for it."""
    return born and record.kind == "organizations" and settings.create_linked_contact_on_create


def columns(record: Record) -> dict[str, str]:
    """What of the record is copied onto its main link, for lists and for recognising duplicates."""
    keys = RULES[record.kind].match_keys(record.content)
    return {**KINDS[record.kind].columns(record.content), "match": "\n".join(sorted(keys))}


def follow(link: Link, decision: Decision, now: datetime) -> Link:
    """The link's sync state after a decision; what is to be sent becomes due."""
    if kept := lifting.keeps(link, decision):
        return lifting.stays(link, kept)
    if not isinstance(decision, Create | Update | Archive):
        told = "failed" if isinstance(decision, Refuse) else "skipped"
        link = link.model_copy(update={"last_outcome": told, "last_job": link.ordered_by})
    at_rest: dict[str, Any] = {
        "queued_at": None,
        "order": "",
        "waits_on": "",
        "wake_at": None,
        "error": None,
        "clashes": (),
    }
    if not isinstance(decision, Create | Update | Archive | Wait | First):
        at_rest |= {"safe_edit": None, "edit_refused": lifting.refusal(link, decision)}
    match decision:
        case Create() | Update() | Archive():
            return due(link, now)
        case Nothing():
            done = {
                "state": "linked",
                "reason": "",
                "exported": link.wanted,
                "ordered_by": "",
                "clears": (),
                "lift": None,
            }
            return link.model_copy(update={**at_rest, **done, **put_back_now(link), "last_outcome": "unchanged"})
        case Skip(reason):
            state = "unlinked" if reason in _NOT_ASKED_FOR else "skipped"
            return link.model_copy(update={**at_rest, "state": state, "reason": reason, "ordered_by": ""})
        case Wait(reason, on, delay):
            wake_at = now + delay if delay is not None else None
            waiting = {"state": "due", "reason": reason, "waits_on": on, "wake_at": wake_at}
            return link.model_copy(update={**at_rest, **waiting})
        case First(otherwise=wait):
            return follow(link, wait, now)
        case Park(reason):
            return link.model_copy(
                update={
                    **at_rest,
                    "state": "parked",
                    "reason": reason,
                    "error": plain_error(reason, now),
                    "ordered_by": "",  # what goes once a person has acted is nobody's order any more
                }
            )
        case Refuse(problems):
            first = problems[0]
            error = SyncError(
                code=first.code,
                message=first.sentence,
                field=first.field,
                since=now,
                details=tuple(p.sentence for p in problems),
                codes=tuple(p.code for p in problems),
            )
            refused = {"state": "error", "reason": first.code, "error": error, "ordered_by": ""}
            return link.model_copy(update={**at_rest, **refused})
        case Disagree(clashes):
            return in_conflict(link, clashes, now)


def due(link: Link, now: datetime) -> Link:
    """In the export queue from now on (or since before)."""
    queued_at = link.queued_at or now
    return link.model_copy(
        update={
            "state": "due",
            "reason": "",
            "error": None,
            "clashes": (),
            "queued_at": queued_at,
            "order": link.order or _place(link.made_at or queued_at),
            "waits_on": "",
            "wake_at": None,
        }
    )


def _place(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain_error(code: str, now: datetime, message: str = "", details: tuple[str, ...] = ()) -> SyncError:
    """A catalogued error; ``message`` replaces the catalogue's words where more is known."""
    return SyncError(code=code, message=message or reason_of(code).message, since=now, details=details)


def in_conflict(link: Link, clashes: tuple[Clash, ...], now: datetime) -> Link:
    """The link with what both sides disagree on; what was known before keeps its time."""
    known = {clash.field: clash.since for clash in link.clashes}
    stored = tuple(
        Clashing(field=c.field, crm=as_json(c.crm), ledger=as_json(c.ledger), since=known.get(c.field, now))
        for c in clashes
    )
    return link.model_copy(
        update={
            "state": "conflict",
            "reason": "conflict",
            "clashes": stored,
            "ordered_by": "",
            "safe_edit": None,
            "queued_at": None,
            "order": "",
            "waits_on": "",
            "wake_at": None,
        }
    )


_ANY: TypeAdapter[Any] = TypeAdapter(Any)


def as_json(value: Any) -> str:
    """A field's value as JSON text, compound or not."""
    return json.dumps(_ANY.dump_python(value, mode="json"), ensure_ascii=False)
