"""The CRM: pushes organizations as it edits them, repeats what it got no good answer to, and knows what it pushed.

What it pushed, and when it was told that it was taken, is half of the oracle: what is acknowledged must never be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from . import organizations as kind
from .books import Flat
from .values import Values
from .virtual import VirtualTime

PATIENCE = (1.0, 3.0, 10.0, 30.0, 60.0)  # between repetitions


@dataclass
class Push:
    """One state of a record on its way: what it says differently from the one before."""

    fields: Flat  # all of it
    active: bool
    changed: Flat
    mode: str  # replace, merge, match
    began: float = 0.0
    acked: float | None = None


@dataclass
class Account:
    """One organization as the CRM has it."""

    id: str
    fields: Flat = field(default_factory=dict)
    active: bool = True
    pushes: list[Push] = field(default_factory=list)
    deleted: list[tuple[float, float | None]] = field(default_factory=list)  # asked, done
    births: int = 0
    busy: bool = False
    unlinked: list[float] = field(default_factory=list)
    linked: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)  # a person said whose value stays

    @property
    def gone(self) -> bool:
        return bool(self.deleted) and (not self.pushes or self.deleted[-1][0] > self.pushes[-1].began)

    def last(self, name: str) -> Push | None:
        """The last push that said something new of a field."""
        return next((push for push in reversed(self.pushes) if name in push.changed), None)


class Door(Protocol):
    """The hub as the CRM sees it. ``status`` 0: no answer."""

    def put(self, id: str, body: dict[str, Any], *, mode: str, revision: int | None) -> int: ...

    def put_many(self, bodies: Mapping[str, dict[str, Any]]) -> set[str]: ...

    def revision(self, id: str) -> tuple[int, Flat, bool] | None: ...


class Crm:
    """Edits and pushes, one push per record at a time."""

    def __init__(self, time: VirtualTime, dice: Random, values: Values, door: Door) -> None:
        self._time, self._dice, self._values, self._door = time, dice, values, door
        self.accounts: dict[str, Account] = {}
        self.pushed = 0
        self.alike: Callable[[], str | None] = lambda: None  # a name that the ledger knows already

    def create(self, id: str) -> None:
        """A new organization."""
        account = self.accounts.setdefault(id, Account(id))
        names = ["name", *kind.some_fields(self._dice, 6)]
        self._edit(account, list(dict.fromkeys(names)), blank=False)
        if self._dice.random() < 0.06 and len(self.accounts) > 3:
            other = self._dice.choice([each for each in self.accounts.values() if each.id != id])
            if other.fields.get("name"):
                self._say(account, "name", other.fields["name"])
        if (name := self.alike()) is not None:
            self._say(account, "name", name)
        self._go(account, "replace")

    def load(self, ids: Sequence[str]) -> None:
        """Many new organizations at a time, as in a first night."""
        loaded: dict[str, Push] = {}
        for id in ids:
            account = self.accounts.setdefault(id, Account(id))
            self._edit(account, list(dict.fromkeys(["name", *kind.some_fields(self._dice, 6)])), blank=False)
            loaded[id] = self._begin(account, "replace")
        self._time.start(lambda: self._carry_many(loaded))

    def edit(self, id: str) -> None:
        account = self.accounts.get(id)
        if account is None or not account.pushes or account.gone or account.busy:
            return
        roll = self._dice.random()
        if roll < 0.08:
            account.active = not account.active
        else:
            self._edit(account, kind.some_fields(self._dice), blank=roll < 0.18)
        self._go(account, self._dice.choice(("replace", "replace", "merge", "match")))

    def repeat(self, id: str) -> None:
        """The nightly job that pushes everything again."""
        account = self.accounts.get(id)
        if account is not None and account.pushes and not account.gone and not account.busy:
            self._go(account, "replace")

    # ------------------------------------------------------------------ saying

    def _edit(self, account: Account, names: list[str], *, blank: bool) -> None:
        for name in names:
            if blank and name != "name":
                account.fields[name] = ""
            else:
                account.fields |= kind.written(self._values, [name], "crm", account.id, self._time.seconds)

    def _say(self, account: Account, name: str, text: str) -> None:
        account.fields[name] = text
        self._values.wrote(name, text, "crm", self._values.number(), account.id, self._time.seconds)

    def _go(self, account: Account, mode: str) -> None:
        push = self._begin(account, mode)
        self._time.start(lambda: self._carry(account, push))

    def _begin(self, account: Account, mode: str) -> Push:
        before = account.pushes[-1] if account.pushes and not account.gone else None
        known = before.fields if before else {}
        changed = {name: text for name, text in account.fields.items() if known.get(name, "") != text}
        if before is None or before.active != account.active:
            changed["active"] = "yes" if account.active else "no"
        push = Push(dict(account.fields), account.active, changed, "replace" if before is None else mode)
        account.births += before is None
        push.began = self._time.seconds
        account.pushes.append(push)
        account.busy = True
        return push

    # ------------------------------------------------------------------ pushing

    def _carry(self, account: Account, push: Push) -> None:
        """Until it is taken: the CRM's outbox does not give up."""
        tries = 0
        try:
            while True:
                status = self._once(account, push)
                if status in (200, 201):
                    push.acked = self._time.seconds
                    self.pushed += 1
                    return
                assert status in (0, 409, 412, 500, 503), f"the hub answered {status} to a push"
                self._time.pass_(PATIENCE[min(tries, len(PATIENCE) - 1)] * self._dice.uniform(0.7, 1.3))
                tries += 1
        finally:
            account.busy = False

    def _carry_many(self, loaded: Mapping[str, Push]) -> None:
        """Until all are taken; what was is not sent again."""
        left = dict(loaded)
        try:
            while left:
                bodies = {id: kind.body_of(push.fields, active=push.active) for id, push in left.items()}
                for id in sorted(self._door.put_many(bodies)):
                    left.pop(id).acked = self._time.seconds
                    self.accounts[id].busy = False
                    self.pushed += 1
                if left:
                    self._time.pass_(self._dice.uniform(2, 20))
        finally:
            for id in left:
                self.accounts[id].busy = False

    def _once(self, account: Account, push: Push) -> int:
        """One try. With If-Match it looks first, and puts its edit onto what it saw."""
        if push.mode == "merge":
            fields = {name: text for name, text in push.changed.items() if name != "active"}
            body = kind.body_of(fields, active=push.active if "active" in push.changed else None)
            return self._door.put(account.id, body, mode="merge", revision=None)
        if push.mode == "match":
            seen = self._door.revision(account.id)
            if seen is None:
                return 0
            revision, fields, active = seen
            onto = fields | {name: text for name, text in push.changed.items() if name != "active"}
            active = push.active if "active" in push.changed else active
            account.fields, account.active = onto, active  # it takes over what it saw
            push.fields, push.active = dict(onto), active
            return self._door.put(account.id, kind.body_of(onto, active=active), mode="replace", revision=revision)
        return self._door.put(account.id, kind.body_of(push.fields, active=push.active), mode="replace", revision=None)
