"""What was found wrong: an invariant, by its name, and what was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 30


@dataclass(frozen=True)
class Violation:
    """``invariant`` is a name of ``INVARIANTS``."""

    invariant: str
    at: float
    told: str

    def __str__(self) -> str:
        return f"{self.invariant} at {self.at:.1f}s: {self.told}"


INVARIANTS = {
    "one contact": "each eligible organization has exactly one contact",
    "or one reason": "an organization without a contact, or whose contact differs, shows one reason",
    "no orphan": "no contact of ours is left that no record is linked to",
    "acknowledged is kept": "what the CRM was told is saved is never lost",
    "newer stays": "an older revision never overwrites a newer one",
    "own contact": "what we send for one record does not end in another record's contact",
    "nothing silent": "no human edit is overwritten without a trace, outside the window nobody can close",
    "blank never clears": "a blank on our side never empties a field in the ledger",
    "written ahead": "nothing is sent that is not stored as a dispatch before",
    "same key, same bytes": "an idempotency key goes with one request only",
    "key in time": "a key is sent no more once 90 s have passed",
    "one dispatch at a time": "no part is in two open dispatches",
    "blamed alone": "a call refused as a whole is held against a document only if it was alone in it",
    "people's word holds": "what is held, unlinked or deleted is not sent",
    "within limits": "never more than 60 calls in 60 s, nor more than 5 at once",
    "one to one": "a link holds its document's claim, and a claim names its holder",
    "settles": "everything has settled 20 minutes after the faults stopped",
    "agreement": "what counts as linked says the same on both sides",
    "compared": "after a comparison both sides say the same, or a reason is listed",
    "visible": "whatever is not in step says why",
    "put back": "undoing a job brings a record back byte for byte, unless it was edited since, which is told",
    "told in order": "the CRM never hears of an older revision after a newer one",
    "told at last": "the CRM has heard of the newest revision that the ledger made, or the notice says why not",
    "posted once": "no document, payment or allocation of ours is posted twice, numbered or not",
    "paid once": "what is paid, refunded or credited is so once on each side, or shows a reason",
    "never above what is owed": "no payment is sent above what is known to be left; nothing owes less than nothing",
    "theirs is theirs": "a payment in the ledger is changed by nobody but its people",
    "lifted and back": "a payment of ours comes off only for a document that waits, and comes back once, as it was",
    "no drift": "net, tax and gross agree per document, and per company, currency and month",
    "no crash": "no function ends in an error of programming",
}


@dataclass
class Verdicts:
    """Collects violations; the first are kept, all are counted. ``on_found`` hears of each."""

    found: list[Violation] = field(default_factory=list)
    count: int = 0
    on_found: Callable[[], object] = lambda: None

    def __call__(self, invariant: str, at: float, told: str) -> None:
        assert invariant in INVARIANTS, invariant
        self.count += 1
        if len(self.found) < MOST:
            self.found.append(Violation(invariant, at, told))
        self.on_found()

    def __bool__(self) -> bool:
        return bool(self.count)
