"""What a link becomes once the ledger has spoken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ledgerlink.kinds.organization import ledger_view
from ledgerlink.ports import Rejected
from ledgerlink.rules import settle as rules
from ledgerlink.rules.import_ import Edit, is_newer, of_linked
from ledgerlink.rules.profiles import settings_for
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
)

LATER = NOON + timedelta(minutes=1)
NEW = an_organization(email="new@hall.example")


def test_a_created_one_is_linked_to_what_the_ledger_answered() -> None:
    link = rules.confirmed(a_link(queued_at=NOON), a_dispatch(), a_part(), None, a_document(), LATER)
    assert (link.state, link.document_id, link.exported, link.is_due) == ("linked", DOCUMENT_ID, 1, False)
    assert link.base == a_document().content
    assert (link.last_dispatch, link.last_outcome, link.last_export_at) == ("d1", "created", LATER)


def test_an_edit_made_while_it_was_on_its_way_goes_next() -> None:
    link = rules.confirmed(a_link(queued_at=NOON, wanted=2), a_dispatch(), a_part(), None, a_document(), LATER)
    assert (link.state, link.exported, link.is_due) == ("due", 1, True)


def test_an_update_agrees_only_on_the_fields_it_sent() -> None:
    """Somebody else's edit in the same answer is news, not agreement: else the next save would undo it."""
    answer = a_document(an_organization(email="new@hall.example", account_number="T7"))
    part = a_part(fields=("email",))
    link = rules.confirmed(a_linked(), a_dispatch(part, action="update"), part, ledger_view(NEW), answer, LATER)
    assert link.base == ledger_view(NEW)
    assert rules.says_more(link, answer)
    assert is_newer(link, answer), "whoever looks before the next update sees that it is to be read first"
    read = of_linked(a_record(), link, answer, settings_for("rental", {}), "event")
    assert isinstance(read, Edit), "and the import does not take it for known"


def test_a_create_that_was_looked_up_agrees_on_what_was_sent() -> None:
    """A bookkeeper may have edited it since: taking their values for agreed, the next save would undo them."""
    found = a_document(an_organization(email="theirs@hall.example"))
    sent = ledger_view(an_organization(email="ours@hall.example"))
    link = rules.confirmed(a_link(queued_at=NOON), a_dispatch(), a_part(), sent, found, LATER)
    assert (link.state, link.base) == ("linked", sent)
    assert is_newer(link, found)


def test_a_document_archived_meanwhile_is_news() -> None:
    archived = a_document(status="archived")
    part = a_part(document_id=DOCUMENT_ID, fields=("email",))
    sent = archived.content
    link = rules.confirmed(a_linked(), a_dispatch(part, action="update"), part, sent, archived, LATER)
    assert link.document_status == "active", "or nobody would notice that it no longer is"
    assert rules.says_more(link, archived)


def test_an_edit_that_wanted_nothing_sent_is_decided_anew() -> None:
    """Made inactive while its create was on its way: nothing was queued then, and now there is a contact to archive."""
    link = a_link(state="skipped", reason="inactive", wanted=2)
    after = rules.confirmed(link, a_dispatch(), a_part(), None, a_document(), LATER)
    assert (after.state, after.queued_at) == ("due", LATER)


def test_a_refusal_is_an_error_with_the_ledgers_words() -> None:
    no = Rejected("name_taken", "Another contact has this name", ("The contact name X is already assigned",))
    link = rules.rejected(a_link(queued_at=NOON, ordered_by="job1"), a_dispatch(), a_part(ordered_by="job1"), no, LATER)
    assert (link.state, link.reason, link.attempts, link.is_due) == ("error", "name_taken", 1, False)
    assert link.error is not None
    assert link.error.details == no.details
    assert (link.last_outcome, link.last_job) == ("failed", "job1")


def test_a_refused_revision_that_was_edited_since_goes_again_at_once() -> None:
    link = rules.rejected(a_link(queued_at=NOON, wanted=2), a_dispatch(), a_part(), Rejected("name_taken", ""), LATER)
    assert link.is_due
    assert link.error is None


def test_an_archived_contact_waits_for_a_person() -> None:
    link = rules.rejected(a_linked(), a_dispatch(), a_part(), Rejected("contact_archived", ""), LATER)
    assert (link.state, link.reason, link.document_status) == ("parked", "archived_in_ledger", "archived")


def test_what_never_arrived_is_still_due_as_a_new_generation() -> None:
    link = rules.never_arrived(a_link(queued_at=NOON, generation=1), "d1")
    assert (link.is_due, link.generation, link.last_dispatch) == (True, 2, "d1")


SENT = an_organization(email="new@hall.example", account_number="N1")


@pytest.mark.parametrize(
    ("there", "arrived"),
    [
        ({"email": "new@hall.example", "account_number": "N1"}, True),
        ({"email": "accounts@hall.example", "account_number": ""}, False),
        ({"email": "theirs@hall.example", "account_number": "N1"}, True),  # edited after ours came
        ({"email": "new@hall.example", "account_number": ""}, False),  # they typed what we had sent
        ({"email": "theirs@hall.example", "account_number": "T1"}, False),  # nothing of ours is left to see
    ],
)
def test_whether_an_update_without_an_answer_came(there: dict[str, str], arrived: bool) -> None:
    part = a_part(document_id=DOCUMENT_ID, fields=("email", "account_number"))
    document = a_document(an_organization(**there))
    assert rules.arrived(a_linked(), part, ledger_view(SENT), document) is arrived


def test_the_first_send_of_a_linked_pair_agrees_on_nothing_that_was_never_said_here() -> None:
    """The ledger's account number is no agreement while the field is blank here: the next import brings it."""
    seen = ledger_view(an_organization(name="Hall Ltd", account_number="T7"))
    link = a_linked(seen=seen, exported=0).model_copy(update={"base": None})
    part = a_part(document_id=DOCUMENT_ID, fields=("name",))
    answer = a_document(an_organization(account_number="T7"))
    after = rules.confirmed(
        link, a_dispatch(part, action="update"), part, ledger_view(an_organization()), answer, LATER
    )
    assert after.silent == ("account_number",)
    read = of_linked(a_record(), after, answer, settings_for("rental", {}), "job")
    assert isinstance(read, Edit)
    assert read.content.account_number == "T7"
    part = a_part(document_id=DOCUMENT_ID, fields=("account_number",))
    ours = ledger_view(an_organization(account_number="C1"))
    sent = rules.confirmed(after, a_dispatch(part, action="update"), part, ours, answer, LATER)
    assert sent.silent == (), "it was said here by now: emptied again it stays empty"
