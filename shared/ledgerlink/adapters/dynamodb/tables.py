"""The four tables as PynamoDB models: keys, sparse index keys, and the attributes that lists filter on.

What no index needs travels as one attribute, ``body``: JSON without the values that are at their defaults, pressed. So
links, records and entries stay under 1 KB, which is one write unit, and a new field of a model needs no change here.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any, ClassVar
from zlib import crc32

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection
from pynamodb.models import Model

from ledgerlink.settings import Settings

SHARDS = 4  # of the indexes that the sweeper reads for all companies at once


class _Meta:
    """Filled by ``bind`` when the settings are known."""

    table_name = ""
    region = ""
    host: str | None = None
    max_retry_attempts = 2
    connect_timeout_seconds = 2.0
    read_timeout_seconds = 5.0
    max_pool_connections = 16


class _Due(GlobalSecondaryIndex["LinkItem"]):
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_key = UnicodeAttribute(range_key=True)


class _Waiting(GlobalSecondaryIndex["LinkItem"]):
    class Meta:
        index_name = "waiting"
        projection = KeysOnlyProjection()

    waits_on = UnicodeAttribute(hash_key=True)
    wait_key = UnicodeAttribute(range_key=True)


class _Errors(GlobalSecondaryIndex["LinkItem"]):
    class Meta:
        index_name = "errors"
        projection = KeysOnlyProjection()

    errors_of = UnicodeAttribute(hash_key=True)
    error_key = UnicodeAttribute(range_key=True)


LIST_COLUMNS = [
    "title",
    "number",
    "email",
    "status",
    "state",
    "reason",
    "document_id",
    "last_export_at",
    "last_import_at",
    "updated_at",
    "do_not_export",
    "do_not_import",
    "match",
]


class _List(GlobalSecondaryIndex["LinkItem"]):
    class Meta:
        index_name = "list"
        projection = IncludeProjection(LIST_COLUMNS)

    list_of = UnicodeAttribute(hash_key=True)
    list_key = UnicodeAttribute(range_key=True)


class LinkItem(Model):
    """A link (sk ``kind#id#part``; ``body``: the rest of it, ``base`` and ``seen``) or a claim on a document (sk
    ``ledger#type#document``, with ``holder``)."""

    class Meta(_Meta):
        pass

    company = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(default=0)
    holder = UnicodeAttribute(null=True)

    due_shard = UnicodeAttribute(null=True)
    due_key = UnicodeAttribute(null=True)
    waits_on = UnicodeAttribute(null=True)
    wait_key = UnicodeAttribute(null=True)
    errors_of = UnicodeAttribute(null=True)
    error_key = UnicodeAttribute(null=True)
    list_of = UnicodeAttribute(null=True)
    list_key = UnicodeAttribute(null=True)

    title = UnicodeAttribute(null=True)
    number = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    match = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    document_id = UnicodeAttribute(null=True)
    last_export_at = UnicodeAttribute(null=True)
    last_import_at = UnicodeAttribute(null=True)
    updated_at = UnicodeAttribute(null=True)
    do_not_export = BooleanAttribute(null=True)
    do_not_import = BooleanAttribute(null=True)

    body = BinaryAttribute(null=True, legacy_encoding=False)

    due_index: ClassVar[Any] = _Due()
    waiting_index: ClassVar[Any] = _Waiting()
    errors_index: ClassVar[Any] = _Errors()
    list_index: ClassVar[Any] = _List()


class _Feed(GlobalSecondaryIndex["RecordItem"]):
    class Meta:
        index_name = "feed"
        projection = IncludeProjection(["revision", "changed_by", "deleted"])

    feed_of = UnicodeAttribute(hash_key=True)
    feed_key = UnicodeAttribute(range_key=True)


class RecordItem(Model):
    """A record. ``body``: its content and what was last pushed."""

    class Meta(_Meta):
        pass

    company = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(default=0)
    revision = NumberAttribute(default=0)
    body = BinaryAttribute(null=True, legacy_encoding=False)
    updated_at = UnicodeAttribute(null=True)
    changed_by = UnicodeAttribute(null=True)
    deleted = BooleanAttribute(null=True)
    moved_to = UnicodeAttribute(null=True)
    formerly = UnicodeAttribute(null=True)
    feed_of = UnicodeAttribute(null=True)
    feed_key = UnicodeAttribute(null=True)

    feed_index: ClassVar[Any] = _Feed()


class _ByCompany(GlobalSecondaryIndex["ActivityItem"]):
    class Meta:
        index_name = "by_company"
        projection = AllProjection()

    company = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)


class ActivityItem(Model):
    """A history entry, or a sheet of them (``activity.py``). What has a ``company`` is in the company's timeline."""

    class Meta(_Meta):
        pass

    record_key = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    company = UnicodeAttribute(null=True)
    body = BinaryAttribute(null=True, legacy_encoding=False)
    sheet = BinaryAttribute(null=True, legacy_encoding=False)
    expires_at = NumberAttribute(null=True)

    by_company: ClassVar[Any] = _ByCompany()


class _Wake(GlobalSecondaryIndex["ControlItem"]):
    class Meta:
        index_name = "wake"
        projection = KeysOnlyProjection()

    wake_shard = UnicodeAttribute(hash_key=True)
    wake_at = UnicodeAttribute(range_key=True)


class ControlItem(Model):
    """One small document with a version: company, connection, lane, dispatch, job, limits, mark, cursor, notice …"""

    class Meta(_Meta):
        pass

    company = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(default=0)
    data = UnicodeAttribute(null=True)
    body = BinaryAttribute(null=True, legacy_encoding=False)
    status = UnicodeAttribute(null=True)
    turn_until = UnicodeAttribute(null=True)
    wake_shard = UnicodeAttribute(null=True)
    wake_at = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    wake_index: ClassVar[Any] = _Wake()


TABLES: dict[type[Model], str] = {
    LinkItem: "links_table",
    RecordItem: "records_table",
    ActivityItem: "activity_table",
    ControlItem: "control_table",
}


@cache
def _connection(region: str, host: str) -> Connection:
    """One client for the process, whoever binds: making one takes a tenth of a second."""
    return Connection(
        region=region,
        host=host or None,
        connect_timeout_seconds=_Meta.connect_timeout_seconds,
        read_timeout_seconds=_Meta.read_timeout_seconds,
        max_pool_connections=_Meta.max_pool_connections,
        max_retry_attempts=_Meta.max_retry_attempts,
    )


def bind(settings: Settings) -> Connection:
    """Tell the models where their tables are, and give all of them one connection (one client, one pool)."""
    shared = _connection(settings.region, settings.aws_endpoint_url)
    for model, name in TABLES.items():
        meta: Any = model.Meta
        meta.table_name, meta.region, meta.host = getattr(settings, name), settings.region, settings.aws_endpoint_url
        model._connection = None
        table = model._get_connection()
        with suppress(ValueError):  # bound before, under the same name
            shared.add_meta_table(table.get_meta_table())
        table.connection = shared
    return shared


def shard_of(name: str) -> int:
    """A stable shard for a name."""
    return crc32(name.encode()) % SHARDS
