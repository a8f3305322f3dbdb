"""One world from one seed: the hub, the ledger, AWS, weather and people, from connecting to the last judgement."""

from __future__ import annotations

import functools
import logging
import random
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import botocore.httpsession
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from ministack.services import sqs

import crm_notifier.app
import ledgerlink.adapters.queues
import ledgerlink.wiring
import webhook_intake.app
from ledgerlink.adapters import aws as aws_clients
from ledgerlink.adapters.dynamodb.tables import bind
from ledgerlink.adapters.xero import client as xero_client
from ledgerlink.adapters.xero import reading
from ledgerlink.adapters.xero import session as xero_session
from ledgerlink.adapters.xero.credentials import XeroCredentials
from ledgerlink.flows.company import companies
from ledgerlink.flows.connection import connect
from ledgerlink.flows.notices import crm_webhook
from ledgerlink.rules.profiles import PROFILES
from ledgerlink.settings import Settings
from ledgerlink.state.company import Company
from ledgerlink.telemetry import logger
from local.xero.app import create_app
from local.xero.faults import Late
from local.xero.kinds import KINDS as XERO_KINDS
from tests.support import aws as in_process
from tests.support.quick_sdk import quick_sdk

from . import organizations as kind
from . import papers
from .aws import SimulatedAws
from .books import Ledger
from .cashier import Cashier
from .comparing import Bucket, Comparing
from .crm import Crm
from .doors import ADMIN, Doors
from .drift import Drift
from .ear import URL as CRM_URL
from .ear import Ear
from .lambdas import Lambdas, Shared, SimulatedWiring
from .mending import Mending
from .overwriting import Overwriting
from .people import Administrator, Bookkeeper
from .queues import URL, Queues, Source
from .reached import Reached
from .sending import Sending
from .settled import Settled
from .store import COMPANY, Store
from .till import Till
from .undoing import Undoing
from .values import Values
from .verdicts import Verdicts
from .virtual import VirtualTime
from .watching import Watching
from .weather import Weather
from .wire import Wire

XERO = "http://xero.test"
CALLBACK = "https://hub.example"
MINUTE = 60.0
ASKED = 12 * MINUTE  # how often payments are asked for: in two hours' time with less weather
LOAD = 100  # organizations that the CRM sends at a time
QUIET = 20 * MINUTE  # after the faults stopped, everything has settled
TIMEOUTS = {
    "export_consumer": 120.0,
    "import_consumer": 120.0,
    "sweeper": 60.0,
    "webhook_intake": 10.0,
    "admin_api": 29.0,
    "crm_notifier": 120.0,
    "job_runner": 120.0,
    "payment_import": 120.0,
}
SOURCES = (
    Source("ExportQueue", "export_consumer", 150.0, 5.0),
    Source("ImportQueue", "import_consumer", 150.0, 0.0),
    Source("CrmNoticesQueue", "crm_notifier", 150.0, 0.0),
    Source("JobsQueue", "job_runner", 150.0, 0.0),
)


@dataclass
class Result:
    """What a world came to."""

    seed: int
    records: int
    violations: list[str]
    count: int
    faults: Counter[str]
    reached: Counter[str]
    states: Counter[str]
    figures: Counter[str]
    unavoidable: Counter[str] = field(default_factory=Counter)


class World:
    """``size`` organizations in the CRM that are edited all the time, and ``bulk`` that are loaded in one go.

    ``edits`` and ``people``: how often each is edited, and how often the administrator acts on it; ``minutes``: how
    long the storm lasts; 0: as it comes.

    ``money``: documents besides, with what is paid and credited of them.

    ``undone``: bulk jobs that are started and taken back; ``page``: documents to a page of the ledger's answers.
    ``twins``: how many organizations of the CRM are somebody whom the bookkeeper has just entered, too.

    ``calm``: no faults at all, to see that the harness itself is right; ``only``: these and no others. Not
    ``to_the_end``: no further than the first violation.
    """

    profile = ""  # of the company; "": any

    def __init__(
        self,
        seed: int,
        *,
        size: int = 50,
        bulk: int = 0,
        money: int = 0,
        undone: int = 0,
        page: int = 0,
        twins: float = 0.0,
        edits: int = 0,
        people: int = 0,
        minutes: float = 0,
        calm: bool = False,
        only: Mapping[str, float] | None = None,
        weather: Weather | None = None,
        to_the_end: bool = True,
    ) -> None:
        self.seed, self.size, self.bulk, self.calm = seed, size, bulk, calm
        self.edits, self.people, self.minutes, self.money, self.undone = edits, people, minutes, money, undone
        self.page, self.twins = page, twins
        self.time = VirtualTime()
        self.weather = weather or Weather(self._dice("weather"), only)
        self.verdicts, self.reached, self.values, self.store = Verdicts(), Reached(), Values(), Store(self.time)
        self.aws = SimulatedAws(self.time, self.weather, self._dice("aws"))
        if not to_the_end:
            self.verdicts.on_found = self.time.stop

    def _dice(self, name: str) -> Random:
        return Random(f"{self.seed}/{name}")

    # ------------------------------------------------------------------ making

    def _make(self) -> None:
        dice = self._dice("settings")
        self.merges_are_silent = dice.random() < 0.1
        self.crm_listens = dice.random() < 0.7
        self.app = create_app(
            clock=self.time.now, advance=lambda s: None, seed=self.seed, sender=self._webhook, settings=self._xero(dice)
        )
        self.ledger = Ledger(self.app, self.time, kind.FLATTEN | papers.FLATTEN)
        self.wire = Wire(self.time, self.weather, self._dice("wire"), self.app)
        key = aws_clients.client("kms", in_process.REGION).create_key()["KeyMetadata"]["KeyId"]
        self.settings = self._hub_settings(key)
        bucket = Bucket()
        self.shared = Shared(self.settings, self._tables(), bucket)
        ids = Names(self.time)
        self.lambdas = Lambdas(
            self.time,
            self._dice("lambda"),
            lambda: SimulatedWiring(self.shared, clock=self.time, ids=ids, parallel=self.time, transport=self.wire),
            TIMEOUTS,
        )
        self.doors = Doors(self.lambdas)
        self.queues = Queues(self.time, self.weather, self._dice("queues"), self.lambdas, SOURCES)
        self.crm = Crm(self.time, self._dice("crm"), self.values, self.doors)
        twins = self._dice("twins")
        self.crm.alike = lambda: self._alike(twins)
        self.sending = Sending(self.time, self.store, self.verdicts, self.reached)
        self.overwriting = Overwriting(self.values, self.crm, self.store, self.sending, self.verdicts)
        self.watching = Watching(self.time, self.reached, self.queues.sent, lambda: self.sending.sent)
        self.settled = Settled(
            self.time, self.store, self.ledger, self.crm, self.values, self.overwriting, self.verdicts
        )
        self.bookkeeper = Bookkeeper(self.time, self._dice("bookkeeper"), self.values, self.ledger, self.crm)
        self.administrator = Administrator(
            self.time,
            self._dice("administrator"),
            doors=self.doors,
            crm=self.crm,
            ledger=self.ledger,
            store=self.store,
            reached=self.reached,
        )
        self.ear = Ear(
            self.time,
            self.weather,
            self._dice("ear"),
            store=self.store,
            verdicts=self.verdicts,
            reached=self.reached,
        )
        self.shared.crm = self.ear
        self.watching.links.append(self.sending.stored)
        if self.crm_listens:
            self.watching.records.append(self.ear.stored)
        self.comparing = Comparing(self.time, self.doors, self.store, self.ledger, bucket, self.verdicts, self.reached)
        self.till = Till(
            self.time, self._dice("till"), doors=self.doors, crm=self.crm, store=self.store, reached=self.reached
        )
        self.cashier = Cashier(self._dice("cashier"), self.ledger)
        self.mending = Mending(
            self.time,
            self._dice("mending"),
            doors=self.doors,
            till=self.till,
            store=self.store,
            ledger=self.ledger,
            verdicts=self.verdicts,
            reached=self.reached,
        )
        self.drift = Drift(self.time, self.store, self.ledger, self.till, self.mending, self.verdicts, self.reached)
        if self.money:
            self.ledger.judges.append(self.mending)
            self.watching.links.append(self.mending.stored)
            self.wire.observers.append(self.mending)
            self.ledger.judges.append(self.drift)
            self.watching.links.append(self.drift.stored)
            self.wire.observers.append(self.drift)
        self.undoing = Undoing(
            self.time,
            self._dice("undoing"),
            doors=self.doors,
            crm=self.crm,
            store=self.store,
            ledger=self.ledger,
            bucket=bucket,
            verdicts=self.verdicts,
            reached=self.reached,
            money=bool(self.money),
        )
        if self.undone:
            self.watching.records.append(self.undoing.stored)
            self.overwriting.going_back = lambda: self.undoing.going_back
        self.aws.watch.append(self.watching)
        self.wire.observers.append(self.sending)
        self.wire.late = self._late
        self.ledger.judges.append(self.overwriting)
        self.ledger.on_change.append(self._postman_comes)
        self._postman_due = self._postman_out = False

    def _xero(self, dice: Random) -> dict[str, Any]:
        return {
            "updated_precision": dice.choice(("second", "millisecond")),
            "modified_since_inclusive": dice.random() < 0.5,
            "modified_since_304": dice.random() < 0.3,
            "answer_order": dice.choice(("sent", "shuffled")),
            "slots": dice.choice(("merge", "replace")),
            "merge_is_silent": self.merges_are_silent,
            "archived_name_blocks_create": dice.random() < 0.3,
        }

    def _hub_settings(self, key: str) -> Settings:
        return Settings(
            stage="simulated",
            links_table="LinksTable",
            records_table="RecordsTable",
            activity_table="ActivityTable",
            control_table="ControlTable",
            export_queue_url=f"{URL}ExportQueue.fifo",
            import_queue_url=f"{URL}ImportQueue.fifo",
            jobs_queue_url=f"{URL}JobsQueue",
            notices_queue_url=f"{URL}NoticesQueue",
            crm_notices_queue_url=f"{URL}CrmNoticesQueue",
            token_key_id=key,
            xero_client_id="app",
            xero_client_secret="secret",
            xero_webhook_key="hook-key",
            xero_api_url=f"{XERO}/api.xro/2.0",
            xero_identity_url=f"{XERO}/identity",
            xero_login_url=f"{XERO}/identity/connect/authorize",
            xero_connections_url=f"{XERO}/connections",
            public_url=CALLBACK,
            region=in_process.REGION,
        )

    def _tables(self) -> Any:
        in_process.create_tables(aws_clients.client("dynamodb", in_process.REGION))
        queues = aws_clients.client("sqs", in_process.REGION)
        for name in ("ExportQueue", "ImportQueue"):
            fifo = {"FifoQueue": "true", "VisibilityTimeout": "150"}
            delay = {"DelaySeconds": "5"} if name == "ExportQueue" else {}
            queues.create_queue(QueueName=f"{name}.fifo", Attributes=fifo | delay)
        for name in ("JobsQueue", "NoticesQueue"):
            queues.create_queue(QueueName=name)
        queues.create_queue(QueueName="CrmNoticesQueue", Attributes={"VisibilityTimeout": "150"})
        return bind(self.settings)

    # ------------------------------------------------------------------ living

    def run(self) -> Result:
        """The whole story."""
        with self._patched():
            self._make()
            try:
                self._live()
                return self._result()
            finally:
                self.time.close()
                self.aws.reset()

    def _live(self) -> None:
        dice = self._dice("life")
        self.time.call(self._connect)
        storm = (self.minutes or dice.uniform(25, 60)) * MINUTE
        self._plan(dice, storm)
        self._every(MINUTE, self._sweep, until=storm + QUIET)
        if self.twins:
            self._every(20, self._copy_a_contact, until=storm)
        if self.money:
            self._plan_money(self._dice("money"), storm)
            self._every(ASKED, self._ask_for_payments, until=storm + QUIET)
        regrets = self._dice("regrets")
        for _ in range(self.undone):
            self.time.at(regrets.uniform(0.15, 0.85) * storm, self.undoing.act)
        self._every(7 * MINUTE, self.settled.one_to_one, until=storm)
        if not self.calm:
            self.time.at(30, lambda: setattr(self.weather, "now", 1.0))
        self.time.run(storm)
        self._calm_down()
        self.time.run(storm + QUIET)
        if not self.time.stopped:
            self._judge()

    def _calm_down(self) -> None:
        """The last fault is over, those in store are not to come."""
        self.weather.now = 0.0
        self.app.world.faults.rules.clear()
        self.wire.surely.clear()

    def _judge(self) -> None:
        self.settled.judge()
        if self.money:
            self.drift.judge()
            self.mending.judge()
        self.ear.judge()
        self._until_the_next_poll()
        self.settled.agree(self.merges_are_silent)
        self._compare()
        self.overwriting.judge()
        for error in self.lambdas.broken:
            where = traceback.extract_tb(error.__traceback__)[-1]
            told = f"{type(error).__name__}: {error} in {where.name}, {where.filename}:{where.lineno}"
            self.verdicts("no crash", self.time.seconds, told)
        for crash in self.time.crashes:
            raise crash

    def _compare(self) -> None:
        """Once in the storm; what it put right settles in the calm after it, and the next one finds nothing to do."""
        began = self.time.seconds
        self.weather.now = 0.0 if self.calm else 1.0
        self._every(MINUTE, self._sweep, until=began + 45 * MINUTE)
        self.time.start(self.comparing.start)
        self.time.run(began + 10 * MINUTE)
        self._calm_down()
        self.time.run(began + 35 * MINUTE)
        self.time.start(self.comparing.start)
        self.time.run(began + 47 * MINUTE)
        self.comparing.judge()

    def _connect(self) -> None:
        """Through the consent page, as an administrator does."""
        dice = self._dice("company")
        profile = self.profile or dice.choice(sorted(PROFILES))
        if self.money and dice.random() < 0.6:
            profile = "inventory"
        outcome = self.lambdas.run("admin_api", 29, lambda ports: self._set_up(ports, profile, dice))
        if outcome.error is not None:
            raise outcome.error
        self.app.world.webhooks.configure({"url": f"{CALLBACK}/webhooks/xero", "key": "hook-key", "enabled": True})

    def _set_up(self, ports: Any, profile: str, dice: Random) -> None:
        company = Company(id=COMPANY, name="Acme", profile=profile, overrides=self._settings(dice))
        companies.put(company, ADMIN, ports)
        if self.crm_listens:
            crm_webhook.put(COMPANY, CRM_URL, ADMIN, ports, enabled=True)
            crm_webhook.new_secret(COMPANY, ADMIN, ports)
        started = connect.start(COMPANY, ports, sub="admin-1", email="admin@acme.example")
        with self.time.aside():
            answer = xero_client.new_http(self.wire).get(f"{started.url}&auto={self.ledger.organisation}")
        query = {name: each[0] for name, each in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        landed = connect.callback(ports, state=query["state"], code=query["code"], nonce=started.nonce)
        assert landed.state == "connected", landed

    def _settings(self, dice: Random) -> dict[str, Any]:
        return overrides(dice) | (with_money(dice, undone=bool(self.undone)) if self.money else {})

    def _plan(self, dice: Random, storm: float) -> None:
        """Who does what when."""
        for number in range(self.size // 6):
            self.time.at(0, lambda number=number: self.bookkeeper._add())  # type: ignore[misc]
        bursts = [dice.uniform(0, storm * 0.7) for _ in range(4)]
        for number in range(self.size):
            id = f"c{number}"
            at = dice.choice(bursts) + dice.uniform(0, 3) if dice.random() < 0.6 else dice.uniform(0, storm * 0.8)
            self.time.at(at, lambda id=id: self.crm.create(id))  # type: ignore[misc]
            for _ in range(self.edits or dice.choice((0, 1, 1, 2, 4))):
                self.time.at(dice.uniform(at, storm), lambda id=id: self.crm.edit(id))  # type: ignore[misc]
            if dice.random() < 0.3:
                self.time.at(dice.uniform(at, storm), lambda id=id: self.crm.repeat(id))  # type: ignore[misc]
        for start in range(0, self.bulk, LOAD):
            ids = [f"b{number}" for number in range(start, min(start + LOAD, self.bulk))]
            self.time.at(dice.uniform(0, storm * 0.5), lambda ids=ids: self.crm.load(ids))  # type: ignore[misc]
            self.reached("loaded many at a time")
        for _ in range(self.size * max(1, self.edits // 8)):
            self.time.at(dice.uniform(60, storm), self.bookkeeper.act)
        for _ in range(self.size * self.people or (self.size + self.money) // 4):
            self.time.at(dice.uniform(60, storm * 0.8), self.administrator.act)

    def _plan_money(self, dice: Random, storm: float) -> None:
        """Products first, then documents; what is paid, credited, edited and voided of them, on both sides."""
        till = self.till
        for number in range(max(1, self.money // 4)):
            self.time.at(dice.uniform(0, storm * 0.3), lambda id=f"s{number}": till.product(id))  # type: ignore[misc]
        documents: dict[str, list[tuple[str, float]]] = {papers.INVOICES: [], papers.CREDIT_NOTES: []}
        for number in range(self.money):
            sort = papers.CREDIT_NOTES if number % 4 == 3 else papers.INVOICES
            id, at = f"{'c' if number % 4 == 3 else 'i'}{number}", dice.uniform(30, storm * 0.6)
            documents[sort].append((id, at))
            self.time.at(at, lambda sort=sort, id=id: till.document(sort, id))  # type: ignore[misc]
            acts = [till.edit] * dice.choice((0, 0, 1, 2)) + [till.repeat] * dice.choice((0, 1))
            acts += [till.void] if dice.random() < 0.08 else []
            for act in acts:
                self.time.at(dice.uniform(at, storm), lambda act=act, id=id: act(id))  # type: ignore[misc]
        payments = 0
        for sort, refund in ((papers.INVOICES, False), (papers.CREDIT_NOTES, True)):
            for id, at in documents[sort]:
                for _ in range(dice.choice((0, 1, 1, 2, 3)) if not refund else dice.choice((0, 1))):
                    payments += 1
                    name, when = f"p{payments}", dice.uniform(at, storm)
                    self.time.at(when, lambda n=name, id=id, r=refund: till.pay(n, id, refund=r))  # type: ignore[misc]
                    self.time.at(dice.uniform(when, storm), lambda n=name: till.repeat(n))  # type: ignore[misc]
        for id, at in documents[papers.CREDIT_NOTES]:
            invoice, since = dice.choice(documents[papers.INVOICES])
            when = dice.uniform(max(at, since), storm)
            self.time.at(when, lambda id=id, to=invoice: till.allocate(id, to))  # type: ignore[misc]
        if dice.random() < 0.25:
            self.time.at(storm * 0.75, till.burst)
        lost = self._dice("lost")
        if not self.calm and lost.random() < 0.7:
            self.time.at(lost.uniform(storm / 4, storm / 2), self._lose_a_payments_answer)
            if lost.random() < 0.5:  # else the import finds ours by itself
                self._every(20, self._copy_a_payment, until=storm)
        for _ in range(self.money // 8):
            self.time.at(dice.uniform(storm / 2, storm), till.take_back)
        for _ in range(self.money):
            self.time.at(dice.uniform(60, storm), self.cashier.act)
        mends = self._dice("mends")
        for _ in range(self.money // 2):
            self.time.at(mends.uniform(storm / 4, storm), lambda: self.mending.act(storm))

    def _alike(self, dice: Random) -> str | None:
        if dice.random() >= self.twins:
            return None
        held = self.store.claims()
        rows = [row for row in self.ledger.rows(kind.BOOK) if not any(held.get(row.id, ()))]
        return str(dice.choice(rows).fields["Name"]) if rows else None

    def _lose_a_payments_answer(self) -> None:
        """Of the next one that is sent; then somebody looks into the ledger before we may."""
        if self.weather.rate("http", "timeout_after_apply"):
            # Nor does asking again within the key's 90 seconds help, in worlds that are not cut to one thing.
            self.wire.surely["/Payments"] = ["timeout_after_apply", *["timeout_before"] * (4 if self.twins else 0)]
            self._every(2 * MINUTE, self._ask_for_payments, until=self.time.seconds + 10 * MINUTE)

    def _copy_a_payment(self) -> None:
        """While it is not known what became of ours; once a world."""
        if self.cashier.did["copy"]:
            return
        unknown = [d for d in self.store.dispatches() if d.state == "unknown" and d.document_type == "payment"]
        if self.cashier.copy({part.id for dispatch in unknown for part in dispatch.parts}):
            self.cashier.did["copy"] += 1
            self.reached("our payment copied by a person")

    def _copy_a_contact(self) -> None:
        """Our mark and all, while it is not known what became of ours; once a world that takes a number twice."""
        if self.bookkeeper.did["copy"] or not self.lenient:
            return
        unknown = [d for d in self.store.dispatches() if d.state == "unknown" and d.document_type == "contact"]
        marks = {f"{kind.MARK}{part.id}" for each in unknown if each.action == "create" for part in each.parts}
        for row in self.ledger.rows(kind.BOOK):
            if row.fields.get("ContactNumber") in marks:
                copy = {name: row.fields[name] for name in ("Name", "ContactNumber")}
                self.bookkeeper.did["copy"] += self.ledger.human("create", "contact", "", copy)
                return

    def _ask_for_payments(self) -> None:
        def ask() -> None:
            if self.lambdas.invoke("payment_import", {}).ok:
                self.reached("payments asked for")

        self.time.start(ask)

    def _every(self, seconds: float, action: Any, *, until: float) -> None:
        def again() -> None:
            action()
            if self.time.seconds + seconds <= until:
                self.time.at(seconds, again)

        self.time.at(seconds, again)

    def _sweep(self) -> None:
        self.time.start(lambda: self.lambdas.invoke("sweeper", {}))

    def _until_the_next_poll(self) -> None:
        cursor = self.store.control(COMPANY, "cursor#contact")
        if not cursor.get("next_poll_at"):
            return
        from datetime import datetime

        from .virtual import START

        wait = (datetime.fromisoformat(cursor["next_poll_at"].replace("Z", "+00:00")) - START).total_seconds()
        if wait < self.time.seconds:
            wait = self.time.seconds
        self.time.run(wait)
        self._every(MINUTE, self._sweep, until=wait + 6 * MINUTE)
        self.time.run(wait + 8 * MINUTE)

    # ------------------------------------------------------------------ webhooks

    def _postman_comes(self) -> None:
        """Something changed in the books: the simulator will tell, sooner or later."""
        hooks = self.app.world.webhooks
        for name in ("duplicate", "drop", "reorder"):
            fault = {"duplicate": "webhook_twice", "drop": "webhook_lost", "reorder": "webhook_mixed"}[name]
            setattr(hooks, name, self.weather.rate("door", fault))
        if self._postman_due:
            return
        self._postman_due = True
        dice = self._postman_dice = getattr(self, "_postman_dice", None) or self._dice("postman")
        late = self.weather.happens("door", "webhook_late")
        self.time.start(self._post, delay=dice.uniform(30, 300) if late else dice.uniform(0.5, 5))

    def _post(self) -> None:
        """One round at a time; what went wrong is sent again a minute later."""
        if self._postman_out:
            self.time.start(self._post, delay=5.0)
            return
        self._postman_due, self._postman_out = False, True
        try:
            told = self.app.deliver(forced=True)
        finally:
            self._postman_out = False
        if told["pending"] and told["state"] == "ok" and not self._postman_due:
            self._postman_due = True
            self.time.start(self._post, delay=60.0)

    def _webhook(self, url: str, headers: Any, body: bytes) -> int:
        status = self.doors.webhook(headers, body)
        if status == 200 and b'"events":[]' not in body:
            self.reached("webhook delivered")
        return status

    def _late(self, late: bool) -> None:
        self.overwriting.late = late

    # ------------------------------------------------------------------ the surroundings

    @contextmanager
    def _patched(self) -> Iterator[None]:
        """Virtual time wherever real time would be asked, AWS in this process, ports by container."""
        shim = _Time(self.time)
        lenient = self.lenient = self._dice("lenient").random() < 0.5
        settle = Late.settle

        def settled(late: Late) -> Any:
            self._late(True)
            try:
                return settle(late)
            finally:
                self._late(False)

        was = random.getstate()
        random.seed(self.seed)
        level, quiet = logger().level, logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        with ExitStack() as stack:
            stack.enter_context(quick_sdk())
            stack.enter_context(patch.object(functools.cached_property, "__get__", _computed))
            stack.enter_context(patch.object(sqs, "time", shim))
            stack.enter_context(patch.object(ledgerlink.adapters.queues, "time", shim))
            stack.enter_context(patch("botocore.endpoint.time", shim))
            for owner in (xero_client.XeroClient, xero_session.Session):
                stack.enter_context(patch.dict(owner.__init__.__kwdefaults__, {"monotonic": self._monotonic}))
            send = lambda session, request: self.aws.send(session, request)  # noqa: E731
            stack.enter_context(patch.object(botocore.httpsession.URLLib3Session, "send", send))
            stack.enter_context(patch.object(ledgerlink.wiring, "Wiring", lambda settings: _Current(self.time)))
            stack.enter_context(patch.object(Late, "settle", settled))
            stack.enter_context(patch.object(crm_notifier.app, "process_partial_response", _processed))
            keys = XeroCredentials(Settings(xero_webhook_key="hook-key"))
            stack.enter_context(patch.object(webhook_intake.app, "credentials", lambda: keys))
            if self.page:
                stack.enter_context(patch.object(reading, "PAGE", self.page))
            if lenient:
                stack.enter_context(patch.object(type(XERO_KINDS[kind.BOOK]), "_clashes", lambda *_: ()))
            ledgerlink.wiring.ports.cache_clear()
            logger().setLevel("CRITICAL")
            try:
                yield
            finally:
                ledgerlink.wiring.ports.cache_clear()
                logger().setLevel(level)
                logging.disable(quiet)
                random.setstate(was)

    def _monotonic(self) -> float:
        return self.time.seconds

    def _result(self) -> Result:
        self.watching.finish(self.store, self.ledger)
        for name, times in self.lambdas.ended.items():
            if name.endswith("killed"):
                self.reached("killed", times)
        for state, times in self.drift.states.items():
            if state.startswith("payments: linked"):
                self.reached("payment sent", times)
        for action, name in (("archive", "archived in the ledger"), ("restore", "restored in the ledger")):
            self.reached(name, self.bookkeeper.did[action])
        self.reached("day limit", self.weather.struck["http.limit_day"])
        self.reached("batch halved", self.weather.struck["http.bad_request"])
        if self.aws.lagged:
            self.reached("index lagged", self.aws.lagged)
        figures = Counter(
            records=len(self.store_records),
            pushes=self.crm.pushed,
            told=self.ear.told,
            lost=self.settled.lost,
            doubled=self.settled.doubled,
            stuck=self.settled.stuck,
            aws=self.aws.calls,
            **self.sending.calls,
        )
        return Result(
            self.seed,
            len(self.crm.accounts),
            [str(each) for each in self.verdicts.found],
            self.verdicts.count,
            self.weather.struck,
            Counter(self.reached),
            self.settled.states,
            figures,
            self.overwriting.unavoidable,
        )

    @property
    def store_records(self) -> list[str]:
        return list(self.crm.accounts)


def _computed(self: Any, instance: Any, owner: Any = None) -> Any:
    """A cached property as of Python 3.12: 3.11 holds a lock while it computes, and whoever computes may give way."""
    if instance is None:
        return self
    if self.attrname not in instance.__dict__:
        instance.__dict__[self.attrname] = self.func(instance)
    return instance.__dict__[self.attrname]


def _processed(*, processor: Any, **how: Any) -> Any:
    """A processor for each run: here, runs that would be containers of their own share one process."""
    own = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=processor.raise_on_entire_batch_failure)
    return process_partial_response(processor=own, **how)


class _Current:
    """The ports of whoever runs: what ``wiring.ports()`` answers in this world."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time

    def __getattr__(self, name: str) -> Any:
        return getattr(self._time.life.ports, name)


class _Time:
    """The ``time`` module as the emulated queues and the SDK see it."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time

    def time(self) -> float:
        return self._time.epoch()

    def sleep(self, seconds: float) -> None:
        if self._time.watched:
            self._time.pass_(seconds)


class Names:
    """``ports.Ids``: sortable, and the same for the same seed."""

    def __init__(self, time: VirtualTime) -> None:
        self._time, self._count = time, 0

    def new(self) -> str:
        self._count += 1
        return f"{round(self._time.seconds * 1000):010d}-{self._count:06d}"


def overrides(dice: Random) -> dict[str, Any]:
    """Settings changed by hand, so that every profile has something to do."""
    chosen: dict[str, Any] = {"create_linked_contact_on_create": dice.random() < 0.97}
    for name, chance in (
        ("update_linked_contact_on_edit", 0.9),
        ("apply_ledger_edits", 0.8),
        ("apply_ledger_archive", 0.5),
        ("archive_contact_when_inactive", 0.6),
        ("import_contacts_born_in_ledger", 0.5),
    ):
        if dice.random() < 0.7:
            chosen[name] = dice.random() < chance
    if dice.random() < 0.7:
        chosen["field_owner"] = dice.choice(("crm", "ledger", "ask", "direction"))
    if dice.random() < 0.7:
        chosen["possible_duplicates_on_import"] = dice.choice(("create", "suggest", "link_exact"))
    return chosen


def with_money(dice: Random, *, undone: bool) -> dict[str, Any]:
    """Settings that documents and payments go by: mostly by themselves."""
    chosen: dict[str, Any] = {
        "auto_export": dice.random() < (0.5 if undone else 0.9),  # else there is nothing to send by a job
        "create_linked_contact_for_document": True,
        "payments_to_ledger": dice.random() < 0.9,
        "sync_voids": dice.random() < 0.8,
        "lock_after_transfer": dice.random() < 0.3,
        "sync_item_descriptions": dice.random() < 0.5,
        "exportable_statuses": ["approved"],
        "document_target_status": dice.choice(("approved", "approved", "approved", "same", "draft")),
    }
    if undone:
        chosen["undo_archives_created"] = dice.random() < 0.8
    return chosen
