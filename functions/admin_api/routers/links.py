"""Linking records to the ledger's documents, and parting them, by hand."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Router

from admin_api.access import CRM, At, Who, open_to
from admin_api.answers import answer
from admin_api.presenting import shown
from admin_api.reading import RecordId
from admin_api.shapes import LinkIn, shapes
from ledgerlink.flows.context import Context
from ledgerlink.flows.records import linking
from ledgerlink.kinds import LISTED, Kind
from ledgerlink.state.record import RecordKey

from .companies import COMPANY
from .records import typed

routes = Router()


def _routes_of_kind(kind: Kind[Any]) -> None:
    path, tags, record = f"{COMPANY}/{kind.name}/<id>/link", [kind.name], shapes(kind.name).record

    @routes.put(path, tags=tags, **open_to(*CRM))
    @typed(returns=record)
    def put_link(at: At, who: Who, id: RecordId, body: LinkIn) -> Any:
        """Link to a document; 428 with the differences first where it would overwrite values there."""
        key = RecordKey(at.company.id, kind.name, id)
        linking.link(at, key, body.document_id, who.actor, confirm=body.confirm)
        return _shown(at, key)

    @routes.delete(path, tags=tags, **open_to(*CRM))
    @typed(returns=record)
    def delete_link(at: At, who: Who, id: RecordId) -> Any:
        """Part the pair; neither side is created or matched again by itself."""
        key = RecordKey(at.company.id, kind.name, id)
        linking.unlink(at, key, who.actor)
        return _shown(at, key)


def _shown(at: Context, key: RecordKey) -> Any:
    record, link = linking.pair_of(at, key)
    return answer(shown(at, record, link), revision=record.revision)


for _kind in LISTED.values():
    _routes_of_kind(_kind)
