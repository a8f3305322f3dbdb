"""E-mail preferences at work: who is told of jobs, of the connection, of the CRM's webhook, of what waits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ledgerlink.flows.connection import tokens
from ledgerlink.flows.notices import crm_webhook, subscriptions
from ledgerlink.flows.sweeping import sweep
from ledgerlink.ports import Mail
from ledgerlink.state.member import Member
from ledgerlink.state.subscription import Topic
from tests.support.aws import AwsInProcess
from tests.support.hub import ACME, ANN, Hub

if TYPE_CHECKING:
    from pynamodb.connection import Connection

BOB = "bob@acme.example"


class Inbox:
    """``ports.Mailer``: keeps what is sent."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)

    @property
    def told(self) -> list[str]:
        return sorted(mail.to for mail in self.mails)


@pytest.fixture
def hub(tables: Connection, aws: AwsInProcess) -> Iterator[Hub]:
    made = Hub(aws)
    yield made
    made.close()


@pytest.fixture
def inbox(hub: Hub) -> Inbox:
    made = Inbox()
    hub.at.__dict__["mailer"] = made
    return made


def say(hub: Hub, who: str, *, sub: str = "", **topics: bool | None) -> None:
    chosen: dict[Topic, bool | None] = dict(topics)  # type: ignore[arg-type]
    subscriptions.put(hub.context, who, sub or who.partition("@")[0], chosen)


def lose(hub: Hub) -> None:
    held = hub.at.companies.tokens(ACME)
    assert held is not None
    tokens.lost(ACME, hub.at, refused=held.refresh_token, detail="invalid_grant")
    hub.deliver(("notice",))


def morning(hub: Hub) -> None:
    """The sweeper rings in the next 24 hours, minute by minute where it matters."""
    for _ in range(25):
        hub.clock.advance(3600)
        sweep(hub.at)
        hub.deliver(("notice",))


def test_whoever_starts_a_job_hears_of_it_unless_they_said_no(hub: Hub, inbox: Inbox) -> None:
    hub.done("import-contacts")
    assert inbox.told == ["ann@acme.example"]
    say(hub, "Ann@acme.example", own_jobs=False)
    job = hub.done("import-contacts")
    assert (inbox.told, job.email.status) == (["ann@acme.example"], "none")


def test_jobs_of_others_are_told_to_whoever_asked_and_say_so(hub: Hub, inbox: Inbox) -> None:
    say(hub, BOB, others_jobs=True)
    say(hub, "ann@acme.example", others_jobs=True)  # hears of her own as her own, once
    job = hub.done("import-contacts")
    hub.rest()
    assert inbox.told == ["ann@acme.example", BOB]
    [to_bob] = [mail for mail in inbox.mails if mail.to == BOB]
    assert "asked to hear of jobs that others start" in to_bob.text
    assert "Choose what you get: https://console.example/#/companies/acme/settings/e-mail" in to_bob.text
    assert f"jobs/{job.id}" in to_bob.html
    assert hub.job(job.id).email.to == "ann@acme.example"


def test_the_connection_lost_and_back_is_told_to_whoever_connected_and_whoever_asked(hub: Hub, inbox: Inbox) -> None:
    say(hub, BOB, connection_lost=True, connection_back=True)
    lose(hub)
    assert inbox.told == ["ann@acme.example", BOB]
    inbox.mails.clear()
    hub.connect()
    sweep(hub.at)
    hub.deliver(("notice",))
    assert inbox.told == ["ann@acme.example", BOB]
    assert all("is connected to" in mail.subject for mail in inbox.mails)


def test_connecting_for_the_first_time_tells_nobody(hub: Hub, inbox: Inbox) -> None:
    say(hub, BOB, connection_back=True)
    hub.connect()
    hub.rest()
    assert inbox.mails == []


def test_a_member_who_may_no_longer_see_the_company_hears_nothing_more(hub: Hub, inbox: Inbox) -> None:
    hub.at.members.put(Member(who=BOB, role="viewer", companies=(ACME,)))
    say(hub, BOB, connection_lost=True)
    hub.at.members.put(Member(who=BOB, role="viewer", companies=("other",), version=1))
    lose(hub)
    assert inbox.told == ["ann@acme.example"]


def test_each_morning_what_waits_is_told_once_and_only_if_there_is_something(hub: Hub, inbox: Inbox) -> None:
    say(hub, BOB, daily_summary=True)
    morning(hub)
    assert inbox.mails == []
    hub.xero.seed({"Name": "Taken & Sons"})
    hub.save("a", name="Taken & Sons")
    hub.rest()
    morning(hub)
    [mail] = inbox.mails
    assert (mail.to, mail.subject) == (BOB, "1 thing waits for people: Acme")
    assert "       1  unresolved error\n" in mail.text
    assert "Taken & Sons" in mail.text
    assert "Link this record to that contact" in mail.text
    assert "Taken &amp; Sons" in mail.html
    assert "https://console.example/#/companies/acme/overview" in mail.html
    morning(hub)
    assert inbox.told == [BOB, BOB], "the next day again, for as long as it waits"
    say(hub, BOB, daily_summary=False)
    morning(hub)
    assert inbox.told == [BOB, BOB]


def test_a_summary_written_twice_goes_out_once(hub: Hub, inbox: Inbox) -> None:
    say(hub, BOB, daily_summary=True)
    hub.xero.seed({"Name": "Taken"})
    hub.save("b", name="Taken")
    hub.rest()
    hub.bells.delivers = lambda message: 2
    morning(hub)
    assert inbox.told == [BOB]


def test_a_crm_that_is_gone_is_told_to_people(hub: Hub, inbox: Inbox) -> None:
    say(hub, BOB, crm_webhook_paused=True)
    hub.at.crm.check = lambda url: None  # type: ignore[method-assign]
    webhook = crm_webhook.put(ACME, "https://crm.example/ear", ANN, hub.at, enabled=True)
    for _ in range(2):
        crm_webhook.pause(webhook, hub.at)
    sweep(hub.at)
    hub.deliver(("notice",))
    assert inbox.told == ["ann@acme.example", BOB]
    assert inbox.mails[0].subject == "The CRM webhook is paused: Acme"
    assert "https://crm.example/ear" in inbox.mails[0].text
    assert "https://console.example/#/companies/acme/crm-webhook" in inbox.mails[0].html


def test_a_merge_is_told_to_whoever_connected_and_whoever_asked(hub: Hub, inbox: Inbox) -> None:
    say(hub, BOB, ledger_decisions=True)
    hub.save("hall", name="Hall")
    hub.done("export-organizations")
    [survivor] = hub.xero.seed({"Name": "Hall & Sons"})
    hub.xero.human("merge", hub.link("hall").document_id, into=survivor)
    hub.done("import-contacts")
    hub.rest()
    merged = [mail for mail in inbox.mails if "erge" in mail.subject]
    assert sorted(mail.to for mail in merged) == ["ann@acme.example", BOB]
    assert {mail.subject for mail in merged} == {"Merged in Xero: Hall"}
