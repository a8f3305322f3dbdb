"""What the CRM is told: what came from the ledger and what a person did here, never its own pushes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledgerlink.flows.notices import crm_webhook, notify_crm
from ledgerlink.flows.records import clearing, conflicts, restoring
from ledgerlink.flows.records.drafting import Push
from ledgerlink.flows.records.saving import save
from ledgerlink.flows.sweeping import sweep
from ledgerlink.state.link import LinkKey
from tests.flows.hub import ADA, Hub, hub, key
from tests.support.receiver import Receiver, receiving

pytestmark = pytest.mark.loopback
__all__ = ["hub"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def heard(hub: Hub, receiver: Receiver) -> Receiver:
    """The company's CRM listens."""
    crm_webhook.put("bench", receiver.url, ADA, hub.at, enabled=True)
    crm_webhook.new_secret("bench", ADA, hub.at)
    return receiver


def linked(hub: Hub, id_: str = "1", **fields: object) -> str:
    hub.push(id_, **fields)
    hub.drain()
    hub.read()
    return hub.link(id_).document_id


def edited_there(hub: Hub, document: str, **fields: object) -> None:
    hub.human(action="edit", id=document, fields=fields)
    hub.hear(document)
    hub.read()


def tell(hub: Hub, id_: str = "1") -> str:
    return notify_crm.notify(key(id_), hub.at)


def test_an_edit_in_the_ledger_reaches_the_crm(hub: Hub, heard: Receiver) -> None:
    edited_there(hub, linked(hub), EmailAddress="new@x.example")
    assert tell(hub) == "delivered"
    (arrived,) = heard.arrived
    assert (arrived.data["id"], arrived.data["changed_by"]) == ("1", "ledger")
    assert arrived.data["revision"] == hub.record("1").revision


def test_what_is_born_in_the_ledger_reaches_the_crm(hub: Hub, heard: Receiver) -> None:
    hub.set(import_contacts_born_in_ledger=True)
    stranger = hub.human(action="create", fields={"Name": "Stranger"})["ContactID"]
    hub.hear(stranger)
    hub.read()
    (id_,) = hub.ids()
    assert tell(hub, id_) == "delivered"
    assert heard.revisions == [1]


def test_its_own_pushes_and_what_only_touches_the_link_are_not_told(hub: Hub, heard: Receiver) -> None:
    linked(hub)
    hub.push("1", email="crm@x.example")
    save(hub.context, key("1"), Push({"name": "By a person"}), ADA)
    hub.drain()
    hub.read()
    assert hub.at.crm_notices.get(key("1")) is None


def test_a_conflict_decided_for_the_ledger_is_told(hub: Hub, heard: Receiver) -> None:
    hub.set(field_owner="ask")
    document = linked(hub, email="old@x.example")
    hub.set(update_linked_contact_on_edit=False)
    hub.push("1", email="ours@x.example")
    edited_there(hub, document, EmailAddress="theirs@x.example")
    conflicts.resolve(hub.context, LinkKey(*key("1")), "ledger", ADA)
    assert tell(hub) == "delivered"
    assert heard.arrived[-1].data["changed_by"] == "admin"
    assert hub.content("1").email == "theirs@x.example"


def test_a_restored_and_an_emptied_value_are_told(hub: Hub, heard: Receiver) -> None:
    edited_there(hub, linked(hub, email="old@x.example"), EmailAddress="new@x.example")
    tell(hub)
    entry = next(e for e in hub.at.activity.of_record(key("1")).items if e.action == "updated")
    restoring.restore(hub.context, entry.id, None, ADA)
    assert tell(hub) == "delivered"
    clearing.clear(hub.context, key("1"), ["email"], "crm", "gone", ADA)
    assert tell(hub) == "delivered"
    assert heard.revisions == sorted(heard.revisions)
    assert heard.revisions[-1] == hub.record("1").revision


@pytest.mark.parametrize("state", ["never set", "switched off"])
def test_without_a_webhook_nothing_is_written(hub: Hub, receiver: Receiver, state: str) -> None:
    if state == "switched off":
        crm_webhook.put("bench", receiver.url, ADA, hub.at, enabled=True)
        crm_webhook.put("bench", receiver.url, ADA, hub.at, enabled=False)
    edited_there(hub, linked(hub), EmailAddress="new@x.example")
    assert hub.at.crm_notices.get(key("1")) is None
    sweep(hub.at)
    assert receiver.arrived == []


def test_who_loses_the_race_for_the_link_has_told_nothing(hub: Hub, heard: Receiver) -> None:
    """Change and notice are one transaction."""
    document = linked(hub)
    before = hub.at.commit.each

    def lose(groups: object) -> list[bool]:
        hub.at.commit.each = before  # type: ignore[method-assign]
        hub.push("1", email="faster@x.example")
        return before(groups)  # type: ignore[arg-type]

    hub.human(action="edit", id=document, fields={"AccountNumber": "7"})
    hub.hear(document)
    hub.at.commit.each = lose  # type: ignore[method-assign]
    hub.read()
    assert hub.at.crm_notices.get(key("1")) is None
    hub.read()  # the mark has stayed
    notice = hub.at.crm_notices.get(key("1"))
    assert notice is not None
    assert notice.revision == hub.record("1").revision == 3, "the push, and then what was decided anew"
