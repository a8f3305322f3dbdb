"""What a body says, as a kind's content: read, merged into what stands, refused where it makes no sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from ledgerlink.errors import FieldProblem, Invalid, Refused
from ledgerlink.kinds import KINDS, Content
from ledgerlink.wording import field_problems

MOST_BYTES = 256_000  # of a record's JSON; a DynamoDB item holds 400 KB and keeps two of them
MOST_STORED = 390_000  # of both together: DynamoDB's item of 400 KB, less what else is in it


def patched(content: Content, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge of one level: lists with a ``kind`` merge by it, objects by name, all else is replaced."""
    data = content.model_dump()
    for name, value in fields.items():
        old = data.get(name)
        if old and _are_slots(value):
            given = {item["kind"] for item in value}
            data[name] = [item for item in old if item.get("kind") not in given] + list(value)
        elif isinstance(value, dict) and isinstance(old, dict):
            data[name] = {**old, **value}
        else:
            data[name] = value
    return data


def _are_slots(value: Any) -> bool:
    """A list of elements by ``kind``; an empty one names none, so it is a list like any other: blank."""
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(i, dict) and "kind" in i for i in value)


def content_from(kind: str, fields: Mapping[str, Any]) -> Content:
    """The kind's content from JSON data; what only the hub may say is left out. Raises Invalid naming each field."""
    ours = KINDS[kind].hub_fields
    unsayable = [FieldProblem(where, "holds a character U+0000, which is no text") for where in _with_nul(fields)]
    if unsayable:
        raise Invalid(*unsayable)
    try:
        content: Content = KINDS[kind].model.model_validate({k: v for k, v in fields.items() if k not in ours})
    except ValidationError as error:
        raise Invalid(*field_problems(error.errors())) from error
    return content


def _with_nul(value: Any, *where: str) -> Iterator[str]:
    """Where a text holds U+0000: no ledger's XML or database takes it."""
    if isinstance(value, str) and "\0" in value:
        yield ".".join(where)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _with_nul(each, *where, str(name))
    elif isinstance(value, list | tuple):
        for at, each in enumerate(value):
            yield from _with_nul(each, *where, str(at))


def check_size(content: Content, pushed: Content | None) -> None:
    """Raises Refused ``record_too_large``: for the record, or for it and its last push, kept where they differ."""
    size = _size(content)
    if size > MOST_BYTES:
        raise Refused("record_too_large", f"the record has {size} bytes; {MOST_BYTES} is the most", status=413)
    both = size if pushed is None or pushed == content else size + _size(pushed)
    if both > MOST_STORED:
        told = f"the record and what was last pushed have {both} bytes together; {MOST_STORED} is the most"
        raise Refused("record_too_large", told, status=413)


def _size(content: Content) -> int:
    return len(content.model_dump_json(exclude_defaults=True).encode())
