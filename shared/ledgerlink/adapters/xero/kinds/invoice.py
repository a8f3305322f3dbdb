"""Sales invoices in Xero (``facts/xero.md §4.2``)."""

from ledgerlink.kinds.money_documents import INVOICES

from .money_document import Shape, wire_kind

WIRE = wire_kind(
    Shape(
        kind=INVOICES,
        type="ACCREC",
        endpoint="/Invoices",
        id_field="InvoiceID",
        number_field="InvoiceNumber",
        category="INVOICE",
        gone="document_gone",
        page="/AccountsReceivable/View.aspx?InvoiceID=",
    )
)
