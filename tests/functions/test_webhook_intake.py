"""The webhook door: Xero's own rules for receivers, and next to nothing done for anybody else."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ledgerlink.adapters.aws import client
from ledgerlink.adapters.xero.credentials import XeroCredentials
from ledgerlink.errors import StoreBusy
from ledgerlink.ports import ClaimOrganisation
from ledgerlink.settings import Settings
from ledgerlink.wiring import Wiring
from local.xero.webhooks import sign
from tests.functions.conftest import WEBHOOK_KEY, rung
from tests.support.aws import REGION
from webhook_intake import app

ORGANISATION, ID = "aef86862-2015-4b6b-88bc-d89032cecc50", "55d84274-a3da-4829-a7c0-0cab601b95cc"
NEW, OLD = WEBHOOK_KEY.split(",")
HEAVY = ("boto3", "botocore", "pynamodb", "httpx", "pydantic", "aws_lambda_powertools", "ledgerlink.wiring")


@pytest.fixture(autouse=True)
def _own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERLINK_XERO_WEBHOOK_KEY", WEBHOOK_KEY)
    app.credentials.cache_clear()


def delivery(*categories: str, tenant: str = ORGANISATION) -> bytes:
    events = [
        {
            "resourceId": ID,
            "eventDateUtc": "2026-11-22T09:00:00.5",
            "eventType": "UPDATE",
            "eventCategory": category,
            "tenantId": tenant,
            "tenantType": "ORGANISATION",
        }
        for category in categories
    ]
    body = {"events": events, "firstEventSequence": 1, "lastEventSequence": len(events), "entropy": "X"}
    return json.dumps(body).encode()


def event(body: bytes, signature: str, *, encoded: bool = False) -> dict[str, Any]:
    text = base64.b64encode(body).decode() if encoded else body.decode()
    return {
        "version": "2.0",
        "routeKey": "POST /webhooks/xero",
        "headers": {"x-xero-signature": signature, "content-type": "application/json; charset=utf-8"},
        "body": text,
        "isBase64Encoded": encoded,
    }


def knock(body: bytes, *, key: str = NEW, signature: str | None = None, encoded: bool = False) -> int:
    """The status; every answer has an empty body and no cookie, or Xero would not take it."""
    answer = app.lambda_handler(event(body, sign(key, body) if signature is None else signature, encoded=encoded), None)
    assert answer["body"] == ""
    assert "cookies" not in answer
    return int(answer["statusCode"])


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("key", [NEW, OLD])
def test_a_change_is_marked_and_rung_for(wired: Wiring, key: str, encoded: bool) -> None:
    wired.commit.all(ClaimOrganisation("acme", ORGANISATION))
    assert knock(delivery("CONTACT", "CONTACT", "SUBSCRIPTION"), key=key, encoded=encoded) == 200
    [mark] = wired.marks.pending(ORGANISATION)
    assert (mark.document_type, mark.document_id) == ("contact", ID)
    assert rung(wired) == 1


def test_an_organisation_nobody_knows_leaves_no_trace(wired: Wiring) -> None:
    assert knock(delivery("CONTACT")) == 200
    assert wired.marks.count(ORGANISATION) == 0
    assert rung(wired) == 0


@pytest.mark.parametrize("body", [delivery(), delivery("SUBSCRIPTION"), b'{"events":[],"entropy": "X"}'])
def test_what_is_no_news_to_us_is_answered_all_the_same(wired: Wiring, body: bytes) -> None:
    assert knock(body) == 200


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"[]", b'{"events": 1}', b'{"events": [1, null, {}]}'])
def test_a_signed_body_that_cannot_be_read_is_not_asked_for_again(wired: Wiring, body: bytes) -> None:
    assert knock(body) == 200


@pytest.mark.parametrize("long", ["resourceId", "tenantId"])
def test_an_id_that_cannot_be_one_spoils_no_other_event_of_its_delivery(wired: Wiring, long: str) -> None:
    wired.commit.all(ClaimOrganisation("acme", ORGANISATION))
    told = json.loads(delivery("CONTACT", "CONTACT"))
    told["events"][0][long] = "x" * 3000
    assert knock(json.dumps(told).encode()) == 200
    assert [mark.document_id for mark in wired.marks.pending(ORGANISATION)] == [ID]


def test_the_sample_event_is_a_delivery_signed_for_the_laptop(wired: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERLINK_XERO_WEBHOOK_KEY", "local-webhook-key")
    app.credentials.cache_clear()
    wired.commit.all(ClaimOrganisation("acme", ORGANISATION))
    sample = json.loads((Path(__file__).parents[2] / "events" / "webhook_intake.json").read_text())
    assert app.lambda_handler(sample, None)["statusCode"] == 200
    assert wired.marks.count(ORGANISATION) == 1


def test_an_intent_to_receive_signed_wrongly_in_one_character_is_refused() -> None:
    right = sign(NEW, delivery())
    assert knock(delivery(), signature=right.replace(right[3], "A" if right[3] != "A" else "B", 1)) == 401


@pytest.mark.parametrize("signature", ["", "x"])
def test_nobody_else_gets_in(signature: str) -> None:
    assert knock(delivery("CONTACT"), signature=signature) == 401


def test_a_body_that_is_not_what_it_says_is_refused() -> None:
    assert app.lambda_handler({"body": "%%%", "isBase64Encoded": True, "headers": None}, None)["statusCode"] == 401
    assert app.lambda_handler({}, None)["statusCode"] == 401


def test_a_body_beyond_all_measure_is_not_even_looked_at() -> None:
    assert knock(b"x" * (app.LARGEST + 1)) == 401


def test_without_keys_nobody_is_xero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEDGERLINK_XERO_WEBHOOK_KEY")
    app.credentials.cache_clear()
    assert knock(delivery(), key="") == 401


def test_news_that_cannot_be_stored_are_asked_for_again(wired: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    wired.commit.all(ClaimOrganisation("acme", ORGANISATION))

    def throttled(*_: object, **__: object) -> None:
        raise StoreBusy("throttled")

    monkeypatch.setattr(wired.marks, "add", throttled)
    assert knock(delivery("CONTACT")) == 500


def test_deployed_the_keys_come_from_the_secret_s_store(wired: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    client("secretsmanager", REGION).create_secret(Name="xero", SecretString='{"webhook_keys": "stored key"}')
    monkeypatch.setattr(app, "credentials", lambda: XeroCredentials(Settings(xero_secret_name="xero", region=REGION)))
    assert knock(delivery(), key="stored key") == 200
    assert knock(delivery(), key=NEW) == 401


def test_nothing_heavy_is_loaded_before_the_caller_proved_to_be_xero() -> None:
    """A cold start for whoever knocks costs a fraction of what the rest of the door needs."""
    script = f"""
import sys
from webhook_intake import app
answer = app.lambda_handler({event(delivery("CONTACT"), "forged")!r}, None)
print(answer["statusCode"], [name for name in {HEAVY!r} if name in sys.modules])
"""
    functions = Path(app.__file__).parents[1]
    environment = {"PATH": "", "LEDGERLINK_XERO_WEBHOOK_KEY": NEW}
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=functions, env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split(maxsplit=1) == ["401", "[]\n"]
