"""What a link becomes once the ledger has spoken about it. Pure; the flow stores it under the link's version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledgerlink.kinds import KINDS, Content, Field, Kind
from ledgerlink.kinds.money_documents import MoneyDocument, with_totals
from ledgerlink.ports import Rejected
from ledgerlink.state.dispatch import Dispatch, DispatchedPart
from ledgerlink.state.document import Document, DocumentStatus
from ledgerlink.state.link import Link, Warned
from ledgerlink.state.settlement import Settlement

from . import lifting, lines
from .decisions import Problem, Refuse
from .export import due, follow, plain_error
from .merge import agree, is_blank, same
from .merging_lines import comes_to_the_same, still_agreed
from .reverting import archives, is_done, put_back_now
from .warned import ACCOUNT_REMOVED, accounts_as_stand, in_words, loses_account

_OUTCOME = {"create": "created", "update": "updated", "archive": "archived"}
_STATUS: dict[str, DocumentStatus] = {"create": "active", "archive": "archived"}
LESS_LEFT = frozenset({"exceeds_outstanding", "document_not_open"})
"""The ledger's refusals that tell something about the document which was to be paid or credited."""
_AT_REST: dict[str, Any] = {"queued_at": None, "order": "", "waits_on": "", "wake_at": None, "ordered_by": ""}


def confirmed(
    link: Link,
    dispatch: Dispatch,
    part: DispatchedPart,
    sent: Content | None,
    document: Document,
    now: datetime,
    warnings: tuple[Warned, ...] = (),
) -> Link:
    """The link after the ledger took it. ``sent`` is what we sent; None where the document is the answer to a create.

    The base becomes what both sides now agree on: all that was answered to a create, else what we know plus what we
    sent. Where the document says more, somebody else edited it meanwhile: then the link keeps the time it knew before,
    so that whoever looks next takes the document for newer, and the import takes it in. An edit saved here meanwhile
    goes next.
    """
    agreed = _completed(_agreed(link, part, sent, document), KINDS[link.kind], document)
    lost = loses_account(dispatch, sent, document, warnings)
    if lost:  # an account that is not there is nothing both sides say: it still is to go
        agreed = _Agreed(
            accounts_as_stand(agreed.base, document.content), accounts_as_stand(agreed.known, document.content)
        )
    known, status = agreed.known, _STATUS.get(dispatch.action, link.document_status)
    news = not agree(KINDS[link.kind], known, document.content) or document.status != status
    differs = not agree(KINDS[link.kind], agreed.base, known)
    after = link.model_copy(
        update={
            **_AT_REST,
            "state": "linked",
            "reason": "",
            "error": None,
            "attempts": 0,
            "document_type": document.type,
            "document_id": document.id,
            "document_status": status,
            "base": agreed.base,
            "base_at": link.base_at if news else document.updated_at,
            "seen": known if differs else None,
            "silent": _silent(link, part, sent),
            "line_ids": _line_ids(link, part, document, agreed.base),
            "settlement": _settlement(link, document),
            "exported": part.revision,
            "last_dispatch": dispatch.id,
            "last_export_at": now,
            "last_outcome": _OUTCOME[dispatch.action],
            "last_job": part.ordered_by,
            "tombstone": "",
            "warnings": warnings,
            "suggestions": (),
            "safe_edit": None,
            "edit_refused": None,
            "lift": None,
            "clears": tuple(name for name in link.clears if name not in part.fields),
            **_reverted(link, known),
        }
    )
    if dispatch.action == "archive" and lifting.is_coming_off(link):
        return due(after.model_copy(update=lifting.taken_off(link)), now)
    if link.exported < link.wanted and _only_put_back(link, dispatch, part):
        return after.model_copy(update={"exported": link.exported})  # what stands here is as unsent as before
    if archives(after) and dispatch.action == "archive":
        return after.model_copy(update={"state": "skipped", "reason": "export_undone"})
    if after.reverting is not None:  # ordered while this was on its way
        return due(_queued_as(after, link).model_copy(update={"ordered_by": link.ordered_by}), now)
    if link.wanted > part.revision:
        return due(_queued_as(after, link), now)
    return _without_account(after, link, now) if lost else after


def _without_account(after: Link, before: Link, now: datetime) -> Link:
    """An error like any that an account has, and what stands here is not there yet."""
    known = tuple(each for each in after.warnings if each.code == ACCOUNT_REMOVED)
    message = "; ".join(in_words(known))
    error = plain_error(ACCOUNT_REMOVED, now, message, tuple(each.message for each in known))
    told = {"state": "error", "reason": ACCOUNT_REMOVED, "error": error, "exported": before.exported}
    return after.model_copy(update=told)


def not_as_said(after: Link, before: Link, wrong: Problem, now: datetime) -> Link:
    """The link of a document that the ledger took and that did not become what was said."""
    told = {"exported": before.exported, "last_outcome": after.last_outcome, "last_job": after.last_job}
    return follow(after, Refuse((wrong,)), now).model_copy(update=told)


def _only_put_back(link: Link, dispatch: Dispatch, part: DispatchedPart) -> bool:
    """Whether it said nothing but what an undo ordered to be said again."""
    order = link.reverting
    return order is not None and dispatch.action == "update" and set(part.fields) <= set(order.fields)


def _reverted(link: Link, known: Content) -> dict[str, Any]:
    """What becomes of an order to put values back: done where the ledger now says them."""
    return put_back_now(link) if is_done(link, known) else {}


def says_more(link: Link, document: Document) -> bool:
    """Whether the document, just confirmed, has news that the link does not know."""
    return link.base_at != document.updated_at


def arrived(link: Link, part: DispatchedPart, sent: Content, document: Document) -> bool:
    """Whether an update whose answer was lost was carried out, as far as its document tells.

    The ledger takes a document whole or not at all. So one changed field that says what we sent is proof enough, even
    where somebody has edited the others since; unless another one still says what it said before: then somebody typed
    what we had sent as well, and ours never came.
    """
    kind, before = KINDS[link.kind], link.seen or link.base
    fields = [kind.field(name) for name in part.fields]
    if before is not None:
        changed = [field for field in fields if not same(field.of(before), field.of(sent))]
        if any(same(field.of(document.content), field.of(before)) for field in changed):
            return False
        fields = changed or fields
    says = [_shows(field, document.content, sent) for field in fields]
    return any(says) if before is not None else all(says)


def _shows(field: Field, content: Content, sent: Content) -> bool:
    """Whether the field says what was sent; of lines, what was left blank is the ledger's to say, and ids too. An
    account that it removed is no reason to think that the rest never came."""
    if field.name == "lines" and isinstance(content, MoneyDocument) and isinstance(sent, MoneyDocument):
        return lines.are_those(accounts_as_stand(sent, content).lines, content.lines)
    return same(field.of(content), field.of(sent))


def _silent(link: Link, part: DispatchedPart, sent: Content | None) -> tuple[str, ...]:
    """Where nothing is said here that the ledger said when the two were linked: an import still brings it."""
    if link.base is not None or link.seen is None or sent is None:
        return tuple(name for name in link.silent if name not in part.fields)
    fields = (field for field in KINDS[link.kind].fields if field.name not in part.fields)
    return tuple(field.name for field in fields if is_blank(field.of(sent)) and not is_blank(field.of(link.seen)))


@dataclass(frozen=True)
class _Agreed:
    """``base``: what both sides say now. ``known``: all the ledger can say without anybody else having edited it."""

    base: Content
    known: Content


def _agreed(link: Link, part: DispatchedPart, sent: Content | None, document: Document) -> _Agreed:
    if sent is None:
        return _Agreed(document.content, document.content)
    if not part.document_id:  # a create that was looked up: the document may have been edited since
        return _Agreed(sent, sent)
    base, seen = link.base or link.seen, link.seen or link.base
    if base is None or seen is None:
        return _Agreed(document.content, document.content)
    agreed = _Agreed(_with(link, base, sent, part.fields), _with(link, seen, sent, part.fields))
    if "tax_mode" in part.fields:
        agreed = _Agreed(_taxed_anew(agreed.base, document.content), _taxed_anew(agreed.known, document.content))
    if "lines" in part.fields and link.seen is not None:
        return _Agreed(_without_theirs(agreed.base, part, base, seen, document), agreed.known)
    return agreed


def _taxed_anew(content: Content, told: Content) -> Content:
    """The lines with the tax that the ledger reckoned when the mode changed: nobody edited that there."""
    if not (isinstance(content, MoneyDocument) and isinstance(told, MoneyDocument)):
        return content
    there = {line.id: line for line in told.lines}
    taxed = (
        line.model_copy(update={"tax_amount": now.tax_amount})
        if (now := there.get(line.id)) is not None and comes_to_the_same(line, now)
        else line
        for line in content.lines
    )
    return content.model_copy(update={"lines": tuple(taxed)})


def _without_theirs(
    content: Content, part: DispatchedPart, base: Content, seen: Content, document: Document
) -> Content:
    """What both sides say of a document's lines, where some stand there as a bookkeeper made them."""
    said = KINDS[document.kind].completed(content, document.content)
    if not (
        isinstance(said, MoneyDocument)
        and isinstance(base, MoneyDocument)
        and isinstance(seen, MoneyDocument)
        and len(part.lines) == len(said.lines)
    ):
        return content
    return said.model_copy(update={"lines": still_agreed(said.lines, part.lines, base.lines, seen.lines)})


def _settlement(link: Link, document: Document) -> Settlement | None:
    """What is left of it now. Of payments on it only those count as known that the import took in."""
    known, told = link.settlement, document.settlement
    if told is None:
        return known
    return told.model_copy(update={"parts": known.parts if known is not None else None})


def _completed(agreed: _Agreed, kind: Kind[Any], document: Document) -> _Agreed:
    """With what only the ledger can say of what we sent: the ids of new lines, what they come to."""
    base, known = (kind.completed(content, document.content) for content in (agreed.base, agreed.known))
    return _Agreed(with_totals(base, document.content), with_totals(known, document.content))


def _line_ids(link: Link, part: DispatchedPart, document: Document, agreed: Content) -> dict[str, str]:
    """Which line there is which of ours: answers list them in the order sent. One that was taken out there is known
    by its id as long as it stands here."""
    theirs = getattr(document.content, "lines", ())
    if not part.lines or len(part.lines) != len(theirs):
        return link.line_ids
    told = {ours: line.id for ours, line in zip(part.lines, theirs, strict=True) if ours}
    left = {line.id for line in getattr(agreed, "lines", ())} - set(told.values())
    return told | {ours: id_ for ours, id_ in link.line_ids.items() if id_ in left and ours not in told}


def _queued_as(after: Link, before: Link) -> Link:
    return after.model_copy(update={"queued_at": before.queued_at, "order": before.order})


def rejected(link: Link, dispatch: Dispatch, part: DispatchedPart, verdict: Rejected, now: datetime) -> Link:
    """The link after the ledger refused it: an error that changes or a retry bring back; an edit since goes at once."""
    told = {
        "attempts": link.attempts + 1,
        "last_dispatch": dispatch.id,
        "last_outcome": "failed",
        "last_job": part.ordered_by,
        "ordered_by": "",
        "safe_edit": None,
        "edit_refused": lifting.refused(link, verdict.code, "; ".join(verdict.details) or verdict.message),
    }
    if lifting.is_coming_off(link):
        return lifting.stays(link.model_copy(update=told), verdict.code)
    if link.wanted > part.revision:
        return link.model_copy(update=told)
    if verdict.code == "contact_archived" and link.document_id and link.kind == "organizations":
        error = plain_error("archived_in_ledger", now, details=verdict.details)
        parked = {"state": "parked", "reason": "archived_in_ledger", "document_status": "archived", "error": error}
        return link.model_copy(update={**_AT_REST, **told, **parked})
    plain = plain_error(verdict.code, now, verdict.message, verdict.details)
    if verdict.code == "period_locked":  # a choice, no mistake (D16)
        reason = verdict.code if link.lift is None else "payment_off_and_locked"
        error = plain if link.lift is None else plain_error(reason, now, details=verdict.details)
        return link.model_copy(update={**_AT_REST, **told, "state": "parked", "reason": reason, "error": error})
    error = plain.model_copy(update={"holder": verdict.holder})
    return link.model_copy(update={**_AT_REST, **told, "state": "error", "reason": verdict.code, "error": error})


def parked(link: Link, dispatch_id: str, reason: str, now: datetime, message: str = "") -> Link:
    """The link when a person must choose."""
    return link.model_copy(
        update={
            **_AT_REST,
            "state": "parked",
            "reason": reason,
            "safe_edit": None,
            "error": plain_error(reason, now, message),
            "last_dispatch": dispatch_id,
            "last_outcome": "failed",
            "last_job": link.ordered_by,
        }
    )


def never_arrived(link: Link, dispatch_id: str) -> Link:
    """The link after it became certain that the ledger never applied this dispatch: due still, as a new generation."""
    return link.model_copy(update={"last_dispatch": dispatch_id, "generation": link.generation + 1})


def _with(link: Link, content: Content, sent: Content, fields: tuple[str, ...]) -> Content:
    for name in fields:
        field = KINDS[link.kind].field(name)
        content = field.put(content, field.of(sent))
    return content
