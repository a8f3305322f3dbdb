"""What a plan of a send foretells of the products on its documents: those that would be refused, and what that stops.

Only who looks at the plan first gains by knowing; without one the real run says so (``products_first``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.flows.gathering import facts_for
from ledgerlink.kinds.product import Product
from ledgerlink.reasons import reason as reason_of
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import jobs as rules
from ledgerlink.rules.decisions import Create, Park, Problem, Refuse, Skip, Wait
from ledgerlink.rules.facts import Facts
from ledgerlink.state.job import JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import codes_taken
from .going_through import go_through
from .products_first import products_on
from .work import Step, Work


@dataclass(frozen=True)
class Wrong:
    """Why a product would not go."""

    code: str  # its own
    reason: str
    words: str = ""

    @property
    def told(self) -> str:
        return f"{self.code} ({self.reason})"


def looked_for(
    work: Work, records: Sequence[Record], items: Sequence[JobItem]
) -> tuple[list[JobItem], list[str]] | Step:
    """The lines, those waiting whose product would be refused, and what is to be told of these products; or the step
    of a turn that asked for some of their codes, after which the same page comes again.

    Where a product stops the whole send, those on lines that do not go count too, as they do in the run.
    """
    if not work.job.dry_run:
        return list(items), []
    stops = work.context.settings.stop_send_on_product_error
    going = {item.named for item in items if item.outcome in rules.SENDING}
    looked = {item.named for item in items if item.outcome in (*rules.SENDING, "skip")} if stops else going
    failing = {item.named for item in items if item.outcome == "fail"} if stops else set()
    on = {record.key: products_on(record) for record in records if (record.kind, record.id) in looked}
    others = set().union(*(products_on(record) for record in records if (record.kind, record.id) in failing))
    named = set().union(*on.values())
    links = work.at.links.many(LinkKey(*key) for key in sorted(named | others))
    here = work.at.records.many(sorted(named | others))
    products = {key: record for key, record in sorted(here.items()) if not record.deleted}
    wrong, new = _wrong(work, [record for key, record in products.items() if key in named], links)
    if (asked := codes_taken.asked_more(work, new)) is not None:
        return Step(asked)
    for key in codes_taken.taken(work, new):
        code = _content(products[key]).code
        wrong[key] = Wrong(code, "item_code_taken", reason_of("item_code_taken").message)
    found = []
    for item in items:
        keys = sorted(on.get(work.record_key(item), ())) if item.named in going else ()
        bad = [wrong[key] for key in keys if key in wrong]
        told = "; ".join(f"product {each.code}: {each.words}" for each in bad)
        found.append(_waits(item, bad[0].reason, told) if bad else item)
    if not stops:
        return found, []
    stuck = [link for link in links.values() if link.document_id and link.state == "error"]  # edits, refused there
    edits = [
        Wrong(_content(products[link.key.record]).code, link.reason) for link in stuck if link.key.record in products
    ]
    unknown = [Wrong(key.id, "product_unknown") for key in others if key not in products]
    return found, sorted(each.told for each in (*wrong.values(), *edits, *unknown))


def _waits(item: JobItem, reason: str, message: str) -> JobItem:
    return item.model_copy(update={"outcome": "skip", "reason": reason, "message": message, "foreseen": True})


def _wrong(
    work: Work, products: Sequence[Record], links: Mapping[LinkKey, Link]
) -> tuple[dict[RecordKey, Wrong], list[Record]]:
    """Of these products those that are not in the ledger and would be refused; and the others that are not there."""
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
    return wrong, new


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
            told = "; ".join(each.sentence for each in problems)
            return Problem(problems[0].code, problems[0].field, told)
        case Skip(reason) | Park(reason) | Wait(reason):
            return Problem(reason, "", reason_of(reason).message)
    return None


def nothing_goes(work: Work) -> Step:
    """The plan of a send that a product stops: nothing of it would be sent."""
    told = f"nothing would be sent: {', '.join(work.job.memory['wrong_products'])}"

    def kept_back(items: list[JobItem]) -> list[JobItem]:
        return [_waits(item, "product_error", told) if item.outcome in rules.SENDING else item for item in items]

    step = go_through(work, kept_back)
    if not step.finished:
        return step
    calls = work.calls(needed=0, used=work.job.calls.used)
    return Step(step.job.model_copy(update={"calls": calls}), finished=True)
