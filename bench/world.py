"""A hub at work in this process: AWS by ministack's handlers, Xero by the simulator, every call and unit counted."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from ledgerlink.adapters.aws import client
from ledgerlink.flows.context import Context, open_context
from ledgerlink.ports import ClaimOrganisation, Cursor, PutCompany, PutConnection
from ledgerlink.settings import Settings
from ledgerlink.state.company import Company, Connection, Organisation, Tokens
from ledgerlink.wiring import Wiring
from local.xero.app import Simulator, create_app
from tests.support import aws as in_process

SCOPES = "offline_access accounting.contacts accounting.settings accounting.invoices accounting.payments"


@dataclass
class Meter:
    """What was used since the last ``reset``: write units, items looked at, AWS calls, ledger calls."""

    writes: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    items_read: int = 0

    def reset(self) -> None:
        self.writes.clear()
        self.calls.clear()
        self.items_read = 0

    def hook(self, call: in_process.Call, answer: in_process.Answer) -> tuple[int, dict[str, str], bytes]:
        """Ask DynamoDB what every write cost."""
        self.calls[f"{call.service}.{call.operation}"] += 1
        counted = call.service == "dynamodb" and call.operation in _WRITES
        if counted:
            call.body = json.dumps({**json.loads(call.body), "ReturnConsumedCapacity": "INDEXES"}).encode()
        status, headers, body = answer()
        if counted and status == 200:
            self._count(json.loads(body).get("ConsumedCapacity", []))
        if call.service == "dynamodb" and call.operation in _READS and status == 200:
            self.items_read += _READS[call.operation](json.loads(body))
        return status, headers, body

    def _count(self, consumed: Any) -> None:
        for table in consumed if isinstance(consumed, list) else [consumed]:
            name, indexes = table["TableName"], table.get("GlobalSecondaryIndexes", {})
            for index, used in indexes.items():
                self.writes[f"{name}.{index}"] += used["CapacityUnits"]
            self.writes[name] += table["CapacityUnits"] - sum(used["CapacityUnits"] for used in indexes.values())


_READS: dict[str, Callable[[Any], int]] = {  # how many items DynamoDB looked at; of those that are missing none
    "GetItem": lambda told: "Item" in told,
    "BatchGetItem": lambda told: sum(len(items) for items in told["Responses"].values()),
    "Query": lambda told: int(told["ScannedCount"]),
}
_WRITES = frozenset({"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"})


class Stopwatch(httpx.BaseTransport):
    """The simulator, and the time that was spent in it."""

    def __init__(self, simulator: httpx.BaseTransport) -> None:
        self.simulator, self.seconds = simulator, 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = time.perf_counter()
        answer = self.simulator.handle_request(request)
        answer.read()
        self.seconds += time.perf_counter() - began
        return answer


@dataclass
class World:
    """Everything a benchmark needs."""

    at: Wiring
    company: str
    simulator: Simulator
    ledger: httpx.Client
    meter: Meter
    stopwatch: Stopwatch
    aws: in_process.AwsInProcess

    @property
    def context(self) -> Context:
        return open_context(self.company, self.at)

    def ledger_calls(self) -> Counter[str]:
        """Calls of the API since the last time, by method."""
        made = self.ledger.get("/_sim/requests").json()
        self.ledger.delete("/_sim/requests")
        return Counter(r["method"] for r in made if "/api.xro/" in r["path"])


@contextmanager
def world(profile: str = "rental") -> Iterator[World]:
    """A connected company with empty books, limits lifted."""
    os.environ.update(in_process.ENVIRONMENT)
    with in_process.installed() as aws:
        in_process.create_tables(client("dynamodb", in_process.REGION))
        queues = {name: _queue(name) for name in ("export.fifo", "import.fifo", "jobs", "notices", "crm-notices")}
        key = client("kms", in_process.REGION).create_key()["KeyMetadata"]["KeyId"]
        client("s3", in_process.REGION).create_bucket(
            Bucket="files", CreateBucketConfiguration={"LocationConstraint": in_process.REGION}
        )
        simulator = create_app(settings={"minute_limit": None, "day_limit": None, "webhooks": False})
        transport = Stopwatch(httpx.WSGITransport(app=simulator))
        ledger = httpx.Client(transport=transport, base_url="http://xero")
        at = Wiring(_settings(queues, key), transport=transport)
        _connect(at, ledger, profile)
        meter = Meter()
        aws.hook = meter.hook
        yield World(at, "bench", simulator, ledger, meter, transport, aws)


def _queue(name: str) -> str:
    attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    url: str = client("sqs", in_process.REGION).create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def _settings(queues: dict[str, str], key: str) -> Settings:
    return Settings(
        local=True,
        links_table="LinksTable",
        records_table="RecordsTable",
        activity_table="ActivityTable",
        control_table="ControlTable",
        region=in_process.REGION,
        files_bucket="files",
        token_key_id=key,
        export_queue_url=queues["export.fifo"],
        import_queue_url=queues["import.fifo"],
        jobs_queue_url=queues["jobs"],
        notices_queue_url=queues["notices"],
        crm_notices_queue_url=queues["crm-notices"],
        xero_client_id="bench",
        xero_client_secret="bench",
        xero_api_url="http://xero/api.xro/2.0",
        xero_identity_url="http://xero",
        xero_login_url="http://xero/identity/connect/authorize",
        xero_connections_url="http://xero/connections",
    )


def _connect(at: Wiring, ledger: httpx.Client, profile: str) -> None:
    """The tokens as a consent leaves them, without the browser."""
    organisation = ledger.get("/_sim/state").json()["organisations"][0]
    answer = ledger.get(
        "/identity/connect/authorize",
        params={
            "response_type": "code",
            "client_id": "bench",
            "redirect_uri": "http://localhost/cb",
            "scope": SCOPES,
            "state": "s",
            "auto": organisation["id"],
        },
    )
    code = httpx.URL(answer.headers["location"]).params["code"]
    granted = ledger.post(
        "/connect/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": "http://localhost/cb",
            "client_id": "bench",
            "client_secret": "bench",
        },
    ).json()
    now = at.clock.now()
    at.commit.all(PutCompany(Company(id="bench", name="Bench", profile=profile)))  # type: ignore[arg-type]
    connection = Connection(
        company="bench",
        state="connected",
        organisation=Organisation(id=organisation["id"], name=organisation["name"]),
        connected_at=now,
    )
    at.commit.all(PutConnection(connection), ClaimOrganisation("bench", organisation["id"]))
    # The ledger's own lists are read when a test or a benchmark asks.
    at.cursors.put("bench", Cursor("reference", next_poll_at=now + timedelta(days=365)))
    at.companies.put_tokens(
        "bench",
        Tokens(
            access_token=granted["access_token"],
            refresh_token=granted["refresh_token"],
            expires_at=now.replace(year=now.year + 1),
        ),
    )
