"""The CRM's own endpoint: takes notices, or does not, and judges what it is told.

Its two invariants: of one record it never hears an older revision after a newer one, and once all is quiet it has
heard the newest that it did not make itself, or the notice says why not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from ledgerlink.ports import CrmAnswer, CrmMessage
from ledgerlink.state.record import Record, RecordKey

from .reached import Reached
from .store import COMPANY, Store
from .verdicts import Verdicts
from .virtual import START, VirtualTime
from .weather import CRM, Weather

URL = "https://crm.example/hooks"
WHOLE_S = 10.0  # adapters/crm.py: from the beginning to the end of the answer
_TOLD = {"trouble": 503, "error": 500, "busy": 429}


class Ear:
    """``ports.Crm`` of the simulated world."""

    def __init__(
        self, time: VirtualTime, weather: Weather, dice: Random, *, store: Store, verdicts: Verdicts, reached: Reached
    ) -> None:
        self._time, self._weather, self._dice, self._store = time, weather, dice, store
        self._verdicts, self._reached = verdicts, reached
        self._heard: dict[RecordKey, int] = {}  # the newest revision that reached us
        self._taken: dict[RecordKey, int] = {}  # the newest one whose taking we acknowledged
        self._made: dict[RecordKey, int] = {}  # the newest one that the ledger made
        self.told = 0

    # ------------------------------------------------------------------ the endpoint

    def check(self, url: str) -> None:
        """Any address will do here."""

    def send(self, url: str, message: CrmMessage, secrets: Sequence[str]) -> CrmAnswer:
        assert url == URL
        assert secrets
        ends_at = self._time.seconds + WHOLE_S
        fault = self._weather.strikes("crm", tuple(CRM))
        if fault == "stall":
            self._time.pass_(self._dice.uniform(5, 100))
        if fault == "kill_before":
            raise self._time.life.kill("before the CRM was told")
        if fault == "refused" or self._time.seconds >= ends_at:
            return CrmAnswer(detail="no connection")
        self._time.pass_(self._dice.uniform(0.02, 0.2))
        if fault != "lost":
            self._hear(message, taken=not fault or fault not in _TOLD)
        if fault == "kill_sent":
            raise self._time.life.kill("while the CRM was told")
        if fault in ("lost", "slow"):
            self._time.pass_(max(0.0, ends_at - self._time.seconds))
            return CrmAnswer(detail="no answer within ten seconds")
        self._time.pass_(self._dice.uniform(0.02, 0.2))
        if fault in _TOLD:
            wait = timedelta(seconds=self._dice.uniform(1, 60)) if fault == "busy" else None
            return CrmAnswer(_TOLD[fault], retry_after=wait)
        return CrmAnswer(200)

    def _hear(self, message: CrmMessage, *, taken: bool) -> None:
        data = json.loads(message.body)["data"]
        key, revision = RecordKey(COMPANY, data["kind"], data["id"]), data["revision"]
        if revision < self._heard.get(key, 0):
            told = f"{key.id}: revision {revision} after {self._heard[key]}"
            self._verdicts("told in order", self._time.seconds, told)
        if revision == self._heard.get(key):
            self._reached("CRM told again")
        self._heard[key] = max(revision, self._heard.get(key, 0))
        if taken:
            self.told += 1
            self._reached("CRM told")
            self._taken[key] = max(revision, self._taken.get(key, 0))

    # ------------------------------------------------------------------ judging

    def stored(self, record: Record) -> None:
        """A record was stored: what the ledger made of it is to be told."""
        if record.changed_by == "ledger":
            self._made[record.key] = max(record.revision, self._made.get(record.key, 0))

    def judge(self) -> None:
        """After the storm: told, waiting for a time that is yet to come, or given up with a reason."""
        now = self._time.seconds
        for key, revision in self._made.items():
            if self._taken.get(key, 0) >= revision:
                continue
            notice = self._store.notice(key)
            if notice is not None and notice.revision >= revision:
                waits = notice.status == "pending" and (notice.due_at - START).total_seconds() > now - 120
                if waits or notice.status == "failed":
                    self._reached("CRM not told yet, and it shows")
                    continue
            state = notice and (notice.status, notice.revision, f"{notice.due_at:%H:%M:%S}")
            self._verdicts("told at last", now, f"{key.id} is at {revision}, told {self._taken.get(key, 0)}: {state}")
