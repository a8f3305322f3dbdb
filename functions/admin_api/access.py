"""Who may do what: the token's claims, the roles each route names, and the companies a caller may know of (rule Q7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from ledgerlink.errors import NotFound, Refused
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context, open_context
from ledgerlink.ports import Ports
from ledgerlink.wiring import Wiring
from ledgerlink.wiring import ports as wired

ROLES = ("viewer", "crm", "finance", "admin")
READERS = ("viewer", "finance", "admin")
ALL = ROLES
CRM = ("crm", "finance", "admin")  # who pushes and links records
FINANCE = ("finance", "admin")
ADMIN = ("admin",)

Next = Callable[[ApiGatewayResolver], Response[Any]]


def open_to(*roles: str, makes_company: bool = False, most_bytes: int = 0, shown_once: bool = False) -> dict[str, Any]:
    """What a route says about itself, in the code and in the OpenAPI document; no roles at all: a door without a token.

    ``makes_company``: the company of the path need not exist. ``most_bytes``: of a body, where it is not the usual.
    ``shown_once``: its answer holds a secret and is kept nowhere.
    """
    told: dict[str, Any] = {"x-roles": list(roles)}
    if makes_company:
        told["x-makes-company"] = True
    if most_bytes:
        told["x-most-bytes"] = most_bytes
    if shown_once:
        told["x-shown-once"] = True
    return {"openapi_extensions": told}


@dataclass(frozen=True)
class Caller:
    """The person or client behind the token."""

    sub: str
    role: str
    email: str
    companies: tuple[str, ...]

    def knows(self, company: str) -> bool:
        return "*" in self.companies or company in self.companies

    @property
    def actor(self) -> Actor:
        return Actor(self.sub, self.role, self.email)


def listed(claim: object) -> tuple[str, ...]:
    """A list claim as it may come: a list, ``[a b]`` (API Gateway's way), ``a b``, or with commas and quotes."""
    if isinstance(claim, list | tuple):
        return tuple(str(item) for item in claim)
    text = "" if claim in (None, "<nil>") else str(claim)
    for mark in '[],"':
        text = text.replace(mark, " ")
    return tuple(text.split())


def caller_of(event: dict[str, Any]) -> Caller | None:
    """The caller whom API Gateway's authorizer let in; None where there was no token."""
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    if not claims.get("sub"):
        return None
    return Caller(
        sub=str(claims["sub"]),
        role=str(claims.get("ledgerlink/role") or ""),
        email=str(claims.get("email") or ""),
        companies=listed(claims.get("ledgerlink/companies")),
    )


def guard(app: ApiGatewayResolver, next_middleware: Next, at: Annotated[Ports, Depends(wired)]) -> Response[Any]:
    """Before anything of the request is read: 401, 403, and 404 for a company that is not the caller's or nobody's."""
    app.append_context(at=at)
    extensions = app.context["_route"].openapi_extensions or {}
    roles = extensions.get("x-roles")
    if roles == [] or (roles is None and not app.current_event.path.startswith("/v1/")):
        return next_middleware(app)
    caller = caller_of(app.current_event.raw_event)
    if caller is None:
        raise Refused("not_signed_in", status=401)
    if roles is None:  # no such route; the handler for that comes next
        return next_middleware(app)
    if caller.role not in roles:
        raise Refused("not_allowed", f"this needs one of the roles {', '.join(roles)}", status=403)
    company = app.context["_route_args"].get("company")
    if company is not None:
        if not caller.knows(company):
            raise NotFound("company")
        if not extensions.get("x-makes-company"):
            app.append_context(company=open_context(company, at))
    app.append_context(caller=caller)
    return next_middleware(app)


def _caller(request: Request) -> Caller:
    caller: Caller = request.context["caller"]
    return caller


def _context(request: Request) -> Context:
    context: Context = request.context["company"]
    return context


At = Annotated[Context, Depends(_context)]
"""The company of the path, at work."""

Who = Annotated[Caller, Depends(_caller)]
"""The caller."""

Hub = Annotated[Wiring, Depends(wired)]
"""The ports and what the environment says, where a route has no company or needs more."""
