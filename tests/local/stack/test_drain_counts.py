"""What draining counts is what the API shows: lost answers, and what keeps everything that is due from going."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest

from ledgerlink.adapters.aws import client
from ledgerlink.adapters.dynamodb import control
from ledgerlink.flows import lanes
from ledgerlink.flows.outbound.export import export_due
from ledgerlink.ports import PutConnection, PutLink
from ledgerlink.state.limits import LimitState
from local.ledger_state import LedgerState
from local.resources import Resources
from tests.support.aws import REGION, AwsInProcess
from tests.support.hub import ACME, Hub


@pytest.fixture
def hub(tables: object, aws: AwsInProcess) -> Iterator[Hub]:
    made = Hub(aws)
    yield made
    made.close()


def counts(hub: Hub) -> dict:
    names = {name: name for name in ("LinksTable", "ControlTable")}
    aws = SimpleNamespace(client=lambda service: client(service, REGION))
    return LedgerState(Resources(names, {}), aws, hub.clock).look().counts()


def wait(hub: Hub) -> None:
    later = hub.clock.now() + timedelta(minutes=5)
    lanes.change(ACME, "export", hub.at, lambda lane: lane.model_copy(update={"not_before": later}))


def test_what_goes_next_is_due(hub: Hub) -> None:
    hub.save("a")
    assert counts(hub) == {"settled": 0, "due": 1, "waiting": {}, "unknown": 0}


def test_a_lost_answer_is_unknown(hub: Hub) -> None:
    for id_ in ("a", "b"):
        hub.save(id_)
    only_writes = {"method": "PUT", "path": "/Contacts"}
    hub.xero.control("POST", "faults", {"match": only_writes, "kind": "timeout_after_apply", "times": 9})
    export_due(ACME, hub.at, seconds_left=lambda: 110.0)
    told = counts(hub)
    assert (told["unknown"], told["due"], told["settled"]) == (2, 0, 0)


def test_what_waits_for_a_busy_ledger_is_not_due(hub: Hub) -> None:
    for id_ in ("a", "b"):
        hub.save(id_)
    wait(hub)
    assert counts(hub) == {"settled": 0, "due": 0, "waiting": {"ledger_busy": 2}, "unknown": 0}
    hub.clock.advance(301)
    assert counts(hub)["due"] == 2


def test_what_waits_for_the_day_limit_says_so(hub: Hub) -> None:
    hub.save("a")
    wait(hub)
    partition = f"organisation#{hub.context.organisation}"
    stored = control.load(partition, "limits", LimitState) or LimitState()
    spent = stored.model_copy(update={"day_remaining": 50, "day_limit": 1000})
    control.put(control.item(partition, "limits", spent, version=stored.version), stored.version)
    assert counts(hub)["waiting"] == {"day_limit": 1}


def test_what_waits_for_the_connection_says_so(hub: Hub) -> None:
    hub.save("a")
    hub.at.commit.all(PutConnection(hub.context.connection.model_copy(update={"state": "needs_reconnect"})))
    assert counts(hub) == {"settled": 0, "due": 0, "waiting": {"needs_reconnect": 1}, "unknown": 0}


def test_a_part_that_waits_for_something_of_its_own_names_that_first(hub: Hub) -> None:
    hub.save("a")
    own = {"reason": "waits_for_contact", "waits_on": "record:organizations#b#main", "queued_at": None}
    hub.at.commit.all(PutLink(hub.link("a").model_copy(update=own)))
    wait(hub)
    assert counts(hub) == {"settled": 0, "due": 0, "waiting": {"waits_for_contact": 1}, "unknown": 0}
