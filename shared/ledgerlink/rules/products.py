"""Products on the way out: an item for each that is sold, bought or has stock, its codes translated (rules D3, D14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ledgerlink.kinds.product import PRODUCTS, Product, Trade, ledger_view
from ledgerlink.state.link import Link
from ledgerlink.state.mapping import MappingKind, Side
from ledgerlink.state.record import Record

from . import mapping, reverting
from .decisions import Create, Decision, Disagree, Nothing, Problem, Refuse, Skip, Update
from .facts import Facts
from .limits_of_fields import too_long
from .merge import Change, three_way
from .profiles import CompanySettings

SIDES: tuple[tuple[Literal["sale", "purchase"], Side], ...] = (("sale", "sales"), ("purchase", "purchase"))
LONGEST_CODE = 30


def keys_of(content: Product) -> frozenset[str]:
    """What a product is recognised by: its code, which items share in any case (``facts/xero.md §4.5``)."""
    code = _compared(content)
    return frozenset({f"c:{code}"}) if 0 < len(code) <= LONGEST_CODE else frozenset()


def same_code(one: Product, other: Product) -> bool:
    """Whether the ledger takes both codes for the same."""
    return _compared(one) == _compared(other)


def _compared(content: Product) -> str:
    return " ".join(content.code.split()).casefold()


def decide(record: Record, link: Link, settings: CompanySettings) -> Decision:
    """What to do about the product, as far as it says itself: it goes when a document needs it or it has stock."""
    content = record.content
    assert isinstance(content, Product)
    if link.document_id:
        ordered = link.ordered_by or link.clears or reverting.fields_of(link)
        return Nothing() if link.exported >= link.wanted and not ordered else Update(content, ())
    if link.tombstone and not link.ordered_by:
        return Skip(link.tombstone)
    if not (link.create_ordered or link.ordered_by or (content.tracked and content.quantity_on_hand)):
        return Skip("not_needed_yet")
    return Create(content)


def complete(decision: Decision, record: Record, link: Link, facts: Facts) -> Decision:
    """The item in the ledger's terms."""
    if not isinstance(decision, Create | Update):
        return decision
    content, theirs = record.content, link.seen or link.base
    assert isinstance(content, Product)
    if isinstance(theirs, Product) and reverting.fields_of(link):  # what an undone job overwrote, and nothing else
        before, back = reverting.put_back(theirs, theirs, link)
        return Update(before, back) if back else Nothing()
    problems: list[Problem] = []
    view = in_ledger_terms(content, facts, problems)
    if isinstance(decision, Create):
        fields = tuple(field.name for field in PRODUCTS.fields)
        problems += too_long(PRODUCTS, view, fields)
        return Refuse(tuple(problems)) if problems else Create(view)
    changes = _changes(view, link, facts)
    if not isinstance(changes, tuple):
        return changes
    fields = tuple(change.field for change in changes)
    if not fields:
        return Nothing()
    problems += too_long(PRODUCTS, view, fields)
    return Refuse(tuple(problems)) if problems else Update(view, fields)


def _changes(view: Product, link: Link, facts: Facts) -> tuple[Change, ...] | Disagree:
    merged = three_way(
        PRODUCTS,
        base=link.base,
        crm=view,
        ledger=link.seen or link.base or view,
        owners=facts.settings.owners("products"),
        direction="crm",
        held=link.held_fields,
    )
    return Disagree(merged.clashes) if merged.clashes else merged.to_ledger


def in_ledger_terms(content: Product, facts: Facts, problems: list[Problem]) -> Product:
    """The product with the ledger's codes; what means nothing there is added to ``problems``."""
    view = ledger_view(content)
    for name, side in SIDES:
        trade: Trade = getattr(view, name)
        group = content.revenue_group if name == "sale" and not trade.account_code else ""
        told = {
            "account_code": _code(
                "account", group or trade.account_code, side, f"{name}.account_code", facts, problems
            ),
            "tax_code": _code("tax", trade.tax_code, side, f"{name}.tax_code", facts, problems),
        }
        view = view.model_copy(update={name: trade.model_copy(update=told)})
    return view.model_copy(update=dict(_stock_accounts(view, facts, problems)))


def _stock_accounts(view: Product, facts: Facts, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Only what has stock in the ledger has these two; they are the ledger's own codes."""
    for name in ("inventory_account_code", "cost_of_sales_account_code"):
        code = getattr(view, name)
        account = facts.reference.account(code) if code else None
        if code and (account is None or account.status != "active"):
            problems.append(Problem("mapping_unknown", name, f"the ledger has no active account {code!r}"))
        yield name, code


def _code(kind: MappingKind, source: str, side: Side, field: str, facts: Facts, problems: list[Problem]) -> str:
    """The ledger's code for one of ours; "" for none."""
    if not source:
        return ""
    if wrong := mapping.wrong_with(kind, source, side, facts.mappings, facts.reference):
        problems.append(Problem(wrong[0], field, wrong[1]))
    target = mapping.resolve(kind, source, side, facts.mappings, facts.reference)
    return target.code if target is not None else ""
