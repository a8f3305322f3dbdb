"""The CRM is told of each change, in order per record, again and again, until it has heard or it is hopeless."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from standardwebhooks import WebhookVerificationError

from ledgerlink.adapters.crm import HttpCrm
from ledgerlink.adapters.dynamodb.tables import ControlItem
from ledgerlink.errors import NotFound, Refused
from ledgerlink.flows.notices import crm_webhook, notify_crm
from ledgerlink.ports import PutCrmNotice
from ledgerlink.state.crm import CrmNotice
from ledgerlink.wiring import Wiring
from tests.support.ear import ACME, ANN, KEY, Ear
from tests.support.receiver import Receiver, Say, receiving

if TYPE_CHECKING:
    from pynamodb.connection import Connection

pytestmark = pytest.mark.loopback


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def ear(tables: Connection, receiver: Receiver) -> Ear:
    return Ear(receiver)


# ------------------------------------------------------------------ one message


def test_a_change_is_told_once_signed_and_thin(ear: Ear) -> None:
    ear.change()
    assert ear.notify() == "delivered"
    assert ear.notify() == "nothing"
    (arrived,) = ear.receiver.arrived
    assert arrived.verified(ear.secret)["data"] == {
        "kind": "organizations",
        "id": "o1",
        "revision": 1,
        "changed_by": "ledger",
        "deleted": False,
    }
    assert ear.notice().status == "delivered"


def test_of_several_changes_the_newest_is_told(ear: Ear) -> None:
    for _ in range(5):
        ear.change()
    ear.notify()
    assert ear.receiver.revisions == [5]


def test_each_record_has_a_notice_of_its_own(ear: Ear) -> None:
    for id_ in ("o1", "o2", "o1"):
        ear.change(id_)
    assert [ear.notify("o1"), ear.notify("o2")] == ["delivered", "delivered"]
    assert [(a.data["id"], a.data["revision"]) for a in ear.receiver.arrived] == [("o1", 2), ("o2", 1)]


def test_a_message_that_was_lost_is_rung_for_by_the_sweeper(ear: Ear) -> None:
    ear.change()
    ear.later(seconds=59)
    assert ear.receiver.arrived == []
    ear.later(seconds=2)
    assert ear.receiver.revisions == [1]


def test_what_is_over_goes_by_itself_and_what_is_not_stays(ear: Ear) -> None:
    def expires() -> float | None:
        return ControlItem.get(ACME, "crm-notice#organizations#o1", consistent_read=True).expires_at

    ear.change()
    assert expires() is None
    ear.notify()
    assert expires() == (ear.clock.now() + timedelta(days=30)).timestamp()
    ear.change()
    assert expires() is None


# ------------------------------------------------------------------ order


def test_a_newer_revision_waits_for_the_older_one_and_goes_by_the_same_hand(ear: Ear) -> None:
    beside: list[str] = []

    def change_meanwhile() -> None:
        ear.change()
        beside.append(ear.notify())

    ear.receiver.answers = [Say(200, before=change_meanwhile), Say(200)]
    ear.change()
    assert ear.notify() == "delivered"
    assert (beside, ear.receiver.revisions) == (["nothing"], [1, 2])
    assert ear.notice().status == "delivered"


def test_an_older_revision_that_failed_is_not_tried_again_once_there_is_a_newer_one(ear: Ear) -> None:
    ear.receiver.answers = [Say(500, before=lambda: ear.change() and None), Say(200)]
    ear.change()
    ear.notify()
    ear.later(days=2)
    assert ear.receiver.revisions == [1, 2]
    assert [d.outcome for d in ear.deliveries] == ["retrying", "delivered"]


def test_a_record_that_keeps_changing_queues_again(ear: Ear) -> None:
    ear.receiver.answers = [Say(200, before=lambda: ear.change() and None)] * 5 + [Say(200)]
    ear.change()
    ear.notify()
    assert ear.receiver.revisions == [1, 2, 3]
    assert not ear.notice().is_taken(ear.clock.now())
    ear.ring()
    assert ear.receiver.revisions == [1, 2, 3, 4, 5, 6]
    assert ear.notice().status == "delivered"


def test_who_dies_while_sending_is_followed_when_the_turn_has_run_out(ear: Ear) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    ear.change()
    send, ear.at.crm.send = ear.at.crm.send, lambda *a: (send(*a), die())  # type: ignore[method-assign]
    with pytest.raises(Killed):
        ear.notify()
    del ear.at.crm.send
    assert ear.notify() == "nothing"
    ear.later(seconds=61)
    first, second = ear.receiver.arrived
    assert first.headers["webhook-id"] == second.headers["webhook-id"], "the receiver knows it by its id"


def test_who_was_frozen_while_taking_the_turn_takes_it_anew(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its turn had run out before it was stored; whoever takes the next one may send a newer revision meanwhile."""
    ear.change()
    stored, turns = notify_crm._stored, []

    def frozen(notice: CrmNotice, at: Wiring) -> bool:
        if not turns:
            ear.clock.advance(55)
        if notice.turn_until is not None:
            turns.append(notice.turn_until)
        return stored(notice, at)

    monkeypatch.setattr(notify_crm, "_stored", frozen)
    assert ear.notify() == "delivered"
    assert len(turns) == 2
    assert turns[1] - ear.clock.now() > notify_crm.WHOLE_SEND
    assert len(ear.receiver.arrived) == 1


def test_many_hands_never_send_an_older_revision_after_a_newer(ear: Ear) -> None:
    one_writer = threading.Lock()

    def work(number: int) -> None:
        if number % 3 == 0:
            with one_writer:
                ear.change()
        ear.notify()

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(work, range(60)))
    ear.ring()
    ear.later(seconds=61)
    assert ear.receiver.revisions == sorted(set(ear.receiver.revisions)), "in order, and each at most once"
    assert ear.receiver.revisions[-1] == 20


# ------------------------------------------------------------------ trying again


def test_the_first_retry_comes_by_message_and_later_ones_by_the_sweeper(ear: Ear) -> None:
    ear.receiver.answers = [Say(500), Say(503), Say(204)]
    ear.change()
    ear.notify()
    assert list(ear.bells.rung) == [(KEY, 6)], "five seconds and a little, rounded up"
    ear.ring()
    ear.later(minutes=4)
    assert len(ear.receiver.arrived) == 2
    ear.later(minutes=2)
    assert [d.outcome for d in ear.deliveries] == ["retrying", "retrying", "delivered"]
    assert [d.attempt for d in ear.deliveries] == [1, 2, 3]
    assert len({a.headers["webhook-id"] for a in ear.receiver.arrived}) == 1


def test_a_message_before_its_time_does_nothing(ear: Ear) -> None:
    ear.receiver.answers = [Say(500), Say(204)]
    ear.change()
    ear.notify()
    assert ear.notify() == "nothing"
    assert len(ear.receiver.arrived) == 1


def test_after_the_last_attempt_it_is_failed_seen_and_may_be_sent_again(ear: Ear) -> None:
    ear.receiver.answers = [Say(500, text="no such field")]
    ear.change()
    ear.notify()
    for _ in range(20):
        ear.later(hours=12)
    assert [d.outcome for d in ear.deliveries] == ["retrying"] * 9 + ["failed"]
    last = ear.deliveries[-1]
    assert (last.status, last.answer, last.next_attempt_at) == (500, "no such field", None)
    assert ear.notice().status == "failed"
    ear.receiver.answers = [Say(200)]
    crm_webhook.replay(ACME, last.id, ANN, ear.at)
    ear.ring()
    assert ear.notice().status == "delivered"
    assert ear.history("organizations", "o1") == ["told_again"]


def test_retry_after_is_honoured_for_the_whole_endpoint(ear: Ear) -> None:
    ear.receiver.answers = [Say(429, {"retry-after": "600"}), Say(204)]
    ear.change("o1")
    ear.change("o2")
    assert [ear.notify("o1"), ear.notify("o2")] == ["retrying", "later"]
    ear.later(seconds=599)
    assert len(ear.receiver.arrived) == 1
    ear.later(minutes=3)
    assert {a.data["id"] for a in ear.receiver.arrived[1:]} == {"o1", "o2"}
    assert ear.notice("o2").attempts == 1, "waiting for the endpoint costs no attempt"


def test_an_endpoint_that_is_down_holds_up_only_itself_and_recovers(ear: Ear) -> None:
    ear.receiver.answers = [Say(502)] * 3 + [Say(200)]
    for number in range(20):
        ear.change(f"o{number}")
    told = [ear.notify(f"o{number}") for number in range(20)]
    assert told == ["retrying"] * 3 + ["later"] * 17
    ear.later(minutes=10)
    assert {ear.notice(f"o{number}").status for number in range(20)} == {"delivered"}
    assert ear.at.crm_notices.webhook(ACME).failures == 0


def test_a_name_that_was_public_and_now_leads_inside_gets_nothing(ear: Ear) -> None:
    """DNS rebinding between the check and the delivery."""
    addresses = [["8.8.8.8"], ["127.0.0.1"]]
    ear.at.__dict__["crm"] = HttpCrm(resolve=lambda host, port: addresses.pop(0))
    ear.put(url="https://crm.example/")
    ear.change()
    assert ear.notify() == "retrying"
    assert ear.deliveries[-1].detail == "not sent: the address is not public"
    assert ear.receiver.arrived == []


# ------------------------------------------------------------------ off, paused, without a secret


def test_410_pauses_the_endpoint_and_switching_it_on_lets_everything_go(ear: Ear) -> None:
    ear.receiver.answers = [Say(410), Say(200)]
    ear.change("o1")
    ear.change("o2")
    assert [ear.notify("o1"), ear.state, ear.notify("o2")] == ["paused", "paused", "held"]
    ear.change("o2")
    ear.change("o3")
    ear.later(days=5)
    assert len(ear.receiver.arrived) == 1
    ear.put()
    ear.ring()
    assert ear.state == "on"
    assert {(a.data["id"], a.data["revision"]) for a in ear.receiver.arrived[1:]} == {("o1", 1), ("o2", 2), ("o3", 1)}
    assert ear.history() == ["edited", "edited", "paused", "secret_made"]


def test_a_410_for_an_address_that_was_changed_meanwhile_pauses_nothing(ear: Ear) -> None:
    with receiving() as other:
        ear.receiver.answers = [Say(410, before=lambda: ear.put(url=other.url))]
        ear.change()
        ear.notify()
        assert ear.state == "on"
        ear.ring()
        ear.later(minutes=2)
        assert other.revisions == [1]


def test_letting_go_goes_page_by_page_and_survives_a_lost_message(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify_crm, "PAGE", 4)
    ear.receiver.answers = [Say(410), Say(200)]
    for number in range(10):
        ear.change(f"o{number}")
        ear.notify(f"o{number}")
    ear.put()
    ear.bells.rung.clear()
    for _ in range(4):
        ear.later(minutes=1)
    assert len(ear.receiver.arrived) == 11
    assert ear.at.crm_notices.webhook(ACME).release_at is None


def test_without_a_secret_nothing_goes_until_there_is_one(tables: Connection, receiver: Receiver) -> None:
    ear = Ear(receiver, listens=False)
    ear.put()
    assert ear.state == "needs_secret"
    ear.change()
    assert ear.notify() == "held"
    secret = crm_webhook.new_secret(ACME, ANN, ear.at)[1]
    ear.ring()
    assert receiver.arrived[0].verified(secret)


def test_what_waits_when_it_is_switched_off_goes_when_it_is_switched_on(ear: Ear) -> None:
    ear.change()
    ear.put(enabled=False)
    assert (ear.notify(), ear.state) == ("held", "off")
    ear.put()
    ear.ring()
    assert ear.receiver.revisions == [1]


# ------------------------------------------------------------------ secrets


def test_after_a_rotation_both_secrets_sign_for_a_day(ear: Ear) -> None:
    newer = crm_webhook.new_secret(ACME, ANN, ear.at)[1]
    ear.change()
    ear.notify()
    assert ear.receiver.arrived[-1].verified(ear.secret) == ear.receiver.arrived[-1].verified(newer)
    ear.clock.advance(24 * 3600 + 1)
    ear.change()
    ear.notify()
    assert ear.receiver.arrived[-1].verified(newer)
    with pytest.raises(WebhookVerificationError):
        ear.receiver.arrived[-1].verified(ear.secret)


def test_a_rotation_repeated_by_mistake_breaks_nothing(ear: Ear) -> None:
    for _ in range(3):
        crm_webhook.new_secret(ACME, ANN, ear.at)
    ear.change()
    ear.notify()
    assert ear.receiver.arrived[-1].verified(ear.secret)
    crm_webhook.new_secret(ACME, ANN, ear.at)
    assert len(crm_webhook.secrets_of(ear.at.crm_notices.webhook(ACME), ear.at)) == 4, "the most there are"


def test_a_leaked_secret_can_end_at_once(ear: Ear) -> None:
    crm_webhook.new_secret(ACME, ANN, ear.at)
    _, text = crm_webhook.new_secret(ACME, ANN, ear.at, keep=timedelta())
    assert crm_webhook.secrets_of(ear.at.crm_notices.webhook(ACME), ear.at) == [text]


def test_secrets_are_stored_sealed_for_their_company(ear: Ear) -> None:
    webhook = ear.at.crm_notices.webhook(ACME)
    assert ear.secret not in webhook.model_dump_json()
    stolen = webhook.model_copy(update={"company": "other"})
    with pytest.raises(Exception, match="kms decrypt"):
        crm_webhook.secrets_of(stolen, ear.at)


# ------------------------------------------------------------------ again, by hand


def test_a_replay_tells_the_newest_revision_under_its_own_id(ear: Ear) -> None:
    ear.change()
    ear.notify()
    first = ear.deliveries[0].id
    ear.change()
    ear.notify()
    crm_webhook.replay(ACME, first, ANN, ear.at)
    ear.ring()
    assert ear.receiver.revisions == [1, 2, 2]
    assert ear.receiver.arrived[1].headers["webhook-id"] == ear.receiver.arrived[2].headers["webhook-id"]


def test_a_replay_waits_for_whoever_is_sending(ear: Ear) -> None:
    ear.change()
    ear.notify()
    id_ = ear.deliveries[0].id
    ear.change()
    taken = ear.notice().model_copy(update={"turn_until": ear.clock.now() + timedelta(seconds=60)})
    ear.at.commit.all(PutCrmNotice(taken))
    crm_webhook.replay(ACME, id_, ANN, ear.at)
    ear.ring()
    assert ear.receiver.revisions == [1]
    ear.later(seconds=61)
    assert ear.receiver.revisions == [1, 2]


def test_a_replay_that_cannot_be_is_refused(ear: Ear) -> None:
    with pytest.raises(NotFound):
        crm_webhook.replay(ACME, "20260101T000000000000-00000000", ANN, ear.at)
    ear.put(enabled=False)
    with pytest.raises(Refused, match="crm_webhook_off"):
        crm_webhook.replay(ACME, "x", ANN, ear.at)
