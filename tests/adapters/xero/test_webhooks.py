"""Is it really Xero, and what does it say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ledgerlink.adapters.xero.kinds import BY_CATEGORY
from ledgerlink.adapters.xero.webhooks import Event, Unreadable, events, genuine
from local.xero.webhooks import sign
from tests.local.xero.spec import FOLDER

VECTORS = FOLDER / "webhook_vectors.json"
BODY = b'{"events":[],"firstEventSequence": 0,"lastEventSequence": 0, "entropy": "NLDZEGWUXNHESAQVGLYF"}'


def vectors() -> list[dict[str, Any]]:
    return list(json.loads(VECTORS.read_text())["vectors"]) if VECTORS.exists() else []


def event(**values: Any) -> dict[str, Any]:
    return {
        "resourceId": "55D84274-A3DA-4829-A7C0-0CAB601B95CC",
        "eventDateUtc": "2025-12-02T00:44:09.923",
        "eventType": "UPDATE",
        "eventCategory": "CONTACT",
        "tenantId": "AEF86862-2015-4b6b-88bc-d89032cecc50",
        "tenantType": "ORGANISATION",
        **values,
    }


def told(*listed: object) -> list[Event]:
    return events(json.dumps({"events": listed}).encode())


@pytest.mark.skipif(not VECTORS.exists(), reason="the published signatures are not beside the repository")
def test_published_signatures_are_judged_as_published() -> None:
    for vector in vectors():
        found = genuine(vector["body"].encode(), vector["signature"], [vector["key"]])
        assert found is vector["valid"], vector["id"]


def test_the_key_is_text_and_not_base64_though_it_looks_so() -> None:
    key = "LR+QgKlbRciIPYpi65tTKLaZ3FzLLofCNEQWrRXqWXJeDFrfexzfVI9SmnVuCWDJ4jnjHB9ECtOyxZSofRxwWw=="
    decoded = base64.b64encode(hmac.digest(base64.b64decode(key), BODY, hashlib.sha256)).decode()
    assert genuine(BODY, sign(key, BODY), [key])
    assert not genuine(BODY, decoded, [key])


def test_a_signature_wrong_in_any_one_character_is_refused() -> None:
    """Xero's intent-to-receive probes are wrong in one (``facts/xero.md §5``)."""
    right = sign("key", BODY)
    for at in range(len(right)):
        wrong = right[:at] + ("A" if right[at] != "A" else "B") + right[at + 1 :]
        assert not genuine(BODY, wrong, ["key"])


@pytest.mark.parametrize("signature", ["", "?", "ü", "A" * 10_000, " "])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    assert not genuine(BODY, signature, ["key"])


def test_while_keys_rotate_either_will_do_and_without_keys_nothing_does() -> None:
    assert genuine(BODY, sign("new", BODY), ["old", "new"])
    assert genuine(BODY, sign("old", BODY), ["old", "new"])
    assert not genuine(BODY, sign("", BODY), [])


def test_the_bytes_count_not_what_they_say() -> None:
    assert not genuine(json.dumps(json.loads(BODY)).encode(), sign("key", BODY), ["key"])


def test_an_event_says_what_changed_where_and_when() -> None:
    assert told(event()) == [
        Event(
            "aef86862-2015-4b6b-88bc-d89032cecc50",
            "CONTACT",
            "55d84274-a3da-4829-a7c0-0cab601b95cc",
            datetime(2025, 12, 2, 0, 44, 9, 923_000, tzinfo=UTC),
        )
    ]


def test_an_intent_to_receive_says_nothing() -> None:
    assert events(BODY) == []


@pytest.mark.parametrize(
    "odd", [None, 7, "x", {}, event(tenantId=None), event(resourceId=""), event(tenantType="APPLICATION")]
)
def test_events_of_another_sort_spoil_no_others(odd: object) -> None:
    assert len(told(odd, event())) == 1


def test_an_event_whose_time_cannot_be_read_still_counts() -> None:
    assert told(event(eventDateUtc="yesterday"))[0].at is None


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b'{"events": {}}', b"\xff"])
def test_a_body_of_another_sort_is_told_as_one(body: bytes) -> None:
    with pytest.raises(Unreadable):
        events(body)


def test_what_we_listen_for() -> None:
    assert BY_CATEGORY == {
        "CONTACT": "contact",
        "INVOICE": "invoice",
        "CREDITNOTE": "credit_note",
        "PREPAYMENT": "prepayment",
        "OVERPAYMENT": "overpayment",
    }
