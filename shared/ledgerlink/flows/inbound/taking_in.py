"""Taking documents in: each is compared with what is known, decided by rule, and stored under the link's version.

Order and repeats do not matter: what was stored before is recognised by its content and time, and what somebody changed
meanwhile is left for another look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache, partial

from ledgerlink.flows import lanes, waking
from ledgerlink.flows.imaging import image_of
from ledgerlink.flows.notices import telling
from ledgerlink.flows.records import questions
from ledgerlink.flows.records.recognising import candidates
from ledgerlink.kinds import BY_DOCUMENT
from ledgerlink.ports import (
    Claimed,
    PutNotice,
    Unclaim,
    Write,
)
from ledgerlink.rules import born_documents, settlement, taking_in
from ledgerlink.rules.dispatch import chunks
from ledgerlink.rules.duplicates import Candidates
from ledgerlink.state.document import Document
from ledgerlink.state.image import Image
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import RecordKey

from .alike import Alike
from .batch import Intake, Known, Step, TakenIn, born_id, grounds_of
from .linked import linked
from .unlinked import ours, unlinked

PASSES = 4  # that lose to somebody else
ROUNDS = 40  # documents of one batch that change the same thing: one a round
IDS_AT_ONCE = 40


def take_in(intake: Intake, documents: Sequence[Document]) -> list[TakenIn]:
    """Take the documents in; one result each, in their order. Rings the export if something became due.

    The payments that a document tells of go first: once what is paid was stored with it, nobody would look for them.
    """
    _bring_customers(intake, documents)
    told = _payments_on(intake, documents)
    paid = {each.document.id: each for each in _take(intake, [payment for some in told.values() for payment in some])}
    early = {id_ for id_, some in told.items() if any(paid[each.id].outcome == "again" for each in some)}
    taken = {each.document.id: each for each in _take(intake, [d for d in documents if d.id not in early])}
    taken |= {each.document.id: each for each in _with_new_customers(intake, list(taken.values()))}
    new = [payment for id_, some in told.items() if _is_new(taken.get(id_)) for payment in some]
    _take(intake, new)
    return [taken.get(d.id) or TakenIn(d, "again", "changed_meanwhile") for d in documents]


def _bring_customers(intake: Intake, documents: Sequence[Document]) -> None:
    """Where both come by themselves, a customer comes before a document that was made for it."""
    settings = intake.context.settings
    if not _customers_come(intake):
        return
    new = _unknown(intake, [d for d in documents if d.kind in settings.import_documents_born_in_ledger])
    known = Known(set(), {}, {}, {}, named=_named(intake, [], new))
    grounds = [(document, grounds_of(intake, known, document)) for document in new]
    _bring(intake, {id_ for document, its in grounds if (id_ := born_documents.customer_of(document, its))})


def _with_new_customers(intake: Intake, taken: Sequence[TakenIn]) -> list[TakenIn]:
    """Documents that were given to a contact who is nobody here: again, once that one came."""
    late = [each.document for each in taken if each.reason == "new_customer_not_here"]
    if not late or not _customers_come(intake):
        return []
    _bring(intake, {getattr(document.content, "organization_id", "") for document in late})
    return _take(replace(intake, versions=None), late)


def _customers_come(intake: Intake) -> bool:
    return intake.source == "event" and intake.context.settings.import_contacts_born_in_ledger


def _bring(intake: Intake, ids: set[str]) -> None:
    for some in chunks(sorted(ids), IDS_AT_ONCE):
        contacts = intake.context.ledger.read("contact", some)
        at_hand = replace(intake, versions=None, candidates=cache(partial(_like, intake, contacts)))
        _take(at_hand, contacts)


def _like(intake: Intake, contacts: Sequence[Document]) -> Candidates:
    return candidates(intake.context, "contact", contacts)


def _unknown(intake: Intake, documents: Sequence[Document]) -> list[Document]:
    """Those that no link holds, and no tombstone keeps out."""
    found: list[Document] = []
    for document_type in {document.type for document in documents}:
        mine = [document for document in documents if document.type == document_type]
        claims = intake.context.at.links.claimed(intake.context.company.id, document_type, [d.id for d in mine])
        found += [document for document in mine if claims.get(document.id, Claimed()) == Claimed()]
    return found


def _payments_on(intake: Intake, documents: Sequence[Document]) -> dict[str, list[Document]]:
    """By the document's id, what it tells of its payments that was not known of it."""
    at, company = intake.context.at, intake.context.company.id
    money = [document for document in documents if document.settlement is not None]
    holders: dict[str, LinkKey] = {}
    for document_type in {document.type for document in money}:
        claims = at.links.claimed(company, document_type, [d.id for d in money if d.type == document_type])
        holders |= {id_: claim.link for id_, claim in claims.items() if claim.link is not None}
    links = at.links.many(holders.values()) if holders else {}
    found: dict[str, list[Document]] = {}
    for document in money:
        link = links.get(holders[document.id]) if document.id in holders else None
        known = link.settlement if link is not None else None
        if document.settlement is not None and document.settlement.says_more(known):
            found[document.id] = settlement.payments_on(document, known)
    return {id_: some for id_, some in found.items() if some}


def _is_new(taken: TakenIn | None) -> bool:
    return taken is not None and taken.outcome in ("created", "linked")


def _take(intake: Intake, documents: Sequence[Document]) -> list[TakenIn]:
    at = intake.context.at
    done: dict[str, TakenIn] = {}
    left = list({document.id: document for document in documents}.values())
    tries = PASSES
    for _ in range(ROUNDS):
        if not left or not tries:
            break
        known = _known(intake, left)
        steps = [_one(intake, known, document) for document in left]
        intake.keep([_image(taken, writes) for taken, writes in steps if writes])
        kept = at.commit.each([writes for _, writes in steps if writes])
        _answered(intake, [taken for (taken, _), ok in zip((s for s in steps if s[1]), kept, strict=True) if ok])
        stored = iter(kept)
        done |= {taken.document.id: taken for taken, _ in steps}
        lost = [taken.document for taken, writes in steps if writes and not next(stored)]
        for write in (write for _, writes in steps for write in writes if isinstance(write, PutNotice)):
            at.doorbells.notice(intake.context.company.id, write.notice.id)
        tries -= bool(lost)
        left = lost + [taken.document for taken, _ in steps if taken.reason == "same_pass"]
    done |= {document.id: TakenIn(document, "again", "changed_meanwhile") for document in left}
    if any(taken.due for taken in done.values()):
        at.doorbells.ring(intake.context.company.id, "export")
    waking.rouse(intake.context.company.id, _ready(done.values()), at)
    news = [taken.key.record for taken in done.values() if taken.key and (taken.changes or taken.outcome == "created")]
    telling.ring(intake.context.company.id, news, at)
    return [done[document.id] for document in documents]


def _ready(taken: Iterable[TakenIn]) -> list[RecordKey]:
    """The records that others may have waited for: linked now, or whose document is of another status."""
    found = []
    for each in taken:
        link = each.before[1] if each.before is not None else None
        if each.key is None or link is None:
            continue
        told, known = each.document.settlement, link.settlement
        moved = told is not None and (known is None or told.status != known.status)
        if each.outcome == "linked" or moved or each.document.status != link.document_status:
            found.append(each.key.record)
    return found


def _answered(intake: Intake, stored: Sequence[TakenIn]) -> None:
    """Whoever is linked now is asked about no more."""
    for taken in stored:
        if taken.asked and taken.key is not None and taken.before is not None:
            _, link = taken.before
            questions.after_linking(intake.context, taken.key, taken.document.id, link.suggestions)


def _image(taken: TakenIn, writes: list[Write]) -> Image:
    assert taken.key is not None
    record, link = taken.before or (None, None)
    return image_of(taken.key, record, link, writes)


def foresee(intake: Intake, documents: Sequence[Document]) -> list[TakenIn]:
    """What ``take_in`` would do with the documents now, without doing it; one result each, in their order."""
    done: dict[str, TakenIn] = {}
    left = list({document.id: document for document in documents}.values())
    while left:
        known = _known(intake, left)
        steps = [_one(intake, known, document)[0] for document in left]
        done |= {taken.document.id: taken for taken in steps}
        again = [taken.document for taken in steps if taken.reason == "same_pass"]
        left = again if len(again) < len(left) else []
    return [done[document.id] for document in documents]


def _known(intake: Intake, documents: list[Document]) -> Known:
    """Read in the order that makes a document of ours recognisable: open dispatches first, then the claims."""
    at, company = intake.context.at, intake.context.company.id
    dispatches = at.lanes.open_dispatches(company)
    busy, being_made = lanes.in_flight(dispatches), {d.document_type for d in dispatches if d.action == "create"}
    claims: dict[str, Claimed] = {}
    for document_type in {document.type for document in documents}:
        ids = [d.id for d in documents if d.type == document_type]
        ids += [d.merged_into for d in documents if d.type == document_type and d.merged_into]
        claims |= at.links.claimed(company, document_type, ids)
    keys = {claim.link for claim in claims.values() if claim.link is not None}
    for document in documents:
        kind = BY_DOCUMENT[document.type]
        keys.add(LinkKey(company, kind.name, born_id(company, document)))
        if (own := kind.id_of(document.reference)) is not None:
            keys.add(LinkKey(company, kind.name, own))
    links = at.links.many(keys)
    records = at.records.many(key.record for key in links)  # no record is without its link
    moved = {LinkKey(company, each.kind, each.moved_to) for each in records.values() if each.moved_to}
    if moved:
        links |= at.links.many(moved)
        records |= at.records.many(key.record for key in moved)
    new = [document for document in documents if claims.get(document.id, Claimed()).link is None]
    held = [(links[key], d) for d in documents if (key := claims.get(d.id, Claimed()).link) in links and key]
    named = _named(intake, documents, new, held)
    alike = Alike(intake.context, new, intake.candidates)
    return Known(busy, claims, links, records, frozenset(being_made), named, alike)


def _named(
    intake: Intake, documents: Sequence[Document], new: Sequence[Document], held: Sequence[tuple[Link, Document]] = ()
) -> dict[tuple[str, str], RecordKey]:
    """The records of the documents that these refer to: of a payment what it pays, of a credit what it went to, of one
    that may become a record its customer and items, of one that is linked its customers, if they changed."""
    wanted = {each for d in documents for each in taking_in.of(BY_DOCUMENT[d.type].name).refers_to(d)}
    wanted |= {each for link, d in held for each in taking_in.of(link.kind).moved(link, d)}
    wanted |= {each for d in new for each in taking_in.of(BY_DOCUMENT[d.type].name).would_refer_to(d)}
    found: dict[tuple[str, str], RecordKey] = {}
    for document_type in sorted({sort for sort, _ in wanted}):
        ids = [id_ for sort, id_ in wanted if sort == document_type]
        claims = intake.context.at.links.claimed(intake.context.company.id, document_type, ids)
        found |= {(document_type, id_): claim.link.record for id_, claim in claims.items() if claim.link is not None}
    return found


def _one(intake: Intake, known: Known, document: Document) -> Step:
    """Decide about one document; what to write, if anything."""
    claim = known.claims.get(document.id, Claimed())
    key = claim.link or _own(intake, known, document)
    if key is None:
        return unlinked(intake, known, document, claim.tombstone)
    if intake.asks_only:
        return TakenIn(document, "unchanged", "", key), []
    link, record = known.links.get(key), known.records.get(key.record)
    if key in known.busy:
        return TakenIn(document, "again", "in_flight", key), []
    if link is None or record is None:
        return TakenIn(document, "again", "changed_meanwhile", key), []
    if intake.versions is not None and link.version != intake.versions.get(key, link.version):
        return TakenIn(document, "again", "changed_meanwhile", key), []
    if claim.link is not None and link.document_id != document.id:  # it was claimed, and the link never came to have it
        left = replace(TakenIn(document, "again", "changed_meanwhile", key), before=(record, link))
        return left, [Unclaim(key, document.type, document.id)]
    decided = (
        ours(intake, known, document, record, link, claim.tombstone)
        if claim.link is None
        else linked(intake, known, document, record, link)
    )
    return replace(decided[0], before=(record, link)), decided[1]


def _own(intake: Intake, known: Known, document: Document) -> LinkKey | None:
    """The record whose mark the document carries, if we have it."""
    kind = BY_DOCUMENT[document.type]
    id_ = kind.id_of(document.reference)
    key = LinkKey(intake.context.company.id, kind.name, id_) if id_ is not None else None
    return key if key in known.links else None
