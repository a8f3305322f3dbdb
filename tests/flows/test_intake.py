"""News from the ledger: marks and doorbells, nothing more."""

from __future__ import annotations

from datetime import timedelta

from ledgerlink.flows.inbound.intake import Change, TakenNote, take_note
from ledgerlink.ports import CERTAIN
from tests.fakes.time import START
from tests.support.office import Office

ID, OTHER = "55d84274-a3da-4829-a7c0-0cab601b95cc", "66d84274-a3da-4829-a7c0-0cab601b95cc"


def change(office: Office, id: str = ID, *, organisation: int = 0, seconds: float = 0) -> Change:
    return Change(office.organisations[organisation], "contact", id, START + timedelta(seconds=seconds))


def test_each_document_is_marked_once_and_its_company_rung_once(connected: Office) -> None:
    connected.doorbells.rung.clear()
    taken = take_note([change(connected), change(connected, OTHER), change(connected)], connected.at)
    assert taken == TakenNote(marked=2)
    assert {key[2] for key in connected.marks.since} == {ID, OTHER}
    assert connected.doorbells.rung == [("acme", "import")]


def test_a_mark_begins_with_the_time_of_the_latest_change_and_differs_from_every_other(connected: Office) -> None:
    connected.clock.advance(60)
    news = [change(connected, seconds=seconds) for seconds in (2, 7.25, 3)]
    take_note(news, connected.at)
    [first] = connected.marks.since.values()
    take_note(news, connected.at)
    [second] = connected.marks.since.values()
    assert first[:27] == second[:27] == "2026-11-22T09:00:07.250000Z"
    assert first != second


def test_a_change_without_a_time_is_never_taken_for_an_echo(connected: Office) -> None:
    take_note([change(connected), Change(connected.organisations[0], "contact", ID)], connected.at)
    [since] = connected.marks.since.values()
    assert since.startswith(CERTAIN)
