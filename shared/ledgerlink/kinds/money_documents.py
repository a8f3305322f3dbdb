"""What invoices, credit notes and their like have in common: a head, lines, totals, a state of payment."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator
from pydantic import Field as Declared

from .amounts import Amount, MaybeAmount, MaybeDate, MaybeTime
from .base import MARK, Content, Field, Kind, Limit, Value
from .organization import Person, Text

Status = Literal["draft", "awaiting_approval", "approved", "part_paid", "paid", "void"]
Stage = Literal["created", "live"]
TaxMode = Literal["exclusive", "inclusive", "none"]

_blank_person = BeforeValidator(lambda value: {} if value is None else value)


class Tracking(Value):
    """A tracking category and the option chosen, by the ledger's names."""

    category: str
    option: str


class Line(Value):
    """One line. Without an id it gets one that stays; amounts are in the document's currency, prices to 4 places."""

    id: Text = ""
    product_id: Text = ""
    description: Text = ""
    quantity: MaybeAmount = None
    unit_price: MaybeAmount = None
    discount_percent: MaybeAmount = None
    discount_amount: MaybeAmount = None
    tax_code: Text = ""
    tax_amount: MaybeAmount = None
    account_code: Text = ""
    location: Text = ""
    tracking: tuple[Tracking, ...] = ()


class MoneyDocument(Content):
    """The fields every one of them has. What the hub itself keeps is named in ``HUB_FIELDS``."""

    number: Text = ""
    reference: Text = ""
    organization_id: str = Declared(min_length=1)
    person: Annotated[Person, _blank_person] = Person()
    status: Status = "approved"
    stage: Stage = "created"
    issue_date: MaybeDate = None
    due_date: MaybeDate = None
    made_at: MaybeTime = None
    currency: Text = ""
    exchange_rate: MaybeAmount = None  # base currency per one of the document's (rule D17)
    tax_mode: TaxMode = "exclusive"
    location: Text = ""
    url: Text = ""
    lines: tuple[Line, ...] = ()
    subtotal: MaybeAmount = None
    total_tax: MaybeAmount = None
    total: MaybeAmount = None  # pushed, it is checked against the lines
    amount_outstanding: MaybeAmount = None
    sent_at: MaybeTime = None


TOTALS = ("subtotal", "total_tax", "total")
HUB_FIELDS = frozenset({"amount_outstanding", "sent_at", "stage", "total_tax"})


class Invoice(MoneyDocument):
    """A sales invoice."""


class Allocation(Value):
    """Part of a credit note set against an invoice."""

    id: Text = ""
    document_id: str
    amount: Amount
    date: MaybeDate = None


class CreditNote(MoneyDocument):
    """A credit note to a customer; ``remaining`` is what is not yet allocated or refunded."""

    remaining: MaybeAmount = None
    allocations: tuple[Allocation, ...] = ()


# ------------------------------------------------------------------ as kinds

D = TypeVar("D", bound=MoneyDocument)

_MARKED = re.compile(rf"[#&]({MARK}[A-Za-z0-9._~@+-]{{1,47}})$")


def marked_url(url: str, mark: str) -> str:
    """The address that the ledger's document links back to, with our mark behind it: by it a document is known for
    ours, whether or not its number is unique or even given."""
    return f"{url}{'&' if '#' in url else '#'}{mark}"


def read_url(url: str) -> tuple[str, str]:
    """The address and the mark again; no mark where there is none."""
    found = _MARKED.search(url)
    return (url[: found.start()], found[1]) if found else (url, "")


def ledger_view(content: D) -> D:
    """The document as it stands. In the ledger's terms it can be said only with mappings (``rules.documents_out``)."""
    return content


def completed(sent: D, answered: D) -> D:
    """What we sent with what only the ledger can say of its lines: the ids of new ones, the tax where we sent none."""
    if len(sent.lines) != len(answered.lines):
        return sent
    pairs = zip(sent.lines, answered.lines, strict=True)
    return sent.model_copy(update={"lines": tuple(_filled(ours, theirs) for ours, theirs in pairs)})


def with_totals(content: Content, answered: Content) -> Any:
    """The document with what the ledger says it comes to."""
    if not isinstance(content, MoneyDocument) or not isinstance(answered, MoneyDocument):
        return content
    return content.model_copy(update={name: getattr(answered, name) for name in TOTALS})


def _filled(ours: Line, theirs: Line) -> Line:
    if ours.id not in ("", theirs.id):
        return ours
    blank = {name: getattr(theirs, name) for name in Line.model_fields if getattr(ours, name) in ("", None, ())}
    return ours.model_copy(update=blank) if blank else ours


def with_line_ids(content: D, before: D | None) -> D:
    """Each line under an id that stays: its own, else that of the line which said the same before, else a new one."""
    if all(line.id for line in content.lines):
        return content
    taken = {line.id for line in content.lines if line.id}
    known = [line for line in before.lines if line.id not in taken] if before is not None else []
    named: list[Line] = []
    for place, line in enumerate(content.lines):
        if not line.id:
            line = line.model_copy(update={"id": _id_for(line, place, known, taken)})
        taken.add(line.id)
        named.append(line)
    return content.model_copy(update={"lines": tuple(named)})


def _id_for(line: Line, place: int, known: list[Line], taken: set[str]) -> str:
    """The same line, else one of the same product, else the one at its place; each is given away once."""
    tests: tuple[Callable[[Line], bool], ...] = (
        lambda old: old.model_copy(update={"id": ""}) == line,
        lambda old: (old.product_id, old.description) == (line.product_id, line.description),
        lambda old: old.id == str(place + 1),
    )
    for test in tests:
        found = next((old for old in known if old.id not in taken and test(old)), None)
        if found is not None:
            return found.id
    fresh = place + 1
    while str(fresh) in taken or any(old.id == str(fresh) for old in known):
        fresh += 1
    return str(fresh)


def title(content: MoneyDocument) -> str:
    return " ".join(part for part in (content.number, content.reference) if part) or "without a number"


FIELDS = (
    Field("number", "Number", (Limit(255),)),
    Field("reference", "Reference", (Limit(255),)),
    Field("organization_id", "Organization"),
    Field("status", "Status"),
    Field("issue_date", "Date"),
    Field("due_date", "Due date"),
    Field("currency", "Currency"),
    Field("exchange_rate", "Exchange rate"),
    Field("tax_mode", "Tax"),
    Field("url", "Link back"),
    Field("lines", "Lines", (Limit(4000, "description"),)),
)
"""What travels of every one of them."""

INVOICES: Kind[Invoice] = Kind(
    name="invoices",
    singular="invoice",
    model=Invoice,
    document_type="invoice",
    stage=3,
    ledger_view=ledger_view,
    title=title,
    needed=frozenset({"organization_id"}),
    hub_fields=HUB_FIELDS,
    completed=completed,
    in_order=True,
    derived=frozenset(TOTALS),
    derived_from=frozenset({"lines", "tax_mode"}),
    identified=with_line_ids,
    fields=FIELDS,
)

CREDIT_NOTES: Kind[CreditNote] = Kind(
    name="credit-notes",
    singular="credit note",
    model=CreditNote,
    document_type="credit_note",
    stage=3,
    ledger_view=ledger_view,
    title=title,
    needed=frozenset({"organization_id"}),
    hub_fields=HUB_FIELDS | {"remaining", "allocations"},
    completed=completed,
    in_order=True,
    derived=frozenset(TOTALS),
    derived_from=frozenset({"lines", "tax_mode"}),
    identified=with_line_ids,
    fields=tuple(field for field in FIELDS if field.name not in ("due_date", "url")),
)
