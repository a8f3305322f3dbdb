"""Every kind of bulk job by its name: adding one is a file here and a line below."""

from __future__ import annotations

from ledgerlink.flows.csv import outward
from ledgerlink.kinds import LISTED
from ledgerlink.rules.sending import by_itself, is_live

from .csv_export import CsvExport
from .csv_import import CsvImport
from .import_born import ImportBornDocuments
from .import_documents import ImportDocuments
from .import_payments import ImportPayments
from .import_reference_data import ImportReferenceData
from .reconcile import Reconcile
from .send import Send
from .undo import Undo
from .update_invoices import UpdateInvoices
from .work import Bulk

_ALL: tuple[Bulk, ...] = (
    ImportDocuments("import-contacts", "Import of contacts", "contact", unknown="no_such_contact"),
    ImportDocuments("import-products", "Import of products", "item", unknown="no_such_item"),
    ImportDocuments(
        "find-duplicates",
        "Search for possible duplicates",
        "contact",
        unknown="no_such_contact",
        asks_only=True,
        undoable=False,
    ),
    Send("export-organizations", "Export of organizations", ("organizations",), undoable=True),
    Send("send", "Sending to the ledger", tuple(LISTED), by_itself, undoable=True),
    Send("send-invoices", "Sending of invoices and credit notes", ("invoices", "credit-notes"), is_live, undoable=True),
    ImportBornDocuments(),
    ImportReferenceData(),
    ImportPayments(),
    UpdateInvoices(),
    Reconcile(),
    CsvImport("import-organizations", "Import of organizations from a file", with_fields=True),
    CsvImport("import-links", "Import of links from a file", with_fields=False),
)

UNDO = Undo()  # started by undoing another job, never by itself
STARTABLE: dict[str, Bulk] = {kind.name: kind for kind in _ALL}
_DOWNLOADS = (
    CsvExport(outward.ORGANIZATIONS),
    CsvExport(outward.LEDGER_CONTACTS),
)  # started by a download that takes long
REGISTRY: dict[str, Bulk] = {**STARTABLE, **{kind.name: kind for kind in (UNDO, *_DOWNLOADS)}}
