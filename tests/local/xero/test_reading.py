"""Lists: paging, order, filters, If-Modified-Since and the data an unpaged list leaves out (§3.4)."""

import gzip
from typing import Any
from urllib.parse import quote

import pytest

from tests.local.xero.rig import Rig, names

PERSON = {"FirstName": "Bea", "LastName": "B"}


def filled(xero: Rig, count: int) -> None:
    """One contact a minute, so that every one has a timestamp of its own."""
    for number in range(count):
        xero.create({"Name": f"c{number}"})
        xero.clock.advance(60)


def pagination(xero: Rig, query: str) -> dict[str, Any]:
    return dict(xero.call("GET", f"/Contacts{query}").json()["pagination"])


def test_without_a_page_all_rows_come_and_no_pagination(xero: Rig) -> None:
    xero.sim("POST", "seed", {"contacts": 250})
    body = xero.call("GET", "/Contacts").json()
    assert len(body["Contacts"]) == 250
    assert "pagination" not in body
    assert body["DateTimeUTC"] == "/Date(1795165230000)/"


def test_a_page_past_the_end_is_empty_with_its_pagination(xero: Rig) -> None:
    xero.sim("POST", "seed", {"contacts": 7})
    assert xero.contacts("?page=3&pageSize=5") == []
    assert pagination(xero, "?page=3&pageSize=5") == {"page": 3, "pageSize": 5, "pageCount": 2, "itemCount": 7}


@pytest.mark.parametrize(("asked", "given"), [("0", 1), ("-5", 1), ("1000", 1000), ("1001", 1000), ("7", 7)])
def test_the_page_size_is_clamped(xero: Rig, asked: str, given: int) -> None:
    assert pagination(xero, f"?page=1&pageSize={asked}")["pageSize"] == given


def test_pages_together_are_the_whole_list_in_order_of_update(xero: Rig) -> None:
    filled(xero, 7)
    pages = [name for page in (1, 2, 3) for name in names(xero.contacts(f"?page={page}&pageSize=3"))]
    assert pages == [f"c{number}" for number in range(7)]


def test_a_row_updated_during_a_crawl_moves_to_the_end_and_shifts_the_others(xero: Rig) -> None:
    filled(xero, 4)
    first = xero.contacts("?page=1&pageSize=2")
    xero.update({"ContactID": first[0]["ContactID"], "TaxNumber": "1"})
    assert names(xero.contacts("?page=2&pageSize=2")) == ["c3", "c0"]


def test_an_unpaged_list_leaves_data_out_that_a_page_and_a_single_read_have(xero: Rig) -> None:
    terms = {"Sales": {"Day": 14, "Type": "DAYSAFTERBILLDATE"}}
    (contact,) = xero.create({"Name": "Ada", "ContactPersons": [PERSON], "PaymentTerms": terms})
    (listed,) = xero.contacts()
    assert listed["ContactPersons"] == []
    assert "PaymentTerms" not in listed
    for whole in (xero.contacts("?page=1")[0], xero.contact(contact["ContactID"])):
        assert (whole["ContactPersons"], whole["PaymentTerms"]) == ([PERSON], terms)


def test_ids_without_a_page_leave_data_out_as_well(xero: Rig) -> None:
    ada, bob, _ = xero.create({"Name": "Ada", "ContactPersons": [PERSON]}, {"Name": "Bob"}, {"Name": "Cem"})
    ids = f"{ada['ContactID'].upper()}, {bob['ContactID']},11111111-1111-4111-8111-111111111111"
    assert sorted(names(xero.contacts(f"?IDs={ids}"))) == ["Ada", "Bob"]
    assert [each["ContactPersons"] for each in xero.contacts(f"?IDs={ids}")] == [[], []]
    assert [PERSON] in [each["ContactPersons"] for each in xero.contacts(f"?ids={ids}&page=1")]


def test_summary_only_forces_paging_and_drops_addresses(xero: Rig) -> None:
    xero.create({"Name": "Ada"})
    body = xero.call("GET", "/Contacts?summaryOnly=True").json()
    assert body["pagination"]["itemCount"] == 1
    assert not {"Addresses", "ContactPersons", "IsCustomer"} & set(body["Contacts"][0])


def test_archived_contacts_are_listed_only_when_asked_for(xero: Rig) -> None:
    ada, _ = xero.create({"Name": "Ada"}, {"Name": "Bob"})
    xero.update({"ContactID": ada["ContactID"], "ContactStatus": "ARCHIVED"})
    assert names(xero.contacts()) == ["Bob"]
    assert names(xero.contacts(f"?IDs={ada['ContactID']}")) == []
    assert sorted(names(xero.contacts("?includeArchived=true"))) == ["Ada", "Bob"]
    assert xero.contact(ada["ContactID"])["ContactStatus"] == "ARCHIVED"


@pytest.mark.parametrize("term", ["ADA", "love", "n-77", "ada@"])
def test_search_looks_into_names_number_and_email(xero: Rig, term: str) -> None:
    xero.create(
        {"Name": "Ada", "LastName": "Lovelace", "ContactNumber": "N-77", "EmailAddress": "ada@example.org"},
        {"Name": "Bob"},
    )
    assert names(xero.contacts(f"?searchTerm={term}")) == ["Ada"]


@pytest.mark.parametrize("key", ["n1", "a/b", "ü 1", "100%"])
def test_a_contact_is_found_by_its_number(xero: Rig, key: str) -> None:
    xero.create({"Name": "Ada", "ContactNumber": key})
    assert xero.contact(quote(key, safe=""))["Name"] == "Ada"
    assert xero.call("GET", "/Contacts/nobody").status_code == 404


@pytest.mark.parametrize(
    "since",
    [
        "2026-11-20T09:01:00",
        "2026-11-20T09:01:00Z",
        "2026-11-20T09:01:00.120",
        "2026-11-20T09:01:00.123456Z",
        "2026-11-20T10:01:00+01:00",
        "Fri, 20 Nov 2026 09:01:00 GMT",
    ],
)
def test_every_spelling_of_if_modified_since_is_taken(xero: Rig, since: str) -> None:
    filled(xero, 3)
    assert names(xero.contacts(If_Modified_Since=since)) == ["c1", "c2"]


def test_a_strict_simulator_ignores_the_spellings_that_are_not_documented(xero: Rig) -> None:
    filled(xero, 2)
    xero.set(modified_since_strict=True)
    assert names(xero.contacts(If_Modified_Since="2026-11-20T09:01:00Z")) == ["c0", "c1"]
    assert names(xero.contacts(If_Modified_Since="2026-11-20T09:01:00")) == ["c1"]


@pytest.mark.parametrize(("inclusive", "found"), [(False, ["c1"]), (True, ["c0", "c1"])])
def test_whether_the_second_itself_is_included_can_be_set(xero: Rig, inclusive: bool, found: list[str]) -> None:
    xero.set(modified_since_inclusive=inclusive, updated_precision="millisecond")
    xero.clock.advance(0.5)
    filled(xero, 2)
    assert names(xero.contacts(If_Modified_Since="2026-11-20T09:00:30")) == found


def test_nothing_newer_is_an_empty_list_or_a_304(xero: Rig) -> None:
    filled(xero, 1)
    assert xero.contacts("?page=1", If_Modified_Since="2030-01-01T00:00:00") == []
    xero.set(modified_since_304=True)
    assert xero.call("GET", "/Contacts", If_Modified_Since="2030-01-01T00:00:00").status_code == 304


def test_order_is_by_any_field_both_ways(xero: Rig) -> None:
    xero.create({"Name": "b", "TaxNumber": "1"}, {"Name": "A", "TaxNumber": "1"}, {"Name": "c"})
    assert names(xero.contacts("?order=Name")) == ["A", "b", "c"]
    assert names(xero.contacts("?order=Name DESC")) == ["c", "b", "A"]
    assert names(xero.contacts("?order=TaxNumber,Name desc")) == ["b", "A", "c"]
    assert xero.call("GET", "/Contacts?order=Mood").json()["Type"] == "QueryParseException"
    assert xero.call("GET", "/Contacts?page=first").status_code == 400


def test_reads_are_compressed_for_who_takes_it(xero: Rig) -> None:
    xero.sim("POST", "seed", {"contacts": 20})
    with xero.http.stream("GET", "/api.xro/2.0/Contacts", headers={**xero.headers, "Accept-Encoding": "gzip"}) as raw:
        packed = b"".join(raw.iter_raw())
        assert raw.headers["content-encoding"] == "gzip"
    plain = xero.call("GET", "/Contacts", Accept_Encoding="identity")
    assert "content-encoding" not in plain.headers
    assert len(packed) * 4 < len(plain.content)
    assert b'"Contacts"' in gzip.decompress(packed)


def test_a_get_with_a_body_is_a_get(xero: Rig) -> None:
    assert xero.call("GET", "/Contacts", {}).status_code == 200
