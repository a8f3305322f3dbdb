"""Rows of a CSV as they are carried out: fields saved, records linked, each row in one commit of its own.

Many rows share a transaction where nothing speaks against it; what loses a race is read and decided again. A dry run
decides the same and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledgerlink.errors import Conflict
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.imaging import Keep, image_of, keep_none
from ledgerlink.flows.records import questions
from ledgerlink.ports import Claimed, PutLane
from ledgerlink.rules.dispatch import chunks
from ledgerlink.state.document import Document
from ledgerlink.state.image import Image
from ledgerlink.state.lane import Lane
from ledgerlink.state.link import Link

from .deciding import Decided, Deciding, Known, RowResult, failed, link_key
from .file import CsvRow
from .twins import Taken

AT_ONCE = 500
TRIES = 6
IN_TURN = 16  # rows linked in one transaction: six writes each at most, and the lane


def new_links(context: Context, rows: Sequence[CsvRow]) -> list[CsvRow]:
    """The rows whose link is another than the record has now: their contacts must be looked up."""
    linking = [row for row in rows if row.document_id and not (row.problem or row.twin)]
    links = context.at.links.many(link_key(context, row) for row in linking)
    return [row for row in linking if _document_of(links.get(link_key(context, row))) != row.document_id]


def _document_of(link: Link | None) -> str:
    return link.document_id if link is not None else ""


def carry_out(
    context: Context,
    rows: Sequence[CsvRow],
    documents: Mapping[str, Document],
    actor: Actor,
    *,
    with_fields: bool,
    dry_run: bool = False,
    job: str = "",
    keep: Keep = keep_none,
) -> list[RowResult]:
    """Carry out the rows, one result each, in their order. ``documents``: of the contacts that are to be linked.

    ``keep`` is told what is about to be changed, as it was.
    """
    deciding, taken = Deciding(context, documents, actor, with_fields, job), Taken(with_fields)
    return [
        result
        for some in chunks(rows, AT_ONCE)
        for result in _carried_out(deciding, taken, some, dry_run=dry_run, keep=keep)
    ]


def _carried_out(
    deciding: Deciding, taken: Taken, rows: Sequence[CsvRow], *, dry_run: bool, keep: Keep
) -> list[RowResult]:
    at, company = deciding.context.at, deciding.context.company.id
    done: dict[int, RowResult] = {}
    left, due = list(rows), False
    for attempt in range(TRIES):
        if not left:
            break
        lane = at.lanes.get(company, "export")  # before what is in flight is looked at (``lanes.turn``)
        known = deciding.known(left)
        decided = _decided(deciding, taken, left, known)
        stored = {d.row.line for d in decided if not d.writes} if not dry_run else {d.row.line for d in decided}
        if not dry_run:
            keep([_image(deciding, known, d) for d in decided if d.writes])
            stored |= _save(deciding, [d for d in decided if d.writes and not d.takes_turn])
            linked = _link(deciding, [d for d in decided if d.takes_turn], lane, alone=attempt > 2)
            _answer(deciding, known, [d for d in decided if d.row.line in linked])
            stored |= linked
            taken.leave(again := {d.row.line for d in decided} - stored)
            stored -= {d.row.line for d in decided if d.row.behind in again}
        done |= {d.row.line: d.result for d in decided if d.row.line in stored}
        due = due or any(d.due for d in decided if d.row.line in stored)
        left = [row for row in left if row.line not in stored]
    if due and not dry_run:
        at.doorbells.ring(company, "export")
    done |= {row.line: failed(row, "changed_meanwhile", "somebody else changes it right now") for row in left}
    return [done[row.line] for row in rows]


def _decided(deciding: Deciding, taken: Taken, rows: Sequence[CsvRow], known: Known) -> list[Decided]:
    """In their order: a row that fails takes no part, and stands in no other's way."""
    decided = []
    for row in rows:
        decided.append(deciding.decided(taken.marked(row), known))
        if decided[-1].result.outcome != "failed":
            taken.take(row)
    return decided


def _image(deciding: Deciding, known: Known, decided: Decided) -> Image:
    key = link_key(deciding.context, decided.row)
    return image_of(key, known.records.get(key.record), known.links.get(key), decided.writes)


def _save(deciding: Deciding, decided: list[Decided]) -> set[int]:
    stored = deciding.context.at.commit.each([d.writes for d in decided])
    return {d.row.line for d, kept in zip(decided, stored, strict=True) if kept}


def _link(deciding: Deciding, decided: list[Decided], lane: Lane, *, alone: bool) -> set[int]:
    """In turns on the lane, so that nothing is linked while it is being sent."""
    stored: set[int] = set()
    for some in chunks(decided, 1 if alone else IN_TURN):
        try:
            deciding.context.at.commit.all(*(write for d in some for write in d.writes), PutLane(lane))
        except Conflict:
            moved_on = deciding.context.at.lanes.get(lane.company, lane.direction) != lane
            if moved_on or not alone:
                break  # what is in flight may be another now: read again, and decide again
            continue  # it was this row's own doing
        lane = lanes.stored(lane)
        stored |= {d.row.line for d in some}
    return stored


def _answer(deciding: Deciding, known: Known, linked: list[Decided]) -> None:
    """Whoever is linked is asked about no more."""
    for decided in linked:
        key = link_key(deciding.context, decided.row)
        link, claim = known.links.get(key), known.claims.get(decided.row.document_id, Claimed())
        held, of_it = link.suggestions if link is not None else (), claim.tombstone == questions.HELD
        if held or of_it:
            questions.after_linking(deciding.context, key, decided.row.document_id, held, of_it=of_it)
