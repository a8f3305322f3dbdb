"""Who may do what: read when a token is made, changed by administrators of all companies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid, NotFound
from ledgerlink.ports import Ports
from ledgerlink.state.member import Member

OWNERS = "ledgerlink-admins"  # the Cognito group that the owner of the account puts the first administrator into


def claims_of(at: Ports, who: str, *, groups: Iterable[str] = ()) -> dict[str, Any]:
    """The claims a token carries; a blank role for whoever is nobody's member."""
    member = at.members.get(_known_as(who)) if who else None
    if member is not None:
        return {"ledgerlink/role": member.role, "ledgerlink/companies": list(member.companies)}
    if who and OWNERS in groups:
        return {"ledgerlink/role": "admin", "ledgerlink/companies": ["*"]}
    return {"ledgerlink/role": "", "ledgerlink/companies": []}


def put(at: Ports, member: Member) -> tuple[Member, bool]:
    """Make or change a member; it counts from the next token on. Returns it, and whether it is new. Raises Conflict."""
    who = _known_as(member.who)
    if "*" in member.companies and len(member.companies) > 1:
        raise Invalid(FieldProblem("companies", '"*" stands alone'))
    before = at.members.get(who)
    version = before.version if before is not None else 0
    at.members.put(member.model_copy(update={"who": who, "version": version}))
    return member.model_copy(update={"who": who, "version": version + 1}), before is None


def drop(at: Ports, who: str) -> None:
    """Take a membership away; tokens made before live on for an hour at most. Raises NotFound."""
    if at.members.get(_known_as(who)) is None:
        raise NotFound("member")
    at.members.drop(_known_as(who))


def _known_as(who: str) -> str:
    return who.strip().casefold() if "@" in who else who.strip()
