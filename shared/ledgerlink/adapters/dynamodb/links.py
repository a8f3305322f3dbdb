"""Links in DynamoDB, and the indexes over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ledgerlink.ports import Claimed, LinkFilter, Page
from ledgerlink.state.link import ON_RECORD, Link, LinkKey
from ledgerlink.state.record import RecordKey

from .errors import translated
from .items import claim_sk, due_shard, link_key, link_of, link_sk
from .numbers import Numbers
from .pack import stamp
from .reading import LOOKED_AT, many, page
from .sorting import sorted_page
from .tables import SHARDS, LinkItem


def _key_of(item: LinkItem) -> LinkKey:
    return link_key(item.company, item.sk)


class DynamoLinks:
    """``ports.Links``."""

    def __init__(self) -> None:
        self._numbers = Numbers()

    def get(self, key: LinkKey) -> Link | None:
        return self.many([key]).get(key)

    def many(self, keys: Iterable[LinkKey]) -> dict[LinkKey, Link]:
        links = (link_of(item) for item in many(LinkItem, ((key.company, link_sk(key)) for key in keys)))
        return {link.key: link for link in links}

    def of_record(self, key: RecordKey) -> list[Link]:
        prefix = f"{key.kind}#{key.id}#"
        with translated():
            items = LinkItem.query(key.company, LinkItem.sk.startswith(prefix), consistent_read=True)
            return [link_of(item) for item in items]

    def claimed(self, company: str, document_type: str, document_ids: Iterable[str]) -> dict[str, Claimed]:
        found = many(LinkItem, ((company, claim_sk(document_type, id_)) for id_ in document_ids))
        return {
            item.sk.rsplit("#", 1)[1]: Claimed(
                link_key(company, item.holder) if item.holder else None, item.reason or ""
            )
            for item in found
        }

    def due(self, company: str, *, stage: int | None = None, after: str | None = None, limit: int = 200) -> Page:
        prefix = f"{company}#" if stage is None else f"{company}#{stage}#"
        return page(
            LinkItem.due_index.query,
            due_shard(company),
            LinkItem.due_key.startswith(prefix),
            make=_key_of,
            after=after,
            limit=limit,
        )

    def waiting(self, company: str, waits_on: str, *, after: str | None = None, limit: int = 200) -> Page:
        read = LinkItem.waiting_index.query
        if not waits_on.startswith(ON_RECORD):
            return page(read, f"{company}#{waits_on}", make=_key_of, after=after, limit=limit)
        record = waits_on.removeprefix(ON_RECORD)
        only = (LinkItem.wait_key.startswith(f"{record}#"),) if record else ()
        return page(read, f"{company}#record", *only, make=_key_of, after=after, limit=limit)

    def waiting_until(self, now: datetime, *, limit: int = 200) -> list[LinkKey]:
        found: list[LinkKey] = []
        with translated():
            for shard in range(SHARDS):
                rows = LinkItem.waiting_index.query(f"time#{shard}", LinkItem.wait_key < f"{stamp(now)}~", limit=limit)
                found += [_key_of(row) for row in rows]
        return found

    def errors(self, company: str, *, after: str | None = None, limit: int = 200) -> Page:
        return page(LinkItem.errors_index.query, f"{company}#errors", make=_key_of, after=after, limit=limit)

    def count_errors(self, company: str) -> int:
        with translated():
            return int(LinkItem.errors_index.count(f"{company}#errors"))

    def conflicts(self, company: str, *, after: str | None = None, limit: int = 200) -> Page:
        return page(LinkItem.errors_index.query, f"{company}#conflicts", make=_key_of, after=after, limit=limit)

    def count_conflicts(self, company: str) -> int:
        with translated():
            return int(LinkItem.errors_index.count(f"{company}#conflicts"))

    def held_up(self, company: str, *, after: str | None = None, limit: int = 200) -> Page:
        return page(LinkItem.errors_index.query, f"{company}#waiting", make=_key_of, after=after, limit=limit)

    def count_held_up(self, company: str) -> int:
        with translated():
            return int(LinkItem.errors_index.count(f"{company}#waiting"))

    def count_due(self, company: str) -> int:
        with translated():
            return int(LinkItem.due_index.count(due_shard(company), LinkItem.due_key.startswith(f"{company}#")))

    def search(self, company: str, kind: str, where: LinkFilter, *, after: str | None = None, limit: int = 50) -> Page:
        if where.sort not in ("title", "-title"):
            return self._sorted(company, kind, where, after=after, limit=limit)
        return page(
            LinkItem.list_index.query,
            f"{company}#{kind}",
            make=_key_of,
            after=after,
            limit=limit,
            filter_condition=_condition(where),
            scan_index_forward=where.sort == "title",
        )

    def _sorted(self, company: str, kind: str, where: LinkFilter, *, after: str | None, limit: int) -> Page:
        with translated():
            rows = LinkItem.list_index.query(
                f"{company}#{kind}", filter_condition=_condition(where), page_size=LOOKED_AT
            )
            return sorted_page(rows, where.sort, _key_of, after=after, limit=limit)

    def by_number(self, company: str, kind: str, text: str, *, limit: int = 10) -> list[LinkKey]:
        return self._numbers.having(company, kind, text, limit=limit)

    def match_keys(self, company: str, kind: str, *, after: str | None = None, limit: int = 1000) -> Page:
        return page(
            LinkItem.list_index.query,
            f"{company}#{kind}",
            make=lambda item: (_key_of(item).id, (item.match or "").split("\n")),
            after=after,
            limit=limit,
            filter_condition=LinkItem.document_id.does_not_exist(),
        )

    def companies_with_due(self) -> list[str]:
        companies: list[str] = []
        with translated():
            for shard in range(SHARDS):
                after = "#"
                while row := next(
                    iter(LinkItem.due_index.query(f"due{shard}", LinkItem.due_key > after, limit=1)), None
                ):
                    companies.append(row.company)
                    after = f"{row.company}$"  # "$" follows "#": past everything of this company
        return companies


def _condition(where: LinkFilter) -> Any:
    """The filter on what the list index carries; None when nothing is asked."""
    terms: list[Any] = []
    if where.state is not None:
        terms.append(LinkItem.state == where.state)
    if where.status is not None:
        terms.append(LinkItem.status == where.status)
    if where.status_is_not:
        terms.append(LinkItem.status.does_not_exist() | ~LinkItem.status.is_in(*where.status_is_not))
    if where.accounting_code is not None:
        terms.append(LinkItem.document_id == where.accounting_code)
    if where.linked is not None:
        terms.append(LinkItem.document_id.exists() if where.linked else LinkItem.document_id.does_not_exist())
    if where.has_error is not None:
        wrong = LinkItem.state.is_in("error", "parked")
        terms.append(wrong if where.has_error else ~wrong)
    for name in ("do_not_export", "do_not_import"):
        asked = getattr(where, name)
        if asked is not None:
            attribute = getattr(LinkItem, name)
            terms.append(attribute.exists() if asked else attribute.does_not_exist())
    for name, attribute in (
        ("updated_since", LinkItem.updated_at),
        ("exported_since", LinkItem.last_export_at),
        ("imported_since", LinkItem.last_import_at),
    ):
        if getattr(where, name) is not None:
            terms.append(attribute >= getattr(where, name))
    for name, attribute in (("exported_until", LinkItem.last_export_at), ("imported_until", LinkItem.last_import_at)):
        if getattr(where, name) is not None:
            terms.append(attribute <= getattr(where, name))
    if where.q:
        terms.append(
            LinkItem.list_key.contains(where.q.casefold())
            | LinkItem.email.contains(where.q)
            | LinkItem.number.contains(where.q)
        )
    condition = None
    for term in terms:
        condition = term if condition is None else condition & term
    return condition
