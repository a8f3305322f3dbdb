"""Members in the control table: few, in one partition."""

from __future__ import annotations

from ledgerlink.state.member import Member

from . import control
from .errors import translated
from .tables import ControlItem

PARTITION = "members"


class DynamoMembers:
    """``ports.Members``."""

    def get(self, who: str) -> Member | None:
        return control.load(PARTITION, who, Member)

    def all(self) -> list[Member]:
        with translated():
            return [control.value_of(item, Member) for item in ControlItem.query(PARTITION, consistent_read=True)]

    def put(self, member: Member) -> None:
        control.put(control.item(PARTITION, member.who, member, version=member.version), member.version)

    def drop(self, who: str) -> None:
        with translated():
            ControlItem(PARTITION, who).delete()
