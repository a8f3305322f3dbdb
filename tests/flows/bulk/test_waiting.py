"""What waits for a record goes as soon as that is ready, whoever made it so; and is looked at from time to time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledgerlink.flows.inbound import reference_data
from ledgerlink.flows.outbound import ordering
from ledgerlink.flows.records import batching, linking
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.flows.sweeping import sweep
from ledgerlink.ports import PutLink
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Hold, RecordKey
from tests.flows.bulk.test_send import LINE
from tests.support.aws import AwsInProcess
from tests.support.hub import ACME, ANN, Hub

HELD = Hold(on=True, reason="in dispute")


@pytest.fixture
def hub(tables: object, aws: AwsInProcess) -> Iterator[Hub]:
    """Documents go by themselves; customers do not, not even for a document."""
    made = Hub(aws, profile="inventory")
    reference_data.refresh(made.context)
    made.setting(create_linked_contact_on_create=False, create_linked_contact_for_document=False)
    yield made
    made.close()


def organization(hub: Hub, id_: str, hold: Hold | None = None) -> None:
    push = Push({"name": f"Org {id_}"}, "merge" if hub.record(id_) else "replace", do_not_export=hold)
    save(hub.context, RecordKey(ACME, "organizations", id_), push, ANN)


def invoice(hub: Hub, id_: str, organization: str) -> None:
    said = {"number": f"N-{id_}", "organization_id": organization, "issue_date": "2026-11-20", "lines": [LINE]}
    save(hub.context, RecordKey(ACME, "invoices", id_), Push(said), ANN)
    hub.deliver()


def of(hub: Hub, id_: str) -> Link:
    link = hub.at.links.get(LinkKey(ACME, "invoices", id_))
    assert link is not None
    return link


def linked(hub: Hub, id_: str) -> None:
    organization(hub, id_)
    [contact] = hub.xero.seed({"Name": f"Org {id_}"})
    linking.link(hub.context, RecordKey(ACME, "organizations", id_), contact, ANN, confirm=True)
    hub.deliver()


@pytest.mark.parametrize("by", ["itself", "many at once"])
def test_who_lets_a_customer_go_lets_its_documents_go(hub: Hub, by: str) -> None:
    linked(hub, "o1")
    organization(hub, "o1", HELD)
    invoice(hub, "1", "o1")
    assert (of(hub, "1").state, of(hub, "1").reason) == ("due", "do_not_export")
    if by == "itself":
        organization(hub, "o1", Hold())
    else:
        push = Push({}, "merge", do_not_export=Hold())
        batching.save_many(hub.context, [batching.Item(RecordKey(ACME, "organizations", "o1"), push)], ANN)
    hub.deliver()
    assert of(hub, "1").state == "linked"


def test_who_links_a_customer_lets_its_documents_go(hub: Hub) -> None:
    organization(hub, "o1")
    invoice(hub, "1", "o1")
    assert (of(hub, "1").state, of(hub, "1").reason) == ("due", "contact_not_linked")
    linked(hub, "o1")
    assert of(hub, "1").state == "linked"


def test_an_import_that_links_a_customer_lets_its_documents_go(hub: Hub) -> None:
    hub.setting(possible_duplicates_on_import="link_exact")
    save(hub.context, RecordKey(ACME, "organizations", "o1"), Push({"name": "One", "tax_number": "T1"}), ANN)
    invoice(hub, "1", "o1")
    hub.xero.seed({"Name": "One", "TaxNumber": "T1"})
    hub.done("import-contacts")
    hub.deliver()
    assert of(hub, "1").state == "linked"


def test_what_nobody_told_of_is_found_a_quarter_of_an_hour_later(hub: Hub) -> None:
    linked(hub, "o1")
    organization(hub, "o1", HELD)
    invoice(hub, "1", "o1")
    customer = hub.link("o1")
    hub.at.commit.all(PutLink(customer.model_copy(update={"do_not_export": Hold()})))
    for minutes, state in ((10, "due"), (6, "linked")):
        hub.clock.advance(minutes * 60)
        sweep(hub.at)
        hub.deliver()
        assert of(hub, "1").state == state


def test_of_very_many_each_drain_looks_at_some_and_the_next_goes_on_there(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ordering, "PAGE", 1)
    monkeypatch.setattr(ordering, "MOST_LOOKED_AT", 1)
    for n in range(4):
        linked(hub, f"o{n}")
        organization(hub, f"o{n}", HELD)
        invoice(hub, str(n), f"o{n}")
    last = hub.link("o3")
    hub.at.commit.all(PutLink(last.model_copy(update={"do_not_export": Hold()})))
    for _ in range(8):
        hub.clock.advance(901)
        sweep(hub.at)
        hub.deliver()
    assert [of(hub, str(n)).state for n in range(4)] == ["due", "due", "due", "linked"]


def test_nobody_is_rung_for_where_nothing_waits(hub: Hub) -> None:
    linked(hub, "o1")
    invoice(hub, "1", "o1")
    assert of(hub, "1").state == "linked"
    assert hub.at.lanes.get(ACME, "export").wake_at is None
