"""Undoing by rule: what goes back, what does not and why, and what the link then remembers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import Invoice, Line
from ledgerlink.kinds.organization import ledger_view
from ledgerlink.rules import undo as rules
from ledgerlink.rules.decisions import Archive, Nothing, Park, Skip, Update
from ledgerlink.rules.export import decide, follow
from ledgerlink.rules.import_ import held_still
from ledgerlink.rules.reverting import known_again, still, without
from ledgerlink.rules.settle import confirmed
from ledgerlink.state.activity import Changed, Entry
from ledgerlink.state.image import Image
from ledgerlink.state.link import Link, Reverting
from ledgerlink.state.record import Hold, Record
from ledgerlink.state.reference import Reference
from ledgerlink.state.settlement import Settlement
from tests.support.builders import (
    DOCUMENT_ID,
    NOON,
    a_dispatch,
    a_document,
    a_link,
    a_linked,
    a_part,
    a_record,
    an_organization,
    settings,
)

OLD, NEW = an_organization(email="old@x.example"), an_organization(email="new@x.example")
LATER = NOON + timedelta(minutes=1)
PAID = Settlement(status="approved", total=Decimal(10), outstanding=Decimal(5))


def an_image(record: Record | None = None, link: Link | None = None, **fields: Any) -> Image:
    before = record or a_record(OLD)
    told = {"revision": 2, "version": 2, "changed_at": LATER, "document_id": DOCUMENT_ID}
    return Image(a_link().key, before, link or a_linked(OLD), **(told | fields))


def changed(**fields: Any) -> Record:
    """The record as the job left it."""
    return a_record(NEW, **({"revision": 2, "updated_at": LATER, "version": 2} | fields))


def an_entry(action: str = "updated", at: Any = NOON, document_id: str = DOCUMENT_ID, **diff: tuple[Any, Any]) -> Entry:
    return Entry(
        company="c1",
        id=f"{at}-d1-organizations-o1",
        at=at,
        kind="organizations",
        record="o1",
        direction="export",
        action=action,
        document_id=document_id,
        diff={name: Changed(before=before, after=after) for name, (before, after) in diff.items()},
    )


# ------------------------------------------------------------------ what stands here


@pytest.mark.parametrize(
    ("record", "link", "outcome", "reason"),
    [
        (changed(), a_linked(NEW), "update", ""),
        (changed(version=3), a_linked(NEW), "update", ""),  # pushed again, and nothing edited
        (changed(revision=3), a_linked(NEW), "skip", "edited_since"),
        (changed(updated_at=NOON), a_linked(NEW), "skip", "edited_since"),  # the same revision by somebody else
        (changed(deleted=True), a_linked(NEW), "skip", "deleted_here"),
        (None, None, "skip", "deleted_here"),
        (changed(), a_linked(NEW, document_id="other"), "skip", "linked_since"),
        (changed(), a_link(), "skip", "linked_since"),
    ],
)
def test_an_image_counts_while_the_record_is_as_the_job_left_it(
    record: Record | None, link: Link | None, outcome: str, reason: str
) -> None:
    undo = rules.of_image(an_image(), record, link, [])
    assert (undo.outcome, undo.reason) == (outcome, reason)


@pytest.mark.parametrize(
    ("image", "outcome"),
    [
        (an_image(link=a_link()), "unlink"),
        (an_image(link=a_linked(OLD, document_id="other")), "link"),
        (Image(a_link().key, None, None, 2, 1, LATER, DOCUMENT_ID), "delete"),
        (an_image(record=a_record(OLD, deleted=True)), "delete"),
    ],
)
def test_what_the_job_linked_or_made_is_parted_or_deleted(image: Image, outcome: str) -> None:
    assert rules.of_image(image, changed(), a_linked(NEW), []).outcome == outcome


def test_what_linking_overwrote_in_the_ledger_is_put_back() -> None:
    sent = [an_entry(email=("theirs@x.example", "new@x.example"))]
    undo = rules.of_image(an_image(link=a_link()), changed(), a_linked(NEW), sent)
    assert (undo.outcome, undo.put_back) == ("unlink", {"email": "theirs@x.example"})
    archived = a_linked(NEW, document_status="archived")
    undo = rules.of_image(an_image(link=a_link()), changed(), archived, sent)
    assert (undo.outcome, undo.reason) == ("skip", "archived_in_ledger")


def test_base_goes_back_with_the_record_and_what_the_ledger_says_is_held() -> None:
    link = rules.as_before(an_image(), changed(), a_linked(NEW))
    assert (link.base, link.seen, link.held_fields) == (ledger_view(OLD), ledger_view(NEW), ("email",))
    assert isinstance(decide(a_record(OLD), link, settings()), Nothing)


def test_a_record_made_active_again_is_not_archived_for_it() -> None:
    was = an_organization(active=False)
    link = rules.as_before(
        an_image(record=a_record(was)), changed().model_copy(update={"content": an_organization()}), a_linked()
    )
    assert link.held_fields == ("active",)
    assert decide(a_record(was), link, settings()) == Skip("archive_in_ledger")
    assert held_still(link, a_document()) == ("active",)
    assert held_still(link, a_document(status="archived")) == ()


def test_two_changes_in_a_row_go_back_to_the_first() -> None:
    first = an_image()
    second = Image(first.key, changed(), a_linked(NEW), 3, 3, LATER, DOCUMENT_ID)
    assert second.follows(first)
    assert not first.follows(second)
    assert second.since(first).record == first.record
    assert second.since(first).revision == 3


def test_an_image_of_a_link_alone_counts_once_among_the_changes_before() -> None:
    """It leaves the record as it was, so it follows what it left itself."""
    linked = Image(a_link().key, a_record(OLD), a_link(), 1, 1, NOON, DOCUMENT_ID)
    edited = Image(a_link().key, a_record(OLD), a_linked(OLD), 2, 2, LATER, DOCUMENT_ID)
    assert linked.follows(linked)
    found = rules.in_one([edited, linked], changed())
    assert (found.link, found.revision, found.record) == (linked.link, 2, linked.record)


def test_without_one_that_led_to_what_is_stored_the_last_counts() -> None:
    first = an_image()
    other = Image(first.key, changed(revision=6), a_linked(NEW), 7, 7, LATER, DOCUMENT_ID)
    assert rules.in_one([first, other], a_record(NEW, revision=9)) == other


def test_an_image_is_read_again_as_it_was_written() -> None:
    image = an_image(link=a_linked(OLD, clears=("email",), do_not_export=Hold(on=True, reason="x")))
    assert Image.of_data(image.to_data()) == image


# ------------------------------------------------------------------ what stands in the ledger


def undone(entry: Entry, record: Record, link: Link, **changes: Any) -> tuple[str, str, dict[str, Any]]:
    undo = rules.of_export([entry], record, link, settings(**changes))
    return undo.outcome, undo.reason, undo.put_back


UPDATED = an_entry(email=("old@x.example", "new@x.example"))


@pytest.mark.parametrize(
    ("record", "link", "expected"),
    [
        (a_record(NEW), a_linked(NEW), ("update", "", {"email": "old@x.example"})),
        (a_record(an_organization(email="mine@x.example")), a_linked(NEW), ("skip", "edited_since", {})),
        (a_record(NEW), a_linked(NEW, seen=ledger_view(OLD)), ("skip", "edited_since", {})),
        (a_record(NEW), a_linked(NEW, document_status="archived"), ("skip", "archived_in_ledger", {})),
        (a_record(NEW), a_linked(NEW, do_not_export=Hold(on=True)), ("skip", "do_not_export", {})),
        (a_record(NEW), a_linked(NEW, state="conflict"), ("skip", "conflict", {})),
        (a_record(NEW), a_linked(NEW, document_id="other"), ("skip", "linked_since", {})),
        (a_record(NEW, deleted=True), a_linked(NEW), ("skip", "deleted_here", {})),
    ],
)
def test_an_update_is_put_back_where_both_sides_still_say_it(
    record: Record, link: Link, expected: tuple[str, str, dict[str, Any]]
) -> None:
    assert undone(UPDATED, record, link) == expected


@pytest.mark.parametrize(
    ("link", "allowed", "outcome", "reason"),
    [
        ({"last_dispatch": "d1"}, True, "archive", ""),
        ({"last_dispatch": "d1"}, False, "skip", "undo_archives_off"),
        ({"last_dispatch": "d2"}, True, "skip", "edited_since"),
        ({"last_dispatch": "d1", "last_import_at": LATER}, True, "skip", "edited_since"),
        ({"last_dispatch": "d1", "document_status": "archived"}, True, "skip", "archived_in_ledger"),
    ],
)
def test_a_create_is_archived_where_it_may_be(link: dict[str, Any], allowed: bool, outcome: str, reason: str) -> None:
    made = an_entry("created")
    told = undone(made, a_record(), a_linked(**link), undo_archives_created=allowed)
    assert told[:2] == (outcome, reason)


def test_what_it_archived_cannot_be_undone_nor_what_nobody_remembers() -> None:
    assert undone(an_entry("archived"), a_record(), a_linked(document_status="archived"))[1] == "archived_in_ledger"
    assert rules.of_export([], a_record(), a_linked(), settings()).reason == "history_gone"


def test_several_updates_go_back_to_before_the_first() -> None:
    first = an_entry(email=("old@x.example", "between@x.example"))
    second = an_entry(at=LATER, email=("between@x.example", "new@x.example"))
    undo = rules.of_export([second, first], a_record(NEW), a_linked(NEW), settings())
    assert undo.put_back == {"email": "old@x.example"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("phones.main", {"kind": "main", "number": "2"}, "2"),
        ("phones.main", None, None),
        ("person.first_name", "Ann", "Ann"),
        ("tax_number", None, ""),
        ("people", [{"first_name": "Bo"}], "Bo"),
    ],
)
def test_values_are_put_into_any_field(name: str, value: Any, expected: Any) -> None:
    content = an_organization(phones=[{"kind": "main", "number": "1"}], tax_number="T")
    said = KINDS["organizations"].field(name).of(rules.content_with("organizations", content, {name: value}))
    if name == "people":
        said = said[0].first_name
    assert getattr(said, "number", said) == expected


# ------------------------------------------------------------------ ordered, sent, settled


def ordered(**fields: Any) -> Link:
    link = rules.order(a_linked(NEW, wanted=1), "u1", {"email": "old@x.example"}, archive=False)
    return link.model_copy(update=fields)


def test_an_order_to_put_back_is_an_update_although_edits_do_not_travel() -> None:
    decision = decide(a_record(NEW), ordered(), settings(update_linked_contact_on_edit=False))
    assert isinstance(decision, Update)
    assert (decision.fields, decision.content) == (("email",), ledger_view(OLD))


def test_putting_back_is_no_leave_to_send_other_edits() -> None:
    edited = NEW.model_copy(update={"tax_number": "mine"})
    off = settings(update_linked_contact_on_edit=False)
    decision = decide(a_record(edited), ordered(), off)
    assert isinstance(decision, Update)
    assert decision.fields == ("email",)


def test_once_it_is_put_back_the_field_is_held() -> None:
    part = a_part(document_id=DOCUMENT_ID, fields=("email",), revision=1)
    sent = ledger_view(OLD)
    link = confirmed(ordered(), a_dispatch(part, action="update"), part, sent, a_document(OLD), NOON)
    assert (link.state, link.reverting, link.held_fields) == ("linked", None, ("email",))
    assert isinstance(decide(a_record(NEW), link, settings()), Nothing)
    assert follow(ordered(), Nothing(), NOON).held_fields == ("email",)  # the ledger said so already


def test_a_held_field_that_is_changed_here_is_the_only_news() -> None:
    link = a_linked(OLD, seen=ledger_view(NEW), held_fields=("email",))
    free = known_again(link, {"email"}).model_copy(update={"held_fields": ()})
    mine = an_organization(email="mine@x.example")
    assert (free.base, free.seen) == (ledger_view(NEW), None)
    assert isinstance(decide(a_record(mine), free, settings()), Update)  # and not a conflict


def test_an_edit_in_the_ledger_overtakes_the_order() -> None:
    assert still(ordered(), a_document(NEW)) is not None
    assert still(ordered(), a_document(an_organization(email="theirs@x.example"))) is None


def test_a_contact_archived_by_undoing_is_no_error_until_somebody_restores_it() -> None:
    link = rules.order(a_linked(wanted=1), "u1", {}, archive=True)
    assert isinstance(decide(a_record(), link, settings()), Archive)
    part = a_part(document_id=DOCUMENT_ID, revision=1)
    archived = a_document(status="archived")
    done = confirmed(link, a_dispatch(part, action="archive"), part, ledger_view(an_organization()), archived, NOON)
    assert (done.state, done.reason, done.document_status) == ("skipped", "export_undone", "archived")
    assert decide(a_record(), done, settings()) == Skip("export_undone")
    assert decide(a_record(), done.model_copy(update={"ordered_by": "j2"}), settings()) == Park("archived_in_ledger")
    assert still(done, archived) == Reverting(job="u1", archive=True)
    assert still(done, a_document()) is None


# ------------------------------------------------------------------ documents


def an_invoice(**fields: Any) -> Invoice:
    line = Line(id="l1", description="Work", quantity=Decimal(1), unit_price=Decimal(10))
    return Invoice(**({"organization_id": "c1", "reference": "new", "lines": (line,)} | fields))


@pytest.mark.parametrize(
    ("diff", "known", "of_link", "locked", "expected"),
    [
        ({"reference": ("old", "new")}, {}, {}, "", ("update", "")),
        ({"reference": ("", "new")}, {}, {}, "", ("skip", "not_undone")),
        ({"status": ("draft", "approved"), "reference": ("old", "new")}, {}, {}, "", ("skip", "not_undone")),
        ({"reference": ("old", "new")}, {"reference": "theirs"}, {}, "", ("skip", "edited_since")),
        ({"reference": ("old", "new")}, {}, {"do_not_export": Hold(on=True)}, "", ("skip", "do_not_export")),
        ({"reference": ("old", "new")}, {"issue_date": "2026-01-10"}, {}, "2026-01-31", ("skip", "period_locked")),
        ({"issue_date": ("2026-01-10", "2026-02-10")}, {"issue_date": "2026-02-10"}, {}, "2026-01-31",
         ("skip", "period_locked")),
        ({"reference": ("old", "new")}, {}, {"settlement": PAID}, "", ("skip", "paid_document")),
    ],
)  # fmt: skip
def test_what_an_update_overwrote_in_a_document_goes_back_whole_or_not_at_all(
    diff: dict[str, Any], known: dict[str, Any], of_link: dict[str, Any], locked: str, expected: tuple[str, str]
) -> None:
    content = an_invoice(status="approved", **known)
    record = a_record().model_copy(update={"kind": "invoices", "content": content})
    link = a_linked().model_copy(update={"kind": "invoices", "base": content, "seen": None, **of_link})
    overwritten = {name: Changed(before=old, after=new) for name, (old, new) in diff.items()}
    entry = Entry(
        company="acme",
        id="1",
        at=NOON,
        kind="invoices",
        record="1",
        direction="export",
        action="updated",
        document_id=link.document_id,
        diff=overwritten,
    )
    reference = Reference(locked_until=date.fromisoformat(locked) if locked else None)
    undo = rules.of_document([entry], [entry], record, link, settings(), reference)
    assert (undo.outcome, undo.reason) == expected


def test_an_edit_of_one_field_overtakes_the_whole_order_of_a_document() -> None:
    content = an_invoice(due_date="2026-02-10")
    link = a_linked().model_copy(update={"kind": "invoices", "base": content, "seen": None})
    whole = rules.order(link, "u1", {"reference": "old", "due_date": "2026-01-10"}, archive=False)
    assert whole.reverting is not None
    assert without(whole, {"reference"}) is None
    assert without(whole, {"url"}) == whole.reverting


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([], "history_gone"),
        ([{"action": "created", "document_id": "another"}], "linked_since"),
        ([{"action": "created", "outcome": "failed"}], "history_gone"),
        ([{"action": "edited", "direction": "import", "diff": {"due_date": Changed()}}, {}], "edited_since"),
        ([{"action": "updated", "direction": "import", "diff": {"status": Changed(), "stage": Changed()}}, {}], ""),
        ([{}], ""),
    ],
)
def test_a_document_that_was_created_is_voided_unless_more_was_done_with_it(
    entries: list[dict[str, Any]], why: str
) -> None:
    said = {"direction": "export", "action": "created", "document_id": DOCUMENT_ID, "at": NOON}
    told = [
        Entry(**{**said, "company": "acme", "id": str(n), "kind": "invoices", "record": "1", **entry})
        for n, entry in enumerate(entries)
    ]
    later = [entry.model_copy(update={"at": LATER}) if entry.direction == "import" else entry for entry in told]
    ours = [entry for entry in later if entry.direction == "export"]
    record, link = a_record(), a_linked()
    undo = rules.of_document(ours, later, record, link, settings(undo_archives_created=True), Reference())
    assert (undo.outcome, undo.reason) == (("skip", why) if why else ("archive", ""))
    assert rules.of_document(ours, later, record, link, settings(), Reference()).reason == (why or "undo_archives_off")
