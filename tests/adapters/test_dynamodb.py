"""The tables keep what was put, refuse what was decided on old news, and find it again through every index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from ledgerlink.adapters.dynamodb import activity, reading
from ledgerlink.adapters.dynamodb.activity import DynamoActivity
from ledgerlink.adapters.dynamodb.commit import DynamoCommit
from ledgerlink.adapters.dynamodb.control_ports import DynamoCursors, DynamoLanes, DynamoWakes
from ledgerlink.adapters.dynamodb.items import link_item
from ledgerlink.adapters.dynamodb.links import DynamoLinks
from ledgerlink.adapters.dynamodb.marks import DynamoMarks
from ledgerlink.adapters.dynamodb.records import DynamoRecords
from ledgerlink.adapters.dynamodb.tables import ActivityItem
from ledgerlink.adapters.hands import Hands
from ledgerlink.errors import Conflict, Invalid, StoreBusy
from ledgerlink.flows.entries import record_entry
from ledgerlink.kinds.organization import ledger_view
from ledgerlink.ports import (
    CERTAIN,
    Claim,
    Claimed,
    Cursor,
    DropDispatch,
    LinkFilter,
    PutDispatch,
    PutEntry,
    PutLane,
    PutLink,
    PutRecord,
    Unclaim,
    Woken,
)
from ledgerlink.rules import export as rules
from ledgerlink.rules.decisions import Disagree, Refuse, Wait
from ledgerlink.rules.decisions import Problem as Trouble
from ledgerlink.rules.merge import Clash
from ledgerlink.state.activity import Entry
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import RecordKey
from tests.support.aws import Answer, AwsInProcess, Call
from tests.support.builders import NOON, a_dispatch, a_link, a_linked, a_part, a_record, an_organization

LINKS, RECORDS = DynamoLinks(), DynamoRecords()


@pytest.fixture
def commit(tables: Any) -> DynamoCommit:
    return DynamoCommit(tables, Hands(1))


def new(**fields: Any) -> Any:
    return a_link(version=0, **fields)


def test_what_was_put_comes_back_one_version_up(commit: DynamoCommit) -> None:
    record = a_record(version=0, pushed=an_organization(account_number="A1"))
    link = a_linked(
        version=0, seen=ledger_view(an_organization(email="x@y.example")), last_export_at=NOON, wake_at=NOON
    )
    commit.all(PutRecord(record), PutLink(link))
    assert RECORDS.get(record.key) == record.model_copy(update={"version": 1})
    assert LINKS.get(link.key) == link.model_copy(update={"version": 1})


@pytest.mark.parametrize("version", [0, 2])
def test_a_write_decided_on_another_version_changes_nothing(commit: DynamoCommit, version: int) -> None:
    commit.all(PutRecord(a_record(version=0)), PutLink(new()))
    with pytest.raises(Conflict):
        commit.all(PutRecord(a_record(version=1, revision=9)), PutLink(a_link(version=version, wanted=9)))
    stored = RECORDS.get(a_record().key)
    assert stored is not None
    assert stored.revision == 1, "the other half of the commit must not be there either"


def test_each_group_stands_or_falls_alone(commit: DynamoCommit) -> None:
    commit.all(PutLink(new(id="b")))
    groups = [[PutLink(new(id=id_)), PutRecord(a_record(id=id_, version=0))] for id_ in "abc"]
    assert commit.each(groups) == [True, False, True]
    assert commit.each([[PutLink(new(id="a"))], [PutLink(new(id="d"))]]) == [False, True]
    assert set(RECORDS.many(a_record(id=id_).key for id_ in "abc")) == {a_record(id=id_).key for id_ in "ac"}


def test_a_document_belongs_to_one_link(commit: DynamoCommit) -> None:
    one, other = a_link(id="one").key, a_link(id="other").key
    commit.all(Claim(one, "contact", "d1"))
    commit.all(Claim(one, "contact", "d1"))
    with pytest.raises(Conflict):
        commit.all(Claim(other, "contact", "d1"))
    with pytest.raises(Conflict):
        commit.all(Unclaim(other, "contact", "d1"))
    assert LINKS.claimed("c1", "contact", ["d1", "d2"]) == {"d1": Claimed(one)}


def test_a_tombstone_is_told_and_yields_to_a_person(commit: DynamoCommit) -> None:
    key = a_link().key
    commit.all(Claim(key, "contact", "d1"))
    commit.all(Unclaim(key, "contact", "d1", tombstone="unlinked_by_person"))
    assert LINKS.claimed("c1", "contact", ["d1"]) == {"d1": Claimed(None, "unlinked_by_person")}
    commit.all(Claim(key, "contact", "d1"))
    assert LINKS.claimed("c1", "contact", ["d1"]) == {"d1": Claimed(key)}


def test_the_queue_is_what_is_due_in_order_and_nothing_else(commit: DynamoCommit) -> None:
    later = rules.due(new(id="later"), NOON + timedelta(seconds=1))
    first = rules.due(new(id="first"), NOON)
    waiting = rules.follow(new(id="waiting"), Wait("integration_disabled", "setting:integration_enabled"), NOON)
    commit.all(PutLink(later), PutLink(first), PutLink(waiting), PutLink(rules.due(new(company="c2"), NOON)))
    assert [key.id for key in LINKS.due("c1").items] == ["first", "later"]
    assert LINKS.due("c1", stage=2).items == []
    assert LINKS.count_due("c1") == 2
    assert [key.id for key in LINKS.waiting("c1", "setting:integration_enabled").items] == ["waiting"]
    assert sorted(LINKS.companies_with_due()) == ["c1", "c2"]


def test_pages_of_the_queue_join_without_gap_or_repeat(commit: DynamoCommit) -> None:
    commit.each([[PutLink(rules.due(new(id=f"{n:02}"), NOON + timedelta(seconds=n)))] for n in range(25)])
    found: list[str] = []
    after = None
    while True:
        page = LINKS.due("c1", after=after, limit=7)
        found += [key.id for key in page.items]
        after = page.next
        if after is None:
            break
    assert found == [f"{n:02}" for n in range(25)]


def test_what_waits_for_a_time_is_found_when_it_has_come(commit: DynamoCommit) -> None:
    wait = Wait("balance_outstanding", "time", timedelta(hours=1))
    commit.all(PutLink(rules.follow(new(), wait, NOON)))
    assert LINKS.waiting_until(NOON + timedelta(minutes=59)) == []
    assert LINKS.waiting_until(NOON + timedelta(hours=1)) == [a_link().key]


def test_errors_and_conflicts_are_counted_apart(commit: DynamoCommit) -> None:
    refused = rules.follow(new(id="refused"), Refuse((Trouble("name_taken", "name", "no"),)), NOON)
    clashing = rules.follow(new(id="clashing"), Disagree((Clash("email", "a", "b"),)), NOON)
    commit.all(PutLink(refused), PutLink(clashing))
    assert [key.id for key in LINKS.errors("c1").items] == ["refused"]
    assert [key.id for key in LINKS.conflicts("c1").items] == ["clashing"]
    assert (LINKS.count_errors("c1"), LINKS.count_conflicts("c1")) == (1, 1)


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        (LinkFilter(), ["alpha", "beta", "gamma"]),
        (LinkFilter(sort="-title"), ["gamma", "beta", "alpha"]),
        (LinkFilter(linked=True), ["beta"]),
        (LinkFilter(linked=False), ["alpha", "gamma"]),
        (LinkFilter(do_not_export=True), ["gamma"]),
        (LinkFilter(q="ETA"), ["beta"]),
        (LinkFilter(q="alpha@"), ["alpha"]),
        (LinkFilter(accounting_code=a_linked().document_id), ["beta"]),
        (LinkFilter(state="linked"), ["beta"]),
        (LinkFilter(exported_since="2026-11-22T00:00:00.000000Z"), ["beta"]),
        (LinkFilter(exported_until="2026-11-21T00:00:00.000000Z"), []),
    ],
)
def test_lists_are_by_title_and_narrowed(commit: DynamoCommit, where: LinkFilter, ids: list[str]) -> None:
    commit.all(
        PutLink(new(id="alpha", title="Alpha", email="alpha@x.example")),
        PutLink(a_linked(id="beta", title="Beta", version=0, last_export_at=NOON)),
        PutLink(new(id="gamma", title="Gamma", do_not_export={"on": True, "reason": "legal"})),
    )
    assert [key.id for key in LINKS.search("c1", "organizations", where).items] == ids


def test_a_narrowed_list_looks_at_so_many_a_page_and_then_goes_on(
    commit: DynamoCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the list is: the whole of it is never read for one answer."""
    monkeypatch.setattr(reading, "LOOKED_AT", 2)
    monkeypatch.setattr(reading, "MOST_LOOKED_AT", 2)
    status = ["paid", "approved", "", "void"]
    commit.all(*(PutLink(new(id=f"r{n:02}", title=f"T {n:02}", status=status[n % 4])) for n in range(12)))
    pages, after = [], None
    while True:
        where = LinkFilter(status_is_not=("paid", "void"))
        page = LINKS.search("c1", "organizations", where, after=after, limit=2)
        pages.append([key.id for key in page.items])
        after = page.next
        if after is None:
            break
    assert [id_ for some in pages for id_ in some] == ["r01", "r02", "r05", "r06", "r09", "r10"]
    assert [len(some) for some in pages][:6] == [1] * 6, "two looked at, one of which fits"


def test_a_cursor_nobody_gave_out_is_refused(commit: DynamoCommit) -> None:
    with pytest.raises(Invalid):
        LINKS.due("c1", after="bogus")


def test_a_typical_link_costs_one_write_unit() -> None:
    full = an_organization(
        name="Müller & Söhne Veranstaltungstechnik GmbH",
        account_number="K-10023",
        tax_number="DE123456789",
        currency="EUR",
        phones=[{"kind": "main", "country": "49", "area": "89", "number": "1234567"}],
        addresses=[{"kind": "billing", "line1": "Landsberger Straße 100", "city": "München", "postcode": "80339"}],
        person={"first_name": "Anna", "last_name": "Müller"},
    )
    link = a_linked(full, last_export_at=NOON, updated_at=NOON, last_dispatch="d" * 26, **rules.columns(a_record(full)))
    stored = link_item(link).serialize()
    size = sum(len(name) + len(next(iter(value.values()))) for name, value in stored.items() if "BOOL" not in value)
    assert size < 1024


def test_the_feed_tells_changes_in_order(commit: DynamoCommit) -> None:
    for n in range(3):
        commit.all(PutRecord(a_record(id=f"r{n}", version=0, updated_at=NOON + timedelta(seconds=n))))
    first = RECORDS.changes("c1", since=None, limit=2)
    rest = RECORDS.changes("c1", since=first.next, limit=2)
    assert [record.id for record in first.items + rest.items] == ["r0", "r1", "r2"]
    assert RECORDS.changes("c1", since=rest.next, limit=2).items == []


def test_history_is_newest_first_and_written_once(commit: DynamoCommit) -> None:
    entries = [
        record_entry(a_record().key, at=NOON + timedelta(seconds=n), mark="m", direction="here", action="edited")
        for n in range(3)
    ]
    DynamoActivity().add([*entries, entries[0]])
    commit.all(PutEntry(entries[1]))
    assert DynamoActivity().of_record(a_record().key).items == entries[::-1]
    assert DynamoActivity().of_company("c1", since=NOON + timedelta(seconds=1)).items == entries[:0:-1]


def _sent(mark: str, *ids: str, minute: int = 0) -> list[Entry]:
    """What became of the parts of one dispatch."""
    at = NOON + timedelta(minutes=minute)
    return [
        record_entry(RecordKey("c1", "organizations", id_), at=at, mark=mark, direction="export", action="created")
        for id_ in ids
    ]


def test_the_entries_of_a_dispatch_lie_on_one_sheet_and_are_paged_like_others(tables: Any) -> None:
    history = DynamoActivity()
    alone = _sent("edit", "a", minute=0) + _sent("edit", "a", minute=2)
    sent = _sent("d1", *(f"o{n:02}" for n in range(30)), minute=1)
    history.add(alone)
    history.add(sent, together=sent[0].id.removesuffix("-organizations-o00"))
    newest_first = sorted(alone + sent, key=lambda entry: entry.id, reverse=True)
    rows = list(ActivityItem.by_company.query("c1"))
    assert len(rows) == 3, "two entries and a sheet"
    for limit in (1, 7, 31, 32, 50):
        shown, after = [], None
        while True:
            page = history.of_company("c1", after=after, limit=limit)
            assert len(page.items) <= limit
            shown, after = shown + page.items, page.next
            if after is None:
                break
        assert shown == newest_first, limit
    since = history.of_company("c1", since=NOON + timedelta(minutes=1), limit=10)
    assert (
        since.items + history.of_company("c1", since=NOON + timedelta(minutes=1), after=since.next).items
        == newest_first[:-1]
    )
    assert history.of_record(RecordKey("c1", "organizations", "o07")).items == [sent[7]]
    assert history.find("c1", sent[7].id) == sent[7]
    assert history.find("c1", alone[0].id) == alone[0]
    assert history.find("c1", f"{sent[7].id}x") is None


def test_a_dispatch_settled_in_several_goes_is_told_once(tables: Any) -> None:
    history, sent = DynamoActivity(), _sent("d1", "a", "b", "c", "d")
    together = sent[0].id.removesuffix("-organizations-a")
    history.add(sent[:2], together=together)
    history.add(sent[1:], together=together)  # b once more: a drain died between its history and its link
    history.add(sent[1:], together=together)
    assert history.of_company("c1").items == sent[::-1]
    page = history.of_company("c1", limit=3)
    assert history.of_company("c1", after=page.next).items == sent[:1]
    assert history.find("c1", sent[3].id) == sent[3]


def test_what_no_item_could_hold_lies_on_several_sheets(tables: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "MOST_ON_A_SHEET", 100)
    sent = _sent("d1", *(f"o{n}" for n in range(8)))
    DynamoActivity().add(sent, together=sent[0].id.removesuffix("-organizations-o0"))
    assert len(list(ActivityItem.by_company.query("c1"))) > 1
    assert DynamoActivity().of_company("c1").items == sent[::-1]


@pytest.mark.parametrize("cursor", ["nonsense", "eyJlbnRyeSI6MX0=", "W10="])
def test_a_history_read_on_from_elsewhere_is_refused(tables: Any, cursor: str) -> None:
    with pytest.raises(Invalid):
        DynamoActivity().of_company("c1", after=cursor)


def test_a_dispatch_keeps_its_exact_bytes_until_it_is_dropped(commit: DynamoCommit) -> None:
    dispatch = a_dispatch(a_part(), a_part(id="o2", reference="LL-o2"), body='{"Name":"Müller"}'.encode() * 50)
    lane = DynamoLanes().get("c1", "export")
    commit.all(PutDispatch(dispatch), PutLane(lane))
    assert DynamoLanes().open_dispatches("c1") == [dispatch.model_copy(update={"version": 1})]
    with pytest.raises(Conflict):
        commit.all(PutDispatch(dispatch.model_copy(update={"id": "d2"})), PutLane(lane))
    commit.all(DropDispatch(dispatch))
    assert DynamoLanes().open_dispatches("c1") == []


def test_marks_coalesce_and_survive_news(tables: Any) -> None:
    marks = DynamoMarks()
    marks.add("org", [("contact", "a"), ("contact", "b"), ("contact", "a")], since="t1")
    first, second = marks.pending("org")
    assert [mark.document_id for mark in marks.pending("org", after=first)] == ["b"]
    assert marks.among("org", "contact", ["a", "c"]) == {"a"}
    marks.add("org", [("contact", "a")], since="t2")
    marks.done("org", first)
    marks.done("org", second)
    assert [(mark.document_id, mark.since) for mark in marks.pending("org")] == [("a", "t2")]
    marks.postpone("org", marks.pending("org")[0])
    assert marks.pending("org")[0].attempts == 1


def test_a_mark_with_any_id_is_read_and_removed(tables: Any) -> None:
    marks = DynamoMarks()
    for since in ("2026-11-22T09:00:07.250000Z-2", f"{CERTAIN}1"):
        marks.add("org", [("invoice", "a#b#seen")], since=since)
    found = marks.pending("org")
    assert [mark.document_id for mark in found] == ["a#b#seen"] * 2
    for mark in found:
        marks.done("org", mark)
    assert marks.pending("org") == []


def test_what_we_saw_ourselves_is_not_displaced_by_what_the_ledger_tells(tables: Any) -> None:
    marks = DynamoMarks()
    marks.add("org", [("invoice", "a"), ("invoice", "b")], since=f"{CERTAIN}1")
    marks.add("org", [("invoice", "a")], since="2026-11-22T09:00:07.250000Z-2")
    told, seen, other = marks.pending("org")
    assert [(mark.document_id, mark.at is None) for mark in (told, seen, other)] == [
        ("a", False),
        ("a", True),
        ("b", True),
    ]
    assert marks.pending("org", after=told) == [seen, other]
    assert marks.pending("org", after=seen) == [other]
    assert marks.among("org", "invoice", ["a", "b", "c"]) == {"a", "b"}
    marks.done("org", told)
    marks.postpone("org", seen)
    assert [(mark.document_id, mark.attempts) for mark in marks.pending("org")] == [("a", 1), ("b", 0)]
    marks.done("org", seen)
    assert marks.pending("org") == [other]


def test_what_must_happen_later_is_woken_when_its_time_has_come(commit: DynamoCommit) -> None:
    DynamoCursors().put("c1", Cursor("contact", newest=NOON, next_poll_at=NOON + timedelta(hours=2)))
    commit.all(PutDispatch(a_dispatch()))
    assert DynamoWakes().due(NOON) == []
    assert set(DynamoWakes().due(NOON + timedelta(hours=3))) == {
        Woken("c1", "cursor", "contact"),
        Woken("c1", "dispatch", "d1"),
    }
    with pytest.raises(Conflict):
        DynamoCursors().put("c1", Cursor("contact"))


def test_a_lost_connection_is_trouble_that_passes(aws: AwsInProcess, commit: DynamoCommit) -> None:
    """PynamoDB's own way of asking for the error's code breaks where there was no answer to have one."""

    def lost(call: Call, answer: Answer) -> tuple[int, dict[str, str], bytes]:
        raise ReadTimeoutError(endpoint_url="https://dynamodb")

    aws.hook = lost
    for ask in (lambda: LINKS.many([LinkKey("c1", "organizations", "o1")]), lambda: commit.all(PutLink(new()))):
        with pytest.raises(StoreBusy):
            ask()
