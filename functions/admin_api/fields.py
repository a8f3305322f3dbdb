"""A kind's fields as a program sees them that draws forms without knowing the kind: read off its one model."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, Field

from admin_api.answers import Shown
from ledgerlink.kinds import LISTED, Kind
from ledgerlink.kinds.payment import RECORD_KINDS

FieldType = Literal[
    "text", "email", "money", "quantity", "integer", "date", "datetime", "boolean", "choice", "choices", "group", "list"
]


class ChosenBy(Shown):
    field: str
    kinds: dict[str, str]


class FieldOut(Shown):
    name: str
    label: str
    type: FieldType
    required: bool = False
    read_only: bool = False
    choices: list[str] | None = None
    of: list[FieldOut] | None = None
    keyed_by: str | None = None
    most: int | None = None
    refers_to: str | None = Field(None, description="It holds the id of a record of this kind")
    refers_by: ChosenBy | None = Field(None, description="Likewise, of the kind that another field's value stands for")
    default: str | None = Field(None, description="What a choice is where nothing is said")


# Fields that name a record of the kind that another field of theirs says.
_CHOSEN = {
    "payments": {
        "document_id": ChosenBy(
            field="document_kind", kinds={said: kind for said, kind in RECORD_KINDS.items() if kind in LISTED}
        )
    }
}
_REFERS = {f"{kind.singular.replace(' ', '_')}_id": kind.name for kind in LISTED.values()}


def fields_of(kind: Kind[Any]) -> list[FieldOut]:
    """Every field of the kind, as people read and write it."""
    labels = {field.name: field.label for field in kind.fields}
    most = {field.name: limit.most for field in kind.fields for limit in field.limits if not limit.part}
    return [
        field.model_copy(
            update={
                "read_only": field.name in kind.hub_fields,
                "most": most.get(field.name),
                "refers_by": _CHOSEN.get(kind.name, {}).get(field.name),
            }
        )
        for field in _of(kind.model, labels)
    ]


def _of(model: type[BaseModel], labels: dict[str, str]) -> list[FieldOut]:
    return [
        _field(name, labels.get(name) or _in_words(name), field.annotation, field.is_required()).model_copy(
            update={"default": field.default if isinstance(field.default, str) and field.default else None}
        )
        for name, field in model.model_fields.items()
    ]


def _field(name: str, label: str, annotation: Any, required: bool) -> FieldOut:
    told = FieldOut(name=name, label=label, type="text", required=required, refers_to=_REFERS.get(name))
    annotation = _bare(annotation)
    if get_origin(annotation) is Literal:
        return told.model_copy(update={"type": "choice", "choices": [str(each) for each in get_args(annotation)]})
    if get_origin(annotation) in (tuple, list):
        return _many(told, _bare(get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return told.model_copy(update={"type": "group", "of": _of(annotation, {})})
    return told.model_copy(update={"type": _type(name, annotation)})


def _many(told: FieldOut, item: Any) -> FieldOut:
    if get_origin(item) is Literal:
        return told.model_copy(update={"type": "choices", "choices": [str(each) for each in get_args(item)]})
    if isinstance(item, type) and issubclass(item, BaseModel):
        parts = _of(item, {})
        key = next((part.name for part in parts if part.name == "kind" and part.type == "choice"), None)
        return told.model_copy(update={"type": "list", "of": parts, "keyed_by": key})
    return told.model_copy(update={"type": "list", "of": [_field("", told.label, item, False)]})


def _type(name: str, annotation: Any) -> FieldType:
    known: dict[Any, FieldType] = {bool: "boolean", int: "integer", date: "date"}
    known |= {datetime: "datetime", AwareDatetime: "datetime"}
    if annotation is Decimal:
        return "quantity" if any(part in name for part in ("quantity", "rate", "percent")) else "money"
    if annotation is str and name.endswith("email"):
        return "email"
    return known.get(annotation, "text")


def _in_words(name: str) -> str:
    """What a field without a label of its own is called."""
    if name in _REFERS:
        name = name.removesuffix("_id")
    known = {"email": "E-mail", "url": "Link back"}
    return known.get(name) or re.sub(r"(\d+)", r" \1", name.replace("_", " ")).capitalize()


def _bare(annotation: Any) -> Any:
    """Without ``Annotated`` and ``| None``."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif get_origin(annotation) in (Union, UnionType):
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation
