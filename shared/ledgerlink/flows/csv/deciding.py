"""What a row of a CSV does to its organization, decided on what is stored now: values, and the writes they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledgerlink.errors import FieldProblem, Invalid, Refused
from ledgerlink.flows import lanes
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.records.drafting import Draft, Push, drafted
from ledgerlink.flows.records.linking import link_writes, overwritten
from ledgerlink.kinds import KINDS
from ledgerlink.kinds.organization import Organization
from ledgerlink.ports import Claimed, PutEntry, PutLink, Write
from ledgerlink.rules import csv_columns
from ledgerlink.rules import jobs as rules
from ledgerlink.rules.edits import changes_between
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from .file import CsvRow

KIND, DOCUMENT_TYPE = "organizations", "contact"
Diff = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class RowResult:
    """What became of a row: created, updated, linked, unchanged or failed; of a dry run, what would."""

    line: int
    organization_id: str
    outcome: str
    message: str = ""
    reason: str = ""
    title: str = ""
    diff: Diff = field(default_factory=dict)
    revision: int = 0  # of the record it was decided on
    link_version: int = 0
    document_id: str = ""


@dataclass(frozen=True)
class Decided:
    """A row decided on what is stored now."""

    row: CsvRow
    result: RowResult
    writes: tuple[Write, ...] = ()
    takes_turn: bool = False
    due: bool = False


@dataclass(frozen=True)
class Known:
    """What is stored about a batch of rows."""

    records: Mapping[RecordKey, Record]
    links: Mapping[LinkKey, Link]
    claims: Mapping[str, Claimed]
    busy: set[LinkKey]


@dataclass(frozen=True)
class Deciding:
    """For whom rows are decided, and what the ledger said of the contacts they name."""

    context: Context
    documents: Mapping[str, Document]
    actor: Actor
    with_fields: bool
    job: str = ""

    def known(self, rows: Sequence[CsvRow]) -> Known:
        at, company = self.context.at, self.context.company.id
        usable = [row for row in rows if not row.problem]
        busy = lanes.in_flight(at.lanes.open_dispatches(company)) if self.documents else set()
        wanted = [row.document_id for row in usable if row.document_id]
        claims = at.links.claimed(company, DOCUMENT_TYPE, wanted)
        links = at.links.many(link_key(self.context, row) for row in usable)
        return Known(at.records.many(key_of(self.context, row) for row in usable), links, claims, busy)

    def decided(self, row: CsvRow, known: Known) -> Decided:
        if row.problem:
            return Decided(row, failed(row, "row_not_usable", row.problem))
        key = key_of(self.context, row)
        record = known.records.get(key)
        live = record if record is not None and not record.deleted else None
        link = known.links.get(LinkKey(*key)) or Link(
            company=key.company, kind=key.kind, id=key.id, stage=KINDS[key.kind].stage
        )
        if live is None and not self.with_fields:
            return Decided(row, failed(row, "no_such_record", "there is no organization with this id"))
        try:
            draft = self._draft(row, live, record, link)
        except (Invalid, Refused) as wrong:
            return Decided(row, failed(row, wrong.code, wrong.detail))
        if row.document_id and draft.link.document_id != row.document_id:
            return self._linked(row, known, live, draft)
        before = live.content if live is not None else None
        outcome = "created" if draft.created else "updated" if draft.writes else "unchanged"
        diff = _diff(before, draft.record) if draft.writes else {}
        result = _result(row, outcome, draft, live, link, diff=diff)
        return Decided(row, result, self._of_job(draft.writes), due=draft.link.is_due)

    def _draft(self, row: CsvRow, live: Record | None, record: Record | None, link: Link) -> Draft:
        if not self.with_fields:
            assert live is not None
            return Draft(live, link)
        content = live.content if live is not None else None
        assert content is None or isinstance(content, Organization)
        fields = csv_columns.edits(content, row.cells)
        if live is not None and not fields:
            return Draft(live, link)
        if live is None and "name" not in fields:
            raise Invalid(FieldProblem("name", "a new organization needs a name"))
        push = Push(fields, "merge" if live is not None else "replace")
        return drafted(self.context, key_of(self.context, row), push, self.actor, record, link)

    def _linked(self, row: CsvRow, known: Known, live: Record | None, draft: Draft) -> Decided:
        if row.twin:
            return Decided(row, failed(row, "row_not_usable", row.twin))
        document = self.documents.get(row.document_id)
        holder = known.claims.get(row.document_id, Claimed()).link
        key = draft.link.key
        if document is None:
            return Decided(row, failed(row, "no_such_contact", "the ledger has no contact with this id"))
        if holder is not None and holder != key:
            return Decided(row, failed(row, "link_taken", f"the contact is linked to organization {holder.id}"))
        if key in known.busy:
            return Decided(row, failed(row, "in_flight", "the organization is being sent to the ledger right now"))
        changes = overwritten(draft.record, draft.link, document)
        writes = link_writes(self.context, draft.record, draft.link, document, self.actor)
        saving = [write for write in draft.writes if not isinstance(write, PutLink)]
        after = next(write.link for write in writes if isinstance(write, PutLink))
        message = ""
        if changes and self.context.settings.update_linked_contact_on_edit:
            message = f"replaces in the ledger: {', '.join(change.field for change in changes)}"
        if document.status == "archived":
            there = "the contact is archived there; nothing goes to it until somebody restores it"
            message = f"{message}; {there}" if message else there
        diff = {c.field: {"from": rules.plain(c.before), "to": rules.plain(c.after)} for c in changes}
        result = _result(row, "linked", draft, live, draft.link, diff=diff, message=message)
        return Decided(row, result, self._of_job((*saving, *writes)), takes_turn=True, due=after.is_due)

    def _of_job(self, writes: Sequence[Write]) -> tuple[Write, ...]:
        """The writes with history entries that name the job: its receipts, should the turn be repeated."""
        return tuple(
            PutEntry(write.entry.model_copy(update={"job": self.job})) if isinstance(write, PutEntry) else write
            for write in writes
        )


def key_of(context: Context, row: CsvRow) -> RecordKey:
    return RecordKey(context.company.id, KIND, row.id)


def link_key(context: Context, row: CsvRow) -> LinkKey:
    return LinkKey(context.company.id, KIND, row.id)


def failed(row: CsvRow, reason: str, message: str) -> RowResult:
    return RowResult(row.line, row.id, "failed", message, reason, row.cells.get("name", ""))


def _result(
    row: CsvRow, outcome: str, draft: Draft, live: Record | None, link: Link, *, diff: Diff, message: str = ""
) -> RowResult:
    return RowResult(
        row.line,
        row.id,
        outcome,
        message,
        title=KINDS[KIND].title(draft.record.content),
        diff=diff,
        revision=live.revision if live is not None else 0,
        link_version=link.version,
        document_id=row.document_id,
    )


def _diff(before: Any, after: Record) -> Diff:
    if before is None:
        return rules.born_diff(after.kind, after.content)
    changes = changes_between(KINDS[after.kind], before, after.content)
    return {c.field: {"from": rules.plain(c.before), "to": rules.plain(c.after)} for c in changes}
