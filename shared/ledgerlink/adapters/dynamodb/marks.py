"""Stale marks: one small item per changed document, under the organisation, overwritten by the newer news.

What we saw ourselves stands in an item of its own: the ledger's word on it may carry the time of our own write and look
like its echo; it must not take its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from pynamodb.exceptions import DeleteError, UpdateError

from ledgerlink.ports import CERTAIN, Mark

from .errors import code_of, translated
from .reading import many
from .tables import ControlItem, shard_of

_FAILED = "ConditionalCheckFailedException"


class DynamoMarks:
    """``ports.Marks``. A mark is in the wake index from birth, so the sweeper rings for one whose doorbell was lost."""

    def add(self, organisation: str, documents: Iterable[tuple[str, str]], *, since: str) -> None:
        partition = _partition(organisation)
        waiting_since = since if since[:1].isdigit() else "0"  # in the index by time; what has none comes first
        with translated(), ControlItem.batch_write() as batch:
            for document_type, document_id in dict.fromkeys(documents):
                batch.save(
                    ControlItem(
                        partition,
                        _sk(document_type, document_id, since),
                        version=1,
                        data=json.dumps({"since": since}),
                        status=since,
                        wake_shard=f"wake{shard_of(partition)}",
                        wake_at=f"{waiting_since}#{partition}#{document_id}",
                    )
                )

    def pending(self, organisation: str, *, after: Mark | None = None, limit: int = 40) -> list[Mark]:
        first = f"{_sk_of(after)}!" if after else "stale#"
        with translated():
            rows = ControlItem.query(
                _partition(organisation), ControlItem.sk.between(first, "stale~"), limit=limit, consistent_read=True
            )
            return [_mark(row) for row in rows]

    def among(self, organisation: str, document_type: str, document_ids: Iterable[str]) -> set[str]:
        ids = list(document_ids)
        keys = ((_partition(organisation), _sk(document_type, id_, since)) for id_ in ids for since in ("", CERTAIN))
        return {_mark(row).document_id for row in many(ControlItem, keys)}

    def count(self, organisation: str) -> int:
        with translated():
            return int(ControlItem.count(_partition(organisation), ControlItem.sk.startswith("stale#")))

    def done(self, organisation: str, mark: Mark) -> None:
        item = ControlItem(_partition(organisation), _sk_of(mark))
        with translated():
            try:
                item.delete(condition=ControlItem.status == mark.since)
            except DeleteError as error:
                if code_of(error) != _FAILED:  # renewed meanwhile: it stays
                    raise

    def postpone(self, organisation: str, mark: Mark) -> None:
        item = ControlItem(_partition(organisation), _sk_of(mark))
        with translated():
            try:
                item.update(actions=[ControlItem.version.add(1)], condition=ControlItem.status == mark.since)
            except UpdateError as error:
                if code_of(error) != _FAILED:
                    raise


def _partition(organisation: str) -> str:
    return f"organisation#{organisation}"


def _sk(document_type: str, document_id: str, since: str) -> str:
    return f"stale#{document_type}#{document_id}{_suffix(since)}"


def _suffix(since: str) -> str:
    return "#seen" if since.startswith(CERTAIN) else ""


def _sk_of(mark: Mark) -> str:
    return _sk(mark.document_type, mark.document_id, mark.since)


def _mark(row: ControlItem) -> Mark:
    _, document_type, document_id = row.sk.split("#", 2)
    return Mark(document_type, document_id.removesuffix(_suffix(row.status)), row.status, int(row.version) - 1)
