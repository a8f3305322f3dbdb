"""Companies, connections, tokens and pairing, in memory (what flow tests use) and in the table: the same promises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.adapters.aws import client
from ledgerlink.adapters.dynamodb.commit import DynamoCommit
from ledgerlink.adapters.dynamodb.control_ports import DynamoCursors, DynamoLanes
from ledgerlink.adapters.dynamodb.tokens import EncryptedCompanies
from ledgerlink.adapters.hands import Hands
from ledgerlink.errors import Conflict
from ledgerlink.ports import ClaimOrganisation, PutCompany, PutConnection, PutLane
from ledgerlink.state.company import Company, Organisation, Tokens
from tests.fakes.desk import Desk, DeskLanes, MemoryCursors
from tests.fakes.time import START, FakeClock
from tests.support.aws import REGION

ACME = Company(id="acme", name="Acme", profile="rental")
TOKENS = Tokens(
    access_token="a", refresh_token="r", previous_refresh_token="p", expires_at=START, refreshing_since=START
)


@dataclass
class Store:
    """The four ports that connecting writes through."""

    companies: Any
    commit: Any
    lanes: Any
    cursors: Any


@pytest.fixture(params=["memory", "table"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        desk = Desk(FakeClock())
        return Store(desk, desk, DeskLanes(desk), MemoryCursors())
    tables = request.getfixturevalue("tables")
    key = client("kms", REGION).create_key()["KeyMetadata"]["KeyId"]
    companies = EncryptedCompanies(client("kms", REGION), key)
    return Store(companies, DynamoCommit(tables, Hands()), DynamoLanes(), DynamoCursors())


def test_what_is_put_is_there_one_version_up_and_only_once(store: Store) -> None:
    assert store.companies.get("acme") is None
    store.commit.all(PutCompany(ACME))
    assert store.companies.get("acme") == ACME.model_copy(update={"version": 1})
    with pytest.raises(Conflict):
        store.commit.all(PutCompany(ACME))


def test_of_several_writes_all_are_made_or_none(store: Store) -> None:
    connection = store.companies.connection("acme")
    lane = store.lanes.get("acme", "export")
    store.commit.all(PutConnection(connection))
    with pytest.raises(Conflict):
        store.commit.all(PutLane(lane.model_copy(update={"paused": "not_connected"})), PutConnection(connection))
    assert store.lanes.get("acme", "export") == lane
    current = store.companies.connection("acme")
    paired = current.model_copy(update={"state": "connected", "organisation": Organisation(id="o", name="O")})
    store.commit.all(PutLane(lane.model_copy(update={"paused": "not_connected"})), PutConnection(paired))
    assert store.lanes.get("acme", "export").paused == "not_connected"
    assert store.companies.connection("acme") == paired.model_copy(update={"version": 2})


def test_an_organisation_is_one_company_s_for_life(store: Store) -> None:
    assert store.companies.of_organisation("o") is None
    for _ in range(2):
        store.commit.all(ClaimOrganisation("acme", "o"))
    with pytest.raises(Conflict):
        store.commit.all(ClaimOrganisation("other", "o"))
    assert store.companies.of_organisation("o") == "acme"


def test_tokens_are_stored_under_a_version(store: Store) -> None:
    assert store.companies.tokens("acme") is None
    stored = store.companies.put_tokens("acme", TOKENS)
    assert stored == store.companies.tokens("acme") == TOKENS.model_copy(update={"version": 1})
    with pytest.raises(Conflict):
        store.companies.put_tokens("acme", TOKENS)
    store.companies.put_tokens("acme", stored.model_copy(update={"refreshing_since": None}))
    assert store.companies.tokens("acme").refreshing_since is None
    store.companies.drop_tokens("acme")
    store.companies.drop_tokens("acme")
    assert store.companies.tokens("acme") is None


def test_a_state_is_taken_once(store: Store) -> None:
    store.companies.remember_state("s", {"company": "acme", "nonce": "n"}, expires_at=START + timedelta(minutes=10))
    taken = store.companies.take_state("s")
    assert (taken["company"], taken["nonce"]) == ("acme", "n")
    assert store.companies.take_state("s") is None
    assert store.companies.take_state("unknown") is None


def test_cursors_move_under_a_version(store: Store) -> None:
    cursor = store.cursors.get("acme", "contact")
    store.cursors.put("acme", replace(cursor, next_poll_at=START))
    with pytest.raises(Conflict):
        store.cursors.put("acme", cursor)
    assert store.cursors.get("acme", "contact") == replace(cursor, next_poll_at=START, version=1)
