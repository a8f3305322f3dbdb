"""What an answer to a write means, from answers as Xero is known to give them (``facts/xero.md §3.2, §6``)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.adapters.xero import answers
from ledgerlink.adapters.xero.client import Answer
from ledgerlink.adapters.xero.kinds import WIRE
from ledgerlink.adapters.xero.ledger import XeroLedger
from ledgerlink.kinds.organization import Organization
from ledgerlink.ports import Answered, Confirmed, NotSent, RefusedWhole, Rejected, Reply, Seen, Unknown
from tests.fakes.time import FakeClock
from tests.support.xero import dispatch, outgoing

ID = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"
ZERO = "00000000-0000-0000-0000-000000000000"
AT = "/Date(1551399321043+0000)/"
TAKEN = (
    "The contact name A is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)


def read(answer: Answer, *, parts: int = 1, update: bool = False) -> Reply:
    """The reply to a write of c1, c2 … (updates: of the contacts ID, …)."""
    ids = [ID, *(f"{n:08x}-0000-4000-8000-000000000000" for n in range(2, parts + 1))]
    composed = XeroLedger(None, clock=FakeClock()).compose(  # type: ignore[arg-type]  # composing needs no session
        "contact",
        "update" if update else "create",
        [
            outgoing(
                Organization(name=f"A{n}"),
                id=f"c{n}",
                action="update" if update else "create",
                document_id=ids[n - 1] if update else "",
                fields=("name",) if update else (),
            )
            for n in range(1, parts + 1)
        ],
    )
    return answers.reply(answer, WIRE["contact"], dispatch(composed, FakeClock()))


def ok(*elements: dict[str, Any]) -> Answer:
    return Answer(200, {}, json.dumps({"Status": "OK", "Contacts": elements}).encode())


def refusal(status: int, body: object, **headers: str) -> Answer:
    text = body if isinstance(body, str) else json.dumps(body)
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode())


def contact(**values: Any) -> dict[str, Any]:
    return {"ContactID": ID, "ContactNumber": "LL-c1", "Name": "A1", "UpdatedDateUTC": AT, **values}


def verdict(reply: Reply, reference: str = "LL-c1") -> Confirmed | Rejected:
    assert isinstance(reply, Answered), reply
    return reply.verdicts[reference]


# ------------------------------------------------------------------ 200


def test_an_element_with_an_id_and_no_complaint_is_confirmed() -> None:
    found = verdict(read(ok(contact(StatusAttributeString="OK", HasValidationErrors=False))))
    assert isinstance(found, Confirmed)
    assert found.document.id == ID


@pytest.mark.parametrize(
    "element",
    [
        contact(ContactID=ZERO),
        contact(ContactID=ZERO, ValidationErrors=[{"Message": TAKEN}]),
        contact(StatusAttributeString="ERROR", ValidationErrors=[{"Message": TAKEN}]),
        contact(HasValidationErrors=True, ValidationErrors=[{"Message": TAKEN}]),
        contact(HasErrors=True),
        contact(ValidationErrors=[{"Message": TAKEN}]),
        contact(ContactID=None, ValidationErrors=[{"Description": TAKEN}]),
    ],
)
def test_a_200_may_hold_failures_and_a_zero_guid_is_one(element: dict[str, Any]) -> None:
    assert isinstance(verdict(read(ok(element))), Rejected)


def test_a_warning_is_not_a_refusal_and_is_kept_known_or_not() -> None:
    removed = "Account code ''476'' has been removed as it does not match a recognised account."
    element = contact(
        StatusAttributeString="WARNING",
        Warnings=[{"Message": "odd"}],
        ValidationErrors=[],
        LineItems=[{"Warnings": [{"Message": removed}, {"Message": "odd"}]}],
    )
    found = verdict(read(ok(element)))
    assert isinstance(found, Confirmed)
    assert [(each.code, each.message) for each in found.warnings] == [("", "odd"), ("account_removed", removed)]


def test_one_documented_answer_says_description_instead_of_message() -> None:
    found = verdict(read(ok(contact(ContactID=ZERO, ValidationErrors=[{"Description": TAKEN}]))))
    assert isinstance(found, Rejected)
    assert (found.code, found.details) == ("name_taken", (TAKEN,))


def test_errors_of_nested_parts_are_read_too() -> None:
    address = {"AddressType": "STREET", "ValidationErrors": [{"Message": "Country must contain letters only."}]}
    found = verdict(read(ok(contact(ContactID=ZERO, HasValidationErrors=True, Addresses=[address]))))
    assert isinstance(found, Rejected)
    assert found.code == "value_not_accepted"


def test_elements_are_matched_by_our_key_and_not_by_position() -> None:
    first, second = contact(), contact(ContactNumber="LL-c2", ContactID=ZERO, ValidationErrors=[{"Message": TAKEN}])
    reply = read(ok(second, first), parts=2)
    assert isinstance(verdict(reply, "LL-c1"), Confirmed)
    assert isinstance(verdict(reply, "LL-c2"), Rejected)


def test_an_update_is_matched_by_id_in_any_case() -> None:
    assert isinstance(verdict(read(ok(contact(ContactID=ID.upper())), update=True), ID), Confirmed)


def test_a_refused_element_without_its_key_is_the_one_left_over() -> None:
    nameless = {"ContactID": ZERO, "HasValidationErrors": True, "ValidationErrors": [{"Message": TAKEN}]}
    reply = read(ok(nameless, contact()), parts=2)
    assert isinstance(verdict(reply, "LL-c2"), Rejected)
    two_left = read(ok(nameless, contact()), parts=3)
    assert isinstance(two_left, Answered)
    assert set(two_left.verdicts) == {"LL-c1"}


def test_parts_the_answer_does_not_mention_have_no_verdict() -> None:
    reply = read(ok(contact()), parts=3)
    assert isinstance(reply, Answered)
    assert set(reply.verdicts) == {"LL-c1"}


def test_an_element_that_cannot_be_read_has_no_verdict() -> None:
    reply = read(ok(contact(UpdatedDateUTC="yesterday")))
    assert isinstance(reply, Answered)
    assert reply.verdicts == {}


@pytest.mark.parametrize(
    "body", ["", "<html>", "[]", "{}", '{"Contacts": null}', '{"Contacts": [7]}', '{"Contacts": [{']
)
def test_an_unreadable_200_is_unknown(body: str) -> None:
    reply = read(Answer(200, {}, body.encode()))
    assert isinstance(reply, Unknown)
    assert not reply.answered


# ------------------------------------------------------------------ 4xx


def test_a_400_whose_elements_cover_every_part_is_a_verdict_for_each() -> None:
    element = contact(ContactID=ZERO, ValidationErrors=[{"Message": TAKEN}])
    body = {"ErrorNumber": 10, "Type": "ValidationException", "Elements": [element]}
    found = verdict(read(refusal(400, body)))
    assert isinstance(found, Rejected)
    assert found.code == "name_taken"


def test_a_400_that_names_only_some_refuses_the_call_as_a_whole() -> None:
    element = contact(ContactID=ZERO, ValidationErrors=[{"Message": TAKEN}])
    reply = read(refusal(400, {"Elements": [element]}), parts=2)
    assert isinstance(reply, RefusedWhole)
    assert reply.rejected.code == "name_taken"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal(400, {"ErrorNumber": 14, "Message": "Invalid Json data"}), "refused_by_ledger"),
        (refusal(400, {"Message": "Error converting value \"X\" to type 'Y'."}), "value_not_accepted"),
        (refusal(404, "The resource you're looking for cannot be found"), "contact_gone"),
        (refusal(404, ""), "contact_gone"),
        (refusal(413, "Request entity too large"), "too_large"),
        (refusal(413, "<html>"), "too_large"),
        (refusal(412, ""), "refused_by_ledger"),
        (refusal(415, "?"), "refused_by_ledger"),
    ],
)
def test_a_4xx_without_verdicts_refuses_the_call_as_a_whole(answer: Answer, code: str) -> None:
    reply = read(answer, parts=2)
    assert isinstance(reply, RefusedWhole)
    assert reply.rejected.code == code


def test_a_404_is_never_read_as_json() -> None:
    assert isinstance(read(refusal(404, '{"Elements": [{"ContactNumber": "LL-c1"}]}'), parts=2), RefusedWhole)


@pytest.mark.parametrize(
    ("answer", "reason", "seconds"),
    [
        (refusal(429, "", X_Rate_Limit_Problem="Minute", Retry_After="17"), "ledger_busy", 17),
        (refusal(429, "", X_Rate_Limit_Problem="Day", Retry_After="66975"), "day_limit", 66_975),
        (refusal(429, "", X_Rate_Limit_Problem="concurrent"), "ledger_busy", None),
        (refusal(401, {"Detail": "AuthorizationUnsuccessful"}), "missing_scope", None),
        (refusal(401, "", WWW_Authenticate="insufficent_scope"), "missing_scope", None),
        (refusal(401, {"Detail": "TokenExpired: token expired at 11/22/2026"}), "needs_reconnect", None),
        (refusal(403, {"Title": "Forbidden", "Detail": "AuthenticationUnsuccessful"}), "needs_reconnect", None),
        (refusal(403, "<html>Access Denied"), "ledger_busy", 300),
    ],
)
def test_what_was_refused_at_the_door_was_not_sent(answer: Answer, reason: str, seconds: int | None) -> None:
    reply = read(answer)
    assert isinstance(reply, NotSent)
    assert reply.reason == reason
    assert reply.retry_after == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(("status", "answered"), [(500, True), (501, True), (503, True), (302, False), (408, False)])
def test_other_answers_leave_it_unknown(status: int, answered: bool) -> None:
    reply = read(refusal(status, "The Organisation is offline"))
    assert isinstance(reply, Unknown)
    assert reply.answered is answered


def test_a_key_used_with_a_different_request_has_to_be_looked_up() -> None:
    reply = read(refusal(400, "Idempotency Key: k is used with a different request."))
    assert isinstance(reply, Unknown)
    assert reply.answered


# ------------------------------------------------------------------ headers


def test_missing_headers_are_not_zero() -> None:
    assert answers.seen(Answer(200)) == Seen()


def test_what_the_headers_say() -> None:
    headers = {"X-MinLimit-Remaining": "58", "X-DayLimit-Remaining": "4983", "Retry-After": "3.0"}
    assert answers.seen(Answer(503, headers)) == Seen(58, 4983, "", timedelta(seconds=3))
    assert answers.seen(Answer(200, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})).retry_after is None
