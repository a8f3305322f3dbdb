"""The control table's one habit: a small document under a version, awake in the index while something must happen."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from ledgerlink.kinds import Value

from .errors import translated
from .pack import stamp
from .tables import ControlItem, shard_of

V = TypeVar("V", bound=Value)


def item(
    company: str,
    sk: str,
    value: Value,
    *,
    version: int,
    wake_at: datetime | None = None,
    expires_at: datetime | None = None,
    status: str = "",
    turn_until: datetime | None = None,
    body: bytes | None = None,
    leave_out: frozenset[str] = frozenset(),
) -> ControlItem:
    """The item as it will be stored, one version up."""
    return ControlItem(
        company,
        sk,
        version=version + 1,
        data=value.model_dump_json(exclude={"version", *leave_out}, exclude_defaults=True),
        body=body,
        status=status or None,
        turn_until=stamp(turn_until),
        wake_shard=f"wake{shard_of(company)}" if wake_at else None,
        wake_at=f"{stamp(wake_at)}#{company}#{sk}" if wake_at else None,
        expires_at=int(expires_at.timestamp()) if expires_at else None,
    )


def unchanged(version: int) -> object:
    """The condition that nobody stored the item since it was read."""
    return ControlItem.version == version if version else ControlItem.company.does_not_exist()


def get(company: str, sk: str) -> ControlItem | None:
    """The stored item, read strongly."""
    with translated():
        try:
            return ControlItem.get(company, sk, consistent_read=True)
        except ControlItem.DoesNotExist:
            return None


def value_of(stored: ControlItem, model: type[V]) -> V:
    """The document, with the stored version put into its ``version`` field."""
    value = model.model_validate_json(stored.data)
    return value.model_copy(update={"version": int(stored.version)})


def load(company: str, sk: str, model: type[V]) -> V | None:
    """Both in one."""
    stored = get(company, sk)
    return value_of(stored, model) if stored is not None else None


def put(stored: ControlItem, version: int) -> None:
    """Store under the condition. Raises Conflict, StoreBusy."""
    with translated():
        stored.save(condition=unchanged(version))  # type: ignore[arg-type]
