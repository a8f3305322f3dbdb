"""A connected company in this process, with the few verbs that flow tests speak in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bench.world import World, world
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.inbound.import_ import Imported, import_due
from ledgerlink.flows.inbound.intake import Change, take_note
from ledgerlink.flows.outbound.export import Drained, export_due
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.kinds.organization import Organization
from ledgerlink.ports import PutCompany
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey
from tests.support.quick_sdk import quick_sdk

CRM = Actor("crm-client", "crm")
ADA = Actor("ada")


class Hub:
    """What the CRM, the bookkeeper, the ledger and the clock do."""

    def __init__(self, here: World) -> None:
        self.here, self.at = here, here.at

    @property
    def context(self) -> Any:
        return self.here.context

    def set(self, **overrides: Any) -> None:
        company = self.at.companies.get("bench")
        assert company is not None
        self.at.commit.all(PutCompany(company.model_copy(update={"overrides": company.overrides | overrides})))

    def push(self, id_: str, **fields: Any) -> None:
        save(self.context, key(id_), Push({"name": f"Org {id_}", **fields}), CRM)

    def drain(self) -> Drained:
        return export_due("bench", self.at, seconds_left=lambda: 100.0)

    def read(self) -> Imported:
        return import_due("bench", self.at, seconds_left=lambda: 100.0)

    def hear(self, *documents: str) -> None:
        """A webhook says that these contacts changed, after whatever we agreed on."""
        told = [Change(self.context.organisation, "contact", id_) for id_ in documents]
        assert take_note(told, self.at).marked == len(set(documents))

    def human(self, **body: Any) -> dict[str, Any]:
        """A person in the ledger's own screens; answers the contact."""
        answer = self.here.ledger.post("/_sim/human", json={"kind": "contacts", **body}).raise_for_status()
        contacts: list[dict[str, Any]] = answer.json()["contacts"]
        return contacts[0]

    def fault(self, **body: Any) -> None:
        self.here.ledger.post("/_sim/faults", json=body).raise_for_status()

    def contacts(self) -> dict[str, Any]:
        return {c["Name"]: c for c in self.here.ledger.get("/_sim/state").json()["contacts"]}

    def link(self, id_: str) -> Link:
        found = self.at.links.get(LinkKey(*key(id_)))
        assert found is not None
        return found

    def record(self, id_: str) -> Record:
        found = self.at.records.get(key(id_))
        assert found is not None
        return found

    def content(self, id_: str) -> Organization:
        content = self.record(id_).content
        assert isinstance(content, Organization)
        return content

    def history(self, id_: str) -> list[tuple[str, str, str]]:
        entries = self.at.activity.of_record(key(id_)).items[::-1]
        return [(entry.direction, entry.action, entry.reason) for entry in entries]

    def ids(self) -> list[str]:
        return [record.id for record in self.at.records.page("bench", "organizations").items]


def key(id_: str) -> RecordKey:
    return RecordKey("bench", "organizations", id_)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with world() as here, quick_sdk():
        yield Hub(here)
