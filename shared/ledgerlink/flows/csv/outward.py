"""CSV out: organizations, and the ledger's contacts, part by part, so that nothing ever holds a whole file (K10)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ledgerlink.flows.bulk.crawling import Crawling, read_on
from ledgerlink.flows.context import Context, connected_context
from ledgerlink.kinds.organization import Address, Organization
from ledgerlink.rules.csv_cells import neutralised
from ledgerlink.rules.csv_columns import COLUMNS, ID, LINK_TITLE, whole_number
from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.document import Document
from ledgerlink.state.link import LinkKey

PAGE = 5_000
LINKS_AT_ONCE = 1_000
BOM = "\ufeff"
ORGANIZATION_COLUMNS = (ID, *(column.name for column in COLUMNS), LINK_TITLE)
CONTACT_COLUMNS = (
    *("ContactID", "Name", "Person", "Email", "Account number", "Phone"),
    *("Address", "City", "Region", "Postcode", "Country", "Status", "Linked to"),
)
_PHONES = ("main", "direct", "mobile")  # the first there is

Parts = Callable[[], Iterable[str]]  # the texts so far, read again where they are needed


@dataclass(frozen=True)
class Part:
    """Some rows, and how far the reading is, to be handed in for the next ones."""

    text: str
    rows: int
    memory: dict[str, Any]
    finished: bool
    total: int = 0  # of rows, where that is known


class Sheet(Protocol):
    """What is downloaded."""

    name: str  # of the file
    job: str  # the kind of job that makes what is too long for one answer
    title: str

    def next(self, context: Context, memory: dict[str, Any], before: Parts) -> Part:
        """The next part, of an empty memory the first. Raises NotConnected, LedgerBusy."""
        ...


class Organizations:
    """Every organization, by id: the columns ``import_organizations`` takes, so that out and in changes nothing."""

    name, job, title = "organizations.csv", "download-organizations", "Organizations as a file"

    def next(self, context: Context, memory: dict[str, Any], before: Parts) -> Part:
        at, company = context.at, context.company.id
        page = at.records.page(company, "organizations", after=memory.get("after"), limit=PAGE)
        records = [record for record in page.items if not record.deleted]
        keys = [LinkKey(*record.key) for record in records]
        found = at.parallel.map(at.links.many, list(chunks(keys, LINKS_AT_ONCE)))
        links = {key: link for some in found for key, link in some.items()}
        rows = []
        for record in records:
            link = links.get(LinkKey(*record.key))
            told = [column.read(record.content) for column in COLUMNS]
            rows.append([record.id, *told, link.document_id if link is not None else ""])
        titles = [] if memory else [ORGANIZATION_COLUMNS]
        return Part(_lines([*titles, *rows]), len(rows), {"after": page.next}, page.next is None)


class LedgerContacts:
    """Every contact of the ledger, archived ones too, at a call per 1,000."""

    name, job, title = "contacts.csv", "download-contacts", "Contacts of the ledger as a file"

    def next(self, context: Context, memory: dict[str, Any], before: Parts) -> Part:
        ledger = connected_context(context.company.id, context.at).ledger
        documents, reading = read_on(ledger, "contact", Crawling.remembered(memory), context.at.clock.now(), "person")
        fresh = list({document.id: document for document in documents}.values())
        if reading.shifted:  # something moved while it was read: what stands in the file already is not told twice
            there = _written(before(), {document.id for document in fresh})
            fresh = [document for document in fresh if document.id not in there]
        claims = context.at.links.claimed(context.company.id, "contact", [document.id for document in fresh])
        holders = {id_: claim.link.id for id_, claim in claims.items() if claim.link is not None}
        titles = [] if memory else [CONTACT_COLUMNS]
        text = _lines([*titles, *(_contact(document, holders.get(document.id, "")) for document in fresh)])
        return Part(text, len(fresh), reading.to_remember(), reading.finished, reading.total)


ORGANIZATIONS, LEDGER_CONTACTS = Organizations(), LedgerContacts()


def whole(context: Context, sheet: Sheet) -> Iterator[str]:
    """The file, part by part, however long that takes."""
    texts: list[str] = []
    part = Part("", 0, {}, finished=False)
    while not part.finished:
        part = sheet.next(context, part.memory, lambda: texts)
        texts.append(part.text)
        yield part.text


def _written(parts: Iterable[str], wanted: set[str]) -> set[str]:
    """Which of these ids begin a row already."""
    found: set[str] = set()
    for part in parts:
        found |= {row[0] for row in csv.reader(io.StringIO(part, newline="")) if row and row[0] in wanted}
    return found


def _contact(document: Document, linked_to: str) -> list[str]:
    content = document.content
    assert isinstance(content, Organization)
    numbers = (whole_number(next((p for p in content.phones if p.kind == kind), None)) for kind in _PHONES)
    address = next(iter(content.addresses), None)
    for candidate in content.addresses:
        address = candidate if candidate.kind == "billing" else address
    return [
        document.id,
        content.name,
        " ".join(part for part in (content.person.first_name, content.person.last_name) if part),
        content.email,
        content.account_number,
        next((number for number in numbers if number), ""),
        *_address(address),
        document.status,
        linked_to,
    ]


def _address(address: Address | None) -> Sequence[str]:
    if address is None:
        return ("",) * 5
    street = ", ".join(line for line in (address.line1, address.line2) if line)
    return street, address.city, address.region, address.postcode, address.country


def _lines(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([neutralised(cell) for cell in row] for row in rows)
    return text.getvalue()
