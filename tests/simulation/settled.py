"""Judges the quiet after the storm: nothing under way, lost or doubled, and a reason for whatever stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledgerlink.rules.profiles import CompanySettings, settings_for
from ledgerlink.state.activity import Entry
from ledgerlink.state.company import Company
from ledgerlink.state.link import Link, LinkKey
from ledgerlink.state.record import Record, RecordKey

from . import organizations as kind
from .books import Flat, Ledger
from .crm import Account, Crm
from .overwriting import Overwriting
from .store import COMPANY, Store
from .values import Values
from .verdicts import Verdicts
from .virtual import START, VirtualTime

RESTING = ("linked", "skipped", "error", "parked", "conflict", "unlinked")


@dataclass
class Settled:
    """Everything it takes to judge a world at rest."""

    time: VirtualTime
    store: Store
    ledger: Ledger
    crm: Crm
    values: Values
    overwriting: Overwriting
    verdicts: Verdicts

    def __post_init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.lost = self.doubled = self.stuck = 0

    # ------------------------------------------------------------------ at any time

    def one_to_one(self) -> None:
        """Links and claims name each other. Claims are stored first: until a dispatch is settled they are ahead."""
        flying = {part.key(COMPANY) for dispatch in self.store.dispatches() for part in dispatch.parts}
        claims, links = self.store.claims(), self.store.links()
        for key, link in links.items():
            holder = claims.get(link.document_id, ("", ""))[0]
            if link.document_id and holder != f"{key.kind}#{key.id}#{key.part}" and key not in flying:
                self._wrong(
                    "one to one", f"{key.id} says {link.document_id}, which {claims.get(link.document_id)} holds"
                )
        for document, (holder, _) in claims.items():
            if holder:
                key = LinkKey(COMPANY, *holder.split("#"))
                held = links.get(key)
                if (held is None or held.document_id != document) and key not in flying:
                    self._wrong("one to one", f"{document} is held by {holder}, which has {held and held.document_id}")

    # ------------------------------------------------------------------ 20 minutes after the faults

    def judge(self) -> None:
        self._nothing_under_way()
        self.one_to_one()
        links, rows = self.store.links(), {row.id: row for row in self.ledger.rows(kind.BOOK)}
        self._by_hand = {id: list(self._linked_by_hand(id)) for id in self.crm.accounts}
        for account in self.crm.accounts.values():
            link = links.get(LinkKey(COMPANY, kind.KIND, account.id))
            record = self.store.record(RecordKey(COMPANY, kind.KIND, account.id))
            self._one_contact(account)
            if not account.pushes or account.gone or account.busy:
                continue
            if record is None or record.deleted or link is None:
                self.lost += 1
                self._wrong("acknowledged is kept", f"{account.id} was taken and is not there")
                continue
            self._kept(account, record)
            self._visible(link, rows)
        self._orphans(rows)

    def _nothing_under_way(self) -> None:
        open_ = list(self.store.dispatches())
        due = [link for link in self.store.links().values() if link.is_due]
        marks = self.store.marks(self.ledger.organisation)
        busy = [account.id for account in self.crm.accounts.values() if account.busy]
        self.stuck += len(due) + sum(len(dispatch.parts) for dispatch in open_)
        lanes = {name: self.store.control(COMPANY, f"lane#{name}") for name in ("export", "import")}
        for what, found in (
            ("dispatches", [f"{d.id} {d.state} of {d.opened_at:%H:%M:%S}" for d in open_]),
            ("due", [f"{link.id} {link.state} {link.reason}" for link in due]),
            ("stale marks", marks),
            ("pushes", busy),
        ):
            if found:
                self._wrong("settles", f"{len(found)} {what}: {found[:3]} with {lanes}")

    def _one_contact(self, account: Account) -> None:
        # A contact that a person took from it, or linked somebody to while nobody held it yet, is made up for: a job
        # that chooses an unlinked organization makes it another one (K14).
        made = [id for id in self.overwriting.made.get(account.id, ()) if not self._taken(account.id, id)]
        if len(made) > max(account.births, 1):
            self.doubled += len(made) - account.births
            self._wrong("one contact", f"{account.id} was made {len(made)} times: {made}")

    def _linked_by_hand(self, record: str) -> Iterator[Entry]:
        for entry in self.store.activity(RecordKey(COMPANY, kind.KIND, record)):
            if entry.direction == "here" and entry.action in ("linked", "unlinked"):
                yield entry

    def _taken(self, record: str, contact: str) -> bool:
        """Whether a person took the contact from the record since it was made for it, or gave it to somebody.

        The history tells, not the answer they got: that may have been lost.
        """
        made = self.overwriting.made[record].get(contact, 0.0)
        return any(
            seconds(entry) >= made and (entry.document_id == contact) == (entry.action == "unlinked")
            for entry in self._by_hand[record]
        ) or any(
            entry.action == "linked" and entry.document_id == contact
            for other, some in self._by_hand.items()
            for entry in some
            if other != record
        )

    def _kept(self, account: Account, record: Record) -> None:
        """Each field says what the CRM last said, or what the ledger said later, by a rule that left a trace."""
        flat = kind.flat_content(record.content)
        for name in kind.FIELDS:
            push = account.last(name)
            if push is None:
                continue
            ours, wanted = flat[name], " ".join(push.changed[name].split())
            if ours == wanted or self._imported(record.key, name, ours, wanted, push.began):
                continue
            self.lost += 1
            self._wrong(
                "acknowledged is kept", f"{account.id}.{name} is {ours!r}, pushed at {push.began:.0f}s: {wanted!r}"
            )

    def _imported(self, key: RecordKey, name: str, text: str, pushed: str, since: float) -> bool:
        """Whether the history tells of it, since the push or naming what was pushed: an entry has the time at which
        its batch began, and a record may be pushed and read while a batch is under way."""
        return any(
            (seconds(entry) >= since or (name in entry.diff and replaces(entry, name, pushed)))
            and (entry.direction == "import" or entry.action not in ("created", "edited"))
            and name in entry.diff
            and shows(entry, name, text)
            for entry in self.store.activity(key)
        )

    def _visible(self, link: Link, rows: Mapping[str, object]) -> None:
        self.states[f"{link.state}: {link.reason}" if link.reason else link.state] += 1
        if link.is_due:
            return
        waits = link.state == "due" and link.reason and link.waits_on
        if not waits and (link.state not in RESTING or (link.state != "linked" and not link.reason)):
            self._wrong("visible", f"{link.id} is {link.state!r} with reason {link.reason!r}")
        if link.state == "linked" and link.document_id not in rows:
            self.lost += 1
            self._wrong("or one reason", f"{link.id} says it is linked, and there is no {link.document_id!r}")

    def _orphans(self, rows: Mapping[str, object]) -> None:
        claims = self.store.claims()
        for row in self.ledger.rows(kind.BOOK):
            mark = row.fields.get("ContactNumber") or ""
            account = self.crm.accounts.get(mark.removeprefix(kind.MARK))
            if account is None or row.fields.get("MergedToContactID") or self._taken(account.id, row.id):
                continue  # not of ours, merged away, or given up for another one by a person
            if row.id not in self.overwriting.made[account.id] or self._several(account.id):
                continue  # a person's copy; or the link says that several carry its mark, and a person is to choose
            if not any(claims.get(row.id, ())):
                self.lost += 1
                self._wrong("no orphan", f"{row.id} carries {mark}, and nobody holds it")

    def _several(self, record: str) -> bool:
        """Whether that is what its link says, or said when it was deleted with force."""
        link = self.store.link(LinkKey(COMPANY, kind.KIND, record))
        if link is not None and (link.state, link.reason) == ("parked", "several_matches"):
            return True
        told = [
            entry for entry in self.store.activity(RecordKey(COMPANY, kind.KIND, record)) if _of_its_document(entry)
        ]
        deleted = [n for n, entry in enumerate(told) if entry.action == "deleted"]
        return any(n and told[n - 1].reason == "several_matches" for n in deleted)

    # ------------------------------------------------------------------ after the next poll

    def agree(self, merges_are_silent: bool) -> None:
        """What counts as linked says the same on both sides, field by field."""
        links, settings = self.store.links(), self.settings()
        for record in self.store.records(kind.KIND).values():
            link = links[LinkKey(*record.key)]
            row = self.ledger.row(kind.BOOK, link.document_id)
            if record.deleted or link.state != "linked" or row is None or link.do_not_import.on:
                continue
            ours, theirs = kind.flat_content(record.content), kind.flat_row(row.fields)
            if theirs["merged"] or theirs["active"] == "no" or merges_are_silent:
                continue  # an archived contact takes no edits: what was not sent before stays here
            self._agrees(record, link, ours, theirs, settings)

    def _agrees(self, record: Record, link: Link, ours: Flat, theirs: Flat, settings: CompanySettings) -> None:
        noted = kind.flat_content(link.seen) if link.seen is not None else {}
        for name in kind.FIELDS:
            if ours[name] == theirs[name] or not ours[name] or not theirs[name] or name in link.held_fields:
                continue
            if noted.get(name) == theirs[name] and (not settings.apply_ledger_edits):
                continue
            self._wrong("agreement", f"{record.id}.{name}: {ours[name]!r} here, {theirs[name]!r} there")

    def settings(self) -> CompanySettings:
        company = Company.model_validate(self.store.control(COMPANY, "company"))
        return settings_for(company.profile, company.overrides, connect_date=company.connect_date)

    def _wrong(self, invariant: str, told: str) -> None:
        self.verdicts(invariant, self.time.seconds, told)


def _of_its_document(entry: Entry) -> bool:
    """Whether the entry may change which document is the record's."""
    return entry.action in ("deleted", "linked", "unlinked") or entry.direction == "export"


def seconds(entry: Entry) -> float:
    """When it was, since the world began."""
    return (entry.at - START).total_seconds()


def shows(entry: Entry, name: str, text: str) -> bool:
    """Whether the entry says that the field became this."""
    return text.partition("|")[0] in str(entry.diff[name].after)


def replaces(entry: Entry, name: str, text: str) -> bool:
    """Whether the entry says that the field was this before."""
    return bool(text) and text.partition("|")[0] in str(entry.diff[name].before)
