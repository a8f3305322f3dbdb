"""Watches what is stored: messages on their way, and the rare branches that only the tables show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ledgerlink.adapters.dynamodb.items import record_of
from ledgerlink.adapters.dynamodb.pack import unpress
from ledgerlink.adapters.dynamodb.tables import LinkItem, RecordItem
from ledgerlink.ports import CERTAIN
from ledgerlink.state.activity import Entry
from ledgerlink.state.record import Record, RecordKey

from . import organizations as kind
from .books import Ledger
from .papers import PAYMENTS
from .reached import Reached
from .store import Store, raw
from .virtual import VirtualTime

Item = dict[str, Any]


class Watching:
    """Hears of every write, whether it was carried out or refused."""

    def __init__(
        self,
        time: VirtualTime,
        reached: Reached,
        message: Callable[[str, float], None],
        keys: Callable[[], Iterable[str]],
    ) -> None:
        self._time, self._reached, self._message, self._keys = time, reached, message, keys
        self._unknown: set[str] = set()
        self._generations: dict[str, int] = {}
        self._driver = ""
        self.links: list[Callable[[str, dict[str, Any]], None]] = []  # and of every link: its key, and what it says
        self.records: list[Callable[[Record], None]] = []  # are told of every record that is stored

    def __call__(self, operation: str, told: dict[str, Any], done: bool) -> None:
        if operation in ("SendMessage", "SendMessageBatch"):
            queue = told["QueueUrl"].rsplit("/", 1)[-1].removesuffix(".fifo")
            for message in told.get("Entries", [told]) if done else ():
                self._message(queue, float(message.get("DelaySeconds", 0)))
            return
        for put in _puts(told):
            sk = put["Item"].get("sk", {}).get("S", "")
            if put.get("TableName", "ControlTable") == "ControlTable":
                self._control(sk, put["Item"], done)
            elif put["TableName"] == "RecordsTable" and done:
                record = record_of(RecordItem.from_raw_data(raw(put["Item"])))
                for hear in self.records:
                    hear(record)
            elif put["TableName"] == "LinksTable" and not sk.startswith("ledger#") and done:
                rest = unpress(LinkItem.from_raw_data(raw(put["Item"])).body)[0]
                self._link(sk, json.loads(rest), put["Item"])
        for sk in _deleted(operation, told) if done else ():
            if sk.startswith("dispatch#") and not any(
                key.endswith(sk.removeprefix("dispatch#")) for key in self._keys()
            ):
                self._reached("released unsent")
        if operation == "UpdateItem" and told["Key"]["sk"]["S"].startswith("stale#"):
            self._reached("import put a document off")

    # ------------------------------------------------------------------ by item

    def _control(self, sk: str, item: Item, done: bool) -> None:
        what, _, name = sk.partition("#")
        if what == "dispatch":
            self._dispatch(name, item, done)
        elif sk == "lane#export" and done:
            lane = json.loads(item["data"]["S"])
            driver = lane.get("holder", "")
            if driver and self._driver and driver != self._driver:
                self._reached("lane taken over")
            self._driver = driver
            if lane.get("half_open"):
                self._reached("half-open lane")
        elif (
            what == "stale" and item.get("status", {}).get("S", "").startswith(CERTAIN) and self._is("export_consumer")
        ):
            self._reached("look found a newer document")
        elif what == "suggestion":
            self._reached("suggestion")

    def _dispatch(self, name: str, item: Item, done: bool) -> None:
        if not done:
            self._reached("turn lost: somebody wrote first")
        elif item.get("status", {}).get("S") == "unknown":
            self._unknown.add(name)
            self._reached("unknown")

    def _link(self, sk: str, rest: dict[str, Any], item: Item) -> None:
        for hear in self.links:
            hear(sk, {**rest, "document_id": item.get("document_id", {}).get("S", "")})
        generation, before = rest.get("generation", 0), self._generations.get(sk, 0)
        self._generations[sk] = generation
        if generation > before:
            self._reached("never arrived, sent anew")
        elif rest.get("last_dispatch") in self._unknown:
            self._reached("adopted after looking up")
            self._unknown.discard(rest["last_dispatch"])
        if item.get("reason", {}).get("S") == "several_matches":
            self._reached("several matches")
        if self._is("export_consumer") and rest.get("queued_at") and rest.get("last_outcome") in ("created", "updated"):
            self._reached("edit during sending")

    def _is(self, function: str) -> bool:
        process = self._time.current
        return process is not None and bool(process.lives) and process.lives[-1].name == function

    # ------------------------------------------------------------------ at the end

    def finish(self, store: Store, ledger: Ledger) -> None:
        """What the history tells."""
        marks = {row.id: row.fields.get("ContactNumber", "") for row in ledger.rows(kind.BOOK)}
        for key in store.records():
            for entry in store.activity(RecordKey(*key)):
                for name in _told(entry, marks):
                    self._reached(name)


def _told(entry: Entry, marks: dict[str, str]) -> Iterator[str]:
    if entry.direction == "export" and entry.outcome == "ok" and entry.action in ("created", "updated", "archived"):
        yield entry.action
    if entry.direction == "export" and entry.outcome == "failed" and entry.correlation:
        yield "rejected"
    if entry.reason == "name_taken":
        yield "name taken"
    if entry.outcome == "conflict" and entry.reason == "conflict":
        yield "conflict"
    if entry.direction == "import":
        yield from _imported(entry, marks)


def _imported(entry: Entry, marks: dict[str, str]) -> Iterator[str]:
    if entry.action == "updated" and entry.outcome == "ok":
        yield "imported an edit"
    elif entry.action == "created":
        yield "payment born in the ledger" if entry.kind == PAYMENTS else "born in the ledger"
    elif entry.action == "linked" and entry.kind == PAYMENTS:
        yield "our own payment found by the import"
    elif entry.action == "merged":
        yield "merged: link follows" if entry.outcome == "ok" else "merged into a linked one"
    elif entry.action == "linked" and marks.get(entry.document_id) != f"{kind.MARK}{entry.record}":
        yield "linked as exact"


def _deleted(operation: str, told: dict[str, Any]) -> list[str]:
    if operation == "DeleteItem":
        return [told["Key"]["sk"]["S"]]
    return [item["Delete"]["Key"]["sk"]["S"] for item in told.get("TransactItems", ()) if "Delete" in item]


def _puts(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "Item" in told:
        yield told
    for item in told.get("TransactItems", ()):
        if "Put" in item:
            yield item["Put"]
    for requests in told.get("RequestItems", {}).values():
        for request in requests:
            if isinstance(request, dict) and "PutRequest" in request:
                yield request["PutRequest"]
