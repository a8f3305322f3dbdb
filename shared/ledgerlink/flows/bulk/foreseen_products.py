"""What a plan of a send foretells of the products on its documents: those that would be refused, and what that stops.

Only who looks at the plan first gains by knowing; without one the real run says so (``products_first``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ledgerlink.flows.gathering import facts_for
from ledgerlink.kinds.product import Product
from ledgerlink.reasons import reason as reason_of
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import jobs as rules
from ledgerlink.rules.decisions import Create, Park, Problem, Refuse, Skip, Wait
from ledgerlink.rules.dispatch import chunks
from ledgerlink.rules.facts import Facts
from ledgerlink.rules.products import keys_of
from ledgerlink.state.job import JobItem, Progress
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .products_first import products_on
from .work import Step, Work, ledger_of

CODES_AT_ONCE = 25
A_TURN = timedelta(seconds=15)


@dataclass(frozen=True)
class Wrong:
    """Why a product would not go."""

    code: str  # its own
    reason: str
    words: str = ""

    @property
    def told(self) -> str:
        return f"{self.code} ({self.reason})"


def foretold(work: Work, records: Sequence[Record], items: Sequence[JobItem]) -> tuple[list[JobItem], list[str]]:
    """The lines, those waiting whose product would be refused; and what is to be told of these products."""
    if not work.job.dry_run:
        return list(items), []
    going = {item.named for item in items if item.outcome in rules.SENDING}
    on = {record.key: products_on(record) for record in records if (record.kind, record.id) in going}
    named = sorted(set().union(*on.values()))
    links = work.at.links.many(LinkKey(*key) for key in named)
    here = work.at.records.many(named)
    products = {key: here[key] for key in named if key in here and not here[key].deleted}
    wrong = _wrong(work, list(products.values()), links)
    found = []
    for item in items:
        bad = [wrong[key] for key in sorted(on.get(work.record_key(item), ())) if key in wrong]
        found.append(
            _waits(item, bad[0].reason, "; ".join(f"product {each.code}: {each.words}" for each in bad))
            if bad
            else item
        )
    if not work.context.settings.stop_send_on_product_error:
        return found, []
    stuck = [link for link in links.values() if link.document_id and link.state == "error"]  # edits, refused there
    edits = [
        Wrong(_content(products[link.key.record]).code, link.reason) for link in stuck if link.key.record in products
    ]
    return found, sorted(each.told for each in (*wrong.values(), *edits))


def _waits(item: JobItem, reason: str, message: str) -> JobItem:
    return item.model_copy(update={"outcome": "skip", "reason": reason, "message": message, "foreseen": True})


def _wrong(work: Work, products: Sequence[Record], links: Mapping[LinkKey, Link]) -> Mapping[RecordKey, Wrong]:
    """Of these products those that are not in the ledger and would be refused. One call per 25 new codes."""
    wrong: dict[RecordKey, Wrong] = {}
    new: list[Record] = []
    facts = facts_for(work.context, products)
    for record in products:
        link = links.get(LinkKey(*record.key)) or Link(company=work.company, kind=record.kind, id=record.id, stage=2)
        if link.document_id:
            continue
        if problem := _problem(work, record, link, facts):
            wrong[record.key] = Wrong(_content(record).code, problem.code, problem.message)
        else:
            new.append(record)
    return wrong | dict(_taken(work, new))


def _content(record: Record) -> Product:
    assert isinstance(record.content, Product)
    return record.content


def _problem(work: Work, record: Record, link: Link, facts: Facts) -> Problem | None:
    """What keeps the product, were it ordered now."""
    ordered = link.model_copy(update={"create_ordered": True, "ordered_by": work.job.id})
    decision = export_rules.decide(record, ordered, work.context.settings)
    if isinstance(decision, Create):
        decision = export_rules.complete(decision, record, ordered, facts)
    match decision:
        case Refuse(problems):
            told = "; ".join(f"{each.field}: {each.message}" for each in problems)
            return Problem(problems[0].code, problems[0].field, told)
        case Skip(reason) | Park(reason) | Wait(reason):
            return Problem(reason, "", reason_of(reason).message)
    return None


def _taken(work: Work, new: Sequence[Record]) -> Iterator[tuple[RecordKey, Wrong]]:
    """Those whose code an item has already, or an earlier one of these will have: codes are unique there."""
    held = set[str]()
    for codes in chunks(dict.fromkeys(" ".join(_content(record).code.split()) for record in new), CODES_AT_ONCE):
        found = ledger_of(work.context).having("item", "code", codes, purpose="backfill")
        held |= {key for document in found for key in keys_of(document.content)}  # type: ignore[arg-type]
    for record in new:
        product = _content(record)
        if held & keys_of(product):
            yield record.key, Wrong(product.code, "item_code_taken", reason_of("item_code_taken").message)
        held |= keys_of(product)


def stopped(work: Work) -> Step:
    """The next chunks of a plan that a product stops: nothing of it would be sent. The figures are counted anew."""
    job, number, until = work.job, work.job.memory.get("stopped", 0), work.now + A_TURN
    figures = Progress(**job.memory.get("recounted", {}))
    told = f"nothing would be sent: {', '.join(job.memory['wrong_products'])}"
    while number < job.chunk:
        items = work.plan_chunk(number)
        now = [_waits(item, "product_error", told) if item.outcome in rules.SENDING else item for item in items]
        work.at.jobs.write_chunk(job, "plan", number, now)
        figures, number = rules.counted(now, figures), number + 1
        if work.at.clock.now() > until:
            break
    memory = {**job.memory, "stopped": number, "recounted": figures.model_dump()}
    after = job.model_copy(update={"memory": memory})
    if number < job.chunk:
        return Step(after)
    progress = figures.model_copy(update={"total": job.progress.total})
    calls = work.calls(needed=0, used=job.calls.used)
    return Step(after.model_copy(update={"progress": progress, "calls": calls}), finished=True)
