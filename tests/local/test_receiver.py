"""The little receiver tells genuine messages from others."""

from __future__ import annotations

from datetime import UTC, datetime

from standardwebhooks import Webhook

from local.receiver import genuine

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = '{"type":"record.changed"}'


def signed(secret: str) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", now, BODY),
    }


def test_a_message_is_genuine_by_any_of_the_secrets() -> None:
    assert genuine(BODY, signed(SECRET), [OTHER, SECRET]) == "genuine record.changed"


def test_a_forged_one_is_refused_and_without_a_secret_nobody_knows() -> None:
    assert genuine(BODY, signed(OTHER), [SECRET]).startswith("refused")
    assert genuine(BODY, {}, []) == "not verified (no secret given)"
