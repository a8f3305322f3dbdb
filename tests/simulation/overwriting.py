"""Judges what our writes do to the books: newer stays, blanks clear nothing, and no human edit goes without a trace."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from ledgerlink.state.record import RecordKey

from . import organizations as kind
from .books import Written
from .crm import Crm
from .sending import Sending
from .store import COMPANY, Store
from .values import Values
from .verdicts import Verdicts

FRESH = 20.0  # how long a look serves (flows/outbound/looking.py): an edit made since then nobody can see
A_MOMENT = 6.0  # between deciding and the books: the write-ahead, the way


@dataclass(frozen=True)
class Overwritten:
    """A human's value that a write of ours replaced."""

    record: str
    contact: str
    field: str
    theirs: str
    ours: str
    edited: float
    decided: float
    at: float


class Overwriting:
    """A judge of every committed change. ``late`` says whether a write is being carried out after its time."""

    def __init__(self, values: Values, crm: Crm, store: Store, sending: Sending, verdicts: Verdicts) -> None:
        self._values, self._crm, self._store = values, crm, store
        self._sending, self._verdicts = sending, verdicts
        self._was: defaultdict[tuple[str, str], list[str]] = defaultdict(list)  # texts a field has had
        self._edited: set[tuple[str, str]] = set()  # fields that a person edited before we knew what became of ours
        self._emptied: set[tuple[str, str]] = set()  # those of them that are empty since
        self.made: defaultdict[str, dict[str, float]] = defaultdict(dict)  # record -> contacts we made for it, and when
        self.overwritten: list[Overwritten] = []
        self.unavoidable: Counter[str] = Counter()
        self.late = False
        self.going_back: Callable[[], bool] = lambda: False

    def __call__(self, written: Written) -> None:
        if written.kind != kind.BOOK:
            return
        hub = written.author == "hub"
        record = self._record_of(written)
        if hub and written.before is None:
            self.made[record][written.id] = written.at
        for name in kind.FIELDS:
            before = written.before[name] if written.before else ""
            after = written.after[name]
            if before == after:
                continue
            if hub and written.before is not None:
                self._changed(written, record, name, before, after)
            self._noted(written, record, name, after, by_person=not hub)
            self._was[written.id, name].append(after)

    def _noted(self, written: Written, record: str, name: str, after: str, *, by_person: bool) -> None:
        """A person edited a field while it was not known what became of ours: as if ours had never arrived."""
        field = written.id, name
        self._edited.discard(field)
        self._emptied.discard(field)
        if by_person and any(part.id == record for each in self._store.dispatches() for part in each.parts):
            self._edited.add(field)
            if not after:
                self._emptied.add(field)

    def _changed(self, written: Written, record: str, name: str, before: str, after: str) -> None:
        if self.going_back():
            return  # what it was comes back, blank or not: an undo says so, and is judged for itself
        if not after:
            self._verdicts("blank never clears", written.at, f"{record}.{name} lost {before!r} in {written.id}")
            return
        value, was = self._values.of(name, after), self._was[written.id, name]
        if value is None:
            return
        account = self._crm.accounts.get(record)
        by_hand = account is not None and bool(
            account.linked or account.unlinked or account.decided or account.births > 1
        )
        newest = max((known.number for text in was if (known := self._crms(name, text, record))), default=0)
        no_edit = (written.id, name) in self._emptied  # what stands here comes back
        came_back = (
            after in was and (written.id, name) not in self._edited
        )  # else both edited it: by rule, with a trace
        if not by_hand and not no_edit and (came_back or (value.author == "crm" and newest > value.number)):
            self._verdicts(
                "newer stays", written.at, f"{record}.{name}: {after!r} came back over {before!r}, had {was}"
            )
        if not by_hand and value.author == "crm" and record and value.owner != record and after not in was:
            self._verdicts("own contact", written.at, f"{record}.{name} got {after!r} of {value.owner} in {written.id}")
        theirs = self._values.of(name, before)
        if theirs is not None and theirs.author == "human":
            decided = self._decided(after, written)
            found = Overwritten(record, written.id, name, before, after, theirs.at, decided, written.at)
            self.overwritten.append(found)

    def _crms(self, name: str, text: str, record: str) -> object:
        known = self._values.of(name, text)
        return known if known is not None and known.author == "crm" and known.owner == record else None

    def _decided(self, text: str, written: Written) -> float:
        """When the attempt left that carried this value; of a late one, the earliest it can have been."""
        part = text.partition("|")[0].encode()
        named = (written.id.encode(), (written.after["mark"] or "-").encode())
        # Where an answer was lost, the same bytes go out again under their key for up to 90 s, and nobody looks in
        # between: a change since might be our own, and a look would not tell. So they do where who wrote them ahead
        # died before the first time: nobody knows that it had not left. It was decided before it was written ahead.
        times = [
            sent.since
            for sent in self._sending.sent.values()
            if part in sent.body and any(name in sent.body for name in named) and sent.times[0] <= written.at
        ]
        if not times:
            return written.at
        return min(times) if self.late else max(times)

    def _record_of(self, written: Written) -> str:
        holder, _ = self._store.claims().get(written.id, ("", ""))
        if holder:
            return holder.split("#")[1]
        return written.after["mark"].removeprefix(kind.MARK)

    # ------------------------------------------------------------------ at the end

    def judge(self) -> None:
        """Whether each overwritten value can be found in the history, or could not be helped."""
        for each in self.overwritten:
            key = RecordKey(COMPANY, kind.KIND, each.record)
            told = [str(change) for entry in self._store.activity(key) for change in entry.diff.values()]
            if any(each.theirs.partition("|")[0] in text for text in told):
                self.unavoidable["overwritten by rule, kept in the history"] += 1
            elif each.edited > each.decided - FRESH - A_MOMENT:
                self.unavoidable["edited between our look and our write"] += 1
            else:
                self._verdicts(
                    "nothing silent",
                    each.at,
                    f"{each.record}.{each.field}: {each.theirs!r} of {each.edited:.1f}s replaced by {each.ours!r}, "
                    f"sent at {each.decided:.1f}s",
                )
