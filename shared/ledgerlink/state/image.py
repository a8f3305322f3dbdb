"""An image: a record and its main link as they were before a job changed them, so that the job can be undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledgerlink.kinds import Content

from .link import Link, LinkKey
from .record import Record, content_of

_CONTENTS = ("content", "pushed")  # of a record
_VIEWS = ("base", "seen")  # of a link


@dataclass(frozen=True)
class Image:
    """``record`` and ``link`` are None where there was none. The rest is how the job was about to leave them, by which
    its own doing is told from whatever came between or after."""

    key: LinkKey
    record: Record | None
    link: Link | None
    revision: int
    version: int
    changed_at: datetime
    document_id: str

    @property
    def existed(self) -> bool:
        """Whether there was a live record."""
        return self.record is not None and not self.record.deleted

    @property
    def linked_to(self) -> str:
        """The document that it was linked to."""
        return self.link.document_id if self.link is not None and self.existed else ""

    @property
    def changes(self) -> bool:
        """Whether the job was about to change what a person can see: the record, or what it is linked to."""
        before = self.record.revision if self.record is not None else 0
        return self.revision != before or self.document_id != self.linked_to

    def left(self, record: Record) -> bool:
        """Whether the record is still as the job left it."""
        return (record.revision, record.updated_at) == (self.revision, self.changed_at)

    def since(self, earlier: Image) -> Image:
        """One image of two changes: as it was before the first, and as the second left it."""
        return replace(self, record=earlier.record, link=earlier.link)

    def follows(self, earlier: Image) -> bool:
        """Whether this change was made on what the earlier one left."""
        return self.record is not None and earlier.left(self.record)

    def to_data(self) -> dict[str, Any]:
        """As plain JSON data."""
        return {
            "key": list(self.key),
            "record": _told(self.record, _CONTENTS) if self.record is not None else None,
            "link": _told(self.link, _VIEWS) if self.link is not None else None,
            "revision": self.revision,
            "version": self.version,
            "changed_at": self.changed_at.isoformat(),
            "document_id": self.document_id,
        }

    @classmethod
    def of_data(cls, data: dict[str, Any]) -> Image:
        record, link = data["record"], data["link"]
        return cls(
            LinkKey(*data["key"]),
            Record.model_validate(_read(record, _CONTENTS)) if record is not None else None,
            Link.model_validate(_read(link, _VIEWS)) if link is not None else None,
            data["revision"],
            data["version"],
            datetime.fromisoformat(data["changed_at"]),
            data["document_id"],
        )


def _told(value: Record | Link, contents: tuple[str, ...]) -> dict[str, Any]:
    plain = value.model_dump(mode="json", exclude_defaults=True, exclude=set(contents))
    return plain | {name: _content(getattr(value, name)) for name in contents}


def _content(content: Content | None) -> dict[str, Any] | None:
    return content.model_dump(mode="json", exclude_defaults=True) if content is not None else None


def _read(told: dict[str, Any], contents: tuple[str, ...]) -> dict[str, Any]:
    views = {name: content_of(told["kind"], told[name]) if told[name] is not None else None for name in contents}
    return {**told, **views}
