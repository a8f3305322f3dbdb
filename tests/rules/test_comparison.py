"""Where a pair stands: agrees, news, unsent, or apart for a reason; and who should have told of news."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.rules import comparison as rules
from ledgerlink.rules.decisions import Update
from ledgerlink.rules.profiles import settings_for
from ledgerlink.state.link import Link
from ledgerlink.state.record import Hold
from tests.support.builders import NOON, a_document, a_linked, a_record, an_organization

BASE = an_organization()
OURS = an_organization(email="ours@hall.example")
THEIRS = an_organization(email="theirs@hall.example")
BLANK = an_organization(email="")


def standing(
    ours: Any, theirs: Any, *, link: Link | None = None, later_s: float = 0, status: str = "active", **overrides: Any
) -> rules.Standing:
    record, document = a_record(ours), a_document(theirs, later_s=later_s, status=status)
    settings, link = settings_for("rental", overrides), link or a_linked()
    return rules.standing(record, link, document, settings, rules.differences(record, link, document))


def test_what_says_the_same_agrees() -> None:
    assert standing(BASE, BASE) == rules.Agrees()


def test_what_the_ledger_cannot_hold_is_no_difference() -> None:
    ours = an_organization(name="Hall  &  Sons Ltd ", roles=["customer"], balance={"receivable": "10"})
    assert standing(ours, BASE) == rules.Agrees()


def test_a_newer_document_is_news_and_an_older_one_is_not() -> None:
    assert standing(BASE, THEIRS, later_s=60) == rules.News("")
    assert standing(BASE, THEIRS, later_s=-60) == rules.Agrees()


def test_an_edit_here_that_is_not_under_way_is_unsent() -> None:
    found = standing(OURS, BASE)
    assert isinstance(found, rules.Unsent)
    assert isinstance(found.decision, Update)


@pytest.mark.parametrize(
    ("link", "settings", "reason"),
    [
        (a_linked(queued_at=NOON), {}, "on_its_way"),
        (a_linked(state="due", reason="ledger_busy", waits_on="time"), {}, "ledger_busy"),
        (a_linked(state="error", reason="name_taken"), {}, "name_taken"),
        (a_linked(state="parked", reason="several_matches"), {}, "several_matches"),
        (a_linked(), {"update_linked_contact_on_edit": False}, "update_off"),
        (a_linked(), {"integration_enabled": False}, "integration_disabled"),
        (a_linked(do_not_export=Hold(on=True)), {}, "do_not_export"),
        (a_linked(held_fields=("email",)), {}, "held_after_undo"),
    ],
)
def test_ours_stays_apart_for_a_reason(link: Link, settings: dict[str, Any], reason: str) -> None:
    found = standing(OURS, BASE, link=link, **settings)
    assert isinstance(found, rules.Differs)
    assert found.reason == reason


def test_what_the_link_says_already_is_not_decided_anew() -> None:
    link = a_linked(state="skipped", reason="update_off")
    assert standing(OURS, BASE, link=link, update_linked_contact_on_edit=False) == rules.Differs("update_off")


@pytest.mark.parametrize(
    ("link", "settings", "expected"),
    [
        (a_linked(seen=THEIRS), {"apply_ledger_edits": False}, rules.Differs("ledger_edits_off")),
        (a_linked(seen=THEIRS, do_not_import=Hold(on=True)), {}, rules.Differs("do_not_import")),
        (a_linked(seen=THEIRS), {}, rules.Noted()),
    ],
)
def test_theirs_was_noted_and_not_taken_over(link: Link, settings: dict[str, Any], expected: rules.Standing) -> None:
    assert standing(BASE, THEIRS, link=link, **settings) == expected


def test_a_blank_is_listed_on_either_side() -> None:
    assert standing(BLANK, BASE) == rules.Differs("blank_on_one_side")
    assert standing(BASE, BLANK, link=a_linked(seen=BLANK)) == rules.Differs("blank_on_one_side")


def test_whether_it_is_in_use_is_compared_too() -> None:
    found = standing(BASE, BASE, status="archived", link=a_linked(document_status="archived"))
    assert isinstance(found, rules.Differs)
    assert found.reason == "archived_in_ledger"
    inactive = an_organization(active=False)
    assert standing(inactive, BASE, status="archived", link=a_linked(document_status="archived")) == rules.Agrees()


@pytest.mark.parametrize(
    ("hours_ago", "cursor_hours_ago", "marked", "missed"),
    [
        (0.05, None, False, ""),
        (2, None, False, "missed_webhook"),
        (2, 3, False, "missed_webhook"),
        (2, 1, False, "missed_delta"),
        (2, 1, True, ""),
    ],
)
def test_who_missed_it(hours_ago: float, cursor_hours_ago: float | None, marked: bool, missed: str) -> None:
    document = a_document(later_s=-3600 * hours_ago)
    cursor = NOON - timedelta(hours=cursor_hours_ago) if cursor_hours_ago is not None else None
    assert rules.who_missed(document, cursor, marked=marked, now=NOON) == missed
