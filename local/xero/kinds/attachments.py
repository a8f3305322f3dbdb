"""Files on documents: ten each, the same name overwrites, no way to delete one (facts/xero.md §4.7)."""

import hashlib
import mimetypes
from base64 import b64decode
from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import quote

from local.xero.books import Key, Row
from local.xero.dates import wire
from local.xero.errors import Refused
from local.xero.kinds import shown
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json

MOST = 10
FORBIDDEN = frozenset('<>:"/\\|?*+\0')
# Kinds that take files, and the types whose files can go online (§4.7).
HOLDERS = {
    "accounts": "Accounts",
    "bank_transactions": "BankTransactions",
    "contacts": "Contacts",
    "credit_notes": "CreditNotes",
    "invoices": "Invoices",
    "purchase_orders": "PurchaseOrders",
}
ONLINE = ("ACCREC", "ACCRECCREDIT")


class Attachments(Kind):
    """Not a resource of its own: reached through the documents that hold them."""

    name: ClassVar[str] = "attachments"
    singular: ClassVar[str] = "attachment"
    segment: ClassVar[str] = ""
    id_field: ClassVar[str] = "AttachmentID"
    scope: ClassVar[str] = "accounting.attachments"
    verbs: ClassVar[frozenset[str]] = frozenset()
    fields: ClassVar[frozenset[str]] = frozenset()

    def keys(self, row: Row) -> Iterable[Key]:
        yield "document", row.fields["_document"]

    def whole(self, work: Work, row: Row) -> Json:
        return shown.attachment(row)

    def in_state(self, work: Work, row: Row) -> Json:
        """With what no answer of Xero's has: whose it is, and a digest of what is in it."""
        fields = row.fields
        told = {**shown.attachment(row), "IncludeOnline": fields["IncludeOnline"], "Endpoint": HOLDERS[fields["_kind"]]}
        digest = hashlib.sha256(fields["_content"]).hexdigest()
        return {**told, "DocumentID": fields["_document"], "Sha256": digest, "UpdatedDateUTC": fields["UpdatedDateUTC"]}

    def attach(
        self, work: Work, kind: str, document: Row, name: str, content: bytes, *, type: str = "", online: bool = False
    ) -> Row:
        """Puts a file on a document, over the one of the same name. Raises Refused."""
        held = {row.fields["FileName"]: row for row in work.table(self.name).find_all("document", document.id)}
        if not name or FORBIDDEN & set(name):
            raise Refused(f"The file name '{name}' contains characters that are not allowed.", id=document.id)
        if name not in held and len(held) >= MOST:
            raise Refused(f"A document cannot have more than {MOST} attachments.", id=document.id)
        if len(content) > work.settings.attachment_limit_bytes:
            raise Refused("The file is too large to be attached.", id=document.id)
        if not content:
            raise Refused("The file is empty.", id=document.id)
        fields: Json = {"FileName": name, "ContentLength": len(content), "_content": content, "_kind": kind}
        fields["MimeType"] = type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        fields["Url"] = f"https://api.xero.com/api.xro/2.0/{HOLDERS[kind]}/{document.id}/Attachments/{quote(name)}"
        fields |= {"IncludeOnline": online and document.fields.get("Type") in ONLINE, "_document": document.id}
        old = held.get(name)
        row = self.save(work, old.id if old else work.ids.guid(), fields, silent=True)
        if work.settings.attachment_moves_timestamp:
            at = work.stamp()
            touched = Row(document.id, {**document.fields, "UpdatedDateUTC": wire(at)}, at)
            work.books.put(kind, touched, silent=work.seeding)
        return row

    def by_person(self, work: Work, kind: Kind, id: str, fields: Json) -> list[Row]:
        """`attach {FileName, text | base64, MimeType?, IncludeOnline?}` on a document."""
        if kind.name not in HOLDERS:
            raise Refused(f"files cannot be attached to {kind.name}")
        content = b64decode(fields["base64"]) if fields.get("base64") else str(fields.get("text") or "").encode()
        type, online = str(fields.get("MimeType") or ""), bool(fields.get("IncludeOnline"))
        document = kind.existing(work, id)
        return [self.attach(work, kind.name, document, str(fields.get("FileName")), content, type=type, online=online)]

    def seeded(self, work: Work, sent: Json) -> Row:
        """`{Endpoint, DocumentID, FileName, text | base64, …}`."""
        kind = next((name for name, segment in HOLDERS.items() if segment == sent.get("Endpoint")), "")
        document = work.table(kind).get(str(sent.get("DocumentID"))) if kind else None
        if document is None:
            raise Refused("an attachment needs the Endpoint and DocumentID of a document that is there")
        content = b64decode(sent["base64"]) if sent.get("base64") else str(sent.get("text") or "").encode()
        return self.attach(work, kind, document, str(sent.get("FileName")), content)


ATTACHMENTS = Attachments()
