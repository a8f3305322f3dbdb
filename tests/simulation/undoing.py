"""Jobs that change many records, and are taken back: what a job did comes back byte for byte, unless edited since.

What the records said is written down here as it is stored, by whom, so that the images a job keeps are not their own
witnesses. One job at a time, so that it is known whose a change is.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

from ledgerlink.flows.bulk import jobs, undo_asked
from ledgerlink.state.job import ENDED, JobItem
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import organizations as kind
from .books import Ledger, Written
from .comparing import Bucket
from .crm import Crm
from .doors import ADMIN, Doors, refused
from .drift import DOCUMENTS, GONE
from .reached import Reached
from .settled import seconds
from .store import COMPANY, Store
from .verdicts import Verdicts
from .virtual import VirtualTime

JOBS = ("import-contacts", "export-organizations")
OF_MONEY = ("send-invoices",)
UNNOTICED = 60.0  # seconds that somebody's edit in the ledger may go unnoticed: between our look and our write
DID = ("updated", "deleted", "unlinked", "linked", "archived")


@dataclass(frozen=True)
class State:
    """A record as it was stored."""

    at: float
    by: str  # the function that stored it
    said: str  # its content, as bytes would say it
    deleted: bool


class Undoing:
    """An administrator who starts a job, and regrets it."""

    def __init__(
        self,
        time: VirtualTime,
        dice: Random,
        *,
        doors: Doors,
        crm: Crm,
        store: Store,
        ledger: Ledger,
        bucket: Bucket,
        verdicts: Verdicts,
        reached: Reached,
        money: bool,
    ) -> None:
        self._jobs = (*JOBS, *OF_MONEY * 2) if money else JOBS
        self._time, self._dice, self._doors, self._crm, self._store = time, dice, doors, crm, store
        self._ledger, self._bucket, self._verdicts, self._reached = ledger, bucket, verdicts, reached
        self._states: defaultdict[RecordKey, list[State]] = defaultdict(list)
        self.busy = False
        self.going_back = False  # an undo is under way: old values return to the ledger

    def stored(self, record: Record) -> None:
        process = self._time.current
        by = process.lives[-1].name if process is not None and process.lives else ""
        state = State(self._time.seconds, by, record.content.model_dump_json(), record.deleted)
        self._states[record.key].append(state)

    def act(self) -> None:
        """A job, some time for people to go on, and its undo."""
        if not self.busy:
            self.busy = True
            self._time.start(self._regret)

    def _regret(self) -> None:
        try:
            began, sort = self._time.seconds, self._dice.choice(self._jobs)
            job = self._begin(lambda context: jobs.start(context, sort, ADMIN))
            if job is None or not self._ended(job):
                return
            done = self._time.seconds
            if self._dice.random() < 0.5:
                self._go_on(began, done)
            self._time.pass_(self._dice.choice((self._dice.uniform(0, 60), self._dice.uniform(60, 900))))
            since = self._time.seconds
            self.going_back = True
            undo = self._begin(lambda context: undo_asked.undo(context, job, ADMIN))
            if undo is None or not self._ended(undo):
                return
            self._reached("job undone")
            self._judge(undo, (began, done), since)
        finally:
            self.busy = self.going_back = False

    def _go_on(self, began: float, done: float) -> None:
        """Somebody edits what the job changed, before it is undone."""
        changed = {
            key.id
            for key, states in self._states.items()
            for state in states
            if state.by == "job_runner" and began <= state.at <= done and key.id in self._crm.accounts
        }
        for id in sorted(changed)[:3]:
            self._crm.edit(id)

    def _begin(self, work: Any) -> str | None:
        """Ask until somebody answers. What was asked without an answer may have begun; then there are two."""
        for _ in range(30):
            outcome = self._doors.ask(work)
            if outcome.ok:
                return str(outcome.value.id)
            if refused(outcome) not in ("", "job_not_ready"):
                return None
            self._time.pass_(20)
        return None

    def _ended(self, job: str) -> bool:
        for _ in range(200):
            told = self._store.control(COMPANY, f"job#{job}")
            if told.get("status") in ENDED:
                return bool(told["status"] == "done")
            self._time.pass_(15)
        return False

    # ------------------------------------------------------------------ judging

    def _judge(self, undo: str, ran: tuple[float, float], since: float) -> None:
        lines = {RecordKey(COMPANY, line.kind, line.id): line for line in self._lines(undo)}
        source = self._store.control(COMPANY, f"job#{undo}")["undoes"]
        for key, line in lines.items():
            if line.outcome in DID and key.id in self._crm.accounts:
                self._crm.accounts[key.id].decided.append(self._time.seconds)
        for key, states in self._states.items():
            if key.kind != kind.KIND:
                continue
            changed = [n for n, s in enumerate(states) if s.by == "job_runner" and ran[0] <= s.at <= ran[1]]
            back = [n for n, s in enumerate(states) if s.by == "job_runner" and s.at >= since]
            if changed and not self._others(key, ran, source):
                self._one(key, states, changed, back, lines.get(key))
        for key, line in lines.items():
            if key.kind in DOCUMENTS and line.outcome == "archived":
                self._taken_back(key, since)
            elif key.kind in DOCUMENTS and line.outcome in ("skipped", "left_out", "failed") and not line.reason:
                self._wrong(f"{key.id} was {line.outcome} by the undo, which does not say why")

    def _others(self, key: RecordKey, ran: tuple[float, float], source: str) -> bool:
        """Whether another job had its hand in it: one that was begun too, though nobody was told."""
        jobs = {e.job for e in self._store.activity(key) if e.job and ran[0] <= seconds(e) <= ran[1]}
        return bool(jobs - {source})

    def _taken_back(self, key: RecordKey, since: float) -> None:
        """A document that the job made is void again, and nobody had done anything with it."""
        link = self._store.link(LinkKey(*key))
        writes = [w for w in self._ledger.history if link is not None and w.id == link.document_id]
        gone = next((w for w in writes if w.at >= since and w.after["status"] in GONE), None)
        if gone is None:
            if not any(w.after["status"] in GONE for w in writes):
                self._wrong(f"{key.id} is told as taken back, and stands in the ledger")
            return
        edited = _edited([w for w in writes if w.at < gone.at - UNNOTICED])
        if gone.author == "hub" and edited:
            self._wrong(f"{key.id} was edited in the ledger at {edited[-1].at:.1f}s, and taken back at {gone.at:.1f}s")
        self._reached("document taken back")

    def _one(
        self, key: RecordKey, states: list[State], changed: list[int], back: list[int], line: JobItem | None
    ) -> None:
        """A record that the job changed."""
        before = {states[n - 1].said if n else "" for n in changed}
        last = changed[-1]
        if not back:
            alone = len(states) == last + 1
            if line is None and alone and states[last].said not in before:
                self._wrong(f"{key.id} is as the job left it, and the undo does not say why")
            elif line is not None and line.outcome in ("updated", "deleted") and not line.put_back and alone:
                self._wrong(f"{key.id} is told as {line.outcome}, and nothing changed")
            if not alone:
                self._reached("edited since, and left alone")
            return
        first = back[0]
        others = [s for s in states[last + 1 : first] if s.by != "job_runner"]
        edited = [s for n, s in enumerate(states[last + 1 : first], last + 1) if s.said != states[n - 1].said]
        if edited and others and not states[first].deleted:
            self._wrong(f"{key.id} was edited at {edited[0].at:.1f}s, after the job, and the undo went over it")
        elif not states[first].deleted and states[first].said not in before:
            self._wrong(f"{key.id} is not as it was before the job: {states[first].said[:200]}")
        else:
            self._reached("put back as it was")

    def _lines(self, job: str) -> Iterator[JobItem]:
        told = self._store.control(COMPANY, f"job#{job}")
        for number in range(int(told.get("results", 0))):
            packed = self._bucket.files[f"jobs/{COMPANY}/{job}/result-{number:05}.ndjson.gz"]
            yield from (JobItem.model_validate_json(line) for line in gzip.decompress(packed).splitlines())

    def _wrong(self, told: str) -> None:
        self._verdicts("put back", self._time.seconds, told)


def _edited(writes: list[Written]) -> list[Written]:
    """What somebody did with a document in the ledger. Who paid it and took that back has left it as it was."""
    did = [w for before, w in pairwise(writes) if w.author == "human" and w.after["left"] == before.after["left"]]
    moved = [w for w in writes if w.author == "human" and w not in did]
    return did + (moved[-1:] if writes and writes[-1].after["left"] != writes[0].after["left"] else [])
