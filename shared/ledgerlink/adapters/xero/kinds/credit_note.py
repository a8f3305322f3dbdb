"""Credit notes to customers in Xero; no link back there, so our mark ends the reference (``facts/xero.md §4.3``)."""

from ledgerlink.kinds.money_documents import CREDIT_NOTES

from .money_document import Shape, wire_kind

WIRE = wire_kind(
    Shape(
        kind=CREDIT_NOTES,
        type="ACCRECCREDIT",
        endpoint="/CreditNotes",
        id_field="CreditNoteID",
        number_field="CreditNoteNumber",
        category="CREDITNOTE",
        gone="document_gone",
        page="/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=",
        mark="reference",
    )
)
