"""What jobs count and promise: figures by outcome, when it would end, and until when a plan holds (J1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ledgerlink.ports import Budget
from ledgerlink.rules import export
from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import Job, JobItem, Progress
from tests.support.builders import NOON, a_link, a_linked, a_record, an_organization, settings


def items(*outcomes: str) -> list[JobItem]:
    return [JobItem(kind="organizations", id=str(n), outcome=outcome) for n, outcome in enumerate(outcomes)]


def test_planned_words_and_results_count_alike() -> None:
    figures = rules.counted(items("create", "created", "fail", "unchanged", "left_out"), Progress(total=9, done=1))
    assert (figures.total, figures.done, figures.created, figures.failed) == (9, 6, 2, 1)
    assert (figures.unchanged, figures.left_out) == (1, 1)


def test_every_planned_word_is_counted_somewhere() -> None:
    for planned, done in rules.COUNTED_AS.items():
        assert done in Progress.model_fields
        assert rules.PLANNED_AS[done] == planned


def test_only_the_first_failures_are_kept_with_the_job() -> None:
    kept = rules.with_failures((), items(*["failed", "created"] * 30))
    assert len(rules.with_failures(kept, items("failed"))) == rules.KEPT_FAILURES == 20


@pytest.mark.parametrize(
    ("calls", "budget", "minutes"),
    [
        (0, Budget(), 0),
        (100, Budget(), 2),
        (100, Budget(day_remaining=5000, day_limit=5000), 2),
        (100, Budget(day_remaining=2050, day_limit=5000), 24 * 60 + 1),  # 40 % are kept for live traffic
        (100, Budget(day_remaining=0, day_limit=1000), 24 * 60 + 2),
        (3050, Budget(day_remaining=2000, day_limit=5000), 48 * 60 + 1),
    ],
)
def test_when_it_would_end(calls: int, budget: Budget, minutes: int) -> None:
    assert rules.finishes_at(NOON, calls, budget) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, ""),
        ({"settings_version": 4}, "settings changed"),
        ({"organisation": "other"}, "another organisation"),
        ({"now": NOON + timedelta(hours=25)}, "older than 24 hours"),
    ],
)
def test_until_when_a_plan_holds(changed: dict[str, Any], why: str) -> None:
    job = Job(company="c1", id="j1", kind="x", started_at=NOON, planned_at=NOON, settings_version=3, organisation="org")
    asked = {"settings_version": 3, "organisation": "org", "now": NOON + timedelta(hours=23)} | changed
    assert why in rules.why_outdated(job, **asked)
    assert bool(why) == bool(rules.why_outdated(job, **asked))


# ------------------------------------------------------------------ an export's plan


def plan(link: Any, content: Any = None, **changed: Any) -> JobItem:
    record, ordered = a_record(content), link.model_copy(update={"ordered_by": "job-1"})
    return rules.planned_as(record, link, export.decide(record, ordered, settings(**changed)))


def test_one_without_a_contact_is_created_although_it_would_not_go_by_itself() -> None:
    item = plan(a_link(), create_linked_contact_on_create=False)
    assert (item.outcome, item.diff["name"]) == ("create", {"from": None, "to": "Hall & Sons Ltd"})
    assert item.overwritten == ()


def test_an_update_lists_what_it_overwrites() -> None:
    content = an_organization(email="new@x.example", tax_number="GB1")
    item = plan(a_linked(), content, update_linked_contact_on_edit=False)
    assert item.outcome == "update"
    assert item.diff["email"] == {"from": "accounts@hall.example", "to": "new@x.example"}
    assert item.overwritten == ("email",)


@pytest.mark.parametrize(
    ("link", "content", "outcome", "reason"),
    [
        (a_linked(), an_organization(), "unchanged", ""),
        (a_link(), an_organization(active=False), "skip", "inactive"),
        (a_linked(), an_organization(active=False), "archive", ""),
        (a_linked(document_status="archived"), an_organization(), "skip", "archived_in_ledger"),
        (a_link(suggestions=("s1",)), an_organization(), "skip", "possible_duplicate"),
        (a_link(), an_organization(name="<b>"), "fail", "name_not_allowed"),
    ],
)
def test_what_a_plan_says(link: Any, content: Any, outcome: str, reason: str) -> None:
    item = plan(link, content)
    assert (item.outcome, item.reason) == (outcome, reason)


def test_a_plan_is_the_same_only_while_record_and_decision_are() -> None:
    item = plan(a_link())
    assert rules.same_plan(item, plan(a_link(version=9)))
    assert not rules.same_plan(item, item.model_copy(update={"revision": 2}))
    assert not rules.same_plan(item, plan(a_linked()))
