"""Export decisions of organizations: a table of cases, and what a link becomes after each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.kinds.organization import ledger_view
from ledgerlink.reasons import REASONS
from ledgerlink.rules import export as rules
from ledgerlink.rules.decisions import (
    Archive,
    Create,
    Disagree,
    Nothing,
    Park,
    Problem,
    Refuse,
    Skip,
    Update,
    Wait,
)
from ledgerlink.state.link import SyncError
from ledgerlink.state.record import Hold
from tests.support.builders import NOON, a_document, a_link, a_linked, a_record, an_organization, settings

HELD = Hold(on=True, reason="in dispute")
NEW_EMAIL = an_organization(email="new@hall.example")
INACTIVE = an_organization(active=False)


def decision(record: Any = None, link: Any = None, profile: str = "rental", **changed: Any) -> Any:
    return rules.decide(record or a_record(), link or a_link(create_ordered=True), settings(profile, **changed))


@pytest.mark.parametrize(
    ("what", "record", "link", "changed", "expected"),
    [
        ("a new one goes", a_record(), a_link(create_ordered=True), {}, Create(ledger_view(an_organization()))),
        ("unless nobody asked", a_record(), a_link(), {}, Skip("create_off")),
        ("a job asks", a_record(), a_link(ordered_by="job1"), {}, Create(ledger_view(an_organization()))),
        ("inactive and unlinked stays", a_record(INACTIVE), a_link(ordered_by="job1"), {}, Skip("inactive")),
        ("a hold", a_record(), a_linked(do_not_export=HELD), {}, Skip("do_not_export")),
        ("deleted", a_record(deleted=True), a_linked(), {}, Skip("deleted_here")),
        ("parted by a person", a_record(), a_link(tombstone="unlinked_by_person"), {}, Skip("unlinked_by_person")),
        (
            "the integration is off",
            a_record(),
            a_linked(),
            {"integration_enabled": False},
            Wait("integration_disabled", "setting:integration_enabled"),
        ),
        (
            "it may be a duplicate",
            a_record(),
            a_link(create_ordered=True, suggestions=("s1",)),
            {},
            Wait("possible_duplicate", "suggestion"),
        ),
        ("both agree", a_record(), a_linked(), {}, Nothing()),
        ("an edit goes", a_record(NEW_EMAIL), a_linked(), {}, Update(ledger_view(NEW_EMAIL), ("email",))),
        (
            "edits kept here",
            a_record(NEW_EMAIL),
            a_linked(),
            {"update_linked_contact_on_edit": False},
            Skip("update_off"),
        ),
        (
            "a job sends them",
            a_record(NEW_EMAIL),
            a_linked(ordered_by="job1"),
            {"update_linked_contact_on_edit": False},
            Update(ledger_view(NEW_EMAIL), ("email",)),
        ),
        ("a blank clears nothing", a_record(an_organization(email="")), a_linked(), {}, Nothing()),
        ("inactive archives", a_record(INACTIVE), a_linked(), {}, Archive(ledger_view(INACTIVE))),
        (
            "inactive stays local",
            a_record(INACTIVE),
            a_linked(),
            {"archive_contact_when_inactive": False},
            Skip("archive_in_ledger"),
        ),
        ("archived is left alone", a_record(INACTIVE), a_linked(document_status="archived"), {}, Skip("archived")),
        (
            "archived cannot be restored",
            a_record(),
            a_linked(document_status="archived"),
            {},
            Park("archived_in_ledger"),
        ),
    ],
)
def test_decisions(what: str, record: Any, link: Any, changed: Any, expected: Any) -> None:
    assert decision(record, link, **changed) == expected, what


@pytest.mark.parametrize("changed", [{}, {"integration_enabled": False}, {"auto_export": True}])
def test_where_several_carry_our_mark_no_other_one_is_made_whoever_asks(changed: Any) -> None:
    error = SyncError(code="several_matches", message="x", since=NOON)
    parked = a_link(state="parked", reason="several_matches", error=error, ordered_by="job-1")
    assert rules.decide(a_record(), parked, settings(**changed)) == Park("several_matches")
    waiting = a_link(state="due", reason="several_matches", waits_on="record:organizations/o2")
    assert rules.decide(a_record(), waiting, settings(**changed)) != Park("several_matches"), "it is another's reason"


def test_both_sides_changed_the_same_field_and_nobody_owns_it() -> None:
    theirs = ledger_view(an_organization(email="theirs@hall.example"))
    asked = decision(a_record(NEW_EMAIL), a_linked(seen=theirs), "crm")
    assert isinstance(asked, Disagree)
    assert [clash.field for clash in asked.clashes] == ["email"]


def test_just_linked_only_what_we_say_differently_goes() -> None:
    theirs = ledger_view(an_organization(email="theirs@hall.example", account_number="T1"))
    update = decision(link=a_linked().model_copy(update={"base": None, "seen": theirs}))
    assert update == Update(ledger_view(an_organization()), ("email",))


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"name": "x" * 256}, ["field_too_long"]),
        ({"name": "a <b>"}, ["name_not_allowed"]),
        ({"email": "büro@hall.example"}, ["email_not_allowed"]),
        ({"email": "nobody"}, ["email_not_allowed"]),
        ({"currency": "euro"}, ["field_too_long", "currency_unknown"]),
        (
            {"account_number": "9" * 51, "name": "<" + "x" * 300},
            ["field_too_long", "field_too_long", "name_not_allowed"],
        ),
        ({"phones": [{"kind": "main", "area": "1" * 11}]}, ["field_too_long"]),
        ({"addresses": [{"kind": "street", "city": "c" * 256, "postcode": "p" * 51}]}, ["field_too_long"] * 2),
        ({"people": [{"email": "ü@x.example"}]}, ["email_not_allowed"]),
        ({"name": "x" * 255, "account_number": "9" * 50}, []),
    ],
)
def test_what_the_ledger_would_refuse_is_told_all_at_once(fields: Any, codes: list[str]) -> None:
    refused = decision(a_record(an_organization(**fields)))
    problems = refused.problems if isinstance(refused, Refuse) else ()
    assert [problem.code for problem in problems] == codes


def test_only_changed_fields_are_checked_on_an_update() -> None:
    long = an_organization(account_number="9" * 51)
    changed = an_organization(account_number="9" * 51, email="new@hall.example")
    assert decision(a_record(changed), a_linked(long)) == Update(ledger_view(changed), ("email",))


def test_no_contact_is_archived_with_money_outstanding() -> None:
    archive = Archive(ledger_view(INACTIVE))
    assert rules.having_looked(archive, a_document(outstanding=False)) == archive
    waits = rules.having_looked(archive, a_document(outstanding=True))
    assert waits == Wait("balance_outstanding", "time", timedelta(hours=24))


@pytest.mark.parametrize(
    ("decided", "state", "reason", "due"),
    [
        (Create(an_organization()), "due", "", True),
        (Nothing(), "linked", "", False),
        (Skip("do_not_export"), "skipped", "do_not_export", False),
        (Skip("create_off"), "unlinked", "create_off", False),
        (Wait("balance_outstanding", "time", timedelta(hours=1)), "due", "balance_outstanding", False),
        (Park("archived_in_ledger"), "parked", "archived_in_ledger", False),
        (Refuse((Problem("name_not_allowed", "name", "no"),)), "error", "name_not_allowed", False),
    ],
)
def test_the_link_follows_the_decision(decided: Any, state: str, reason: str, due: bool) -> None:
    link = rules.follow(a_linked(queued_at=NOON, order="x"), decided, NOON)
    assert (link.state, link.reason, link.is_due) == (state, reason, due)
    assert bool(link.wake_at) == (isinstance(decided, Wait) and decided.delay is not None)


def test_being_due_again_keeps_the_place_in_the_queue() -> None:
    first = rules.due(a_link(), NOON)
    again = rules.due(first, NOON + timedelta(hours=1))
    assert (again.queued_at, again.order) == (NOON, first.order)


def test_a_save_creates_by_itself_only_at_birth() -> None:
    born = rules.after_save(a_record(), a_link(), settings(), NOON, born=True)
    edited = rules.after_save(a_record(), a_link(), settings(), NOON, born=False)
    off = rules.after_save(a_record(), a_link(), settings(create_linked_contact_on_create=False), NOON, born=True)
    assert (born.is_due, edited.is_due, off.is_due) == (True, False, False)


@pytest.mark.parametrize(
    ("what", "link", "goes"),
    [
        ("it failed when somebody had sent it", {"state": "error"}, True),
        ("nobody asked", {"state": "unlinked"}, False),
        ("it was inactive when it was sent", {"state": "error", "status": "inactive"}, False),
        ("nothing was changed", {"state": "error", "wanted": 2}, False),
        ("somebody parted it", {"state": "error", "tombstone": "unlinked_by_person"}, False),
    ],
)
def test_what_failed_when_somebody_sent_it_goes_once_it_is_mended(what: str, link: dict[str, Any], goes: bool) -> None:
    failed = a_link(**({"wanted": 1, "status": "active"} | link))
    after = rules.after_save(a_record(revision=2), failed, settings(), NOON, born=False)
    assert (after.is_due, after.ordered_by) == ((True, "person") if goes else (False, "")), what


def test_every_reason_decided_is_catalogued() -> None:
    codes = {"create_off", "inactive", "do_not_export", "deleted_here", "update_off", "archive_in_ledger", "archived"}
    assert codes <= set(REASONS)
