"""Documents of a connected company in this process, with the few verbs that their tests speak in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from bench.world import world
from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.ports import PutDispatch, PutLane
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Hold, RecordKey
from tests.flows.hub import CRM, Hub, key

LINE = {
    "description": "A day's work",
    "quantity": "2",
    "unit_price": "50.00",
    "tax_code": "OUTPUT2",
    "account_code": "200",
}


class Office(Hub):
    """A company with a customer in the ledger, and its invoices, credit notes and products."""

    def push(self, id_: str, do_not_export: bool | None = None, **fields: Any) -> None:
        hold = None if do_not_export is None else Hold(on=do_not_export, reason="a test")
        save(self.context, key(id_), Push({"name": f"Org {id_}", **fields}, do_not_export=hold), CRM)

    def customer(self, id_: str = "o1") -> str:
        """A linked customer; answers the contact's id."""
        self.push(id_)
        self.drain()
        return self.link(id_).document_id

    def put(self, kind: str, id_: str, **fields: Any) -> None:
        save(self.context, RecordKey("bench", kind, id_), Push(fields), CRM)

    def invoice(self, id_: str, *lines: dict[str, Any], **fields: Any) -> None:
        said = {
            "number": f"N-{id_}",
            "organization_id": "o1",
            "issue_date": "2026-11-20",
            "lines": list(lines) or [LINE],
        }
        self.put("invoices", id_, **(said | fields))

    def credit_note(self, id_: str, *lines: dict[str, Any], **fields: Any) -> None:
        said = {
            "number": f"C-{id_}",
            "organization_id": "o1",
            "issue_date": "2026-11-20",
            "lines": list(lines) or [LINE],
        }
        self.put("credit-notes", id_, **(said | fields))

    def at_rest(self, kind: str, id_: str) -> Link:
        found = self.at.links.get(LinkKey("bench", kind, id_))
        assert found is not None
        return found

    def said(self, kind: str, id_: str) -> MoneyDocument:
        record = self.at.records.get(RecordKey("bench", kind, id_))
        assert record is not None
        assert isinstance(record.content, MoneyDocument)
        return record.content

    def person(self, action: str, id_: str, kind: str = "invoices", **fields: Any) -> None:
        """What a bookkeeper does with a document in the ledger's own screens."""
        document = self.at_rest(kind, id_).document_id
        body = {"kind": kind.replace("-", "_"), "action": action, "id": document, "fields": fields}
        self.here.ledger.post("/_sim/human", json=body).raise_for_status()

    def books(self, kind: str = "invoices") -> dict[str, dict[str, Any]]:
        """What the ledger holds, by number or code."""
        rows: list[dict[str, Any]] = self.here.ledger.get("/_sim/state").json()[kind]
        return {row.get("InvoiceNumber") or row.get("CreditNoteNumber") or row["Code"]: row for row in rows}


@contextmanager
def an_office() -> Iterator[Office]:
    """An inventory business: documents go by themselves."""
    with world("inventory") as here:
        office = Office(here)
        office.set(create_linked_contact_on_create=True, lock_after_transfer=False)
        reference_data.refresh(office.context)
        yield office


@pytest.fixture
def office() -> Iterator[Office]:
    with an_office() as office:
        yield office


def pass_time(office: Hub) -> None:
    """The weather clears, what drove is gone, and so much time passes that lost answers may be found out."""
    office.here.ledger.delete("/_sim/faults")
    long_ago = office.at.clock.now() - timedelta(minutes=20)
    for lost in office.at.lanes.open_dispatches("bench"):
        aged = {"deadline": long_ago, "resolve_at": long_ago, "state": "unknown"}
        office.at.commit.all(PutDispatch(lost.model_copy(update=aged)))
    for direction in ("export", "import"):
        lane = office.at.lanes.get("bench", direction)  # type: ignore[arg-type]
        office.at.commit.all(PutLane(lane.model_copy(update={"not_before": None, "holder": "", "lease_until": None})))
