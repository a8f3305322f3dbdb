"""Notices become e-mails: once, in both forms, nothing of people's input running as markup; trouble is waited out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ledgerlink.errors import Refused, Transient
from ledgerlink.flows.notices.notify import MOST_ATTEMPTS, send_notice, written
from ledgerlink.flows.sweeping import sweep
from ledgerlink.ports import Mail, PutNotice
from ledgerlink.state.notice import Notice
from tests.support.hub import ACME, Hub

CONSOLE = "https://console.example"


class Inbox:
    """``ports.Mailer``: keeps what is sent; ``trouble`` is raised instead, for as long as there is any."""

    def __init__(self, *trouble: Exception) -> None:
        self.mails: list[Mail] = []
        self.trouble = list(trouble)
        self.before: Callable[[], object] = lambda: None

    def send(self, mail: Mail) -> None:
        self.before()
        if self.trouble:
            raise self.trouble.pop(0)
        self.mails.append(mail)


@pytest.fixture
def inbox(hub: Hub) -> Inbox:
    made = Inbox()
    hub.at.__dict__["mailer"] = made
    return made


def notice(hub: Hub, template: Any, **data: Any) -> Notice:
    made = Notice(
        company=ACME, id="n1", template=template, to="ann@acme.example", data=data, created_at=hub.clock.now()
    )
    hub.at.commit.all(PutNotice(made))
    return made


def test_a_jobs_end_is_told_with_counts_failures_and_a_link(hub: Hub, inbox: Inbox) -> None:
    hub.setting(create_linked_contact_on_create=False)
    hub.xero.seed({"Name": "Taken & Sons"})
    hub.save("a", name="Fine")
    hub.save("b", name="Taken & Sons")
    hub.save("c", name="<script>alert(1)</script>")
    job = hub.done("export-organizations")
    [mail] = inbox.mails
    assert mail.to == "ann@acme.example"
    assert mail.subject == "Export of organizations finished with 2 failures: Acme"
    for text in (mail.text, mail.html):
        assert f"{CONSOLE}/#/companies/acme/jobs/{job.id}" in text
        assert "Link this record to that contact" in text
    assert "       1  created\n       2  failed\n" in mail.text
    assert "Taken &amp; Sons" in mail.html
    assert "<script>" not in mail.html
    assert job.email.status == "sent"


def test_only_the_first_failures_are_listed(hub: Hub, inbox: Inbox) -> None:
    text = "id,name\n" + "".join(f"o {n},Bad\n" for n in range(30))
    hub.done("import-organizations", options={"upload_id": hub.upload(text)})
    [mail] = inbox.mails
    assert mail.text.count("* Bad · line") == 20
    assert "... and 10 more." in mail.text


def test_a_failed_job_says_why(hub: Hub, inbox: Inbox) -> None:
    hub.done("import-links", options={"upload_id": hub.upload("a,b\n")})
    [mail] = inbox.mails
    assert mail.subject == "Import of links from a file failed: Acme"
    assert "names none of the columns" in mail.text


@pytest.mark.parametrize(
    ("template", "words"),
    [("needs_reconnect", "Nothing is lost"), ("connected", "Acme is connected to Demo")],
)
def test_the_connection_has_its_own_letters(hub: Hub, template: str, words: str) -> None:
    mail = written(notice(hub, template, company="Acme", organisation="Demo", detail="x"), hub.at, CONSOLE)
    assert words in mail.text
    assert f"{CONSOLE}/#/companies/acme/connection" in mail.html


def test_a_subject_stays_one_line(hub: Hub) -> None:
    mail = written(notice(hub, "connected", organisation="Demo"), hub.at, CONSOLE)
    assert mail.subject == "Acme is connected to Demo"
    assert mail.text.startswith("Acme is connected")


# ------------------------------------------------------------------ once


def test_a_notice_is_sent_once_however_often_it_is_rung_for(hub: Hub, inbox: Inbox) -> None:
    notice(hub, "connected", organisation="Demo")
    told = [send_notice(ACME, "n1", hub.at, console_url=CONSOLE) for _ in range(3)]
    assert (told, len(inbox.mails)) == (["sent", "nothing", "nothing"], 1)


def test_two_at_the_same_time_send_one(hub: Hub, inbox: Inbox) -> None:
    notice(hub, "connected", organisation="Demo")
    told: list[str] = []
    inbox.before = lambda: told.append(send_notice(ACME, "n1", hub.at, console_url=CONSOLE))
    send_notice(ACME, "n1", hub.at, console_url=CONSOLE)
    assert (told, len(inbox.mails)) == (["nothing"], 1)


def test_trouble_is_waited_out(hub: Hub, inbox: Inbox) -> None:
    inbox.trouble = [Transient("Throttling"), Transient("Throttling")]
    job = hub.start("import-contacts")
    hub.deliver()
    assert hub.job(job.id).email.status == "pending"
    for _ in range(3):
        hub.clock.advance(61)
        sweep(hub.at)
        hub.deliver()
    assert (hub.job(job.id).email.status, len(inbox.mails)) == ("sent", 1)


def test_it_is_given_up_after_a_while_and_shown(hub: Hub, inbox: Inbox) -> None:
    inbox.trouble = [Transient("Throttling")] * MOST_ATTEMPTS
    job = hub.start("import-contacts")
    hub.deliver()
    for _ in range(MOST_ATTEMPTS):
        hub.clock.advance(3600)
        sweep(hub.at)
        hub.deliver()
    assert (hub.job(job.id).email.status, inbox.mails) == ("failed", [])


def test_an_address_that_is_refused_is_shown_at_once(hub: Hub, inbox: Inbox) -> None:
    inbox.trouble = [Refused("mail_refused", "MessageRejected")]
    job = hub.done("import-contacts")
    assert hub.job(job.id).email.status == "failed"


def test_one_whose_sender_died_is_sent_when_its_claim_is_over(hub: Hub, inbox: Inbox) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    notice(hub, "connected", organisation="Demo")
    inbox.before = die
    with pytest.raises(Died):
        send_notice(ACME, "n1", hub.at, console_url=CONSOLE)
    inbox.before = lambda: None
    assert send_notice(ACME, "n1", hub.at, console_url=CONSOLE) == "nothing"
    hub.clock.advance(91)
    assert send_notice(ACME, "n1", hub.at, console_url=CONSOLE) == "sent"


@pytest.mark.parametrize("taken", [False, True], ids=["followed", "the survivor is taken"])
def test_a_merge_in_the_ledger_is_told_to_whoever_connected_the_company(hub: Hub, inbox: Inbox, taken: bool) -> None:
    hub.save("a")
    hub.save("b")
    hub.rest()
    hub.clock.advance(60)
    [other] = hub.xero.seed({"Name": "Survivor"})
    survivor = hub.link("b").document_id if taken else other
    hub.xero.human("merge", hub.link("a").document_id, into=survivor)
    inbox.mails.clear()
    hub.done("reconcile")
    merged = [mail for mail in inbox.mails if "erge" in mail.subject]
    assert [mail.to for mail in merged] == ["ann@acme.example"]
    subject = "A merge in Xero needs a decision: Org a" if taken else "Merged in Xero: Org a"
    page = "conflicts" if taken else "records/organizations/a"
    assert merged[0].subject == subject
    for text in (merged[0].text, merged[0].html):
        assert f"https://console.example/#/companies/acme/{page}" in text
        assert ("is linked to your organization" in " ".join(text.split())) == taken
    assert (hub.link("a").state == "conflict") == taken
