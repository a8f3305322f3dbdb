"""What records are called: for whoever shows ids that other records name, many with one call."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from admin_api.access import READERS, At, open_to
from admin_api.answers import Shown
from ledgerlink.errors import FieldProblem, Invalid, NotFound
from ledgerlink.kinds import KINDS
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.state.link import LinkKey

from .companies import COMPANY

routes = Router()

MOST = 100


class NameOut(Shown):
    kind: str
    id: str
    title: str
    currency: str = Field("", description="Of a document's amounts, for what names the document and has amounts alone")


class NameList(Shown):
    items: list[NameOut]
    next: None = None


@routes.get(f"{COMPANY}/names", tags=["records"], **open_to(*READERS))
def names(
    at: At,
    kind: Annotated[str, Query(description="As in paths")],
    ids: Annotated[str, Query(description=f"Up to {MOST}, with commas between")],
) -> NameList:
    """What these records are called; those that are not there are left out."""
    if kind not in KINDS:
        raise NotFound("kind")
    wanted = list(dict.fromkeys(id.strip() for id in ids.split(",") if id.strip()))
    if len(wanted) > MOST:
        raise Invalid(FieldProblem("ids", f"{MOST} is the most"))
    links = at.at.links.many(LinkKey(at.company.id, kind, id) for id in wanted)
    found = [link for link in links.values() if link.title]
    records = (
        at.at.records.many(link.key.record for link in found) if issubclass(KINDS[kind].model, MoneyDocument) else {}
    )
    currencies = {
        record.id: record.content.currency for record in records.values() if isinstance(record.content, MoneyDocument)
    }
    return NameList(
        items=[
            NameOut(kind=kind, id=link.key.id, title=link.title, currency=currencies.get(link.key.id, ""))
            for link in found
        ]
    )
