"""Writing and reading contacts through the simulator."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote_plus

import pytest

from ledgerlink.adapters.xero.auth import SCOPES
from ledgerlink.adapters.xero.kinds import READ
from ledgerlink.errors import LedgerBusy, NotConnected, Refused, StoreBusy
from ledgerlink.kinds.organization import Address, Organization, Person, Phone, ledger_view
from ledgerlink.ports import Answered, Confirmed, NotSent, RefusedWhole, Rejected, Reply, Unknown
from ledgerlink.state.dispatch import Action
from tests.support.xero import ROOT, SimulatedXero, dispatch, outgoing

WHOLE = Organization(
    name="Ridgeway  University ",
    account_number="C-1",
    email="accounts@ridgeway.example",
    tax_number="GB 123",
    currency="GBP",
    phones=(
        Phone(kind="main", country="44", area="20", number="7946 0000"),
        Phone(kind="direct", number="1"),
        Phone(kind="mobile", number="07700 900000"),
        Phone(kind="fax", number="2"),
    ),
    addresses=(
        Address(kind="billing", line1="1 High St", city="Town", postcode="T1", country="United Kingdom"),
        Address(kind="street", line1="2 Low St", line2="Floor 3", line3="Back", line4="Left", region="South"),
    ),
    person=Person(first_name="Ann", last_name="Lee"),
    people=(Person(first_name="Bo", last_name="Ng", email="bo@ridgeway.example"), Person(first_name="Cy")),
)


def send(
    xero: SimulatedXero, *contents: Organization, key: str = "", ordered_by: str = "", seconds: float = 20
) -> Reply:
    """One create of several organizations c1, c2 …"""
    made = [outgoing(content, id=f"c{number}") for number, content in enumerate(contents, 1)]
    request = xero.ledger.compose("contact", "create", made)
    return xero.ledger.send(dispatch(request, xero.clock, key=key, ordered_by=ordered_by), seconds=seconds)


def write(xero: SimulatedXero, action: Action, content: Organization, id: str, *fields: str) -> Reply:
    """An update or archive of one contact."""
    request = xero.ledger.compose("contact", action, [outgoing(content, action=action, document_id=id, fields=fields)])
    return xero.ledger.send(dispatch(request, xero.clock), seconds=20)


def created(xero: SimulatedXero, content: Organization = WHOLE) -> str:
    reply = send(xero, content)
    assert isinstance(reply, Answered)
    verdict = reply.verdicts["LL-c1"]
    assert isinstance(verdict, Confirmed), verdict
    return verdict.document.id


def organization(name: str = "Acme", **values: object) -> Organization:
    return Organization.model_validate({"name": name, **values})


# ------------------------------------------------------------------ writing


def test_an_organization_comes_back_from_its_contact_as_it_went(xero: SimulatedXero) -> None:
    id = created(xero)
    [read] = xero.ledger.read("contact", [id])
    assert read.content == ledger_view(WHOLE)
    assert (read.reference, read.status, read.outstanding) == ("LL-c1", "active", False)
    assert read.url == (
        f"https://go.xero.com/organisationlogin/default.aspx?shortcode=!Ab1&redirecturl=/Contacts/View/{id}"
    )


def test_the_answer_to_a_create_says_the_same_as_a_read(xero: SimulatedXero) -> None:
    reply = send(xero, WHOLE)
    assert isinstance(reply, Answered)
    verdict = reply.verdicts["LL-c1"]
    assert isinstance(verdict, Confirmed)
    assert verdict.document == xero.ledger.read("contact", [verdict.document.id])[0]
    assert reply.correlation
    assert reply.seen.minute_remaining == 59


def test_an_update_carries_only_what_changed(xero: SimulatedXero) -> None:
    id = created(xero)
    write(xero, "update", organization(email="new@ridgeway.example"), id, "email")
    assert (
        xero.sent()[-1].content
        == f'{{"Contacts":[{{"ContactID":"{id}","EmailAddress":"new@ridgeway.example"}}]}}'.encode()
    )
    [read] = xero.ledger.read("contact", [id])
    assert read.content == ledger_view(WHOLE).model_copy(update={"email": "new@ridgeway.example"})


@pytest.mark.parametrize("slots", ["merge", "replace"])
def test_a_changed_address_keeps_no_line_of_the_old_one(xero: SimulatedXero, slots: str) -> None:
    xero.set(slots=slots)
    id = created(xero)
    new = Address(kind="street", line1="9 New Rd", city="Elsewhere")
    write(xero, "update", organization(addresses=(new,)), id, "addresses.street")
    [read] = xero.ledger.read("contact", [id])
    assert [a for a in read.content.addresses if a.kind == "street"] == [new]  # type: ignore[attr-defined]
    assert len(read.content.addresses) == 2  # type: ignore[attr-defined]


def test_only_an_explicit_clear_empties_a_field(xero: SimulatedXero) -> None:
    id = created(xero)
    write(xero, "update", organization(), id, "tax_number", "phones.fax")
    [read] = xero.ledger.read("contact", [id])
    content = ledger_view(WHOLE)
    phones = tuple(phone for phone in content.phones if phone.kind != "fax")
    assert read.content == content.model_copy(update={"tax_number": "", "phones": phones})


def test_what_a_stored_dispatch_says_can_be_read_back(xero: SimulatedXero) -> None:
    request = xero.ledger.compose("contact", "create", [outgoing(WHOLE), outgoing(organization("B"), id="c2")])
    sent = xero.ledger.sent(dispatch(request, xero.clock))
    assert sent == {"LL-c1": ledger_view(WHOLE), "LL-c2": organization("B")}
    id = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"
    change = outgoing(WHOLE, action="update", document_id=id, fields=("email", "phones.fax"))
    said = xero.ledger.sent(dispatch(xero.ledger.compose("contact", "update", [change]), xero.clock))[id]
    assert said.model_dump(exclude_defaults=True) == {
        "name": "",
        "email": WHOLE.email,
        "phones": ({"kind": "fax", "number": "2"},),
    }


def test_archiving_sends_the_status_alone(xero: SimulatedXero) -> None:
    id = created(xero)
    assert isinstance(write(xero, "archive", WHOLE, id), Answered)
    assert xero.ledger.read("contact", [id])[0].status == "archived"


def test_an_archived_contact_cannot_be_edited_by_api(xero: SimulatedXero) -> None:
    id = created(xero)
    xero.human("archive", id)
    reply = write(xero, "update", organization(email="x@y.example"), id, "email")
    assert isinstance(reply, Answered)
    verdict = reply.verdicts[id]
    assert isinstance(verdict, Rejected)
    assert verdict.code == "contact_archived"


def test_put_of_an_existing_name_fails_and_post_would_overwrite(xero: SimulatedXero) -> None:
    [held] = xero.seed({"Name": "Acme", "EmailAddress": "keep@acme.example"})
    reply = send(xero, organization("Acme"), organization("Other"))
    assert isinstance(reply, Answered)
    refused, fine = reply.verdicts["LL-c1"], reply.verdicts["LL-c2"]
    assert isinstance(refused, Rejected)
    assert refused.code == "name_taken"
    assert refused.details[0].startswith("The contact name Acme is already assigned")
    assert isinstance(fine, Confirmed)
    assert next(c for c in xero.contacts() if c["ContactID"] == held)["EmailAddress"] == "keep@acme.example"


def test_several_refusals_of_one_contact_are_all_told(xero: SimulatedXero) -> None:
    xero.seed({"Name": "Acme", "AccountNumber": "7"})
    reply = send(xero, organization("Acme", account_number="7", email="not an address"))
    assert isinstance(reply, Answered)
    verdict = reply.verdicts["LL-c1"]
    assert isinstance(verdict, Rejected)
    assert len(verdict.details) == 3


def test_the_answer_s_order_does_not_matter(xero: SimulatedXero) -> None:
    xero.set(answer_order="shuffled")
    reply = send(xero, *(organization(f"Firm {n}") for n in range(1, 21)))
    assert isinstance(reply, Answered)
    names = {key: v.document.content.name for key, v in reply.verdicts.items() if isinstance(v, Confirmed)}  # type: ignore[attr-defined]
    assert names == {f"LL-c{n}": f"Firm {n}" for n in range(1, 21)}


def test_one_unknown_id_refuses_the_whole_request(xero: SimulatedXero) -> None:
    id = created(xero)
    gone = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"
    changes = [
        outgoing(organization(email="n@x.example"), action="update", document_id=each, fields=("email",))
        for each in (id, gone)
    ]
    request = xero.ledger.compose("contact", "update", changes)
    reply = xero.ledger.send(dispatch(request, xero.clock), seconds=20)
    assert isinstance(reply, RefusedWhole)
    assert reply.rejected.code == "contact_gone"
    assert xero.ledger.read("contact", [id])[0].content == ledger_view(WHOLE)


# ------------------------------------------------------------------ what the wire does


@pytest.mark.parametrize(
    ("kind", "answered"),
    [
        ("timeout_before", False),
        ("timeout_after_apply", False),
        ("late_apply", False),
        ("reset", False),
        ("torn", False),
        ("html", False),
        ("error_before", True),
        ("error_after", True),
    ],
)
def test_what_is_not_certain_is_unknown(xero: SimulatedXero, kind: str, answered: bool) -> None:
    xero.fault(kind)
    reply = send(xero, organization())
    assert isinstance(reply, Unknown)
    assert reply.answered is answered


def test_the_same_key_with_the_same_bytes_gets_the_lost_answer(xero: SimulatedXero) -> None:
    xero.fault("timeout_after_apply")
    assert isinstance(send(xero, organization()), Unknown)
    assert isinstance(send(xero, organization()), Answered)
    assert len(xero.contacts()) == 1


def test_xero_repeats_a_cached_5xx_under_the_same_key(xero: SimulatedXero) -> None:
    xero.fault("error_after")
    assert isinstance(send(xero, organization()), Unknown)
    assert isinstance(send(xero, organization()), Unknown)


def test_a_key_used_with_a_different_request_is_unknown(xero: SimulatedXero) -> None:
    send(xero, organization("One"), key="same")
    reply = send(xero, organization("Two"), key="same")
    assert isinstance(reply, Unknown)
    assert reply.answered


@pytest.mark.parametrize(
    ("kind", "reason", "seconds"),
    [("limit_minute", "ledger_busy", 7), ("limit_day", "day_limit", 7), ("limit_app", "ledger_busy", 7)],
)
def test_a_429_is_not_sent(xero: SimulatedXero, kind: str, reason: str, seconds: int) -> None:
    xero.fault(kind, delay_s=seconds)
    reply = send(xero, organization())
    assert isinstance(reply, NotSent)
    assert (reply.reason, reply.retry_after) == (reason, timedelta(seconds=seconds))
    assert xero.contacts() == []


def test_a_minute_429_came_without_the_day_s_remainder(xero: SimulatedXero) -> None:
    xero.fault("limit_minute")
    reply = send(xero, organization())
    assert isinstance(reply, NotSent)
    assert reply.seen.day_remaining is None


def test_an_expired_token_is_renewed_once_and_the_call_repeated(xero: SimulatedXero) -> None:
    xero.badge.token()
    xero.clock.advance(1801)
    assert isinstance(send(xero, organization()), Answered)
    assert xero.badge.lost_for == []


def test_a_missing_scope_is_a_401_too_and_is_never_refreshed(xero: SimulatedXero) -> None:
    xero.badge.current = xero.consent("offline_access accounting.settings.read")["access_token"]
    before = xero.badge.current
    reply = send(xero, organization())
    assert isinstance(reply, NotSent)
    assert reply.reason == "missing_scope"
    assert xero.badge.current == before
    with pytest.raises(NotConnected) as refusal:
        xero.ledger.search("abc")
    assert refusal.value.code == "missing_scope"


def test_a_disconnected_organisation_is_a_403_and_is_reported(xero: SimulatedXero) -> None:
    xero.badge.token()
    xero.control("POST", "human", {"action": "disconnect", "id": xero.organisation})
    reply = send(xero, organization())
    assert isinstance(reply, NotSent)
    assert reply.reason == "needs_reconnect"
    with pytest.raises(NotConnected):
        xero.ledger.changed_since("contact", None)
    assert len(xero.badge.lost_for) == 2


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (StoreBusy("throttled"), "ledger_busy"),
        (LedgerBusy("renewing"), "ledger_busy"),
        (NotConnected("gone"), "needs_reconnect"),
        (Refused("missing_scope"), "missing_scope"),
    ],
)
def test_without_a_token_nothing_is_sent(
    xero: SimulatedXero, monkeypatch: pytest.MonkeyPatch, trouble: Exception, reason: str
) -> None:
    def none(refused: str = "") -> str:
        raise trouble

    monkeypatch.setattr(xero.badge, "token", none)
    reply = send(xero, organization())
    assert isinstance(reply, NotSent)
    assert reply.reason == reason
    assert xero.sent() == []


def test_past_the_deadline_nothing_is_sent(xero: SimulatedXero) -> None:
    request = xero.ledger.compose("contact", "create", [outgoing(organization())])
    late = dispatch(request, xero.clock)
    xero.clock.advance(31)
    assert isinstance(xero.ledger.send(late, seconds=20), NotSent)
    assert xero.contacts() == []


# ------------------------------------------------------------------ limits


def test_sixty_calls_never_meet_a_429_and_never_sleep_long(xero: SimulatedXero) -> None:
    start = xero.clock.now()
    for number in range(60):
        assert isinstance(send(xero, organization(f"Firm {number}"), key=f"k{number}"), Answered)
        xero.ledger.find("contact", ["LL-none"])
    assert all(
        request["status"] in (200, 404) for request in xero.control("GET", "requests") if "/Contacts" in request["path"]
    )
    assert timedelta(seconds=130) < xero.clock.now() - start < timedelta(seconds=150)


def test_a_backfill_read_does_not_wait_for_the_bucket(xero: SimulatedXero) -> None:
    for _ in range(5):
        xero.ledger.crawl("contact")
    now = xero.clock.now()
    with pytest.raises(LedgerBusy) as busy:
        xero.ledger.crawl("contact")
    assert xero.clock.now() == now
    assert busy.value.retry_at is not None
    assert busy.value.retry_at > now


def test_a_failed_call_gives_its_permit_back(xero: SimulatedXero) -> None:
    xero.fault("reset", times=4)
    for number in range(4):
        send(xero, organization(), key=str(number))
    assert xero.limits.of(xero.organisation).leases == ()


def test_the_day_s_floor_depends_on_who_asked(xero: SimulatedXero) -> None:
    xero.set(day_limit=5)
    send(xero, organization("One"))
    by_job = send(xero, organization("Two"), key="2", ordered_by="job-1")
    by_person = send(xero, organization("Three"), key="3", ordered_by="person")
    assert isinstance(by_job, NotSent)
    assert by_job.reason == "day_limit"
    assert isinstance(by_person, Answered)


# ------------------------------------------------------------------ addresses

LONG_MARK = f"LL-{'x' * 44}"
MOST_CHARACTERS = 2000
REAL_API = "https://api.xero.com/api.xro/2.0"


def asked_for(xero: SimulatedXero) -> list[tuple[int, str]]:
    """How long each address would be at Xero itself, and what stands in it."""
    here = f"{ROOT}/api.xro/2.0"
    urls = [str(request.url) for request in xero.sent() if request.method == "GET"]
    return [(len(url) - len(here) + len(REAL_API), unquote_plus(url)) for url in urls]


@pytest.mark.parametrize("document_type", sorted(set(READ) - {"allocation"}))
def test_reading_many_ids_asks_for_each_once_in_addresses_of_less_than_2000_characters(
    xero: SimulatedXero, document_type: str
) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(101)]
    xero.set(minute_limit=1000)
    xero.badge.current = xero.consent(" ".join(SCOPES))["access_token"]
    assert xero.ledger.read(document_type, ids) == []
    asked = asked_for(xero)
    assert max(size for size, _ in asked) < MOST_CHARACTERS
    assert [sum(id_ in url for _, url in asked) for id_ in ids] == [1] * 101
    assert len(asked) <= (3 if READ[document_type].ids_filter else 5), "and in as few as that"


@pytest.mark.parametrize("document_type", ["contact", "item", "payment"])
def test_looking_for_many_marks_or_names_keeps_addresses_short(xero: SimulatedXero, document_type: str) -> None:
    xero.set(minute_limit=1000)
    xero.badge.current = xero.consent(" ".join(SCOPES))["access_token"]
    xero.ledger.find(document_type, [f"{LONG_MARK[:-2]}{number}" for number in range(10, 60)])
    for field in READ[document_type].unique:
        xero.ledger.having(document_type, field, [f"{'ü' * 100} {number}" for number in range(25)])
    asked = asked_for(xero)
    assert max(size for size, _ in asked) < MOST_CHARACTERS
