"""What an answer to a write means, element by element (``facts/xero.md §3.2, §6``). Pure.

A part is confirmed, rejected, or not mentioned; a whole call is refused, not sent, or unknown. Guessing wrong here
loses a document or posts it twice, so whatever is not certain is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from ledgerlink.ports import Answered, Confirmed, NotSent, RefusedWhole, Reply, Seen, Unknown, Verdict
from ledgerlink.state.dispatch import Dispatch, DispatchedPart

from .client import Answer
from .kinds.base import ZERO, Element, WireKind
from .refusals import rejected, warned

AccessProblem = Literal["expired", "missing_scope", "needs_reconnect", "forbidden"]

_SCOPE_WORDS = ("authorizationunsuccessful", "insufficent_scope", "insufficient_scope")  # the second is Xero's spelling
_BLOCKED_FOR = timedelta(minutes=5)  # an answer from something before Xero: try again, but not at once


def seen(answer: Answer) -> Seen:
    """What the headers say about the limits. A missing header is not zero (``facts/xero.md §2.2``)."""
    wait = _number(answer.header("Retry-After"))
    return Seen(
        minute_remaining=_number(answer.header("X-MinLimit-Remaining")),
        day_remaining=_number(answer.header("X-DayLimit-Remaining")),
        problem=answer.header("X-Rate-Limit-Problem").lower() if answer.status == 429 else "",
        retry_after=None if wait is None else timedelta(seconds=wait),
    )


def correlation(answer: Answer) -> str:
    return answer.header("Xero-Correlation-Id")


def access_problem(answer: Answer) -> AccessProblem | None:
    """Why access was refused, if it was.

    A 401 is not always "refresh": a missing scope is one too, and refreshing on it would go on for ever. A 403 says
    the organisation is disconnected only if it says so; others come from premium endpoints or from a firewall.
    """
    if answer.status == 401:
        told = f"{_detail(answer)} {answer.header('WWW-Authenticate')}".lower()
        return "missing_scope" if any(word in told for word in _SCOPE_WORDS) else "expired"
    if answer.status == 403:
        return "needs_reconnect" if "authenticationunsuccessful" in _detail(answer).lower() else "forbidden"
    return None


def reply(answer: Answer, wire: WireKind, dispatch: Dispatch, *, short_code: str = "") -> Reply:
    """The reply to a write. ``access_problem`` has been dealt with as far as it can be."""
    limits, status = seen(answer), answer.status
    if status == 429:
        day = limits.problem.startswith("day")
        return NotSent("day_limit" if day else "ledger_busy", limits.retry_after, limits)
    if (problem := access_problem(answer)) is not None:
        return _without_access(problem, limits)
    if 200 <= status < 300:
        return _verdicts(answer, wire, dispatch, limits, short_code)
    if status == 400 and "is used with a different request" in answer.text:
        # Xero knows the key with other bytes (§3.3): something was sent under it, so it has to be looked up.
        return Unknown("idempotency key used with a different request", answered=True, seen=limits)
    if status == 408 or not 400 <= status < 500:
        return Unknown(f"HTTP {status}", answered=status >= 500, seen=limits)
    return _refused(answer, wire, dispatch, limits)


def _without_access(problem: AccessProblem, limits: Seen) -> NotSent:
    if problem == "missing_scope":
        return NotSent("missing_scope", seen=limits)
    if problem == "forbidden":
        return NotSent("ledger_busy", _BLOCKED_FOR, limits)
    return NotSent("needs_reconnect", seen=limits)


# ------------------------------------------------------------------ 200: a verdict per element


def _verdicts(answer: Answer, wire: WireKind, dispatch: Dispatch, limits: Seen, short_code: str) -> Reply:
    body = _json(answer)
    elements = body.get(wire.envelope) if isinstance(body, dict) else None
    if elements is None and isinstance(body, dict) and wire.id_field in body:
        elements = [body]  # what is taken back comes without an envelope (facts §4.3)
    if not isinstance(elements, list) or not all(isinstance(each, dict) for each in elements):
        return Unknown(f"HTTP {answer.status} that cannot be read", seen=limits)
    verdicts = {
        part.reference: verdict
        for part, element in matched(elements, wire, dispatch)
        if (verdict := _verdict(element, wire, short_code)) is not None
    }
    return Answered(verdicts, limits, correlation(answer))


def matched(
    elements: Iterable[Element], wire: WireKind, dispatch: Dispatch
) -> Iterator[tuple[DispatchedPart, Element]]:
    """Elements with their parts, by our own key: the order of the answer is not promised (§3.2)."""
    creating = dispatch.action == "create"
    open_parts = {(part.reference if creating else part.document_id.lower()): part for part in dispatch.parts}
    rest = []
    for element in elements:
        key = wire.key_of(element) if creating else str(element.get(wire.id_field) or "")
        part = open_parts.pop(key if creating else key.lower(), None)
        if part is None:
            rest.append(element)
        else:
            yield part, element
    if len(rest) == len(open_parts) == 1:  # a refused element may come back without its key: then it is the one left
        yield open_parts.popitem()[1], rest[0]


def _verdict(element: Element, wire: WireKind, short_code: str) -> Verdict | None:
    """HTTP 200 may hold failures, and an all-zero GUID is one (§3.2). None: an answer that makes no sense."""
    id = str(element.get(wire.id_field) or ZERO)
    status = str(element.get("StatusAttributeString") or "").upper()
    messages = list(_messages(element))
    flagged = any(element.get(flag) for flag in ("HasErrors", "HasValidationErrors"))
    if id == ZERO or status == "ERROR" or flagged or (messages and status not in ("OK", "WARNING")):
        return rejected(messages)
    try:
        return Confirmed(wire.from_wire(element, short_code), warned(_messages(element, "Warnings")))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _messages(value: Any, name: str = "ValidationErrors") -> Iterator[str]:
    """Every message of an element and of its nested parts; one documented answer says Description for Message."""
    if isinstance(value, dict):
        for error in value.get(name) or ():
            if isinstance(error, dict):
                yield str(error.get("Message") or error.get("Description") or "")
        for inner, part in value.items():
            if inner not in ("ValidationErrors", "Warnings"):
                yield from _messages(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _messages(part, name)


# ------------------------------------------------------------------ 4xx: nothing was applied


def _refused(answer: Answer, wire: WireKind, dispatch: Dispatch, limits: Seen) -> Reply:
    if answer.status == 404 and dispatch.method == "DELETE":  # what is not there needs no taking back
        gone = {part.reference: {wire.id_field: part.document_id, "IsDeleted": True} for part in dispatch.parts}
        verdicts: dict[str, Verdict] = {
            reference: Confirmed(wire.from_wire(element, "")) for reference, element in gone.items()
        }
        return Answered(verdicts, limits, correlation(answer))
    if answer.status == 404:  # never JSON; one unknown id refuses the whole request (§4.1, §6)
        return RefusedWhole(rejected([answer.text[:200]], code=wire.gone), limits, correlation(answer))
    body = _json(answer)
    elements = body.get("Elements") if isinstance(body, dict) else None
    failed = [each for each in elements or () if isinstance(each, dict) and any(_messages(each))]
    verdicts = {part.reference: rejected(_messages(each)) for part, each in matched(failed, wire, dispatch)}
    if verdicts and len(verdicts) == len(dispatch.parts):
        return Answered(verdicts, limits, correlation(answer))
    # Some elements were refused and so nothing was saved: for the others that is no verdict.
    messages = [message for each in failed for message in _messages(each)] or [words(answer)]
    code = "too_large" if answer.status == 413 else ""
    return RefusedWhole(rejected(messages, code=code), limits, correlation(answer))


def words(answer: Answer) -> str:
    """What the ledger says of the whole call, in its own words."""
    body = _json(answer)
    told = (body.get("Message") or body.get("Detail")) if isinstance(body, dict) else ""
    return str(told or answer.text[:200] or f"HTTP {answer.status}")


def _detail(answer: Answer) -> str:
    body = _json(answer)
    return str(body.get("Detail") or "") if isinstance(body, Mapping) else ""


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body, parse_float=Decimal)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    try:
        return int(float(text))
    except ValueError:
        return None
