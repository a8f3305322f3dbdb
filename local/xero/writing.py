"""Writing: batches, `summarizeErrors`, verdicts per element, nothing saved by halves (facts/xero.md §3.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local.xero.books import Row
from local.xero.elements import read_elements
from local.xero.envelope import envelope
from local.xero.errors import CallRefused, Refused, bad_data, validation
from local.xero.faults import ELEMENT_TEXT, Fault
from local.xero.kinds import Kind, Work
from local.xero.messages import Answer, Json, Request, json_answer
from local.xero.world import World

Apply = Callable[[Json], Row]
Show = Callable[[Row], Json]
Refuse = Callable[[Json, Sequence[str], str | None], Json]


@dataclass(frozen=True, slots=True)
class Batch:
    """How the elements of one call are applied and told about; `segment` names them in the answer."""

    segment: str
    id_field: str
    apply: Apply
    show: Show
    refuse: Refuse
    summarized: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One element: the row it became, or why not."""

    sent: Json
    row: Row | None = None
    messages: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    id: str | None = None


def write(world: World, work: Work, kind: Kind, request: Request, id: str | None, fault: Fault | None) -> Answer:
    """PUT or POST of a collection, or POST of one document when `id` is given."""
    elements = read_elements(request.body, kind.segment)
    if kind.largest_batch and len(elements) > kind.largest_batch:
        raise bad_data(f"No more than {kind.largest_batch} {kind.segment} can be sent in one request")
    batch = Batch(
        kind.segment,
        kind.id_field,
        lambda sent: kind.write(work, sent, verb=request.method, id=id),
        lambda row: kind.written(work, row),
        kind.refused,
        _summarized(work, kind, request, one=id is not None),
    )
    return carry_out(world, work, batch, elements[:1] if id else elements, request, fault)


def carry_out(
    world: World, work: Work, batch: Batch, elements: list[Json], request: Request, fault: Fault | None
) -> Answer:
    """Summarized, one bad element refuses the call and nothing is saved; else every element has its own verdict."""
    mark = work.books.mark()
    try:
        outcomes = [_element(work, batch, sent, fault) for sent in elements[: request.keep_elements]]
    except CallRefused:
        work.books.undo(mark)
        raise
    if batch.summarized and any(outcome.row is None for outcome in outcomes):
        work.books.undo(mark)
        # Only the refused elements are listed (XeroAPI/xero-php-oauth2#13 and #179).
        return validation([_show(batch, outcome) for outcome in outcomes if outcome.row is None])
    world.commit(work.books)
    if world.settings.answer_order == "shuffled":
        world.ids.random.shuffle(outcomes)
    shown = [_show(batch, outcome) if batch.summarized else _verdict(batch, outcome) for outcome in outcomes]
    return json_answer(200, envelope(world, batch.segment, shown))


def summarized(work: Work, request: Request) -> bool:
    """What the caller asked for; clients write False as well as false."""
    asked = request.parameter("summarizeErrors")
    return work.settings.summarize_errors_default if asked is None else asked.lower() != "false"


def _summarized(work: Work, kind: Kind, request: Request, *, one: bool) -> bool:
    if kind.name == "purchase_orders" and work.settings.purchase_order_errors_are_200:
        return False
    return one or request.method not in kind.summarized or summarized(work, request)


def _element(work: Work, batch: Batch, sent: Json, fault: Fault | None) -> Outcome:
    mark = work.books.mark()
    work.warnings = []
    try:
        if fault and fault.hits_element(sent):
            raise Refused(fault.message or ELEMENT_TEXT, id=sent.get(batch.id_field))
        return Outcome(sent, row=batch.apply(sent), warnings=tuple(work.warnings))
    except Refused as refusal:
        work.books.undo(mark)
        return Outcome(sent, messages=refusal.messages, warnings=tuple(work.warnings), id=refusal.id)


def _show(batch: Batch, outcome: Outcome) -> Json:
    row, sent = outcome.row, outcome.sent
    shown = batch.show(row) if row else batch.refuse(sent, outcome.messages, outcome.id)
    warned = {"Warnings": [{"Message": message} for message in outcome.warnings]} if outcome.warnings else {}
    return {**shown, **warned}


def _verdict(batch: Batch, outcome: Outcome) -> Json:
    """With summarizeErrors=false every element says how it went."""
    verdict = "ERROR" if outcome.row is None else "WARNING" if outcome.warnings else "OK"
    return {**_show(batch, outcome), "StatusAttributeString": verdict}
