"""A hub at work in this process: real adapters over AWS in this process, the Xero simulator, and bells the test rings.

``run`` delivers what was rung in order of its time and moves the clock to it, until nothing is left; ``sweep`` is the
sweeper. A test may lose or repeat messages, and kill whatever makes the n-th AWS call.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ledgerlink.adapters.aws import client
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk.turns import run_turn
from ledgerlink.flows.company import companies
from ledgerlink.flows.connection import connect
from ledgerlink.flows.context import Context, open_context
from ledgerlink.flows.csv import uploads
from ledgerlink.flows.inbound.import_ import import_due
from ledgerlink.flows.notices import summing_up
from ledgerlink.flows.notices.notify import send_notice
from ledgerlink.flows.outbound.export import export_due
from ledgerlink.flows.records.drafting import Push, Saved
from ledgerlink.flows.records.saving import save
from ledgerlink.flows.sweeping import sweep
from ledgerlink.ports import PutCompany
from ledgerlink.settings import Settings
from ledgerlink.state.company import Company
from ledgerlink.state.job import ENDED, Job, JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey
from ledgerlink.wiring import Wiring
from tests.support.aws import REGION, AwsInProcess, Call
from tests.support.xero import ENDPOINTS, SimulatedXero

ANN = Actor("ann", "admin", "ann@acme.example")
ACME = "acme"
Message = tuple[str, str, str]  # what ("job", "export", "import", "notice"), company, name


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Bells:
    """``ports.Doorbells``: what was rung, by the time it is to be delivered. ``delivers``: how often each one is."""

    now: Callable[[], datetime]
    delivers: Callable[[Message], int] = lambda message: 1
    waiting: list[tuple[datetime, int, Message]] = field(default_factory=list)
    rung: int = 0

    def ring(self, company: str, direction: str, *, again: bool = False) -> None:
        self._push((direction, company, ""), 0)

    def job(self, company: str, job: str, *, delay_s: int = 0) -> None:
        self._push(("job", company, job), delay_s)

    def notice(self, company: str, notice: str) -> None:
        self._push(("notice", company, notice), 0)

    def crm(self, company: str, records: Iterable[RecordKey] = (), *, delay_s: int = 0) -> None:
        """The CRM's ear has tests of its own."""

    def _push(self, message: Message, delay_s: int) -> None:
        for _ in range(self.delivers(message)):
            self.rung += 1
            heapq.heappush(self.waiting, (self.now() + timedelta(seconds=delay_s), self.rung, message))


class Hub:
    """One connected company, ``acme``."""

    def __init__(self, aws: AwsInProcess, *, profile: Any = "rental", connected: bool = True, **settings: Any) -> None:
        self.aws = aws
        self.xero = SimulatedXero(**{"minute_limit": 100_000, **settings})
        self.clock = self.xero.clock
        s3 = client("s3", REGION)
        s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
        client("sesv2", REGION).create_email_identity(EmailIdentity="hub@example.com")
        app = Settings(
            links_table="LinksTable",
            records_table="RecordsTable",
            activity_table="ActivityTable",
            control_table="ControlTable",
            files_bucket="files",
            region=REGION,
            token_key_id=client("kms", REGION).create_key()["KeyMetadata"]["KeyId"],
            xero_client_id="app",
            xero_client_secret="secret",
            xero_api_url=ENDPOINTS.api_url,
            xero_identity_url=ENDPOINTS.identity_url,
            xero_login_url=ENDPOINTS.login_url,
            xero_connections_url=ENDPOINTS.connections_url,
            public_url="https://hub.example",
            console_url="https://console.example",
            mail_from="hub@example.com",
        )
        self.at = Wiring(app, clock=self.clock, transport=self.xero.wire)
        self.bells = Bells(self.clock.now)
        self.at.__dict__["doorbells"] = self.bells
        self.at.commit.all(PutCompany(Company(id=ACME, name="Acme", profile=profile, timezone="Europe/London")))
        if connected:
            self.connect()

    def close(self) -> None:
        self.xero.http.close()
        assert self.xero.wire.complaints == [], self.xero.wire.complaints

    def connect(self) -> None:
        started = connect.start(ACME, self.at, sub=ANN.sub, email=ANN.email)
        answer = self.xero.http.get(f"{started.url}&auto={self.xero.organisation}")
        query = answer.next_request.url.params if answer.next_request else {}
        landed = connect.callback(self.at, state=query["state"], code=query["code"], nonce=started.nonce)
        assert landed.state == "connected"
        self.bells.waiting.clear()

    @property
    def context(self) -> Context:
        return open_context(ACME, self.at)

    # ---------------------------------------------------------------- what a person does

    def setting(self, **changes: Any) -> None:
        companies.change_settings(self.context, changes, ANN)

    def save(self, id: str, **fields: Any) -> Saved:
        """An organization as the CRM pushes it; its bell is not heard."""
        saved = save(self.context, RecordKey(ACME, "organizations", id), Push({"name": f"Org {id}", **fields}), ANN)
        self.bells.waiting.clear()
        return saved

    def upload(self, data: str | bytes) -> str:
        """A file in the bucket; returns the upload's id."""
        started = uploads.start(self.context, name="file.csv", content_type="text/csv")
        body = data.encode() if isinstance(data, str) else data
        self.at.files.put(uploads.key_of(self.context, started.id), body, content_type="text/csv")
        return started.id

    def start(self, kind: str, **how: Any) -> Job:
        return jobs.start(self.context, kind, ANN, **how)

    def done(self, kind: str, **how: Any) -> Job:
        """The job, carried out to its end (or planned)."""
        job = self.start(kind, **how)
        self.run()
        return self.job(job.id)

    # ---------------------------------------------------------------- what can be seen

    def job(self, id: str) -> Job:
        return jobs.get(self.context, id)

    def items(self, job: Job | str, **how: Any) -> list[JobItem]:
        id_ = job if isinstance(job, str) else job.id
        return list(jobs.items(self.context, id_, limit=10_000, **how).items)

    def outcomes(self, job: Job | str) -> dict[str, str]:
        """What became of each record, by id."""
        return {item.id: item.outcome for item in self.items(job)}

    def record(self, id: str) -> Record | None:
        return self.at.records.get(RecordKey(ACME, "organizations", id))

    def link(self, id: str) -> Link:
        found = self.at.links.get(LinkKey(ACME, "organizations", id))
        assert found is not None
        return found

    def contact(self, name: str) -> dict[str, Any]:
        """The contact of that name, as Xero has it."""
        [found] = [contact for contact in self.xero.contacts() if contact["Name"] == name]
        return found

    # ---------------------------------------------------------------- at work

    def run(self, *, only: Sequence[str] = ("job", "export", "import", "notice"), sweeps: int = 20) -> None:
        """Deliver messages until there are none, sweeping when it is quiet, until no job is under way."""
        for _ in range(sweeps):
            self.deliver(only)
            if not self.unfinished():
                return
            self.clock.advance(61)
            sweep(self.at)

    def rest(self) -> None:
        """Let everything settle that is due, jobs or not; no message gets lost any more."""
        self.aws.hook, self.bells.delivers = None, lambda message: 1
        for _ in range(3):
            self.clock.advance(61)
            sweep(self.at)
            self.deliver()

    def deliver(self, only: Sequence[str] = ("job", "export", "import", "notice"), most: int = 10_000) -> None:
        for _ in range(most):
            if not self.bells.waiting:
                return
            due, _, (what, company, name) = heapq.heappop(self.bells.waiting)
            if what not in only:
                continue
            self.clock.advance(max(0.0, (due - self.clock.now()).total_seconds()))
            self.handle(what, company, name)

    def handle(self, what: str, company: str, name: str) -> None:
        match what:
            case "job":
                run_turn(company, name, self.at, seconds_left=lambda: 110.0)
            case "export":
                export_due(company, self.at, seconds_left=lambda: 110.0)
            case "import":
                import_due(company, self.at, seconds_left=lambda: 110.0)
            case "notice" if name == summing_up.NAME:
                summing_up.sum_up(company, self.at)
            case "notice":
                send_notice(company, name, self.at, console_url=self.at.settings.console_url)

    def unfinished(self) -> list[Job]:
        """Jobs under way, or over without the e-mail about it."""
        found: list[Job] = self.at.jobs.page(ACME).items
        return [job for job in found if job.status not in (*ENDED, "planned") or job.email.status == "pending"]

    def kill_at(self, call: int, *, after: bool) -> None:
        """From now on the ``call``-th AWS call kills its maker, before or after it was carried out; once."""
        seen = 0

        def hook(_: Call, answer: Callable[[], tuple[int, dict[str, str], bytes]]) -> tuple[int, dict[str, str], bytes]:
            nonlocal seen
            seen += 1
            if seen != call:
                return answer()
            if after:
                answer()
            raise Killed

        self.aws.hook = hook

    def calls(self) -> list[str]:
        """Calls to the accounting API so far, as method and path."""
        return [f"{request.method} {request.url.path.rpartition('/')[2]}" for request in self.xero.sent()]
