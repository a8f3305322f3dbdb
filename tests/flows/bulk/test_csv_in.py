"""CSV in at once: organizations and links, row by row (K9, K10, K8)."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.errors import Invalid, NotConnected, Refused
from ledgerlink.flows.connection import connect
from ledgerlink.flows.csv import rows as csv_rows
from ledgerlink.flows.csv.inward import CsvResult, import_links, import_organizations
from ledgerlink.flows.csv.outward import LEDGER_CONTACTS, ORGANIZATIONS, whole
from ledgerlink.flows.outbound.export import export_due
from ledgerlink.kinds.organization import Organization
from tests.support.hub import ACME, ANN, Hub

NOBODY = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def quiet(hub: Hub) -> Hub:
    hub.setting(create_linked_contact_on_create=False)
    return hub


def organizations(hub: Hub, text: str | bytes, **how: bool) -> CsvResult:
    return import_organizations(hub.context, text, ANN, **how)


def links(hub: Hub, *rows: str, header: str = "id,Linked Xero contact", **how: bool) -> CsvResult:
    return import_links(hub.context, "\n".join([header, *rows]), ANN, **how)


def told(result: CsvResult) -> dict[int, tuple[str, str]]:
    return {row.line: (row.outcome, row.message) for row in result.results}


def content(hub: Hub, id: str) -> Organization:
    record = hub.record(id)
    assert record is not None
    assert isinstance(record.content, Organization)
    return record.content


# ------------------------------------------------------------------ organizations


def test_new_rows_are_created_known_ones_changed_and_bad_ones_told(quiet: Hub) -> None:
    quiet.save("b", name="Before", email="kept@x.example")
    result = organizations(
        quiet,
        "id,name,email,active\n"
        "a,Alpha,a@x.example,yes\nb,After,,\nc,,,\nd,Delta,,perhaps\n,No id,,\na,Again,,\nb c,Bad,,\n",
    )
    assert [(row.line, row.organization_id, row.outcome) for row in result.results] == [
        (2, "a", "created"),
        (3, "b", "updated"),
        (4, "c", "failed"),
        (5, "d", "failed"),
        (6, "", "failed"),
        (7, "a", "failed"),
        (8, "", "failed"),
    ]
    assert told(result)[4][1] == "name: a new organization needs a name"
    assert told(result)[7][1] == "line 2 is about the same organization"
    assert (content(quiet, "b").name, content(quiet, "b").email) == ("After", "kept@x.example")
    assert quiet.record("d") is None


def test_the_same_file_again_changes_nothing(quiet: Hub) -> None:
    text = "id,name,phone_main,billing_line1\na,Alpha,+44 20 0123,'=1 High St\n"
    organizations(quiet, text)
    versions = quiet.link("a").version
    assert organizations(quiet, text).count("unchanged") == 1
    assert quiet.link("a").version == versions
    assert content(quiet, "a").addresses[0].line1 == "=1 High St"


def test_out_and_in_again_changes_nothing(quiet: Hub) -> None:
    quiet.save("=", name="nobody sees this id")
    quiet.save(
        "a",
        name='=Odd, "quoted"\nname',
        phones=[{"kind": "main", "country": "44", "area": "020", "number": "0123"}],
        people=[{"first_name": "Bob"}],
        roles=["customer", "supplier"],
    )
    [id_] = quiet.xero.seed({"Name": "Linked"})
    quiet.save("b", name="Linked", active=False)
    links(quiet, f"b,{id_}")
    text = "\ufeff" + "".join(whole(quiet.context, ORGANIZATIONS))
    assert text.startswith("\ufeffid,name,active")
    result = organizations(quiet, text)
    assert [(row.organization_id, row.outcome) for row in result.results if row.organization_id] == [
        ("a", "unchanged"),
        ("b", "unchanged"),
    ]


def test_a_dry_run_says_the_same_and_stores_nothing(quiet: Hub) -> None:
    text = "id,name\na,Alpha\nb,\n"
    dry = organizations(quiet, text, dry_run=True)
    assert (dry.count("created"), dry.count("failed"), dry.dry_run) == (1, 1, True)
    assert quiet.record("a") is None
    assert told(dry) == told(organizations(quiet, text))


def test_columns_nobody_reads_are_named(quiet: Hub) -> None:
    [note] = organizations(quiet, "id,name,emial\na,Alpha,x\n").notes
    assert "emial" in note


def test_saved_rows_go_to_the_ledger_by_the_same_rules_as_any_save(hub: Hub) -> None:
    organizations(hub, "id,name\na,Alpha\nb,Beta\n")
    hub.deliver()
    assert sorted(contact["Name"] for contact in hub.xero.contacts()) == ["Alpha", "Beta"]


def test_a_row_may_link_in_the_same_step_and_then_nothing_is_created(hub: Hub) -> None:
    [id_] = hub.xero.seed({"Name": "Alpha in Xero"})
    result = organizations(hub, f"id,name,Linked Xero contact\na,Alpha,{id_}\nb,Beta,{NOBODY}\n")
    assert [(row.organization_id, row.outcome) for row in result.results] == [("a", "linked"), ("b", "failed")]
    assert hub.record("b") is None  # nothing is half done
    hub.deliver()
    assert [contact["Name"] for contact in hub.xero.contacts()] == ["Alpha"]


def test_a_cell_of_a_megabyte_is_refused_by_name(quiet: Hub) -> None:
    result = organizations(quiet, "id,name,email\na,Alpha,x@x.example\nb," + "x" * 1_000_000 + ",\n")
    assert told(result)[3] == ("failed", "name: has 1,000,000 characters; 32,000 is the most")


@pytest.mark.parametrize(
    "data",
    [b"", b"name,email\nAlpha,x\n", b"PK\x03\x04", b"id,id\n1,1\n", b"\xff\xfeid", "a;b\n1;2\n".encode("utf-16")],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(quiet: Hub, data: bytes) -> None:
    with pytest.raises(Invalid):
        organizations(quiet, data)


@pytest.mark.parametrize("text", ["id,name\n" + "a,b\n" * 5001, "id,name\na," + "x" * 4_000_001])
def test_too_much_for_one_request_names_the_way(quiet: Hub, text: str) -> None:
    with pytest.raises(Refused, match="uploads") as refused:
        organizations(quiet, text)
    assert (refused.value.status, refused.value.extra) == (413, {"job": "import-organizations"})


# ------------------------------------------------------------------ links


def test_each_row_is_linked_or_told_why_not(quiet: Hub) -> None:
    ids = quiet.xero.seed(*({"Name": f"Contact {n}"} for n in range(4)))
    for id_ in ("a", "b", "b2", "c", "taken"):
        quiet.save(id_)
    links(quiet, f"taken,{ids[3]}")
    result = links(
        quiet,
        f"a,{ids[0].upper()}",
        f"b,{ids[0]}",
        f"b2,{ids[3]}",
        f"c,{NOBODY}",
        "c,58",
        f"nobody,{ids[1]}",
        "c,",
        f"taken,{ids[3]}",
    )
    assert told(result) == {
        2: ("linked", "replaces in the ledger: name"),
        3: ("failed", "line 2 links the same contact"),
        4: ("failed", "the contact is linked to organization taken"),
        5: ("failed", "the ledger has no contact with this id"),
        6: ("failed", "'58' is not a ContactID of Xero (8-4-4-4-12 hexadecimal digits)"),
        7: ("failed", "there is no organization with this id"),
        8: ("unchanged", ""),
        9: ("unchanged", ""),
    }
    assert (result.rows, result.count("linked"), result.count("unchanged"), result.count("failed")) == (8, 1, 2, 5)
    assert quiet.link("a").document_id == ids[0]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_that_failed_stands_in_no_other_rows_way(quiet: Hub, dry_run: bool) -> None:
    one, two = quiet.xero.seed({"Name": "One"}, {"Name": "Two"})
    for id_ in ("a", "b", "c"):
        quiet.save(id_)
    rows = [f"missing,{one}", f"a,{one}", f"b,{one}", f"c,{NOBODY}", f"c,{two}", f"c,{one}"]
    result = links(quiet, *rows, dry_run=dry_run)
    assert {line: outcome for line, (outcome, _) in told(result).items()} == {
        2: "failed",
        3: "linked",
        4: "failed",
        5: "failed",
        6: "linked",
        7: "failed",
    }
    assert told(result)[4][1] == "line 3 links the same contact"
    assert told(result)[7][1] == "line 6 is about the same organization"
    linked = (one, two) if not dry_run else ("", "")
    assert (quiet.link("a").document_id, quiet.link("c").document_id) == linked


def test_an_organization_that_failed_may_come_again_in_the_file(quiet: Hub) -> None:
    result = organizations(quiet, "id,name\na,\na,Alpha\na,Beta\n")
    assert [row.outcome for row in result.results] == ["failed", "created", "failed"]
    assert told(result)[4][1] == "line 3 is about the same organization"
    assert content(quiet, "a").name == "Alpha"


def test_a_row_that_lost_a_race_keeps_its_place_before_the_next(quiet: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tries = csv_rows._save, []

    def faster(deciding: Any, decided: Any) -> set[int]:
        tries.append([each.row.line for each in decided])
        return real(deciding, decided) if len(tries) > 1 else set()

    monkeypatch.setattr(csv_rows, "_save", faster)
    result = organizations(quiet, "id,name\na,Alpha\na,Beta\n")
    assert told(result)[3] == ("failed", "line 2 is about the same organization")
    assert (tries, content(quiet, "a").name) == ([[2], [2]], "Alpha")


def test_a_dry_run_links_nothing(quiet: Hub) -> None:
    [id_] = quiet.xero.seed({"Name": "Contact"})
    quiet.save("a")
    dry = links(quiet, f"a,{id_}", dry_run=True)
    assert dry.results[0].diff == {"name": {"from": "Contact", "to": "Org a"}}
    assert not quiet.link("a").document_id


@pytest.mark.parametrize(
    "header", ["ID;Linked Xero Contact", "name;linked_xero_contact;id", '"Id";"LINKED XERO CONTACT";"Notes"']
)
def test_columns_are_known_in_any_order_and_spelling(quiet: Hub, header: str) -> None:
    [id_] = quiet.xero.seed({"Name": "Contact"})
    quiet.save("a")
    row = f"x;{id_};a" if header.startswith("name") else f"a;{id_};"
    assert links(quiet, row.rstrip(";"), header=header).count("linked") == 1


def test_other_ledgers_columns_are_understood_and_refused_per_row(quiet: Hub) -> None:
    quiet.save("a")
    quiet.save("b")
    result = links(quiet, "a,58,", "b,,s-1", "a,,", header="id,Linked QuickBooks customer,Linked Sage contact")
    assert [row.outcome for row in result.results] == ["failed", "failed", "unchanged"]
    assert "QuickBooks" in result.results[0].message
    assert "Sage" in result.results[1].message


def test_a_record_is_linked_anew_and_gives_its_old_contact_up(quiet: Hub) -> None:
    first, second = quiet.xero.seed({"Name": "First"}, {"Name": "Second"})
    quiet.save("a", name="First")
    links(quiet, f"a,{first}")
    assert links(quiet, f"a,{second}").count("linked") == 1
    assert quiet.at.links.claimed(ACME, "contact", [first]) == {}


def test_many_ids_are_read_by_pages_and_few_by_id(quiet: Hub) -> None:
    ids = quiet.xero.control("POST", "seed", {"contacts": 1200})["ids"]["contacts"]
    organizations(quiet, "id,name\n" + "".join(f"o{n},Name {n}\n" for n in range(130)))
    before = len(quiet.calls())
    assert links(quiet, *(f"o{n},{ids[n]}" for n in range(100))).count("linked") == 100
    assert len(quiet.calls()) - before == 2  # two pages; by id it would have been three
    before = len(quiet.calls())
    assert links(quiet, *(f"o{n},{ids[n]}" for n in range(100, 130))).count("linked") == 30
    assert len(quiet.calls()) - before == 1


def test_what_is_being_sent_is_not_linked_meanwhile(hub: Hub) -> None:
    [id_] = hub.xero.seed({"Name": "Other"})
    hub.save("a")
    only_writes = {"method": "PUT", "path": "/Contacts"}
    hub.xero.control("POST", "faults", {"match": only_writes, "kind": "timeout_after_apply", "times": 9})
    export_due(ACME, hub.at, seconds_left=lambda: 110.0)
    assert told(links(hub, f"a,{id_}"))[2][1] == "the organization is being sent to the ledger right now"


def test_only_new_links_need_a_connection(hub: Hub) -> None:
    connect.disconnect(ACME, hub.at, sub=ANN.sub)
    hub.save("a")
    assert organizations(hub, "id,name\nb,Beta\n").count("created") == 1
    assert links(hub, "a,").count("unchanged") == 1
    with pytest.raises(NotConnected):
        links(hub, f"a,{NOBODY}")


# ------------------------------------------------------------------ the ledger's contacts out


def test_contacts_come_out_ready_for_people(quiet: Hub) -> None:
    quiet.save("a")
    [id_] = quiet.xero.seed(
        {
            "Name": "=Hall",
            "FirstName": "Ann",
            "LastName": "Hall",
            "EmailAddress": "ann@hall.example",
            "Phones": [
                {"PhoneType": "DEFAULT", "PhoneCountryCode": "44", "PhoneAreaCode": "020", "PhoneNumber": "0123"}
            ],
            "Addresses": [
                {"AddressType": "STREET", "AddressLine1": "elsewhere"},
                {"AddressType": "POBOX", "AddressLine1": "1 High St", "AddressLine2": "Flat 2", "City": "Leeds"},
            ],
        }
    )
    links(quiet, f"a,{id_}")
    header, row = "".join(whole(quiet.context, LEDGER_CONTACTS)).splitlines()
    assert header.startswith("ContactID,Name,Person,Email")
    assert row == f'{id_},\'=Hall,Ann Hall,ann@hall.example,,44 020 0123,"1 High St, Flat 2",Leeds,,,,active,a'
