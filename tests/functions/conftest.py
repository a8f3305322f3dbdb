"""Fixtures of the functions' tests: the real adapters over AWS in this process and the Xero simulator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ledgerlink.adapters.aws import client
from ledgerlink.settings import Settings
from ledgerlink.wiring import Wiring
from tests.support.aws import REGION
from tests.support.xero import ENDPOINTS, SimulatedXero

if TYPE_CHECKING:
    from pynamodb.connection import Connection

CONSOLE = "https://console.example"
WEBHOOK_KEY = "new key,old key"


@pytest.fixture
def simulated() -> SimulatedXero:
    return SimulatedXero()


@pytest.fixture
def wired(tables: Connection, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    """The composition root as functions find it: the template's tables, queues and a key, Xero's simulator."""
    sqs = client("sqs", REGION)
    fifo = {"FifoQueue": "true"}
    urls = {
        name: sqs.create_queue(QueueName=f"{name}.fifo", Attributes=fifo)["QueueUrl"] for name in ("export", "import")
    }
    settings = Settings(
        links_table="LinksTable",
        records_table="RecordsTable",
        activity_table="ActivityTable",
        control_table="ControlTable",
        region=REGION,
        export_queue_url=urls["export"],
        import_queue_url=urls["import"],
        token_key_id=client("kms", REGION).create_key()["KeyMetadata"]["KeyId"],
        xero_client_id="app",
        xero_client_secret="secret",
        xero_webhook_key=WEBHOOK_KEY,
        xero_api_url=ENDPOINTS.api_url,
        xero_identity_url=ENDPOINTS.identity_url,
        xero_login_url=ENDPOINTS.login_url,
        xero_connections_url=ENDPOINTS.connections_url,
        public_url="https://hub.example",
        console_url=CONSOLE,
    )
    made = Wiring(replace(settings), clock=simulated.clock, transport=simulated.wire)
    monkeypatch.setattr("ledgerlink.wiring.ports", lambda: made)
    return made


def rung(wired: Wiring, queue: str = "import") -> int:
    """How many doorbells wait."""
    url = getattr(wired.settings, f"{queue}_queue_url")
    told = client("sqs", REGION).get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])
