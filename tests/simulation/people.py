"""People: a bookkeeper at work in Xero, and an administrator of the hub. Neither waits for the other, nor for us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from local.xero.books import Row

from . import organizations as kind
from .books import Ledger
from .crm import Crm
from .doors import Doors, refused
from .reached import Reached
from .store import COMPANY, Store
from .values import Values
from .virtual import VirtualTime


class Bookkeeper:
    """Edits, archives, restores, merges and adds contacts in Xero's own screens."""

    def __init__(self, time: VirtualTime, dice: Random, values: Values, ledger: Ledger, crm: Crm) -> None:
        self._time, self._dice, self._values, self._ledger, self._crm = time, dice, values, ledger, crm
        self.did: Counter[str] = Counter()

    def act(self) -> None:
        rows = list(self._ledger.rows(kind.BOOK))
        roll = self._dice.random()
        if roll < 0.15 or not rows:
            self._add()
        elif roll < 0.85:
            self._edit(self._dice.choice(rows))
        elif roll < 0.91:
            self._try("archive", self._dice.choice(rows).id, {})
        elif roll < 0.96:
            archived = [row for row in rows if row.fields["ContactStatus"] != "ACTIVE"]
            if archived:
                self._try("restore", self._dice.choice(archived).id, {})
        elif len(rows) > 1:
            loser, winner = self._dice.sample(rows, 2)
            self._try("merge", loser.id, {"into": winner.id})

    def _edit(self, row: Row) -> None:
        names = kind.some_fields(self._dice)
        if self._dice.random() < 0.1:
            names = [name for name in names if name != "name"]
            self._try("edit", row.id, kind.element_of(dict.fromkeys(names, "")))
        else:
            fields = kind.written(self._values, names, "human", row.id, self._time.seconds)
            self._try("edit", row.id, kind.element_of(fields))

    def _add(self) -> None:
        names = list(dict.fromkeys(["name", *kind.some_fields(self._dice, 5)]))
        fields = kind.written(self._values, names, "human", "", self._time.seconds)
        taken = [account for account in self._crm.accounts.values() if account.fields.get("email")]
        if taken and self._dice.random() < 0.3:  # somebody the CRM knows as well
            alike = self._dice.choice(taken)
            name = self._dice.choice(("email", "name"))
            fields[name] = alike.fields[name]
            self._values.wrote(name, fields[name], "shared", self._values.number(), "", self._time.seconds)
        self._try("create", "", kind.element_of(fields))

    def _try(self, action: str, id: str, fields: kind.Json) -> None:
        if self._ledger.human(action, "contact", id, fields):
            self.did[action] += 1


class Administrator:
    """Links, unlinks, holds, deletes, switches the integration off for lunch."""

    def __init__(
        self,
        time: VirtualTime,
        dice: Random,
        *,
        doors: Doors,
        crm: Crm,
        ledger: Ledger,
        store: Store,
        reached: Reached,
    ) -> None:
        self._time, self._dice, self._doors, self._crm = time, dice, doors, crm
        self._ledger, self._store, self._reached = ledger, store, reached
        self.off = False

    def act(self) -> None:
        accounts = [each for each in self._crm.accounts.values() if each.pushes and not each.gone]
        if not accounts:
            return
        account = self._dice.choice(accounts)
        actions = (
            self._unlink,
            self._link,
            self._hold,
            self._delete,
            self._lunch,
            self._retry,
            self._decide,
            self._resolve,
        )
        action = self._dice.choices(actions, weights=(4, 3, 4, 2, 0.6, 2, 3, 3))[0]
        asked = self._asked()
        if asked is not None and self._dice.random() < 0.5:
            action = asked
        self._time.start(lambda: action(account.id))

    def _asked(self) -> Callable[[str], None] | None:
        """What waits for an answer goes before what comes to mind."""
        if self._store.suggestions():
            return self._decide
        return self._resolve if any(link.clashes for link in self._store.links().values()) else None

    def _unlink(self, id: str) -> None:
        outcome = self._doors.unlink(id)
        if outcome.ok:
            self._crm.accounts[id].unlinked.append(self._time.seconds)
            self._reached("unlinked by a person")
        self._in_flight(refused(outcome))

    def _link(self, id: str) -> None:
        rows = [row for row in self._ledger.rows(kind.BOOK) if row.fields["ContactStatus"] == "ACTIVE"]
        if not rows:
            return
        held = self._store.claims()
        free = [row for row in rows if not held.get(row.id, ("",))[0]]
        rows = free if free and self._dice.random() < 0.7 else rows
        contact = self._dice.choice(rows).id
        outcome = self._doors.link(id, contact)
        if outcome.ok:
            self._crm.accounts[id].linked.append(self._time.seconds)
            self._reached("linked by a person")
        if refused(outcome) == "link_taken":
            self._reached("same document for two records refused")
        self._in_flight(refused(outcome))

    def _hold(self, id: str) -> None:
        name = self._dice.choice(("do_not_export", "do_not_export", "do_not_import"))
        outcome = self._doors.hold(id, name, on=True)
        self._in_flight(refused(outcome))
        if outcome.ok:
            self._reached("held by a person")
        self._time.pass_(self._dice.uniform(30, 900))
        for _ in range(40):
            if self._doors.hold(id, name, on=False).ok:
                return
            self._time.pass_(20)

    def _delete(self, id: str) -> None:
        account = self._crm.accounts[id]
        if account.busy:
            return
        account.busy = True
        began = self._time.seconds
        try:
            for _ in range(60):
                outcome = self._doors.delete(id)
                self._in_flight(refused(outcome))
                done = outcome.ok or type(outcome.error).__name__ == "NotFound"
                if done:
                    account.deleted.append((began, self._time.seconds))
                    self._reached("deleted with force")
                    break
                self._time.pass_(self._dice.uniform(5, 30))
        finally:
            account.busy = False
        if self._dice.random() < 0.3:  # it is still needed after all
            self._time.pass_(self._dice.uniform(10, 300))
            self._crm.create(id)
            self._reached("deleted and pushed again")

    def _retry(self, _: str) -> None:
        self._doors.retry()

    def _decide(self, _: str) -> None:
        """Whether a contact and an organization are the same."""
        found = self._store.suggestions()
        if not found:
            return
        suggestion, record = self._dice.choice(found)
        action = self._dice.choice(("link", "create", "ignore"))
        outcome = self._doors.decide(suggestion, action)
        if outcome.ok and not isinstance(outcome.value, Exception):
            self._reached("suggestion decided")
            if action == "link" and record in self._crm.accounts:
                self._crm.accounts[record].linked.append(self._time.seconds)

    def _resolve(self, _: str) -> None:
        """Whose value stays."""
        found = [link.id for link in self._store.links().values() if link.state == "conflict" and link.clashes]
        if not found:
            return
        id = self._dice.choice(found)
        if self._doors.resolve(id, self._dice.choice(("crm", "ledger"))).ok:
            self._reached("conflict resolved")
            if id in self._crm.accounts:
                self._crm.accounts[id].decided.append(self._time.seconds)

    def _lunch(self, _: str) -> None:
        if self.off:
            return
        self.off = True
        if self._insist({"integration_enabled": False}):
            self._time.pass_(self._dice.uniform(60, 600))
        self._insist({"integration_enabled": True})
        self.off = False
        self._reached("integration switched off and on")

    def _insist(self, changes: dict[str, object]) -> bool:
        for _ in range(60):
            if self._doors.set(changes).ok:
                return True
            self._time.pass_(10)
        return False

    def _in_flight(self, code: str) -> None:
        if code == "in_flight":
            self._reached("person refused: in flight")


def is_ours(row: Row) -> bool:
    return bool((row.fields.get("ContactNumber") or "").startswith(kind.MARK))


def company() -> str:
    return COMPANY
