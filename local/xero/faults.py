"""Faults on demand: which request they hit, and what they do to it.

A fault says when it strikes: instead of the request (nothing is applied), inside it (Xero itself fails), or on its
answer (applied, and the answer spoiled). Kinds and fields are those of `POST /_sim/faults`.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.xero.elements import elements_of
from local.xero.messages import RESET, TIMEOUT, TORN, Answer, Json, Request, html_answer, no_answer, text_answer

LIMITS = {f"limit_{kind}": problem for kind, problem in (("minute", "minute"), ("day", "day"))} | {
    "limit_concurrent": "concurrent",
    "limit_app": "appminute",
}
INSTEAD = frozenset((*LIMITS, "timeout_before"))
INSIDE = frozenset(("error_before", "error_after", "late_apply", "element_error"))
ON_ANSWER = frozenset(("timeout_after_apply", "torn", "html", "latency"))
KINDS = frozenset((*INSTEAD, *INSIDE, *ON_ANSWER, "reset"))

HOLD_S, LATE_S, LATENCY_S = 60.0, 30.0, 2.0
ERROR_BODY = "An error occurred in Xero. Check the API Status page for current service status."
OFFLINE_BODY = "The Organisation is offline"
HTML_BODY = "<html><head><title>Temporarily unavailable</title></head><body><h1>Please try again</h1></body></html>"
ELEMENT_TEXT = "A fault was switched on for this element."


class BadFault(ValueError):
    """A body that `POST /_sim/faults` cannot use."""


@dataclass(slots=True)
class Fault:
    """`times` None stays until cleared. `apply` overrides whether reset (no) and the spoiled answers (yes) are applied;
    `elements` lets only the first so many elements of a batch be applied."""

    kind: str
    method: str = ""
    path: str = ""
    times: int | None = 1
    where: Json = field(default_factory=dict)
    message: str | None = None
    status: int | None = None
    delay_s: float | None = None
    apply: bool | None = None
    elements: int | None = None
    hits: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times

    def hits_request(self, request: Request) -> bool:
        if self.method not in ("", "*", request.method) or not _path_matches(self.path, request.path):
            return False
        return not self.where or any(map(self.hits_element, elements_of(request.body)))

    def hits_element(self, element: Json) -> bool:
        return all(_same(_dig(element, name), wanted) for name, wanted in self.where.items())

    def as_json(self) -> Json:
        return asdict(self)


def read_fault(body: Any) -> Fault:
    """A fault from the body of `POST /_sim/faults`; raises BadFault."""
    if not isinstance(body, dict) or body.get("kind") not in KINDS:
        raise BadFault(f"kind is one of {', '.join(sorted(KINDS))}, or none to clear")
    match = body.get("match") or {}
    known = {"match", "kind", "times", "where", "message", "status", "delay_s", "apply", "elements"}
    unknown = (set(body) - known) | (set(match) - {"method", "path"})
    if unknown:
        raise BadFault(f"unknown: {', '.join(sorted(unknown))}")
    given = {name: value for name, value in body.items() if name not in ("match", "where")}
    for name in ("times", "status", "delay_s", "elements"):
        if not isinstance(given.get(name), int | float | None):
            raise BadFault(f"{name} is a number")
    method, path = str(match.get("method") or "").upper(), str(match.get("path") or "")
    return Fault(method=method, path=path, where=body.get("where") or {}, **given)


@dataclass(slots=True)
class Late:
    """A write that was answered with a timeout and is applied later, once."""

    due: datetime
    run: Callable[[], Answer]
    answer: Answer | None = None

    def settle(self) -> Answer:
        if self.answer is None:
            self.answer = self.run()
        return self.answer


@dataclass(slots=True)
class Faults:
    rules: list[Fault] = field(default_factory=list)
    late: list[Late] = field(default_factory=list)

    def find(self, request: Request) -> Fault | None:
        """The first rule that hits; it counts only once `take` is called."""
        return next((rule for rule in self.rules if rule.hits_request(request)), None)

    def take(self, fault: Fault) -> None:
        fault.hits += 1
        if fault.spent:
            self.rules = [rule for rule in self.rules if rule is not fault]

    def inside(self, fault: Fault, now: datetime, run: Callable[[Fault | None], Answer]) -> tuple[Answer, Late | None]:
        """What Xero answers when it fails while working, and the write it will still apply, if any."""
        self.take(fault)
        if fault.kind == "late_apply":
            late = Late(now + timedelta(seconds=_or(fault.delay_s, LATE_S)), lambda: run(None))
            self.late.append(late)
            return no_answer(TIMEOUT, HOLD_S), late
        if fault.kind == "element_error":
            return run(fault), None
        if fault.kind == "error_after":
            run(None)
        status = fault.status or 500
        return text_answer(status, fault.message or (OFFLINE_BODY if status == 503 else ERROR_BODY)), None

    def settle_late(self, now: datetime) -> None:
        """Applies what is due. Called before every request and after every move of the clock."""
        due = [late for late in self.late if late.due <= now]
        if due:
            self.late = [late for late in self.late if late.due > now]
            for late in sorted(due, key=lambda late: late.due):
                late.settle()


def not_applied() -> Answer:
    """What an answer is spoiled from when the request is not carried out."""
    return text_answer(500, ERROR_BODY)


def strikes_instead(fault: Fault) -> bool:
    return fault.kind in INSTEAD or (fault.kind == "reset" and not fault.apply) or fault.apply is False


def spoil(fault: Fault, answer: Answer) -> Answer:
    """The answer as it goes wrong on the wire."""
    if fault.kind == "reset":
        return Answer(answer.status, b"", fault=RESET)
    if fault.kind in ("timeout_before", "timeout_after_apply"):
        return no_answer(TIMEOUT, _or(fault.delay_s, HOLD_S))
    if fault.kind == "html":
        return html_answer(fault.status or 200, fault.message or HTML_BODY)
    if fault.kind == "torn":
        answer.fault = TORN if answer.body else RESET
        return answer
    answer.delay_s += _or(fault.delay_s, LATENCY_S)
    return answer


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _path_matches(wanted: str, path: str) -> bool:
    """A prefix of the whole path or of the part after the API's base, else a regular expression found in it."""
    short = path.removeprefix("/api.xro/2.0")
    if path.lower().startswith(wanted.lower()) or short.lower().startswith(wanted.lower()):
        return True
    try:
        return re.search(wanted, path, re.IGNORECASE) is not None
    except re.error:
        return False


def _dig(element: Json, name: str) -> Any:
    found: Any = element
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _same(found: Any, wanted: Any) -> bool:
    return bool(found == wanted) or (found is not None and wanted is not None and str(found) == str(wanted))
