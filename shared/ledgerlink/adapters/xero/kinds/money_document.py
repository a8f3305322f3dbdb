"""What invoices, credit notes and their like have in common in Xero: head, lines, status (``facts/xero.md §4.2-4.3``).

A kind says its type, its number's name and where our mark stands; everything else is read off here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from ledgerlink.adapters.xero.dates import moment
from ledgerlink.kinds import Kind
from ledgerlink.kinds.money_documents import Line, MoneyDocument, Status, TaxMode, Tracking, marked_url, read_url
from ledgerlink.kinds.organization import Person
from ledgerlink.kinds.payment import ledger_reference, read_reference
from ledgerlink.ports import Outgoing
from ledgerlink.state.document import Document

from .base import Element, WireKind, deep_link
from .settlement import STATUSES, amount, day, settlement_of

_TO_STATUS = {"draft": "DRAFT", "awaiting_approval": "SUBMITTED", "approved": "AUTHORISED"}
_MODES: dict[TaxMode, str] = {"exclusive": "Exclusive", "inclusive": "Inclusive", "none": "NoTax"}
_FROM_MODE = {wire: ours for ours, wire in _MODES.items()}
_AMOUNTS = {
    "quantity": "Quantity",
    "unit_price": "UnitAmount",
    "discount_percent": "DiscountRate",
    "tax_amount": "TaxAmount",
}
_CODES = {"product_id": "ItemCode", "account_code": "AccountCode", "tax_code": "TaxType"}
_HOME = "https://ledgerlink.invalid/"  # where the CRM gave no address, the mark still needs one to stand behind


@dataclass(frozen=True)
class Shape:
    """How one kind of document is written in Xero."""

    kind: Kind[Any]
    type: str
    endpoint: str
    id_field: str
    number_field: str
    category: str
    gone: str
    page: str  # of Xero's own screens, to which the id is added
    mark: Literal["url", "reference"] = "url"  # where our mark stands


def wire_kind(shape: Shape) -> WireKind:
    """The kind for the generic adapter."""
    return WireKind(
        kind=shape.kind,
        endpoint=shape.endpoint,
        envelope=shape.endpoint.removeprefix("/"),
        id_field=shape.id_field,
        key_field=shape.number_field,
        category=shape.category,
        gone=shape.gone,
        to_wire=lambda outgoing: _to_wire(shape, outgoing),
        from_wire=lambda element, short_code: _from_wire(shape, element, short_code),
        content=lambda element: _content(shape, element),
        unique={"number": shape.number_field},
        url=lambda id, short_code: deep_link(f"{shape.page}{id}", short_code),
        write_query="summarizeErrors=false&unitdp=4",
        read_query={"unitdp": "4"},
        unasked=frozenset() if shape.endpoint == "/Invoices" else frozenset({"includeArchived"}),
        ids_filter=shape.endpoint == "/Invoices",
        path_key=False,
        only=f'Type=="{shape.type}"',
        is_mine=lambda element: element.get("Type") == shape.type,
        read_key=lambda element: _mark(shape, element),
    )


# ------------------------------------------------------------------ to the wire


def _to_wire(shape: Shape, outgoing: Outgoing) -> dict[str, Any]:
    content = cast(MoneyDocument, outgoing.content)
    if outgoing.action == "archive":
        # Voided once approved, deleted before that (facts §4.2).
        gone = "DELETED" if content.status in ("draft", "awaiting_approval") else "VOIDED"
        return {shape.id_field: outgoing.document_id, "Status": gone}
    mark = shape.kind.reference(outgoing.key.id)
    if outgoing.action == "create":
        names = [field.name for field in shape.kind.fields]
        said = dict(_fields(shape, content, names, mark))
        marked = (
            {"Url": marked_url(content.url or _HOME, mark)}
            if shape.mark == "url"
            else {"Reference": ledger_reference(content.reference, mark)}
        )
        return {"Type": shape.type, **said, **marked}
    return {shape.id_field: outgoing.document_id, **dict(_fields(shape, content, outgoing.fields, mark))}


def _fields(shape: Shape, content: MoneyDocument, names: Iterable[str], mark: str) -> Iterator[tuple[str, Any]]:
    """What is said; a blank says nothing, for it clears nothing (K4)."""
    for name in names:
        value = shape.kind.field(name).of(content)
        if value in ("", None, ()):
            continue
        match name:
            case "number":
                yield shape.number_field, value
            case "reference":
                yield "Reference", ledger_reference(value, mark) if shape.mark == "reference" else value
            case "organization_id":  # nothing else of the contact: more would change it (facts §4.1)
                yield "Contact", {"ContactID": value}
            case "status":
                yield "Status", _TO_STATUS[value]
            case "issue_date":
                yield "Date", value.isoformat()
            case "due_date":
                yield "DueDate", value.isoformat()
            case "currency":
                yield "CurrencyCode", value
            case "exchange_rate":
                yield "CurrencyRate", float(value)
            case "tax_mode":
                yield "LineAmountTypes", _MODES[value]
            case "url":
                yield "Url", marked_url(value, mark)
            case "lines":
                yield "LineItems", [_line(line) for line in value]


def _line(line: Line) -> dict[str, Any]:
    """A line with its id keeps it; one without is new; one that is left out is deleted (facts §4.2)."""
    element: dict[str, Any] = {"LineItemID": line.id} if line.id else {}
    element["Description"] = line.description
    for ours, wire in _AMOUNTS.items():
        value: Decimal | None = getattr(line, ours)
        if value is not None:
            element[wire] = float(value)  # exact: at most fifteen digits
    if line.id and line.discount_percent is None and line.quantity is not None:
        element["DiscountRate"] = 0  # what is left out of a line stays, a discount too
    for ours, wire in _CODES.items():
        if getattr(line, ours):
            element[wire] = getattr(line, ours)
    if line.quantity is not None:
        element["Tracking"] = [{"Name": each.category, "Option": each.option} for each in line.tracking]
    return element


# ------------------------------------------------------------------ from the wire


def _from_wire(shape: Shape, element: Element, short_code: str) -> Document:
    """The document in our words: contact, items, accounts and rates by the ledger's own names."""
    updated_at = moment(element.get("UpdatedDateUTC"))
    if updated_at is None:
        raise ValueError("a document without UpdatedDateUTC")
    id = str(element[shape.id_field]).lower()
    told = settlement_of(element)
    return Document.model_construct(
        type=shape.kind.document_type,
        id=id,
        kind=shape.kind.name,
        status="archived" if told.status == "void" else "active",
        updated_at=updated_at,
        reference=_mark(shape, element),
        merged_into="",
        content=_content(shape, element),
        outstanding=told.outstanding > 0,
        roles=(),
        url=deep_link(f"{shape.page}{id}", short_code),
        items=_items(element),
        settlement=told,
    )


def _items(element: Element) -> dict[str, str]:
    """Lines name their item by code, and tell its id beside it (``facts/xero.md §4.2``)."""
    told = [each.get("Item") or {} for each in element.get("LineItems") or ()]
    return {str(item["Code"]): str(item["ItemID"]).lower() for item in told if item.get("Code") and item.get("ItemID")}


def _mark(shape: Shape, element: Element) -> str:
    if shape.mark == "url":
        return read_url(str(element.get("Url") or ""))[1]
    return read_reference(str(element.get("Reference") or ""))[1]


def _content(shape: Shape, element: Element) -> MoneyDocument:
    """What the element says (also what we sent, read back); what it leaves out is blank."""
    reference = " ".join(str(element.get("Reference") or "").split())
    content: MoneyDocument = shape.kind.model.model_construct(
        number=str(element.get(shape.number_field) or ""),
        reference=read_reference(reference)[0] if shape.mark == "reference" else reference,
        organization_id=str((element.get("Contact") or {}).get("ContactID") or "").lower(),
        person=Person(),
        status=_status(element),
        issue_date=_day(element, "Date"),
        due_date=_day(element, "DueDate"),
        currency=str(element.get("CurrencyCode") or ""),
        exchange_rate=_number(element.get("CurrencyRate")),
        tax_mode=_FROM_MODE.get(str(element.get("LineAmountTypes") or "Exclusive"), "exclusive"),
        url=_address(element),
        lines=tuple(_line_of(each) for each in element.get("LineItems") or ()),
        subtotal=_money(element.get("SubTotal")),
        total_tax=_money(element.get("TotalTax")),
        total=_money(element.get("Total")),
    )
    return content


def _status(element: Element) -> Status:
    return cast(Status, STATUSES.get(str(element.get("Status") or "").upper(), "draft"))


def _address(element: Element) -> str:
    url = read_url(str(element.get("Url") or ""))[0]
    return "" if url == _HOME else url


def _day(element: Element, name: str) -> date | None:
    return day(element.get(name))


def _line_of(element: Element) -> Line:
    codes: dict[str, Any] = {ours: str(element.get(wire) or "") for ours, wire in _CODES.items()}
    amounts: dict[str, Any] = {ours: _number(element.get(wire)) for ours, wire in _AMOUNTS.items()}
    return Line.model_construct(
        id=str(element.get("LineItemID") or "").lower(),
        description=str(element.get("Description") or ""),
        discount_amount=_number(element.get("DiscountAmount")),
        tracking=tuple(
            Tracking.model_construct(category=str(each.get("Name") or ""), option=str(each.get("Option") or ""))
            for each in element.get("Tracking") or ()
        ),
        **codes,
        **{**amounts, "discount_percent": amounts["discount_percent"] or None},
    )


def _number(value: Any) -> Decimal | None:
    """As people write it; JSON writes 2 as 2.0."""
    if value is None:
        return None
    number = Decimal(str(value))
    whole = number.to_integral_value()
    return whole if whole == number else number


def _money(value: Any) -> Decimal | None:
    """A sum in cents; JSON writes 270.00 as 270.0."""
    return None if value is None else amount(value)
