"""What organizations owe and are owed, as the ledger reckons it over all their documents, ours or not (rule D8)."""

from __future__ import annotations

from collections.abc import Sequence

from ledgerlink.flows.context import Context
from ledgerlink.flows.notices import telling
from ledgerlink.kinds.organization import Balance, Organization
from ledgerlink.ports import PutLink, PutRecord, Write
from ledgerlink.state.document import Document


def keep(context: Context, contacts: Sequence[Document], *, job: str = "", actor: str = "") -> int:
    """Store the balances of these contacts with their organizations; how many changed.

    Nothing of it travels back, so the link is as exported as it was. What somebody changes meanwhile goes before; the
    next time counts.
    """
    at, company, now = context.at, context.company.id, context.at.clock.now()
    told = {document.id: document.balance for document in contacts if document.balance is not None}
    claims = at.links.claimed(company, "contact", told)
    holders = {claim.link: told[id_] for id_, claim in claims.items() if claim.link is not None}
    links = at.links.many(holders)
    records = at.records.many(key.record for key in holders)
    listens = telling.listens(company, at)
    groups: list[list[Write]] = []
    changed = []
    for key, balance in holders.items():
        link, record = links.get(key), records.get(key.record)
        if link is None or record is None or record.deleted or not isinstance(record.content, Organization):
            continue
        known = record.content.balance or Balance()
        if (known.receivable, known.payable) == (balance.receivable, balance.payable):
            continue
        content = record.content.model_copy(update={"balance": balance.model_copy(update={"as_of": now})})
        news = {"content": content, "revision": record.revision + 1, "updated_at": now, "changed_by": "ledger"}
        after = record.model_copy(update=news)
        exported = after.revision if link.exported >= link.wanted else link.exported
        moved = link.model_copy(update={"wanted": after.revision, "exported": exported, "updated_at": now})
        groups.append([PutRecord(after), PutLink(moved), *([telling.tell(after)] if listens else [])])
        changed.append(key.record)
    stored = at.commit.each(groups)
    telling.ring(company, [key for key, done in zip(changed, stored, strict=True) if done], at)
    return sum(stored)
