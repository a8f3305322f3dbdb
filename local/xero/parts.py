"""What lies under a document's address: attachments, allocations, tracking options, and the online invoice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from local.xero.books import Row
from local.xero.dates import echoed, wire_date
from local.xero.elements import read_elements
from local.xero.envelope import envelope
from local.xero.errors import Refused, not_found, validation
from local.xero.faults import Fault
from local.xero.ids import ZERO
from local.xero.kinds import ATTACHMENTS, Kind, Work
from local.xero.kinds import shown as wire_forms
from local.xero.kinds.attachments import HOLDERS
from local.xero.kinds.credits import allocate, release
from local.xero.kinds.settlement import CREDITS
from local.xero.kinds.tracking_categories import DELETED, TrackingCategories, show_option
from local.xero.messages import Answer, Json, Request, json_answer, text_answer
from local.xero.world import World
from local.xero.writing import Batch, carry_out, summarized


@dataclass(frozen=True, slots=True)
class Call:
    """One request for a part of a document; `rest` is what follows the part in the address."""

    world: World
    work: Work
    request: Request
    fault: Fault | None
    kind: Kind
    row: Row
    rest: tuple[str, ...]

    def told(self, name: str, elements: Sequence[Json]) -> Answer:
        return json_answer(200, envelope(self.world, name, elements))

    def committed(self, answer: Answer) -> Answer:
        self.world.commit(self.work.books)
        return answer

    def refused(self, refusal: Refused, id_field: str) -> Answer:
        told = [{"Message": message} for message in refusal.messages]
        return validation([{id_field: refusal.id or ZERO, "ValidationErrors": told}])


@dataclass(frozen=True, slots=True)
class Found:
    """A part that is there; `scope` is "" where the document's own will do."""

    row: Row
    scope: str
    serve: Callable[[Call], Answer]


def find(work: Work, kind: Kind, rest: Sequence[str]) -> Found | None:
    """The part an address names, if its document is there; else a slash may belong to a contact's number."""
    if len(rest) < 3:
        return None
    part = _PARTS.get(rest[2].lower())
    if part is None or kind.name not in part[0]:
        return None
    row = work.table(kind.name).get(rest[1])
    return Found(row, part[1], part[2]) if row else None


def is_file(request: Request) -> bool:
    """Whether the body is a file, which has a limit of its own."""
    return "/attachments/" in request.path.lower()


# Attachments.


def _attachments(call: Call) -> Answer:
    held = call.work.table(ATTACHMENTS.name).find_all("document", call.row.id)
    if call.request.method == "GET" and not call.rest:
        return call.told("Attachments", [wire_forms.attachment(row) for row in held])
    name = unquote("/".join(call.rest))
    if call.request.method == "GET":
        row = next((row for row in held if name in (row.fields["FileName"], row.id)), None)
        if row is None:
            raise not_found()
        return Answer(200, row.fields["_content"], {"Content-Type": row.fields["MimeType"]})
    if call.request.method not in ("PUT", "POST") or not name:
        return text_answer(405, "Method not allowed")
    return _attach(call, name)


def _attach(call: Call, name: str) -> Answer:
    mark = call.work.books.mark()
    type = call.request.headers.get("content-type", "").partition(";")[0]
    online = call.request.flag("IncludeOnline") and call.request.method == "PUT"
    known = "" if type in ("application/octet-stream", "application/x-www-form-urlencoded") else type
    try:
        row = ATTACHMENTS.attach(
            call.work, call.kind.name, call.row, name, call.request.body, type=known, online=online
        )
    except Refused as refusal:
        call.work.books.undo(mark)
        return call.refused(refusal, call.kind.id_field)
    return call.committed(call.told("Attachments", [wire_forms.attachment(row)]))


# Allocations of credits.


def _allocations(call: Call) -> Answer:
    if call.request.method == "DELETE" and len(call.rest) == 1:
        return _release(call)
    if call.request.method not in ("PUT", "POST") or call.rest:
        return text_answer(405, "Method not allowed")
    batch = Batch(
        "Allocations",
        "AllocationID",
        lambda sent: allocate(call.work, call.kind.name, _again(call), sent),
        lambda row: _allocated(call, row),
        lambda sent, messages, _: _not_allocated(call, sent, messages),
        summarized(call.work, call.request),
    )
    elements = read_elements(call.request.body, "Allocations")
    return carry_out(call.world, call.work, batch, elements, call.request, call.fault)


def _again(call: Call) -> Row:
    """The credit as the elements before have left it."""
    return call.kind.existing(call.work, call.row.id)


def _allocated(call: Call, row: Row) -> Json:
    id_field = CREDITS[call.kind.name]
    source = {id_field: call.row.id, "ID": call.row.id, "LineItems": []}
    invoice = {"InvoiceID": row.fields["InvoiceID"], "LineItems": []}
    field = id_field.removesuffix("ID")
    return {**wire_forms.allocation(row), "Invoice": invoice, field: source, "ValidationErrors": []}


def _not_allocated(call: Call, sent: Json, messages: Sequence[str]) -> Json:
    missing = {"Amount": 0.0, "Date": wire_date(call.work.today()), "Invoice": {}}
    told = [{"Message": message} for message in messages]
    return {**missing, **echoed(sent, ("Date",)), "AllocationID": ZERO, "ValidationErrors": told}


def _release(call: Call) -> Answer:
    """The allocation itself comes back, without an envelope, as in Xero's own example."""
    mark = call.work.books.mark()
    try:
        row = release(call.work, call.kind.name, call.row, call.rest[0])
    except Refused as refusal:
        call.work.books.undo(mark)
        return call.refused(refusal, "AllocationID")
    told = {**wire_forms.allocation(row), "Invoice": {"InvoiceID": row.fields["InvoiceID"]}, "IsDeleted": True}
    return call.committed(json_answer(200, told))


# Options of tracking categories.


def _options(call: Call) -> Answer:
    assert isinstance(call.kind, TrackingCategories)
    mark, method = call.work.books.mark(), call.request.method
    try:
        if method == "PUT" and not call.rest:
            sent = read_elements(call.request.body, "Options")
            row = call.row
            for each in sent:
                row = call.kind.add_option(call.work, row, each)
            changed = list(row.fields["Options"][-len(sent) :])
        elif method in ("POST", "DELETE") and len(call.rest) == 1:
            changed = [_option_changed(call, call.kind)]
        else:
            return text_answer(405, "Method not allowed")
    except Refused as refusal:
        call.work.books.undo(mark)
        return call.refused(refusal, "TrackingOptionID")
    return call.committed(call.told("Options", [show_option(each) for each in changed]))


def _option_changed(call: Call, kind: TrackingCategories) -> Json:
    known = kind.option(call.row, call.rest[0])
    if known is None:
        raise not_found()
    changes = {"Status": DELETED}
    if call.request.method == "POST":
        (sent, *_) = read_elements(call.request.body, "Options")
        changes = {name.capitalize(): value for name, value in sent.items()}
    row = kind.change_option(call.work, call.row, known["TrackingOptionID"], changes)
    return kind.option(row, known["TrackingOptionID"]) or {**known, "Status": DELETED}


# Sales invoices online, and by e-mail.


def _online(call: Call) -> Answer:
    if call.request.method != "GET" or call.row.fields["Type"] != "ACCREC" or call.row.fields["Status"] == "DRAFT":
        raise not_found()
    url = f"https://in.xero.com/{call.row.id.replace('-', '')}"
    return call.told("OnlineInvoices", [{"OnlineInvoiceUrl": url}])


def _email(call: Call) -> Answer:
    fields = call.row.fields
    if call.request.method != "POST":
        return text_answer(405, "Method not allowed")
    if fields["Type"] != "ACCREC" or fields["Status"] not in ("SUBMITTED", "AUTHORISED", "PAID"):
        told = Refused("The invoice is not of a valid type and status to be sent.", id=call.row.id)
        return call.refused(told, "InvoiceID")
    call.kind.save(call.work, call.row.id, {**fields, "SentToContact": True})
    return call.committed(Answer(204))


_PARTS: dict[str, tuple[frozenset[str], str, Callable[[Call], Answer]]] = {
    "attachments": (frozenset(HOLDERS), ATTACHMENTS.scope, _attachments),
    "allocations": (frozenset(CREDITS), "", _allocations),
    "options": (frozenset(("tracking_categories",)), "", _options),
    "onlineinvoice": (frozenset(("invoices",)), "", _online),
    "email": (frozenset(("invoices",)), "", _email),
}
