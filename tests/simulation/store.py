"""The tables as they are this moment, read beside the product: no call, no time, no fault."""

from __future__ import annotations

import base64
import json
from typing import Any

from ministack.services import dynamodb

from ledgerlink.adapters.dynamodb.control_ports import DynamoLanes
from ledgerlink.adapters.dynamodb.crm import DynamoCrmNotices
from ledgerlink.adapters.dynamodb.items import entry_of, link_of, record_of
from ledgerlink.adapters.dynamodb.tables import ActivityItem, LinkItem, RecordItem
from ledgerlink.state.activity import Entry
from ledgerlink.state.crm import CrmNotice
from ledgerlink.state.dispatch import Dispatch
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .virtual import VirtualTime

COMPANY = "acme"
Item = dict[str, Any]


class Store:
    """One company's items in our own models."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time

    def items(self, table: str, partition: str) -> dict[str, Item]:
        found: dict[str, Item] = dynamodb._tables[table]["items"].get(partition, {})
        return found

    def link(self, key: LinkKey) -> Link | None:
        item = self.items("LinksTable", key.company).get(f"{key.kind}#{key.id}#{key.part}")
        return link_of(LinkItem.from_raw_data(raw(item))) if item else None

    def links(self) -> dict[LinkKey, Link]:
        rows = self.items("LinksTable", COMPANY)
        found = [link_of(LinkItem.from_raw_data(raw(row))) for sk, row in rows.items() if not sk.startswith("ledger#")]
        return {link.key: link for link in found}

    def claims(self) -> dict[str, tuple[str, str]]:
        """document id -> (holder's sort key, tombstone)."""
        rows = self.items("LinksTable", COMPANY)
        return {
            sk.rsplit("#", 1)[1]: (_text(row, "holder"), _text(row, "reason"))
            for sk, row in rows.items()
            if sk.startswith("ledger#")
        }

    def record(self, key: RecordKey) -> Record | None:
        item = self.items("RecordsTable", key.company).get(f"{key.kind}#{key.id}")
        return record_of(RecordItem.from_raw_data(raw(item))) if item else None

    def records(self, kind: str = "") -> dict[RecordKey, Record]:
        """All of them, or those of a kind."""
        items = self.items("RecordsTable", COMPANY).items()
        rows = [row for sk, row in items if sk.startswith(f"{kind}#" if kind else "")]
        return {record.key: record for record in (record_of(RecordItem.from_raw_data(raw(row))) for row in rows)}

    def activity(self, key: RecordKey) -> list[Entry]:
        rows = self.items("ActivityTable", f"{key.company}#{key.kind}#{key.id}")
        return sorted((entry_of(ActivityItem.from_raw_data(raw(row))) for row in rows.values()), key=lambda e: e.id)

    def dispatches(self) -> list[Dispatch]:
        """Through the adapter itself, for only it knows how they are packed."""
        if not any(sk.startswith("dispatch#") for sk in self.items("ControlTable", COMPANY)):
            return []
        with self._time.aside():
            return DynamoLanes().open_dispatches(COMPANY)

    def control(self, partition: str, sk: str) -> dict[str, Any]:
        row = self.items("ControlTable", partition).get(sk)
        return json.loads(_text(row, "data") or "{}") if row else {}

    def suggestions(self) -> list[tuple[str, str]]:
        """Open ones: id and record."""
        found = ((sk, row) for sk, row in self.items("ControlTable", COMPANY).items() if sk.startswith("suggestion#"))
        told = ((sk.partition("#")[2], json.loads(_text(row, "data"))) for sk, row in found)
        return [(id, data["record"]) for id, data in told if data.get("state", "open") == "open"]

    def notice(self, key: RecordKey) -> CrmNotice | None:
        with self._time.aside():
            return DynamoCrmNotices().get(key)

    def marks(self, organisation: str) -> list[str]:
        return [sk for sk in self.items("ControlTable", f"organisation#{organisation}") if sk.startswith("stale#")]


def raw(row: Item) -> Item:
    """The item as the SDK hands it on: bytes as bytes."""
    return {name: {"B": base64.b64decode(value["B"])} if "B" in value else value for name, value in row.items()}


def _text(row: Item, name: str) -> str:
    return str(row.get(name, {}).get("S", ""))
