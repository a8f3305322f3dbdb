"""Invoices and credit notes: statuses, edits of paid ones, voiding, stock (facts/xero.md §4.2, §4.3)."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from local.xero.books import Row
from local.xero.dates import moment
from local.xero.errors import Refused
from local.xero.kinds.base import Work
from local.xero.kinds.documents import (
    AUTHORISED,
    DELETED,
    DRAFT,
    PAID,
    SUBMITTED,
    VOIDED,
    Documents,
    locked,
)
from local.xero.kinds.lines import PAID_LINE_TEXT, Line
from local.xero.kinds.payments import PAYMENTS
from local.xero.kinds.settlement import is_settled, reckoned
from local.xero.kinds.stock import moved
from local.xero.messages import Json
from local.xero.money import decimal, half_up

EDIT_TEXT = "This document cannot be edited as it has a payment or credit note allocated to it."
DATE_TEXT = "Date cannot be changed on an invoice that has payments or credit notes allocated to it."
# Status -> what it may become (§4.2). PAID is the system's; over 0.00 it is AUTHORISED by another name.
NEXT: Mapping[str, tuple[str, ...]] = {
    DRAFT: (DRAFT, SUBMITTED, AUTHORISED, DELETED),
    SUBMITTED: (SUBMITTED, AUTHORISED, DRAFT, DELETED),
    AUTHORISED: (AUTHORISED, VOIDED),
}
_AMOUNTS = ("Quantity", "UnitAmount", "LineAmount", "TaxAmount", "DiscountRate", "DiscountAmount")
_RELABELLED = ("LineItemID", "Description", "AccountCode", "AccountID", "Tracking")
_UNSEEN = frozenset(("DueDate", "SentToContact"))  # edits that a part-paid document's timestamp does not show (§3.4)


class Posted(Documents):
    editable_when_paid: ClassVar[frozenset[str]] = frozenset()

    def _update(self, work: Work, row: Row, given: Json) -> Row:
        self._writable(work, row)
        if is_settled(work, row.id):
            return self._settled_update(work, row, given)
        was = AUTHORISED if row.fields["Status"] == PAID else row.fields["Status"]
        status = given.get("Status", was)
        if status == PAID and row.fields["Status"] == PAID:
            status = AUTHORISED
        if status not in NEXT[was]:
            raise Refused(self._not_valid, id=row.id)
        return self._changed(work, row, {**given, "Status": status})

    def _writable(self, work: Work, row: Row) -> None:
        """VOIDED and DELETED are the end, and a locked period is closed to every edit."""
        if row.fields["Status"] in (VOIDED, DELETED):
            raise Refused(self._not_valid, id=row.id)
        self._contact_usable(work, row)
        for complaint in locked(work, row.fields["Date"]):
            raise Refused(complaint, id=row.id)

    @property
    def _not_valid(self) -> str:
        return f"{self.noun} not of valid status for modification"

    # Documents with payments or credits on them.

    def _settled_update(self, work: Work, row: Row, given: Json) -> Row:
        """Only some fields, and of lines only what they say (§4.2)."""
        self._status_kept(row, given)
        sent = {name: value for name, value in given.items() if name not in ("Status", "Type", self.id_field)}
        contact = self._other_contact(work, row, sent.pop("Contact", None))
        lines = self._relabelled(work, row, sent.pop("LineItems", None))
        changed = {name for name, value in sent.items() if value != row.fields.get(name)}
        if contact:
            changed.add("Contact")
        if lines:
            changed.add("LineItems")
        self._edits_allowed(work, row, changed)
        fields = {**row.fields, **sent, "ContactID": contact or row.fields["ContactID"]}
        fields["LineItems"] = lines or row.fields["LineItems"]
        complaints = list(self._wrong(work, fields, row))
        if complaints:
            raise Refused(*complaints, id=row.id)
        unseen = bool(changed) and changed <= _UNSEEN and row.fields["Status"] == AUTHORISED
        stamp = row.updated if unseen and work.settings.paid_due_date_is_silent else None
        return self.save(work, row.id, fields, stamp=stamp)

    def _status_kept(self, row: Row, given: Json) -> None:
        status = str(given.get("Status", row.fields["Status"]))
        if status == row.fields["Status"]:
            return
        if status in (DELETED, PAID):
            raise Refused(self._not_valid, id=row.id)
        raise Refused(self.held_text(status), id=row.id)

    def held_text(self, status: str) -> str:
        """Why a status cannot be had while payments or credits are on the document."""
        return EDIT_TEXT

    def _edits_allowed(self, work: Work, row: Row, changed: set[str]) -> None:
        allowed = self.editable_when_paid
        if not self.types[row.fields["Type"]].sale and not work.settings.paid_bills_editable:
            allowed = frozenset()
        forbidden = changed - allowed
        if "Date" in forbidden:
            raise Refused(DATE_TEXT, id=row.id)
        if forbidden:
            raise Refused(EDIT_TEXT, id=row.id)

    def _other_contact(self, work: Work, row: Row, sent: Any) -> str:
        """The new contact's id, "" where it is the same; not while a credit note is on the document."""
        if not sent:
            return ""
        complaints: list[str] = []
        contact = self._contact(work, sent, complaints)
        if complaints:
            raise Refused(*complaints, id=row.id)
        if contact == row.fields["ContactID"]:
            return ""
        if row.fields.get("AmountCredited"):
            raise Refused(EDIT_TEXT, id=row.id)
        return contact

    def _relabelled(self, work: Work, row: Row, sent: Any) -> tuple[Line, ...]:
        """The lines with other words, accounts or tracking; () where nothing changes."""
        if not sent:
            return ()
        old = {line.id: line for line in row.fields["LineItems"]}
        ids = [str(each.get("LineItemID") or "").lower() for each in sent if isinstance(each, dict)]
        if not all(ids) or len(ids) != len(sent):
            raise Refused(PAID_LINE_TEXT, id=row.id)
        if set(ids) != set(old) or any(_differs(each, old[id]) for each, id in zip(sent, ids, strict=True)):
            raise Refused(EDIT_TEXT, id=row.id)
        kept = [{name: each[name] for name in _RELABELLED if name in each} for each in sent]
        complaints: list[str] = []
        type = self.types[row.fields["Type"]]
        lines = self._lines(work, row.fields, type, kept, row.fields["LineItems"], complaints)
        if complaints:
            raise Refused(*complaints, id=row.id)
        return lines if lines != row.fields["LineItems"] else ()

    # Saving.

    def _keep(self, work: Work, id: str, fields: Json, old: Row | None, stamp: datetime | None) -> Row:
        self._move_stock(work, fields, old)
        fields = reckoned(work, self.name, id, fields)
        if fields["Status"] == VOIDED:
            fields |= self.nothing_left
        return self.save(work, id, fields, stamp=stamp)

    @property
    @abstractmethod
    def nothing_left(self) -> Json:
        """Amounts of a voided document."""

    def _move_stock(self, work: Work, fields: Json, old: Row | None) -> None:
        """Drafts move nothing, approved documents do, voided ones give back (§4.5)."""
        posted = fields["Status"] in (AUTHORISED, PAID)
        was_posted = old is not None and old.fields["Status"] in (AUTHORISED, PAID)
        if old and posted == was_posted and fields["LineItems"] == old.fields["LineItems"]:
            return
        before = old.fields.get("_stock") or {} if old else {}
        lines, mode, rate = fields["LineItems"], fields["LineAmountTypes"], fields["CurrencyRate"]
        try:
            fields["_stock"] = moved(work, fields["Type"], lines, mode, rate, before, posted=posted)
        except Refused as refusal:
            raise Refused(*refusal.messages, id=old.id if old else None) from None

    # People.

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action == "create":
            return [self._create(work, self.read(work, fields, person=True))]
        if action not in ("edit", "approve", "void", "delete", "pay", "unpay"):
            return super().person(work, action, id, fields)
        row = self.existing(work, id)
        if action == "pay":
            PAYMENTS.pay(work, self.name, row, fields)
        elif action == "unpay":
            PAYMENTS.unpay(work, row)
        elif action == "edit":
            return [self._update(work, row, self.read(work, fields, person=True))]
        else:
            drafted = row.fields["Status"] in (DRAFT, SUBMITTED)
            status = AUTHORISED if action == "approve" else DELETED if drafted else VOIDED
            return [self._update(work, row, {"Status": status})]
        return [self.existing(work, row.id)]

    def seeded(self, work: Work, sent: Json) -> Row:
        """`Payments` and a status PAID are taken: what is due then is paid to the first bank account."""
        status = sent.get("Status")
        given = self.read(work, {**sent, "Status": AUTHORISED if status == PAID else status})
        stamp = moment(sent.get("UpdatedDateUTC"))
        row = self._create(work, given, id=self.seed_id(work, sent), stamp=stamp)
        for each in sent.get("Payments") or ():
            PAYMENTS.pay(work, self.name, row, each)
        row = self.existing(work, row.id)
        if status == PAID and row.fields["Status"] != PAID:
            PAYMENTS.pay(work, self.name, row, {})
        return self.existing(work, row.id)


def _differs(sent: Json, line: Line) -> bool:
    """Whether a line sent says another amount, tax or item than there is."""
    old: dict[str, Decimal | None] = {
        "Quantity": line.quantity,
        "UnitAmount": line.unit,
        "LineAmount": line.amount,
        "TaxAmount": line.tax,
        "DiscountRate": line.discount_rate,
        "DiscountAmount": line.discount_amount,
    }
    for name in _AMOUNTS:
        if sent.get(name) is None:
            continue
        found = decimal(name, sent[name])
        if name == "UnitAmount" and line.unit is not None:
            if found not in (line.unit, half_up(line.unit)):
                return True
        elif found != (old[name] or 0):
            return True
    texts = (("TaxType", line.tax_type), ("ItemCode", line.item))
    return any(sent.get(name) not in (None, "", text) for name, text in texts)
