"""Who connects with customers of its own is asked first which of them the ledger knows already."""

from __future__ import annotations

import pytest

from ledgerlink.flows.bulk.turns import ended
from ledgerlink.flows.context import open_context
from ledgerlink.flows.inbound.first_look_job import begin
from ledgerlink.ports import PutJob
from tests.support.api import ACME, ORGANIZATIONS, Api
from tests.support.xero import SimulatedXero

SUGGESTIONS = f"{ACME}/suggestions"


@pytest.fixture
def kept(api: Api, simulated: SimulatedXero) -> Api:
    """Customers here, contacts there, two of them alike; then the two are connected."""
    for id_, name in (("hall", "Hall Ltd"), ("ball", "Ball")):
        assert api.put(f"{ORGANIZATIONS}/{id_}", {"name": name}).status == 201
    simulated.seed({"Name": "Hall"}, {"Name": "Somebody else"})
    api.connect(simulated)
    return api


def names(simulated: SimulatedXero) -> set[str]:
    return {each["Name"] for each in simulated.contacts()}


def looking(api: Api) -> dict[str, object]:
    """The job that the import lane began."""
    api.import_()
    [job] = [each for each in api.get(f"{ACME}/jobs")["items"] if each["kind"] == "find-duplicates"]
    return dict(job)


def test_nothing_is_sent_before_the_contacts_were_looked_at(kept: Api, simulated: SimulatedXero) -> None:
    kept.export()
    assert names(simulated) == {"Hall", "Somebody else"}
    assert kept.get(f"{ORGANIZATIONS}/ball")["sync"]["waiting_for"] == "looking_for_duplicates"
    job = looking(kept)
    kept.export()
    assert names(simulated) == {"Hall", "Somebody else"}
    kept.work(str(job["id"]))
    kept.export()
    assert names(simulated) == {"Hall", "Somebody else", "Ball"}
    [asked] = kept.get(SUGGESTIONS)["items"]
    assert (asked["record"]["id"], asked["contact"]["name"]) == ("hall", "Hall")


def test_nothing_comes_here_by_it_and_whoever_connected_hears_of_it(kept: Api) -> None:
    job = looking(kept)
    kept.work(str(job["id"]))
    done = kept.get(f"{ACME}/jobs/{job['id']}")
    assert (done["status"], done["progress"]["suggested"], done["progress"]["unchanged"]) == ("done", 1, 1)
    assert (done["started_by"], done["email"]["to"]) == ("ann", "ann@acme.example")
    assert len(kept.get(ORGANIZATIONS)["items"]) == 2


def test_it_looks_once(kept: Api, simulated: SimulatedXero) -> None:
    job = looking(kept)
    kept.work(str(job["id"]))
    kept.delete(f"{ACME}/connection")
    kept.connect(simulated)
    assert looking(kept)["id"] == job["id"]


@pytest.mark.parametrize("how", ["cancel", "fail"])
def test_however_the_look_ends_sending_goes_on(kept: Api, simulated: SimulatedXero, how: str) -> None:
    job = looking(kept)
    if how == "cancel":
        assert kept.post(f"{ACME}/jobs/{job['id']}/cancel").status == 202
        kept.work(str(job["id"]))
    else:
        found = kept.wired.jobs.get("acme", str(job["id"]))
        assert found is not None
        kept.wired.commit.all(PutJob(ended(found, "failed", kept.wired.clock.now(), "A step failed several times.")))
    assert kept.get(f"{ACME}/jobs/{job['id']}")["status"] == {"cancel": "cancelled", "fail": "failed"}[how]
    kept.export()
    assert "Ball" in names(simulated)


def test_without_customers_of_its_own_a_company_sends_at_once(api: Api, simulated: SimulatedXero) -> None:
    simulated.seed({"Name": "Hall"})
    api.connect(simulated)
    api.put(f"{ORGANIZATIONS}/ball", {"name": "Ball"})
    api.export()
    assert names(simulated) == {"Hall", "Ball"}


def test_who_wants_duplicates_created_is_not_asked(api: Api, simulated: SimulatedXero) -> None:
    api.patch(f"{ACME}/settings", {"possible_duplicates_on_import": "create"})
    api.put(f"{ORGANIZATIONS}/ball", {"name": "Ball"})
    api.connect(simulated)
    api.import_()
    assert api.get(f"{ACME}/jobs")["items"] == []
    api.export()
    assert names(simulated) == {"Ball"}
    assert api.post(f"{ACME}/jobs", {"kind": "find-duplicates"})["code"] == "duplicates_wanted"


def test_it_can_be_asked_for_at_any_time_and_planned(kept: Api, simulated: SimulatedXero) -> None:
    kept.work(str(looking(kept)["id"]))
    simulated.seed({"Name": "Ball GmbH"})
    kept.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    kept.put(f"{ORGANIZATIONS}/else", {"name": "Somebody else Ltd"})
    job = kept.post(f"{ACME}/jobs", {"kind": "find-duplicates", "dry_run": True})["id"]
    kept.work(job)
    plan = kept.get(f"{ACME}/jobs/{job}/items", outcome="suggest")["items"]
    assert [line["record"]["id"] for line in plan] == ["", "else"], "the first is asked about already"
    assert len(kept.get(SUGGESTIONS)["items"]) == 1
    kept.post(f"{ACME}/jobs/{job}/apply")
    kept.work(job)
    assert len(kept.get(SUGGESTIONS)["items"]) == 2


def test_two_turns_of_the_lane_begin_one_look(kept: Api) -> None:
    early = open_context("acme", kept.wired)  # a second message, opened before the first gave the lane back
    job = looking(kept)
    begin(early)
    assert looking(kept)["id"] == job["id"]


def test_the_look_overwrites_nothing_even_where_exact_matches_are_linked(api: Api, simulated: SimulatedXero) -> None:
    api.patch(f"{ACME}/settings", {"possible_duplicates_on_import": "link_exact"})
    api.put(f"{ORGANIZATIONS}/hall", {"name": "Hall Ltd", "email": "mine@x.example", "tax_number": "111"})
    simulated.seed({"Name": "HALL", "TaxNumber": "111", "EmailAddress": "old@x.example"})
    api.connect(simulated)
    job = looking(api)
    api.work(str(job["id"]))
    assert api.get(f"{ORGANIZATIONS}/hall")["email"] == "mine@x.example"
    assert len(api.get(SUGGESTIONS)["items"]) == 1
    assert api.post(f"{ACME}/jobs/{job['id']}/undo")["code"] == "job_not_undoable"
