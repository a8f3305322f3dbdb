"""Records in DynamoDB, and their changes in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledgerlink.ports import Changed, Page
from ledgerlink.state.record import Record, RecordKey

from .errors import translated
from .items import record_of, record_sk
from .pack import stamp
from .reading import many, page
from .tables import RecordItem


class DynamoRecords:
    """``ports.Records``."""

    def get(self, key: RecordKey) -> Record | None:
        return self.many([key]).get(key)

    def many(self, keys: Iterable[RecordKey]) -> dict[RecordKey, Record]:
        records = (record_of(item) for item in many(RecordItem, ((key.company, record_sk(key)) for key in keys)))
        return {record.key: record for record in records}

    def page(self, company: str, kind: str, *, starting: str = "", after: str | None = None, limit: int = 200) -> Page:
        return page(
            RecordItem.query,
            company,
            RecordItem.sk.startswith(f"{kind}#{starting}"),
            make=record_of,
            after=after,
            limit=limit,
            consistent_read=True,
        )

    def changes(self, company: str, *, since: str | None, limit: int) -> Page:
        rows = self._feed(company, since, limit)
        records = self.many([RecordKey(company, *row.sk.split("#", 1)) for row in rows])
        # As the feed itself is ordered; one that changed again since the index was read comes later once more.
        return Page(
            sorted(records.values(), key=lambda record: (stamp(record.updated_at), record.kind, record.id)),
            rows[-1].feed_key if rows else since,
        )

    def changed(self, company: str, *, since: str, limit: int) -> list[Changed]:
        rows = self._feed(company, since, limit)
        return [Changed(RecordKey(company, *row.sk.split("#", 1)), row.changed_by, row.feed_key) for row in rows]

    def _feed(self, company: str, since: str | None, limit: int) -> list[Any]:
        later = RecordItem.feed_key > since if since else None
        with translated():
            return list(RecordItem.feed_index.query(company, later, limit=limit))
