"""What a body says, as a kind's content: read, merged into what stands, refused where it makes no sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ledgerlink.errors import FieldProblem, Invalid, Refused
from ledgerlink.kinds import KINDS, Content

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
    try:
        content: Content = KINDS[kind].model.model_validate({k: v for k, v in fields.items() if k not in ours})
    except ValidationError as error:
        raise Invalid(*problems_of(error)) from error
    return content


def problems_of(error: ValidationError) -> list[FieldProblem]:
    """Each field that is wrong, in plain words."""
    return [
        FieldProblem(
            ".".join(str(at) for at in e["loc"]) or "body",
            "unknown field" if e["type"] == "extra_forbidden" else e["msg"].removeprefix("Value error, "),
            e["type"],
        )
        for e in error.errors()
    ]


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
