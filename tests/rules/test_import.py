"""What a document from the ledger does here."""

from __future__ import annotations

from typing import Any

import pytest

from ledgerlink.kinds.organization import ledger_view
from ledgerlink.rules import import_ as rules
from ledgerlink.rules.duplicates import Match
from ledgerlink.rules.import_ import Born, Edit, Ignore, LinkTo, Note, Repoint, Suggest
from ledgerlink.state.record import Hold
from tests.support.builders import NOON, a_document, a_linked, a_record, an_organization, settings

THEIRS = an_organization(email="theirs@hall.example")
HELD = Hold(on=True)


def taken(
    document: Any, record: Any = None, link: Any = None, source: Any = "event", profile: str = "rental", **s: Any
) -> Any:
    return rules.of_linked(record or a_record(), link or a_linked(), document, settings(profile, **s), source)


def test_an_edit_made_in_the_ledger_comes_here() -> None:
    edit = taken(a_document(THEIRS))
    assert isinstance(edit, Edit)
    assert edit.content == THEIRS
    assert [(c.field, c.before, c.after) for c in edit.changes] == [
        ("email", "accounts@hall.example", "theirs@hall.example")
    ]
    assert (edit.base, edit.seen) == (ledger_view(THEIRS), None)


def test_our_own_echo_says_nothing_new() -> None:
    assert taken(a_document(later_s=0)) == Ignore("unchanged")


def test_news_older_than_what_we_agreed_on_is_dropped() -> None:
    assert taken(a_document(THEIRS, later_s=-1)) == Ignore("older")


def test_another_edit_within_the_same_second_is_not_taken_for_an_echo() -> None:
    assert isinstance(taken(a_document(THEIRS, later_s=0)), Edit)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"link": a_linked(do_not_import=HELD)}, "do_not_import"),
        ({"apply_ledger_edits": False}, "ledger_edits_off"),
    ],
)
def test_what_may_not_come_is_remembered_so_that_it_is_not_overwritten_unseen(how: Any, reason: str) -> None:
    assert taken(a_document(THEIRS), **how) == Note(ledger_view(THEIRS), reason)


def test_a_job_brings_edits_even_where_events_may_not() -> None:
    assert isinstance(taken(a_document(THEIRS), source="job", apply_ledger_edits=False), Edit)


def test_a_field_the_ledger_emptied_stays_here_and_does_not_flow_back() -> None:
    edit = taken(a_document(an_organization(email="")))
    assert isinstance(edit, Edit)
    assert edit.changes == ()
    assert edit.base == ledger_view(an_organization()), "else our own value would look like an edit and refill it"
    assert edit.seen == ledger_view(an_organization(email="")), "else the same news would be news again"


def test_a_clash_keeps_the_old_base_for_its_field_only() -> None:
    ours = a_record(an_organization(email="ours@hall.example"))
    theirs = an_organization(email="theirs@hall.example", account_number="T1")
    edit = taken(a_document(theirs), ours, profile="crm", apply_ledger_edits=True)
    assert [clash.field for clash in edit.clashes] == ["email"]
    assert [change.field for change in edit.changes] == ["account_number"]
    assert (edit.base.email, edit.base.account_number) == ("accounts@hall.example", "T1")
    assert edit.seen == ledger_view(theirs)


@pytest.mark.parametrize(
    ("applied", "before", "status", "active_here", "active_after"),
    [
        (True, "active", "archived", True, False),
        (True, "archived", "active", False, True),
        (True, "archived", "archived", True, True),
        (False, "active", "archived", True, True),
    ],
)
def test_archiving_there_makes_inactive_here_where_the_setting_says_so(
    applied: bool, before: str, status: str, active_here: bool, active_after: bool
) -> None:
    record = a_record(an_organization(active=active_here))
    document = a_document(status=status)
    edit = taken(document, record, a_linked(document_status=before), apply_ledger_archive=applied)
    content = edit.content if isinstance(edit, Edit) else record.content
    assert content.active is active_after


def test_a_merged_contact_leads_to_the_survivor() -> None:
    assert taken(a_document(merged_into="survivor", status="archived")) == Repoint("survivor")


SURE = Match("o1", "same tax number", 0.95, exact=True)
MAYBE = Match("o2", "same e-mail address", 0.7, exact=False)


@pytest.mark.parametrize(
    ("what", "document", "source", "tombstone", "matches", "changed", "expected"),
    [
        ("a job creates", a_document(), "job", "", [], {}, Born(an_organization())),
        ("archived ones are not created", a_document(status="archived"), "job", "", [], {}, Ignore("archived")),
        ("nor by event unless set", a_document(), "event", "", [], {}, Ignore("born_in_ledger_off")),
        (
            "by event where set",
            a_document(),
            "event",
            "",
            [],
            {"import_contacts_born_in_ledger": True},
            Born(an_organization()),
        ),
        ("look-alikes are asked about", a_document(), "job", "", [SURE], {}, Suggest((SURE,))),
        (
            "or linked if beyond doubt",
            a_document(),
            "job",
            "",
            [SURE],
            {"possible_duplicates_on_import": "link_exact"},
            LinkTo("o1"),
        ),
        (
            "but not if ambiguous",
            a_document(),
            "job",
            "",
            [SURE, MAYBE],
            {"possible_duplicates_on_import": "link_exact"},
            Suggest((SURE, MAYBE)),
        ),
        (
            "or created all the same",
            a_document(),
            "job",
            "",
            [SURE],
            {"possible_duplicates_on_import": "create"},
            Born(an_organization()),
        ),
        ("an open question waits", a_document(), "job", "possible_duplicate", [], {}, Ignore("possible_duplicate")),
        ("once ignored it is free", a_document(), "job", "not_duplicate", [SURE], {}, Born(an_organization())),
        ("deleted here stays away", a_document(), "job", "deleted_here", [], {}, Ignore("deleted_here")),
        ("parted stays parted", a_document(), "event", "unlinked_by_person", [], {}, Ignore("unlinked_by_person")),
        ("until a job is asked", a_document(), "job", "unlinked_by_person", [], {}, Born(an_organization())),
    ],
)
def test_documents_nobody_is_linked_to(
    what: str, document: Any, source: Any, tombstone: str, matches: Any, changed: Any, expected: Any
) -> None:
    decided = rules.of_unlinked(document, settings(**changed), source, tombstone=tombstone, matches=lambda: matches)
    assert decided == expected, what


def test_a_deleted_record_is_not_revived_by_news() -> None:
    assert taken(a_document(THEIRS), a_record(deleted=True)) == Ignore("deleted_here")


def test_taking_in_twice_finds_nothing_the_second_time() -> None:
    edit = taken(a_document(THEIRS))
    record = a_record(edit.content)
    link = a_linked(base=THEIRS, base_at=a_document(THEIRS).updated_at)
    assert taken(a_document(THEIRS), record, link) == Ignore("unchanged")
    assert link.base_at != NOON


def just_linked(**fields: Any) -> Any:
    """Our name is to overwrite theirs, and of the account number we say nothing; nothing was sent yet."""
    theirs = an_organization(name="Hall Ltd", account_number="T1")
    return a_linked(**({"base": None, "seen": ledger_view(theirs), "exported": 0, "state": "due"} | fields))


def test_news_of_a_contact_just_linked_takes_nothing_back_that_linking_is_to_overwrite() -> None:
    """A person confirmed that our name goes there. Somebody editing the e-mail there says nothing of it."""
    news = an_organization(name="Hall Ltd", account_number="T1", email="theirs@hall.example")
    link = just_linked().model_copy(update={"base": None})
    edit = taken(a_document(news), link=link)
    assert {change.field: change.after for change in edit.changes} == {
        "email": "theirs@hall.example",
        "account_number": "T1",  # a blank is filled, as ever
    }
    assert edit.content.name == "Hall & Sons Ltd"
    assert edit.base.name == "Hall Ltd", "ours is still an edit, and goes"


def test_where_linking_overwrites_nothing_news_of_the_contact_is_taken_whole() -> None:
    news = an_organization(name="Hall Ltd", account_number="T1", email="theirs@hall.example")
    link = just_linked().model_copy(update={"base": None})
    edit = taken(a_document(news), link=link, update_linked_contact_on_edit=False)
    assert edit.content.name == "Hall Ltd"


@pytest.mark.parametrize(("ours", "comes"), [("", "T1"), ("C1", None)])
def test_what_we_never_said_comes_from_the_ledger_even_after_the_first_send(ours: str, comes: str | None) -> None:
    said = ledger_view(an_organization(account_number="T1"))
    link = a_linked(seen=None, silent=("account_number",)).model_copy(update={"base": said})
    edit = taken(a_document(said), a_record(an_organization(account_number=ours)), link, source="job")
    assert [change.after for change in edit.changes] == ([comes] if comes else [])


def test_what_was_emptied_here_since_is_not_filled_again() -> None:
    said = ledger_view(an_organization(account_number="T1"))
    edit = taken(a_document(said), link=a_linked().model_copy(update={"base": said}), source="job")
    assert edit.changes == ()
