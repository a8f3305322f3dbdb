"""What the CRM's own codes are in the ledger."""

from __future__ import annotations

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from admin_api.access import FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown, answer
from admin_api.reading import IfMatch, revision
from ledgerlink.errors import NotFound
from ledgerlink.flows.company import mapping as flow
from ledgerlink.flows.context import Context, open_context
from ledgerlink.kinds import Value
from ledgerlink.reasons import reason
from ledgerlink.state.mapping import Mapped, MappingKind

from .companies import COMPANY

routes = Router()

Side = Literal["sales", "purchase"]
Name = Annotated[str, Path(description="tax, account, payment-method or location")]
_KINDS: dict[str, MappingKind] = {
    "tax": "tax",
    "account": "account",
    "payment-method": "payment-method",
    "location": "location",
}


class PairIn(Value):
    from_: str = Field(alias="from", min_length=1, max_length=200, description="The CRM's own code")
    side: Side | None = Field(None, description="Of tax and account; left out, the pair serves both")
    to: str = Field(min_length=1, max_length=300, description="The ledger's code, or the id of a bank account")

    model_config = Value.model_config | {"populate_by_name": True}


class MappingsIn(Value):
    items: list[PairIn] = Field(max_length=1000)


class PairOut(Shown):
    from_: str = Field(serialization_alias="from")
    side: Side | None
    to: str
    name: str | None = Field(description="What the ledger calls it")
    valid: bool
    reason: str | None = Field(description="Why it is not: a code of GET /v1/reasons")
    message: str | None

    model_config = Shown.model_config | {"serialize_by_alias": True}


class MissingOut(Shown):
    from_: str = Field(serialization_alias="from")
    side: Side | None
    suggestion: str | None
    used: int = Field(description="How many records carry it")

    model_config = Shown.model_config | {"serialize_by_alias": True}


class ChoiceOut(Shown):
    to: str
    name: str
    sides: list[Side] = Field(description="Where it may stand; none where that is no matter")


class MappingsOut(Shown):
    items: list[PairOut]
    unmapped: list[MissingOut] = Field(description="Codes that records carry and that mean nothing in the ledger yet")
    choices: list[ChoiceOut] = Field(description="Everything of the ledger's own that may be mapped to")
    complete: bool = Field(description="False: there are too many records to look through all of them")


@routes.get(f"{COMPANY}/mappings/<name>", tags=["ledger"], **open_to(*READERS))
def get_mappings(at: At, name: Name) -> Response[MappingsOut]:
    """The pairs of a kind, whether each may be used, and what is missing with a guess by name."""
    return _answer(at, name)


@routes.put(f"{COMPANY}/mappings/<name>", tags=["ledger"], **open_to(*FINANCE))
def put_mappings(at: At, who: Who, name: Name, body: MappingsIn, if_match: IfMatch = None) -> Response[MappingsOut]:
    """Replace the pairs of a kind; what waited for one of them goes on."""
    given = [Mapped(source=each.from_, side=each.side or "", target=each.to) for each in body.items]
    flow.put(at, _kind(name), given, who.actor, if_match=revision(if_match))
    return _answer(open_context(at.company.id, at.at), name)


def _kind(name: str) -> MappingKind:
    if name not in _KINDS:
        raise NotFound("mapping")
    return _KINDS[name]


def _answer(at: Context, name: str) -> Response[MappingsOut]:
    found = flow.show(at, _kind(name))
    items = [
        PairOut(
            from_=pair.mapped.source,
            side=pair.mapped.side or None,
            to=pair.mapped.target,
            name=pair.target.name or None,
            valid=not pair.target.problem,
            reason=pair.target.problem or None,
            message=reason(pair.target.problem).message if pair.target.problem else None,
        )
        for pair in found.pairs
    ]
    unmapped = [
        MissingOut(
            from_=each.code.source, side=each.code.side or None, suggestion=each.suggestion or None, used=each.used
        )
        for each in found.missing
    ]
    choices = [ChoiceOut(to=each.code, name=each.name, sides=list(each.sides)) for each in found.choices]
    shown = MappingsOut(items=items, unmapped=unmapped, choices=choices, complete=found.complete)
    return answer(shown, revision=found.version)
