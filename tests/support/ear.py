"""A company whose CRM listens: the real adapters over AWS in this process, a receiver on a socket, a movable clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from ledgerlink.adapters.aws import client
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.notices import crm_webhook, notify_crm
from ledgerlink.flows.notices.telling import tell
from ledgerlink.flows.sweeping import sweep
from ledgerlink.ports import PutCompany, PutRecord
from ledgerlink.settings import Settings
from ledgerlink.state.company import Company
from ledgerlink.state.crm import CrmDelivery, CrmNotice
from ledgerlink.state.record import RecordKey
from ledgerlink.wiring import Wiring
from tests.fakes.time import FakeClock
from tests.support.aws import REGION
from tests.support.builders import a_record
from tests.support.receiver import Receiver

ANN = Actor("ann", "admin")
ACME = "acme"
KEY = RecordKey(ACME, "organizations", "o1")


class Bells:
    """``ports.Doorbells`` as far as the CRM goes; a test rings what was rung, when it likes."""

    def __init__(self) -> None:
        self.rung: deque[tuple[RecordKey | None, int]] = deque()  # None: let go what was held back

    def crm(self, company: str, records: Iterable[RecordKey] = (), *, delay_s: int = 0) -> None:
        self.rung.extend([(key, delay_s) for key in records] or [(None, delay_s)])

    def ring(self, company: str, direction: str, *, again: bool = False) -> None:
        pass


class Ear:
    """``acme``, with its endpoint set to the receiver and one secret made, unless told otherwise."""

    def __init__(self, receiver: Receiver, *, listens: bool = True) -> None:
        self.receiver, self.clock, self.bells = receiver, FakeClock(), Bells()
        settings = Settings(
            local=True,
            links_table="LinksTable",
            records_table="RecordsTable",
            activity_table="ActivityTable",
            control_table="ControlTable",
            region=REGION,
            token_key_id=client("kms", REGION).create_key()["KeyMetadata"]["KeyId"],
        )
        self.at = Wiring(settings, clock=self.clock)
        self.at.__dict__["doorbells"] = self.bells
        self.at.commit.all(PutCompany(Company(id=ACME, name="Acme", profile="rental")))
        self.secret = ""
        if listens:
            self.put()
            self.secret = crm_webhook.new_secret(ACME, ANN, self.at)[1]
            self.ring()

    def put(self, *, enabled: bool = True, url: str = "") -> None:
        crm_webhook.put(ACME, url or self.receiver.url, ANN, self.at, enabled=enabled)

    def change(self, id_: str = "o1", **fields: Any) -> int:
        """The ledger changed the record; answers its new revision."""
        stored = self.at.records.get(RecordKey(ACME, "organizations", id_))
        revision = stored.revision + 1 if stored else 1
        told = {
            "company": ACME,
            "id": id_,
            "revision": revision,
            "changed_by": "ledger",
            "updated_at": self.clock.now(),
        }
        record = a_record(**told, version=stored.version if stored else 0, **fields)
        self.at.commit.all(PutRecord(record), tell(record))
        return revision

    def notify(self, id_: str = "o1") -> str:
        return notify_crm.notify(RecordKey(ACME, "organizations", id_), self.at)

    def ring(self) -> None:
        """Do what was rung for, whatever that rings for, and so on; delays pass."""
        while self.bells.rung:
            key, delay_s = self.bells.rung.popleft()
            self.clock.advance(delay_s)
            if key is None:
                notify_crm.let_go(ACME, self.at)
            else:
                notify_crm.notify(key, self.at)

    def later(self, **duration: float) -> None:
        """Time passes, and the sweeper rings."""
        seconds = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
        self.clock.advance(sum(seconds[name] * count for name, count in duration.items()))
        sweep(self.at)
        self.ring()

    def notice(self, id_: str = "o1") -> CrmNotice:
        found = self.at.crm_notices.get(RecordKey(ACME, "organizations", id_))
        assert found is not None
        return found

    @property
    def state(self) -> str:
        return self.at.crm_notices.webhook(ACME).state(self.clock.now())

    @property
    def deliveries(self) -> list[CrmDelivery]:
        """Oldest first."""
        return list(self.at.crm_notices.deliveries(ACME).items[::-1])

    def history(self, kind: str = "crm-webhook", id_: str = ACME) -> list[str]:
        return sorted(entry.action for entry in self.at.activity.of_record(RecordKey(ACME, kind, id_)).items)
