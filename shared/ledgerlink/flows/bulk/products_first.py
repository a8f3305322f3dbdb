"""Products before a manual send: a problem with one stops it all, naming it (``stop_send_on_product_error``)."""

from __future__ import annotations

from ledgerlink.errors import Refused
from ledgerlink.kinds.money_documents import MoneyDocument
from ledgerlink.ports import PutLink
from ledgerlink.rules import export as export_rules
from ledgerlink.rules import jobs as rules
from ledgerlink.state.job import Job, JobItem
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .work import Step, Work

LOOK_AGAIN_S = 1.0
_STUCK = ("error", "parked", "conflict", "skipped")


def wait_for(work: Work) -> Step | None:
    """None once every product on the planned documents is in the ledger, or the setting does not ask for it.

    Raises Refused ``product_error``: the job fails, and nothing was ordered.
    """
    if not work.context.settings.stop_send_on_product_error or work.job.memory.get("products_sent"):
        return None
    job = work.job if work.job.memory.get("products_named") else _named(work)
    lines = work.at.jobs.read_chunk(job, "products", 0)
    keys = [LinkKey(*work.record_key(line)) for line in lines if line.outcome != "fail"]
    others = [LinkKey(*work.record_key(line)) for line in lines if line.outcome == "fail"]
    found = work.at.links.many([*keys, *others])
    links = {key: found.get(key) or Link(company=key.company, kind=key.kind, id=key.id, stage=2) for key in keys}
    records = work.at.records.many(key.record for key in [*keys, *others])
    here = {key for key, record in records.items() if not record.deleted}
    missing = [link for link in links.values() if not link.document_id and link.key.record in here]
    stuck = [link for link in missing if link.state in _STUCK and link.last_job == work.job.id]
    stuck += [link for link in found.values() if link.document_id and link.state == "error" and link.key.record in here]
    told = [f"{records[link.key.record].content.code} ({link.reason})" for link in stuck]  # type: ignore[attr-defined]
    told += [f"{key.id} (product_unknown)" for key in others if key.record not in here]
    if told:
        raise Refused("product_error", f"nothing was sent: {', '.join(sorted(told))}")
    if not missing:
        return Step(job.model_copy(update={"memory": {**job.memory, "products_sent": True}}))
    _order(work, [link for link in missing if not link.is_due and link.ordered_by != work.job.id])
    return Step(job, delay_s=LOOK_AGAIN_S, waiting_for="product_not_sent")


def _named(work: Work) -> Job:
    """The job once it has written down which products the planned documents name: looked for once, not each turn.

    Those on documents that fail only have to be there: a line may name what is not.
    """
    needed: set[RecordKey] = set()
    others: set[RecordKey] = set()
    for number in range(work.job.chunk):
        items = {work.record_key(item): item.outcome for item in work.plan_chunk(number)}
        looked = [key for key, outcome in items.items() if outcome in {*rules.SENDING, "skip", "fail"}]
        for key, record in work.at.records.many(looked).items():
            (others if items[key] == "fail" else needed).update(products_on(record))
    lines = [JobItem(kind=key.kind, id=key.id, outcome="create") for key in sorted(needed)]
    lines += [JobItem(kind=key.kind, id=key.id, outcome="fail") for key in sorted(others)]
    work.at.jobs.write_chunk(work.job, "products", 0, lines)
    return work.job.model_copy(update={"memory": {**work.job.memory, "products_named": True}})


def products_on(record: Record) -> set[RecordKey]:
    """The products that a document's lines name."""
    if not isinstance(record.content, MoneyDocument):
        return set()
    return {RecordKey(record.company, "products", line.product_id) for line in record.content.lines if line.product_id}


def _order(work: Work, links: list[Link]) -> None:
    if links:
        ordered = {"create_ordered": True, "ordered_by": work.job.id}
        work.at.commit.each([[PutLink(export_rules.due(link.model_copy(update=ordered), work.now))] for link in links])
        work.at.doorbells.ring(work.company, "export")
