"""Companies: made, listed, shown with what needs attention."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from admin_api.access import ADMIN, ALL, At, Hub, Who, open_to
from admin_api.answers import Shown, answer
from ledgerlink.flows.company import companies as flow
from ledgerlink.kinds import Value
from ledgerlink.ports import Ports
from ledgerlink.state.company import Company, ProfileName

routes = Router()

COMPANY = "/v1/companies/<company>"
CompanyId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$")]


class CompanyIn(Value):
    name: str = Field(pattern=r"\S", max_length=200)
    profile: ProfileName
    timezone: str = Field("UTC", description="Such as Europe/London")
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")


class Counts(Shown):
    due: int = Field(description="In the export queue, those that wait for something too")
    errors: int
    conflicts: int
    suggestions: int


class CompanyOut(Shown):
    id: str
    name: str
    profile: ProfileName
    timezone: str
    currency: str
    counts: Counts


class CompanyList(Shown):
    items: list[CompanyOut]
    next: None = None


@routes.get("/v1/companies", tags=["companies"], **open_to(*ALL))
def list_companies(who: Who, at: Hub) -> CompanyList:
    """The companies the caller may see."""
    found = at.companies.all() if "*" in who.companies else [at.companies.get(id) for id in who.companies]
    return CompanyList(items=[_shown(company, at) for company in found if company is not None])


@routes.put(COMPANY, tags=["companies"], **open_to(*ADMIN, makes_company=True))
def put_company(who: Who, at: Hub, company: CompanyId, body: CompanyIn) -> Response[CompanyOut]:
    """Create a company or replace what is known of it; settings changed by hand stay."""
    stored, created = flow.put(Company(id=company, **body.model_dump()), who.actor, at)
    return answer(_shown(stored, at), 201 if created else 200, revision=stored.version)


@routes.get(COMPANY, tags=["companies"], **open_to(*ALL))
def get_company(at: At) -> Response[CompanyOut]:
    """A company, with how much needs attention."""
    return answer(_shown(at.company, at.at), revision=at.company.version)


def _shown(company: Company, at: Ports) -> CompanyOut:
    counts = Counts(
        due=at.links.count_due(company.id) + at.links.count_held_up(company.id),
        errors=at.links.count_errors(company.id),
        conflicts=at.links.count_conflicts(company.id),
        suggestions=at.suggestions.count(company.id),
    )
    told = {name: getattr(company, name) for name in ("id", "name", "profile", "timezone", "currency")}
    return CompanyOut(**told, counts=counts)
