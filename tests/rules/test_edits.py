"""What a push changes: what differs from the last push, not from what stands here."""

from __future__ import annotations

from ledgerlink.kinds.organization import ORGANIZATIONS, Balance
from ledgerlink.rules.edits import changes_between, pushed_onto, replaced_by
from tests.support.builders import an_organization

PUSHED = an_organization(account_number="A1", roles=["customer"])


def test_a_crm_that_repeats_itself_does_not_undo_an_edit_from_the_ledger() -> None:
    here = an_organization(account_number="A1", roles=["customer"], email="from-ledger@hall.example")
    assert pushed_onto(ORGANIZATIONS, here, PUSHED, PUSHED) == here


def test_what_the_crm_changed_counts_and_the_rest_stays() -> None:
    here = an_organization(account_number="A1", roles=["customer"], email="from-ledger@hall.example")
    again = an_organization(account_number="A2", roles=["supplier"])
    result = pushed_onto(ORGANIZATIONS, here, again, PUSHED)
    assert (result.account_number, result.roles, result.email) == ("A2", ("supplier",), "from-ledger@hall.example")


def test_what_the_crm_emptied_is_empty_here() -> None:
    assert pushed_onto(ORGANIZATIONS, PUSHED, an_organization(roles=["customer"]), PUSHED).account_number == ""


def test_phones_travel_one_by_one() -> None:
    pushed = an_organization(phones=[{"kind": "main", "number": "1"}, {"kind": "fax", "number": "2"}])
    here = an_organization(phones=[{"kind": "main", "number": "9"}, {"kind": "fax", "number": "2"}])
    again = an_organization(phones=[{"kind": "main", "number": "1"}, {"kind": "fax", "number": "3"}])
    result = pushed_onto(ORGANIZATIONS, here, again, pushed)
    assert {phone.kind: phone.number for phone in result.phones} == {"main": "9", "fax": "3"}


def test_what_only_the_hub_knows_survives_every_push() -> None:
    here = PUSHED.model_copy(update={"balance": Balance(receivable="12.50")})  # type: ignore[arg-type]
    assert replaced_by(ORGANIZATIONS, here, PUSHED).balance == here.balance
    assert pushed_onto(ORGANIZATIONS, here, PUSHED, None).balance == here.balance


def test_the_history_shows_blanks_too() -> None:
    changes = changes_between(ORGANIZATIONS, PUSHED, an_organization(active=False))
    assert {c.field: (c.before, c.after) for c in changes} == {
        "account_number": ("A1", ""),
        "roles": (("customer",), ()),
        "active": (True, False),
    }
