"""Mappings as people handle them: what maps to what, whether it still may, what is missing, and a guess (rule D14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledgerlink.errors import Conflict, FieldProblem, Invalid, Stale, StoreBusy
from ledgerlink.flows import waking
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.flows.inbound import reference_data
from ledgerlink.kinds import KINDS
from ledgerlink.ports import PutCompany, PutEntry, PutMappings
from ledgerlink.reasons import reason
from ledgerlink.rules import mapping as rules
from ledgerlink.rules.codes import Code, codes_of
from ledgerlink.state.activity import Changed
from ledgerlink.state.mapping import Mapped, MappingKind, Mappings
from ledgerlink.state.record import RecordKey
from ledgerlink.state.reference import Reference

TRIES = 5
MOST_PAIRS = 1000
PAGE = 1000
MOST_RECORDS = 50_000  # looked through for codes in use: what one request has time for
_WORDS = {"twice": "is mapped twice", "no_sides": "has no sides"}


@dataclass(frozen=True)
class Pair:
    """A mapped code and what it is mapped to."""

    mapped: Mapped
    target: rules.Target


@dataclass(frozen=True)
class Missing:
    """A code that records use and that means nothing in the ledger yet; how many use it, and a guess."""

    code: Code
    used: int
    suggestion: str


@dataclass(frozen=True)
class Mapping:
    """All about one kind of mapping. ``complete``: all records were looked through for codes in use."""

    pairs: tuple[Pair, ...]
    missing: tuple[Missing, ...]
    choices: tuple[rules.Choice, ...]
    complete: bool
    version: int


def show(context: Context, kind: MappingKind) -> Mapping:
    """The pairs as they stand, and what is missing."""
    reference, mappings = reference_data.known(context), context.mappings
    used, complete = _used(context, kind)
    missing = [
        Missing(code, count, rules.suggestion(kind, code.source, code.side, reference))
        for code, count in sorted(used.items())
        if rules.resolve(kind, code.source, code.side, mappings, reference) is None
    ]
    choices = tuple(rules.choices(kind, reference))
    return Mapping(_pairs(kind, mappings, reference), tuple(missing), choices, complete, mappings.version)


def put(
    context: Context, kind: MappingKind, given: Sequence[Mapped], actor: Actor, *, if_match: int | None = None
) -> None:
    """Replace the pairs of a kind; what waited for one of them goes on. Raises Invalid, Stale, StoreBusy."""
    _store(context, kind, lambda _: given, actor, if_match)


def add(context: Context, kind: MappingKind, pair: Mapped, actor: Actor) -> None:
    """One pair more, or instead of the one of its code; others that somebody maps meanwhile stay. Raises Invalid,
    StoreBusy."""

    def among(before: Sequence[Mapped]) -> list[Mapped]:
        return [*(each for each in before if (each.source, each.side) != (pair.source, pair.side)), pair]

    _store(context, kind, among, actor)


def _store(
    context: Context,
    kind: MappingKind,
    wanted: Callable[[Sequence[Mapped]], Sequence[Mapped]],
    actor: Actor,
    if_match: int | None = None,
) -> None:
    at, company = context.at, context.company.id
    reference = reference_data.known(context)
    for _ in range(TRIES):
        before, now = at.reference.mappings(company), at.clock.now()
        if if_match is not None and if_match != before.version:
            raise Stale(before.version)
        given = wanted(before.of(kind))
        if len(given) > MOST_PAIRS:
            raise Invalid(FieldProblem("items", f"{MOST_PAIRS} is the most"))
        _check(kind, given, before, reference)
        after = before.model_copy(update={kind.replace("-", "_"): tuple(given)})
        if after == before:
            return
        found = at.companies.get(company)
        assert found is not None
        outdated = found.model_copy(update={"settings_version": found.settings_version + 1})  # plans made before
        entry = record_entry(
            RecordKey(company, "mappings", kind),
            at=now,
            mark=f"v{before.version}",
            direction="here",
            action="edited",
            actor=actor.sub,
            diff=_diff(before.of(kind), given),
        )
        try:
            at.commit.all(PutMappings(company, after), PutCompany(outdated), PutEntry(entry))
        except Conflict:
            continue
        waking.set_free(company, f"mapping:{kind}", reference_data.MENDED, at)
        return
    raise StoreBusy("the mappings are contended")


def _pairs(kind: MappingKind, mappings: Mappings, reference: Reference) -> tuple[Pair, ...]:
    return tuple(Pair(pair, rules.check(kind, pair.target, pair.side, reference)) for pair in mappings.of(kind))


def _used(context: Context, kind: MappingKind) -> tuple[Counter[Code], bool]:
    """The codes of a kind that records carry, with how many do."""
    used: Counter[Code] = Counter()
    looked = 0
    for name in KINDS:
        after: str | None = None
        while looked < MOST_RECORDS:
            page = context.at.records.page(context.company.id, name, after=after, limit=PAGE)
            looked += len(page.items)
            for record in page.items:
                if not record.deleted:
                    used.update({code for code in codes_of(name, record.content) if code.kind == kind})
            after = page.next
            if after is None:
                break
    return used, looked < MOST_RECORDS


def _check(kind: MappingKind, given: Sequence[Mapped], before: Mappings, reference: Reference) -> None:
    found = rules.problems(kind, given, before.of(kind), reference)
    wrong = [
        FieldProblem(f"items.{index}", f"{pair.source!r}: {_WORDS.get(code) or reason(code).message}", code)
        for index, (pair, code) in enumerate(zip(given, found, strict=True))
        if code
    ]
    if wrong:
        raise Invalid(*wrong)


def _diff(before: Sequence[Mapped], after: Sequence[Mapped]) -> dict[str, Changed]:
    old, new = _by_name(before), _by_name(after)
    names = sorted(old.keys() | new.keys())
    return {
        name: Changed(before=old.get(name), after=new.get(name)) for name in names if old.get(name) != new.get(name)
    }


def _by_name(pairs: Sequence[Mapped]) -> dict[str, str]:
    return {f"{pair.source} ({pair.side})" if pair.side else pair.source: pair.target for pair in pairs}
