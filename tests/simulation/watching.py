"""Watches what is stored: messages on their way, and the rare branches that only the tables show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .reached import Reached
from .store import COMPANY, Store
from .virtual import VirtualTime

if TYPE_CHECKING:
    from .settled import Settled

Item = dict[str, Any]


class Watching:
    """Hears of every write that was carried out."""

    def __init__(self, time: VirtualTime, reached: Reached, sent: Callable[[str], None]) -> None:
        self._time, self._reached, self._sent = time, reached, sent
        self._unknown: set[str] = set()
        self._generations: dict[str, int] = {}

    def __call__(self, operation: str, told: dict[str, Any]) -> None:
        if operation == "SendMessage":
            self._sent(told["QueueUrl"].rsplit("/", 1)[-1].removesuffix(".fifo"))
        elif operation in ("TransactWriteItems", "PutItem"):
            for put in _puts(told):
                self._stored(put["TableName"], put["Item"])

    def _stored(self, table: str, item: Item) -> None:
        sk = item.get("sk", {}).get("S", "")
        if table == "ControlTable" and sk.startswith("dispatch#"):
            if item.get("status", {}).get("S") == "unknown":
                self._unknown.add(sk.removeprefix("dispatch#"))
                self._reached("unknown")
        elif table == "ControlTable" and sk == "lane#export":
            if json.loads(item["data"]["S"]).get("half_open"):
                self._reached("half-open lane")
        elif table == "LinksTable" and not sk.startswith("ledger#"):
            self._link(sk, json.loads(item.get("rest", {}).get("S", "{}")), item)

    def _link(self, sk: str, rest: dict[str, Any], item: Item) -> None:
        generation, before = rest.get("generation", 0), self._generations.get(sk, 0)
        self._generations[sk] = generation
        if generation > before:
            self._reached("never arrived, sent anew")
        elif rest.get("last_dispatch") in self._unknown:
            self._reached("adopted after looking up")
            self._unknown.discard(rest["last_dispatch"])

    def finish(self, store: Store, settled: Settled) -> None:
        """What the history tells at the end."""
        for partition in list(_partitions()):
            company, kind, record = partition.split("#", 2)
            if company != COMPANY or kind != "organizations":
                continue
            from ledgerlink.state.record import RecordKey

            for entry in store.activity(RecordKey(company, kind, record)):
                for name in _told(entry):
                    self._reached(name)


def _told(entry: Any) -> Iterator[str]:
    if entry.direction == "export" and entry.outcome == "ok" and entry.action in ("created", "updated", "archived"):
        yield entry.action
    if entry.direction == "export" and entry.outcome == "failed" and entry.correlation:
        yield "rejected"
    if entry.reason == "name_taken":
        yield "name taken"
    if entry.outcome == "conflict" and entry.reason == "conflict":
        yield "conflict"
    if entry.direction == "import":
        yield from {
            "updated": ("imported an edit",),
            "created": ("born in the ledger",),
            "merged": ("merged: link follows" if entry.outcome == "ok" else "merged into a linked one",),
        }.get(entry.action, ())


def _puts(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Item" in told:
        yield told
    for item in told.get("TransactItems", ()):
        if "Put" in item:
            yield item["Put"]


def _partitions() -> list[str]:
    from ministack.services import dynamodb

    return list(dynamodb._tables["ActivityTable"]["items"])
