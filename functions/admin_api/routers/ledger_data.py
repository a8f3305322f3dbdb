"""What is read from the ledger for people: contacts, while somebody types."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from admin_api.access import ALL, At, open_to
from admin_api.answers import Shown
from admin_api.shapes import RecordRef
from ledgerlink.errors import FieldProblem, Invalid
from ledgerlink.flows.records import looking_up

from .companies import COMPANY

routes = Router()

LETTERS = 3


class ContactHit(Shown):
    document_id: str
    name: str
    email: str
    account_number: str
    status: str
    linked_to: RecordRef | None


class ContactHits(Shown):
    items: list[ContactHit]
    next: None = None


@routes.get(f"{COMPANY}/ledger/contacts", tags=["ledger"], **open_to(*ALL))
def search_contacts(at: At, search: Annotated[str, Query(max_length=100)]) -> ContactHits:
    """Contacts of the ledger by name, e-mail or account number, from the third letter on; at most ten."""
    text = search.strip()
    if len(text) < LETTERS:
        raise Invalid(FieldProblem("search", f"needs {LETTERS} letters", "too_short"))
    return ContactHits(
        items=[
            ContactHit(
                document_id=hit.document_id,
                name=hit.name,
                email=hit.email,
                account_number=hit.account_number,
                status=hit.status,
                linked_to=RecordRef(kind=hit.linked_to.kind, id=hit.linked_to.id) if hit.linked_to else None,
            )
            for hit in looking_up.contacts(at, text)
        ]
    )
