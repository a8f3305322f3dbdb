"""Writing a kind: batches, `summarizeErrors`, errors per element, nothing saved by halves (facts/xero.md §3.2)."""

from dataclasses import dataclass

from local.xero.books import Books, Row
from local.xero.elements import read_elements
from local.xero.envelope import envelope
from local.xero.errors import CallRefused, Refused, validation
from local.xero.faults import ELEMENT_TEXT, Fault
from local.xero.kinds import Kind, Work
from local.xero.messages import Answer, Json, Request, json_answer
from local.xero.world import World


@dataclass(frozen=True, slots=True)
class Outcome:
    """One element: the row it became, or why not."""

    sent: Json
    row: Row | None = None
    messages: tuple[str, ...] = ()
    id: str | None = None


def write(world: World, books: Books, kind: Kind, request: Request, id: str | None, fault: Fault | None) -> Answer:
    """PUT or POST of a collection, or POST of one document when `id` is given.

    Summarized, one bad element refuses the call and nothing is saved; else every element has its own verdict.
    """
    elements = read_elements(request.body, kind.segment)
    summarize = id is not None or _summarize(world, request)
    mark = books.mark()
    try:
        outcomes = _apply(world, books, kind, request, elements, id, fault)
    except CallRefused:
        books.undo(mark)
        raise
    if summarize and any(outcome.row is None for outcome in outcomes):
        books.undo(mark)
        # Only the refused elements are listed (XeroAPI/xero-php-oauth2#13 and #179).
        return validation([_show(kind, outcome) for outcome in outcomes if outcome.row is None])
    world.commit(books)
    if world.settings.answer_order == "shuffled":
        world.ids.random.shuffle(outcomes)
    shown = [_show(kind, outcome) if summarize else _verdict(kind, outcome) for outcome in outcomes]
    return json_answer(200, envelope(world, kind.segment, shown))


def _apply(
    world: World,
    books: Books,
    kind: Kind,
    request: Request,
    elements: list[Json],
    id: str | None,
    fault: Fault | None,
) -> list[Outcome]:
    work = world.work(books)
    kept = elements[:1] if id else elements[: request.keep_elements]
    return [_element(work, kind, request.method, sent, id, fault) for sent in kept]


def _element(work: Work, kind: Kind, verb: str, sent: Json, id: str | None, fault: Fault | None) -> Outcome:
    mark = work.books.mark()
    try:
        if fault and fault.hits_element(sent):
            raise Refused(fault.message or ELEMENT_TEXT, id=sent.get(kind.id_field))
        return Outcome(sent, row=kind.write(work, sent, verb=verb, id=id))
    except Refused as refusal:
        work.books.undo(mark)
        return Outcome(sent, messages=refusal.messages, id=refusal.id)


def _show(kind: Kind, outcome: Outcome) -> Json:
    if outcome.row is None:
        return kind.refused(outcome.sent, outcome.messages, outcome.id)
    return kind.written(outcome.row)


def _verdict(kind: Kind, outcome: Outcome) -> Json:
    """With summarizeErrors=false every element says how it went."""
    return {**_show(kind, outcome), "StatusAttributeString": "OK" if outcome.row else "ERROR"}


def _summarize(world: World, request: Request) -> bool:
    """Clients write False as well as false."""
    asked = request.parameter("summarizeErrors")
    return world.settings.summarize_errors_default if asked is None else asked.lower() != "false"
