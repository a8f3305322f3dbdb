"""The schedule of payments as EventBridge starts it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from payment_import import app
from tests.flows.documents import Office, office
from tests.flows.test_money_in import act, sent, state

__all__ = ["office", "sent"]

EVENT = json.loads((Path(__file__).parents[2] / "events/payment_import.json").read_text())


class LambdaContext:
    function_name = "payment_import"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 110_000


def test_it_asks_every_company_and_answers_what_it_read(sent: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "ports", lambda: sent.at)
    act(sent, "pay", amount="20.00")
    answer = app.lambda_handler(EVENT, LambdaContext())
    assert (answer["companies"], answer["left"]) == (1, 0)
    assert answer["read"] >= 2
    assert state(sent)[0] == "part_paid"
