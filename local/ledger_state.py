"""What the hub's tables say about the work left: the counts `drain` answers with, and whether anything has changed."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.aws import Aws
from local.clock import Clock
from local.resources import Resources
from local.standing import NOTHING_KNOWN, Standing

SETTLED = {"skipped", "linked", "error", "parked", "conflict"}
UNFINISHED_JOBS = {"planning", "running"}
SHOWN = ("company", "sk", "state", "due_key", "waits_on", "wait_key", "wake_at", "reason", "document_id", "status")
TOLD = ("company", "sk", "status", "wake_at", "data", "body")
SOON_S = 70.0
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """`digest` changes with any of the links; `soon_s` is how long until something is to happen, if that is soon."""

    settled: int
    due: int
    waiting: Mapping[str, int]
    unknown: int
    open_work: int
    digest: str
    soon_s: float | None = field(default=None, compare=False)

    def counts(self) -> dict[str, Any]:
        return {"settled": self.settled, "due": self.due, "waiting": dict(self.waiting), "unknown": self.unknown}


class LedgerState:
    """Reads the tables of links and control rows; a template without them has nothing to count."""

    def __init__(self, resources: Resources, aws: Aws, clock: Clock) -> None:
        self._links = resources.physical.get("LinksTable")
        self._control = resources.physical.get("ControlTable")
        self._clock = clock
        self._dynamodb = aws.client("dynamodb")

    def look(self) -> Snapshot:
        from local.standings import standings  # the hub's own code, which the stack does without until it is asked

        digest = hashlib.sha256()
        kinds: Counter[str] = Counter()
        waiting: Counter[str] = Counter()
        links = list(self._rows(self._links, SHOWN))
        control = list(self._rows(self._control, TOLD))
        standing = standings(control, self._clock.now())
        for row in links:
            digest.update(repr(sorted(row.items())).encode())
            if "state" not in row:
                continue
            now = standing.get(row["company"], NOTHING_KNOWN)
            kind = kind_of(row, now)
            kinds[kind] += 1
            if kind == "waiting":
                waiting[waits_for(row, now)] += 1
        return Snapshot(
            settled=kinds["settled"],
            due=kinds["due"],
            waiting=waiting,
            unknown=kinds["unknown"],
            open_work=sum(map(is_open_work, control)),
            digest=digest.hexdigest(),
            soon_s=self._soon([*links, *control]),
        )

    def _rows(self, table: str | None, columns: tuple[str, ...]) -> Iterator[Row]:
        if table is None:
            return
        names = {f"#n{number}": name for number, name in enumerate(columns)}
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True, ProjectionExpression=",".join(names), ExpressionAttributeNames=names
        )
        for page in pages:
            for item in page["Items"]:
                yield {name: next(iter(value.values())) for name, value in item.items()}

    def _soon(self, rows: list[Row]) -> float | None:
        """Seconds until the next thing that is still to come, if that is within SOON_S."""
        now = self._clock.now()
        ahead = [(at - now).total_seconds() for row in rows if (at := wake_time(row))]
        return min((seconds for seconds in ahead if 0 < seconds <= SOON_S), default=None)


def kind_of(row: Row, now: Standing = NOTHING_KNOWN) -> str:
    """As the API shows it: what is in an open dispatch is not due, and what is due waits while nothing goes."""
    state = now.state(row)
    if state == "unknown":
        return "unknown"
    if state == "sending":
        return "due"
    if "waits_on" in row or (state == "due" and now.closed):
        return "waiting"
    if "due_key" in row:
        return "due"
    return "settled" if "document_id" in row or state in SETTLED else "other"


def waits_for(row: Row, now: Standing = NOTHING_KNOWN) -> str:
    """The reason code."""
    return str((row.get("reason") if "waits_on" in row else "") or now.closed or "unnamed")


def is_open_work(row: Row) -> bool:
    kind = row["sk"].split("#")[0]
    return kind in ("dispatch", "stale") or (kind == "job" and row.get("status") in UNFINISHED_JOBS)


def wake_time(row: Row) -> datetime | None:
    """When a row is to be looked at again: the start of `wake_at`, or of the key of a wait for a time."""
    waits_for_a_time = row.get("waits_on", "").startswith("time#")
    text = (row.get("wait_key", "") if waits_for_a_time else row.get("wake_at", "")).split("#")[0]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
