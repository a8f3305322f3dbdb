"""A member: a person or machine client, with a role and the companies it may see."""

from __future__ import annotations

from typing import Literal

from ledgerlink.kinds import Value

Role = Literal["admin", "finance", "viewer", "crm"]


class Member(Value):
    """``who`` is a person's e-mail address in lower case, or a client's id."""

    who: str
    role: Role
    companies: tuple[str, ...]  # ("*",): all, those to come too
    version: int = 0
