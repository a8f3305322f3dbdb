"""From the CRM's codes to the ledger's and back: what maps to what, whether it may, and a guess by name (rule D14)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledgerlink.reasons import reason
from ledgerlink.state.mapping import Mapped, MappingKind, Mappings, Side
from ledgerlink.state.reference import Account, Reference, TaxRate, TrackingCategory, TrackingOption

MAPPING_KINDS: tuple[MappingKind, ...] = ("tax", "account", "payment-method", "location")
HAS_SIDES = frozenset({"tax", "account"})

NOT_MAPPED: dict[MappingKind, str] = {
    "tax": "tax_not_mapped",
    "account": "account_not_mapped",
    "payment-method": "payment_method_not_mapped",
    "location": "location_not_mapped",
}
"""The reason code for a code that maps to nothing."""

UNKNOWN = "mapping_unknown"
USABLE_SYSTEM_ACCOUNTS = frozenset({"rounding"})  # lines may name this one (facts/xero.md §4.7)
_APPLIES = {"sales": "revenue", "purchase": "expenses"}
_CLASSES = {
    "asset": "assets",
    "equity": "equity",
    "expense": "expenses",
    "liability": "liabilities",
    "revenue": "revenue",
}
_ENOUGH = 0.5  # of the words of a code that a name must share to be a guess


@dataclass(frozen=True)
class Target:
    """What a code means in the ledger. ``problem``: the reason code why it cannot be used, "" if it can."""

    code: str
    name: str = ""
    problem: str = ""


# ------------------------------------------------------------------ there


def resolve(kind: MappingKind, source: str, side: Side, mappings: Mappings, reference: Reference) -> Target | None:
    """What ``source`` is in the ledger: as mapped, else itself where the ledger has an active one of that code."""
    wanted = mappings.target(kind, source, side)
    if wanted is not None:
        return check(kind, wanted, side, reference)
    itself = check(kind, source, side, reference)
    return itself if source and not itself.problem else None


def wrong_with(
    kind: MappingKind, source: str, side: Side, mappings: Mappings, reference: Reference
) -> tuple[str, str] | None:
    """Why a code of ours cannot be used, as a reason code and in words; None where it can."""
    target = resolve(kind, source, side, mappings, reference)
    if target is not None:
        told = f"{source!r} is mapped to {target.name or target.code!r}"
        return (target.problem, told) if target.problem else None
    itself = check(kind, source, side, reference)
    if itself.problem == UNKNOWN:
        return NOT_MAPPED[kind], f"{source!r} means nothing in the ledger"
    return itself.problem, f"{source!r} is {itself.name or itself.code!r}. {reason(itself.problem).message}"


def check(kind: MappingKind, target: str, side: Side, reference: Reference) -> Target:
    """The ledger's object of that code, and whether it may be used for this."""
    match kind:
        case "tax":
            rate = reference.tax_rate(target)
            return Target(target, rate.name, _tax_problem(rate, side)) if rate else _unknown(target)
        case "account":
            account = reference.account(target)
            return (
                Target(account.code or account.id, account.name, _account_problem(account))
                if account
                else (_unknown(target))
            )
        case "payment-method":
            bank = reference.account(target)
            return Target(bank.id, bank.name, _bank_problem(bank)) if bank else _unknown(target)
        case "location":
            found = option_of(target, reference)
            if found is None:
                return _unknown(target)
            category, option = found
            active = category.status == option.status == "active"
            return Target(option.id, f"{category.name}/{option.name}", "" if active else "mapping_inactive")


def option_of(target: str, reference: Reference) -> tuple[TrackingCategory, TrackingOption] | None:
    """The tracking option named by its id, as ``Category/Option``, or by its name where that is the only one."""
    pairs = [(category, option) for category in reference.tracking_categories for option in category.options]
    for category, option in pairs:
        if target.lower() == option.id or target == f"{category.name}/{option.name}":
            return category, option
    named = [pair for pair in pairs if pair[1].name == target]
    active = [pair for pair in named if pair[0].status == pair[1].status == "active"]
    return (active or named)[0] if len(active or named) == 1 else None


def fits(rate: TaxRate, account: Account) -> bool:
    """Whether the tax rate may stand on a line with this account (Xero's ``CanApplyTo…``)."""
    return _CLASSES.get(account.account_class, "") in rate.applies_to


def _unknown(target: str) -> Target:
    return Target(target, "", UNKNOWN)


def _tax_problem(rate: TaxRate, side: Side) -> str:
    if rate.status != "active":
        return "mapping_inactive"
    wanted = {_APPLIES[side]} if side else set(_APPLIES.values())
    return "" if wanted & set(rate.applies_to) else "mapping_wrong_side"


def _account_problem(account: Account) -> str:
    if account.status != "active":
        return "mapping_inactive"
    if account.system and account.system not in USABLE_SYSTEM_ACCOUNTS:
        return "mapping_control_account"
    return "mapping_bank_account" if account.type == "bank" or not account.code else ""


def _bank_problem(account: Account) -> str:
    if account.status != "active":
        return "mapping_inactive"
    return "" if account.takes_payments else "mapping_no_payments"


# ------------------------------------------------------------------ and back


def reverse(kind: MappingKind, target: str, side: Side, mappings: Mappings, reference: Reference) -> str:
    """The CRM's code for one of the ledger's where exactly one maps to it; else the ledger's own code."""
    wanted = check(kind, target, "", reference)
    sources = {
        pair.source
        for pair in mappings.of(kind)
        if pair.side in ("", side) and check(kind, pair.target, "", reference).code == wanted.code
    }
    if len(sources) == 1:
        return sources.pop()
    return _shown(kind, target, wanted, reference)


def _shown(kind: MappingKind, target: str, wanted: Target, reference: Reference) -> str:
    if kind == "payment-method":
        account = reference.account(target)
        return (account.code or account.name) if account else target
    return wanted.name.partition("/")[2] or target if kind == "location" else wanted.code


# ------------------------------------------------------------------ what may be chosen, and guesses


@dataclass(frozen=True)
class Choice:
    """Something of the ledger that codes may be mapped to; ``sides``: where it may stand, none if that is no matter."""

    code: str
    name: str
    sides: tuple[Side, ...] = ()


def choices(kind: MappingKind, reference: Reference) -> list[Choice]:
    """Everything of the ledger's own that a code of this kind may be mapped to, by name."""
    if kind == "tax":
        found = [Choice(rate.code, rate.name, _sides(rate)) for rate in reference.tax_rates if _sides(rate)]
    elif kind == "location":
        found = [Choice(code, code) for code, _, _ in _choices(kind, "", reference)]
    else:
        found = [Choice(code, name) for code, name, _ in _choices(kind, "", reference)]
    return sorted(found, key=lambda each: (each.name.casefold(), each.code))


def _sides(rate: TaxRate) -> tuple[Side, ...]:
    sides: tuple[Side, ...] = ("sales", "purchase")
    return tuple(side for side in sides if not _tax_problem(rate, side))


def suggestion(kind: MappingKind, source: str, side: Side, reference: Reference) -> str:
    """What the code most likely is, by its name; "" where nothing or several things are as likely."""
    words = _words(source)
    scored = sorted(
        ((_score(words, _words(text) | extra), code) for code, text, extra in _choices(kind, side, reference)),
        reverse=True,
    )
    if not words or not scored or scored[0][0] < _ENOUGH:
        return ""
    best = [code for score, code in scored if score == scored[0][0]]
    return best[0] if len(best) == 1 else ""


def _choices(kind: MappingKind, side: Side, reference: Reference) -> Iterable[tuple[str, str, frozenset[str]]]:
    """Every usable target: its code, its name, and what else it is known by."""
    if kind == "tax":
        for rate in reference.tax_rates:
            if not _tax_problem(rate, side):
                yield rate.code, rate.name, frozenset({f"{rate.rate.normalize():f}", rate.code.casefold()})
    elif kind == "location":
        for category in reference.tracking_categories:
            for option in category.options:
                if category.status == option.status == "active":
                    yield f"{category.name}/{option.name}", option.name, frozenset()
    else:
        wrong = _account_problem if kind == "account" else _bank_problem
        for account in reference.accounts:
            fitting = kind != "account" or not side or account.account_class in _SIDE_CLASSES[side]
            if fitting and not wrong(account):
                yield account.code or account.id, account.name, frozenset({account.code.casefold()} - {""})


_SIDE_CLASSES: dict[str, frozenset[str]] = {
    "sales": frozenset({"revenue", "liability", "equity"}),
    "purchase": frozenset({"expense", "asset", "liability", "equity"}),
}


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return frozenset(re.findall(r"[^\W\d_]+|\d+(?:\.\d+)?", plain))


def _score(words: frozenset[str], known: frozenset[str]) -> float:
    """The share of the code's words that the name has, less a little for words it has beside them."""
    common = len(words & known)
    return round(common / max(1, len(words)) - len(known - words) / 1000, 4) if common else 0.0


# ------------------------------------------------------------------ what people set


def problems(kind: MappingKind, given: Sequence[Mapped], known: Sequence[Mapped], reference: Reference) -> list[str]:
    """What is wrong with each pair, "" where nothing is; what was mapped so before is left to be seen as it is."""
    seen: set[tuple[str, Side]] = set()
    found = []
    for pair in given:
        wrong = ""
        if (pair.source, pair.side) in seen:
            wrong = "twice"
        elif pair.side and kind not in HAS_SIDES:
            wrong = "no_sides"
        elif reference.read_at is not None and pair not in known:
            wrong = check(kind, pair.target, pair.side, reference).problem
        seen.add((pair.source, pair.side))
        found.append(wrong)
    return found
