"""Looking contacts up while somebody types: names and e-mails in the ledger, account numbers in our own copy (K8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledgerlink.flows.context import Context
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.ports import Claimed
from ledgerlink.rules.names import normalised
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey

MOST = 10
CONTACT = "contact"


@dataclass(frozen=True)
class Hit:
    """A contact, and which record it is linked to."""

    document_id: str
    name: str
    email: str
    account_number: str
    status: str
    linked_to: LinkKey | None = None


def contacts(context: Context, text: str) -> list[Hit]:
    """The ten likeliest; archived ones too. Raises NotConnected, LedgerBusy."""
    ledger = context.ledger
    ways: list[Callable[[], list[Hit]]] = [
        lambda: [_of_document(document) for document in ledger.search(text)],
        lambda: _by_account_number(context, text),
    ]
    found: dict[str, Hit] = {}
    for hits in context.at.parallel.map(lambda way: way(), ways):  # while the ledger answers, we look here
        for hit in hits:
            found.setdefault(hit.document_id, hit)
    some = sorted(found.values(), key=lambda hit: _likelihood(hit, text))[:MOST]
    claims = context.at.links.claimed(context.company.id, CONTACT, [hit.document_id for hit in some])
    return [_claimed(hit, claims.get(hit.document_id, Claimed())) for hit in some]


def _by_account_number(context: Context, text: str) -> list[Hit]:
    """Linked organizations whose account number contains the text: the ledger's search does not look there."""
    keys = context.at.links.by_number(context.company.id, BY_DOCUMENT[CONTACT].name, text, limit=MOST)
    links = context.at.links.many(keys)
    return [_of_link(links[key]) for key in keys if key in links and links[key].document_id]


def _likelihood(hit: Hit, text: str) -> tuple[object, ...]:
    """The likelier the smaller: named just so, then active ones whose name begins so, or has a word that does."""
    name, typed = normalised(hit.name), normalised(text)
    exact = name == typed or hit.account_number.casefold() == text.strip().casefold()
    fits = (not name.startswith(typed), f" {typed}" not in name)
    return (not exact, hit.status == "archived", *fits, name, hit.document_id)


def _of_document(document: Document) -> Hit:
    name, email, number = (getattr(document.content, part, "") for part in ("name", "email", "account_number"))
    return Hit(document.id, name, email, number, document.status)


def _of_link(link: Link) -> Hit:
    return Hit(link.document_id, link.title, link.email, link.number, link.document_status or "active")


def _claimed(hit: Hit, claim: Claimed) -> Hit:
    return Hit(hit.document_id, hit.name, hit.email, hit.account_number, hit.status, claim.link)
