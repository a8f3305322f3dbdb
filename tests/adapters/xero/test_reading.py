"""Reading: nothing is skipped, whatever happens meanwhile, and nothing is asked for twice without need."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledgerlink.adapters.xero import reading
from ledgerlink.adapters.xero.dates import modified_since, moment
from ledgerlink.adapters.xero.ledger import XeroLedger
from ledgerlink.errors import LedgerBusy, NotConnected, Refused
from ledgerlink.state.company import Organisation
from ledgerlink.state.document import Document
from tests.support.xero import SimulatedXero

GONE = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of ten instead of a thousand, which changes nothing but the time a test takes."""
    monkeypatch.setattr(reading, "PAGE", 10)


def seeded(xero: SimulatedXero, count: int, *, apart: float = 1.0) -> list[str]:
    """Contacts changed one after the other."""
    ids = []
    for number in range(count):
        xero.clock.advance(apart)
        ids += xero.seed({"Name": f"Firm {number:03}"})
    return ids


def names(documents: list[Document]) -> set[str]:
    return {document.content.name for document in documents}  # type: ignore[attr-defined]


# ------------------------------------------------------------------ one by one


def test_read_knows_archived_and_merged_contacts_and_leaves_out_unknown_ids(xero: SimulatedXero) -> None:
    loser, winner = xero.seed({"Name": "Old"}, {"Name": "New"})
    xero.human("merge", loser, into=winner)
    found = {document.id: document for document in xero.ledger.read("contact", [loser, winner, GONE])}
    assert set(found) == {loser, winner}
    assert (found[loser].status, found[loser].merged_into) == ("archived", winner)
    assert (found[winner].status, found[winner].merged_into) == ("active", "")


def test_nothing_asked_for_is_no_call(xero: SimulatedXero) -> None:
    assert xero.ledger.read("contact", []) == []
    assert xero.sent() == []


def test_money_and_roles_come_from_xero_s_documents(xero: SimulatedXero) -> None:
    owes = {"AccountsReceivable": {"Outstanding": 0.0, "Overdue": 0.0}, "AccountsPayable": {"Outstanding": 656.44}}
    ids = xero.seed(
        {"Name": "Owed", "IsSupplier": True, "Balances": owes},
        {"Name": "Even", "IsCustomer": True, "Balances": {"AccountsReceivable": {"Outstanding": 0.0}}},
    )
    owed, even = sorted(xero.ledger.read("contact", ids), key=lambda document: not document.outstanding)
    assert (owed.outstanding, owed.roles) == (True, ("supplier",))
    assert (even.outstanding, even.roles) == (False, ("customer",))


def test_somebody_else_s_contact_number_is_not_our_mark(xero: SimulatedXero) -> None:
    ids = xero.seed({"Name": "A", "ContactNumber": "OTHER-APP-7"}, {"Name": "B", "ContactNumber": "LL-c7"})
    assert {d.content.name: d.reference for d in xero.ledger.read("contact", ids)} == {"A": "", "B": "LL-c7"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [1, 3, 30])
def test_find_answers_by_our_mark(xero: SimulatedXero, count: int) -> None:
    xero.seed(*({"Name": f"Firm {n}", "ContactNumber": f"LL-c{n}"} for n in range(count)))
    xero.seed({"Name": "Look-alike", "ContactNumber": "LL-C0"})
    found = xero.ledger.find("contact", [f"LL-c{n}" for n in range(count)] + ["LL-none"])
    assert names(found) == {f"Firm {n}" for n in range(count)}
    assert len(xero.sent()) <= 1 + (count + 1) // 25 + (count == 1)


def test_find_goes_one_by_one_where_xero_refuses_the_filter_for_size(xero: SimulatedXero) -> None:
    xero.seed({"Name": "A", "ContactNumber": "LL-a@b"}, {"Name": "B", "ContactNumber": "LL-b"})
    xero.fault("error_before", status=400)
    assert names(xero.ledger.find("contact", ["LL-a@b", "LL-b"])) == {"A", "B"}


def test_search_gives_a_hundred_at_most_archived_ones_too(xero: SimulatedXero) -> None:
    ids = xero.seed(*({"Name": f"Firm {n}", "EmailAddress": "info@firm.example"} for n in range(102)))
    for id in ids[2:4]:
        xero.human("archive", id)
    found = xero.ledger.search("firm.ex")
    assert len(found) == 100
    assert {document.status for document in xero.ledger.search("Firm 2")} == {"active", "archived"}


def test_the_organisation_in_our_words(xero: SimulatedXero) -> None:
    told = xero.ledger.organisation()
    assert told == Organisation(
        id=xero.organisation,
        name=told.name,
        short_code=told.short_code,
        base_currency=told.base_currency,
        country=told.country,
        timezone=told.timezone,
    )
    assert all(told.model_dump().values())


# ------------------------------------------------------------------ following changes


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.usefixtures("small_pages")
def test_everything_changed_at_or_after_a_moment_comes_once_in_order(xero: SimulatedXero, inclusive: bool) -> None:
    xero.set(modified_since_inclusive=inclusive, modified_since_strict=True)
    ids = seeded(xero, 35)
    since = xero.ledger.read("contact", [ids[4]])[0].updated_at
    delta = xero.ledger.changed_since("contact", since)
    assert delta.complete
    wanted = [document.id for document in delta.documents if document.id in ids[4:]]
    assert wanted == ids[4:]
    assert len(delta.documents) <= 32


@pytest.mark.usefixtures("small_pages")
def test_a_whole_page_within_one_second_is_read_by_number(xero: SimulatedXero) -> None:
    xero.seed(*({"Name": f"Firm {n}"} for n in range(45)))
    delta = xero.ledger.changed_since("contact", xero.clock.now() - timedelta(hours=1), pages=2)
    assert delta.complete
    assert len(names(delta.documents)) == 45


@pytest.mark.usefixtures("small_pages")
def test_what_was_begun_for_a_job_waits_for_the_calls_it_still_needs(
    xero: SimulatedXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given up between two pages it would begin anew with the next call, and never get on."""
    xero.seed(*({"Name": f"Firm {n}"} for n in range(45)))
    purposes, page = list[str](), XeroLedger._page

    def asked(self: XeroLedger, wire: Any, query: Any, purpose: Any, headers: Any = None) -> Any:
        purposes.append(purpose)
        return page(self, wire, query, purpose, headers)

    monkeypatch.setattr(XeroLedger, "_page", asked)
    delta = xero.ledger.changed_since("contact", xero.clock.now() - timedelta(hours=1), purpose="backfill")
    assert delta.complete
    assert [purposes[0], set(purposes[-4:])] == ["backfill", {"live"}], "live calls wait a moment, a job's do not"


@pytest.mark.usefixtures("small_pages")
def test_a_page_limit_that_cuts_says_so_and_reading_on_from_the_last_row_ends(xero: SimulatedXero) -> None:
    ids = seeded(xero, 35, apart=0.4)
    xero.clock.advance(60)
    found: set[str] = set()
    since: datetime | None = None
    for _ in range(30):
        delta = xero.ledger.changed_since("contact", since, pages=1)
        xero.clock.advance(10)
        found |= {document.id for document in delta.documents}
        if delta.complete:
            break
        since = delta.documents[-1].updated_at
    assert delta.complete
    assert found == set(ids)


@pytest.mark.usefixtures("small_pages")
def test_a_row_changed_while_we_read_shifts_none_out_of_sight(
    xero: SimulatedXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = seeded(xero, 35)
    turns = iter(range(100))
    real = xero.ledger._since

    def busy_people(*arguments: object) -> reading.Found:
        found = real(*arguments)  # type: ignore[arg-type]
        xero.clock.advance(1)
        xero.human("edit", ids[next(turns)], FirstName="Changed")
        return found

    monkeypatch.setattr(xero.ledger, "_since", busy_people)
    delta = xero.ledger.changed_since("contact", None, pages=20)
    assert {document.id for document in delta.documents} == set(ids)


@pytest.mark.usefixtures("small_pages")
def test_a_limit_met_on_the_way_keeps_what_was_read(xero: SimulatedXero, monkeypatch: pytest.MonkeyPatch) -> None:
    seeded(xero, 35)
    xero.fault("limit_minute")
    with pytest.raises(LedgerBusy):
        xero.ledger.changed_since("contact", None)
    xero.clock.advance(100)

    real, calls = xero.ledger._since, iter([False, False, True])

    def fails_later(*arguments: object) -> reading.Found:
        if next(calls):
            raise LedgerBusy("minute")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(xero.ledger, "_since", fails_later)
    delta = xero.ledger.changed_since("contact", None)
    assert not delta.complete
    assert len(delta.documents) == 19


def test_304_is_nothing_newer(xero: SimulatedXero) -> None:
    xero.set(modified_since_304=True)
    assert xero.ledger.changed_since("contact", xero.clock.now()).documents == []


def test_archived_contacts_are_changes_too(xero: SimulatedXero) -> None:
    [id] = xero.seed({"Name": "A"})
    xero.human("archive", id)
    assert [document.status for document in xero.ledger.changed_since("contact", None).documents] == ["archived"]


# ------------------------------------------------------------------ everything


@pytest.mark.usefixtures("small_pages")
def test_a_crawl_needs_a_call_per_page_and_with_a_delta_from_its_start_skips_nothing(xero: SimulatedXero) -> None:
    ids = seeded(xero, 35)
    start = xero.clock.now()
    first = xero.ledger.crawl("contact")
    assert (first.page, first.pages, first.total) == (1, 4, 35)
    seen = {document.id for document in first.documents}
    for page in range(2, first.pages + 1):
        xero.clock.advance(3)
        xero.human("edit", ids[page], FirstName="Changed")
        seen |= {document.id for document in xero.ledger.crawl("contact", page).documents}
    assert len(xero.sent()) == 4
    assert seen >= set(ids) - set(ids[2:5])
    assert seen | {document.id for document in xero.ledger.changed_since("contact", start).documents} == set(ids)


def test_an_empty_ledger_is_one_empty_page(xero: SimulatedXero) -> None:
    crawl = xero.ledger.crawl("contact")
    assert (crawl.documents, crawl.pages, crawl.total) == ([], 1, 0)


def test_reads_ask_for_gzip(xero: SimulatedXero) -> None:
    xero.seed(*({"Name": f"Firm {n}"} for n in range(200)))
    assert len(xero.ledger.crawl("contact").documents) == 200
    assert xero.sent()[-1].headers["accept-encoding"] == "gzip"


# ------------------------------------------------------------------ a failed read is never "it is gone"


@pytest.mark.parametrize("kind", ["timeout_before", "reset", "torn", "html", "error_before", "limit_minute"])
def test_trouble_while_reading_says_try_again(xero: SimulatedXero, kind: str) -> None:
    xero.fault(kind)
    with pytest.raises(LedgerBusy):
        xero.ledger.read("contact", [GONE])


def test_a_404_for_a_list_is_trouble_not_an_empty_list(xero: SimulatedXero) -> None:
    xero.fault("error_before", status=404)
    with pytest.raises(LedgerBusy):
        xero.ledger.read("contact", [GONE])


def test_a_wrong_question_is_told_as_one(xero: SimulatedXero) -> None:
    xero.fault("error_before", status=400)
    with pytest.raises(Refused) as refusal:
        xero.ledger.crawl("contact")
    assert refusal.value.code == "refused_by_ledger"


def test_a_403_that_does_not_say_disconnected_is_trouble(xero: SimulatedXero) -> None:
    xero.fault("error_before", status=403)
    with pytest.raises(LedgerBusy):
        xero.ledger.crawl("contact")
    assert xero.badge.lost_for == []


def test_a_token_refused_twice_is_reported_and_not_renewed_for_ever(xero: SimulatedXero) -> None:
    xero.fault("error_before", status=401, times=9)
    with pytest.raises(NotConnected):
        xero.ledger.crawl("contact")
    assert len(xero.sent()) == 2
    assert len(xero.badge.lost_for) == 1


# ------------------------------------------------------------------ moments


def test_the_offset_of_a_date_is_not_applied() -> None:
    wanted = datetime(2018, 2, 15, 6, 19, 10, 940_000, tzinfo=UTC)
    assert moment("/Date(1518675550940+0000)/") == moment("/Date(1518675550940+1300)/") == wanted
    assert moment("/Date(1518675550940)/") == wanted
    assert moment("/Date(-1)/") == datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
    assert moment(None) is moment("2018-02-15T06:19:10Z") is None


def test_if_modified_since_has_whole_seconds_and_no_zone() -> None:
    local = datetime(2026, 11, 22, 10, 0, 1, 999, tzinfo=UTC).astimezone()
    assert modified_since(local) == "2026-11-22T10:00:01"
