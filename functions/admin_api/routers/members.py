"""Who may do what, for administrators of all companies; a change counts from the next token on."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from admin_api.access import ADMIN, Caller, Hub, Who, open_to
from admin_api.answers import Shown, answer, nothing
from ledgerlink.errors import Refused
from ledgerlink.flows.company import members as flow
from ledgerlink.kinds import Value
from ledgerlink.state.member import Member, Role

routes = Router()

MemberId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._~@+-]{1,128}$", description="An e-mail address or a client's id")]


class MemberIn(Value):
    role: Role
    companies: list[str] = Field(min_length=1, max_length=200, description='Company ids, or ["*"]')


class MemberOut(Shown):
    who: str
    role: Role
    companies: list[str]


class MemberList(Shown):
    items: list[MemberOut]
    next: None = None


@routes.get("/v1/members", tags=["members"], **open_to(*ADMIN))
def list_members(who: Who, at: Hub) -> MemberList:
    """Everybody who may sign in, and every client."""
    _of_all(who)
    return MemberList(items=[_shown(member) for member in at.members.all()])


@routes.put("/v1/members/<id>", tags=["members"], **open_to(*ADMIN))
def put_member(who: Who, at: Hub, id: MemberId, body: MemberIn) -> Response[MemberOut]:
    """Give somebody a role in some companies."""
    _of_all(who)
    member, created = flow.put(at, Member(who=id, role=body.role, companies=tuple(body.companies)))
    return answer(_shown(member), 201 if created else 200)


@routes.delete("/v1/members/<id>", tags=["members"], status_code=204, **open_to(*ADMIN))
def drop_member(who: Who, at: Hub, id: MemberId) -> Response[None]:
    """Take it away again."""
    _of_all(who)
    flow.drop(at, id)
    return nothing()


def _of_all(caller: Caller) -> None:
    if "*" not in caller.companies:
        raise Refused("not_allowed", "this needs an administrator of all companies", status=403)


def _shown(member: Member) -> MemberOut:
    return MemberOut(who=member.who, role=member.role, companies=list(member.companies))
