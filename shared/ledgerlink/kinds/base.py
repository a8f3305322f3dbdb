"""What a kind is: a frozen model, a table of the fields that travel, and a few facts the generic flows ask for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

MARK = "LL-"  # what our own references begin with, so that nobody else's are mistaken for ours
_OURS = re.compile(rf"{MARK}([A-Za-z0-9._~@+-]{{1,47}})")  # a contact's number holds 50 (``facts/xero.md §4.1``)


class Value(BaseModel):
    """Base of everything stored or sent: frozen, strict about unknown fields. Blank is ``""`` or ``None``."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


class Content(Value):
    """What a record says: the body the CRM pushes, the API shows and the ledger's document is translated into."""


C = TypeVar("C", bound=Content)


@dataclass(frozen=True)
class Limit:
    """The ledger holds at most ``most`` characters of ``part`` ("" = the field itself) (``facts/xero.md §4``)."""

    most: int
    part: str = ""


@dataclass(frozen=True)
class Field:
    """One thing that travels between record and document, compared and merged as a unit.

    ``name`` is its public name in diffs, conflicts and ``field_owner``: ``email``, ``person.first_name``, or
    ``phones.mobile`` for the element of a list whose ``kind`` is ``mobile``.
    """

    name: str
    label: str
    limits: tuple[Limit, ...] = ()
    keyed: bool = False

    def of(self, content: Content) -> Any:
        """The field's value in ``content``; ``None`` where a list has no such element."""
        head, _, tail = self.name.partition(".")
        value = getattr(content, head)
        if not tail:
            return value
        if self.keyed:
            return next((item for item in value if item.kind == tail), None)
        return getattr(value, tail)

    def blank(self, content: Content) -> Any:
        """What the field is when it says nothing."""
        if self.keyed:
            return None
        return () if isinstance(self.of(content), tuple) else ""

    def put(self, content: C, value: Any) -> C:
        """A copy of ``content`` with this field set."""
        head, _, tail = self.name.partition(".")
        if not tail:
            return content.model_copy(update={head: value})
        old = getattr(content, head)
        if self.keyed:
            rest = tuple(item for item in old if item.kind != tail)
            return content.model_copy(update={head: rest if value is None else (*rest, value)})
        return content.model_copy(update={head: old.model_copy(update={tail: value})})


@dataclass(frozen=True)
class Kind(Generic[C]):
    """A kind of record, as the registry knows it. Generic flows read this and branch on nothing."""

    name: str  # as in the path: "organizations"
    singular: str  # as people say it: "organization"
    model: type[C]
    fields: tuple[Field, ...]
    document_type: str  # the ledger's noun for the counterpart: "contact"
    stage: int  # order of export: contacts 1, items 2, documents 3, payments 4
    ledger_view: Callable[[C], C]  # the content as the ledger can hold it (what comparing is done on)
    title: Callable[[C], str]
    parts: tuple[str, ...] = ("main",)
    needed: frozenset[str] = field(default_factory=frozenset)  # fields that cannot be blank
    hub_fields: frozenset[str] = field(default_factory=frozenset)  # the hub's own; ignored when pushed
    derived: frozenset[str] = field(default_factory=frozenset)  # the hub fills them in where nobody said them
    derived_from: frozenset[str] = field(default_factory=frozenset)  # what makes these unknown again when it changes
    listed: bool = True  # people see it as records of a kind; else on the record it belongs to
    belongs_to: Callable[[C], tuple[str, str]] | None = None  # that record's kind and id
    alone: bool = False  # one to a call
    taken_back_alone: bool = False  # made together, taken back one to a call
    in_order: bool = False  # one call after the other, as they were made (rule D18)
    own_key: Callable[[C], str] | None = None  # what its document is known by there, where it cannot carry our mark
    identified: Callable[[C, C | None], C] = lambda content, _before: content  # its elements under ids that stay
    completed: Callable[[C, C], C] = lambda sent, _answered: sent  # what we sent, with what the ledger alone gives

    def columns(self, content: C) -> dict[str, str]:
        """The few values copied onto the link for lists: title, number, e-mail, status."""
        return {
            "title": self.title(content),
            "number": getattr(content, "number", "") or getattr(content, "account_number", "") or "",
            "email": getattr(content, "email", "") or "",
            "status": getattr(content, "status", "") or ("active" if getattr(content, "active", True) else "inactive"),
        }

    def reference(self, id: str, content: C | None = None) -> str:
        """Our own mark on the document of this record: how it is found again when an answer was lost."""
        return self.own_key(content) if self.own_key is not None and content is not None else f"{MARK}{id}"

    def id_of(self, reference: str) -> str | None:
        """The record that a mark names; None where the mark is not ours."""
        found = _OURS.fullmatch(reference)
        return found[1] if found else None

    def field(self, name: str) -> Field:
        """The field called ``name``. Raises KeyError."""
        found = next((f for f in self.fields if f.name == name), None)
        if found is None:
            raise KeyError(f"{self.name} have no field {name!r}")
        return found
