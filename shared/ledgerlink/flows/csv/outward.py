"""CSV out: organizations, and the ledger's contacts, in pieces; what no answer can carry lies in the bucket (K10)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

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
MOST_INLINE = 4_000_000  # bytes; Lambda and API Gateway carry 6 MB
BOM = "\ufeff"
ORGANIZATION_COLUMNS = (ID, *(column.name for column in COLUMNS), LINK_TITLE)
CONTACT_COLUMNS = (
    *("ContactID", "Name", "Person", "Email", "Account number", "Phone"),
    *("Address", "City", "Region", "Postcode", "Country", "Status", "Linked to"),
)
_PHONES = ("main", "direct", "mobile")  # the first there is


def organizations_csv(context: Context, *, bom: bool = False) -> Iterator[str]:
    """Every organization, by id: the columns ``import_organizations`` takes, so that out and in changes nothing."""
    at, company = context.at, context.company.id
    yield _lines([ORGANIZATION_COLUMNS], bom=bom)
    after: str | None = None
    while True:
        page = at.records.page(company, "organizations", after=after, limit=PAGE)
        records = [record for record in page.items if not record.deleted]
        keys = [LinkKey(*record.key) for record in records]
        found = at.parallel.map(at.links.many, list(chunks(keys, LINKS_AT_ONCE)))
        links = {key: link for some in found for key, link in some.items()}
        rows = []
        for record in records:
            link = links.get(LinkKey(*record.key))
            told = [column.read(record.content) for column in COLUMNS]
            rows.append([record.id, *told, link.document_id if link is not None else ""])
        yield _lines(rows)
        after = page.next
        if after is None:
            return


def contacts_csv(context: Context, *, bom: bool = False) -> Iterator[str]:
    """Every contact of the ledger, archived ones too, at a call per 1,000. Raises NotConnected, LedgerBusy."""
    connected_context(context.company.id, context.at)
    yield _lines([CONTACT_COLUMNS], bom=bom)
    reading, seen = Crawling(), set[str]()
    while not reading.finished:
        documents, reading = read_on(context.ledger, "contact", reading, context.at.clock.now(), "person")
        fresh = [document for document in documents if document.id not in seen]
        seen |= {document.id for document in fresh}
        claims = context.at.links.claimed(context.company.id, "contact", [document.id for document in fresh])
        holders = {id_: claim.link.id for id_, claim in claims.items() if claim.link is not None}
        yield _lines(_contact(document, holders.get(document.id, "")) for document in fresh)


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


def _lines(rows: Iterable[Sequence[str]], *, bom: bool = False) -> str:
    text = io.StringIO(BOM if bom else "", newline="")
    text.seek(0, io.SEEK_END)
    csv.writer(text, lineterminator="\r\n").writerows([neutralised(cell) for cell in row] for row in rows)
    return text.getvalue()


@dataclass(frozen=True)
class Delivered:
    """A download: the text, or where it lies."""

    text: str = ""
    url: str = ""


def delivered(context: Context, name: str, pieces: Iterable[str]) -> Delivered:
    """The whole text if it fits into an answer, else its address in the bucket, good for an hour."""
    whole: list[bytes] = [piece.encode() for piece in pieces]
    if sum(map(len, whole)) <= MOST_INLINE:
        return Delivered(text=b"".join(whole).decode())
    key = f"uploads/{context.company.id}/downloads/{context.at.ids.new()}"  # forgotten after a week, like uploads
    context.at.files.put(key, b"".join(whole), content_type="text/csv; charset=utf-8")
    return Delivered(url=context.at.files.download_url(key, filename=name))
