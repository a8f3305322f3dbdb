"""Conditional writes, all or none: a plain put or delete where that is all, else a transaction, which costs twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from ledgerlink import ports
from ledgerlink.errors import Conflict, StoreBusy

from .errors import translated
from .operations import Operation, operations

MOST = 100  # operations in one transaction (DynamoDB)
PACK = 50  # operations we put together for independent groups: fewer are lost when one condition fails
TRIES = 4  # of a transaction that met another one

Group = list[Operation]


class DynamoCommit:
    """``ports.Commit``."""

    def __init__(self, connection: Connection, parallel: ports.Parallel) -> None:
        self._connection, self._parallel = connection, parallel

    def all(self, *writes: ports.Write) -> None:
        self._apply([operation for write in writes for operation in operations(write)])

    def each(self, groups: Sequence[Sequence[ports.Write]]) -> list[bool]:
        prepared = [[operation for write in group for operation in operations(write)] for group in groups]
        done: list[bool] = []
        for alone, run in groupby(prepared, key=lambda group: len(group) == 1):
            some = list(run)
            done += self._parallel.map(self._applied, some) if alone else self._together(some)
        return done

    def _together(self, groups: list[Group]) -> list[bool]:
        """Several groups in one transaction; where one condition fails, each group for itself."""
        return [done for pack in self._parallel.map(self._pack, _packs(groups)) for done in pack]

    def _pack(self, pack: list[Group]) -> list[bool]:
        if len(pack) > 1 and self._applied([operation for group in pack for operation in group]):
            return [True] * len(pack)
        return [self._applied(group) for group in pack]

    def _applied(self, group: Group) -> bool:
        try:
            self._apply(group)
        except Conflict:
            return False
        return True

    def _apply(self, group: Group) -> None:
        if len(group) > MOST:
            raise ValueError(f"{len(group)} writes in one commit; {MOST} is the most")
        for attempt in range(TRIES):
            try:
                with translated():
                    self._once(group)
                return
            except StoreBusy:
                if attempt == TRIES - 1:
                    raise

    def _once(self, group: Group) -> None:
        if len(group) == 1:
            (one,) = group
            if one.actions:
                one.item.update(actions=list(one.actions), condition=one.condition)
            else:
                (one.item.delete if one.delete else one.item.save)(condition=one.condition)
            return
        with TransactWrite(connection=self._connection) as transaction:
            for operation in group:
                if operation.actions:
                    transaction.update(operation.item, actions=list(operation.actions), condition=operation.condition)
                    continue
                write = transaction.delete if operation.delete else transaction.save
                write(operation.item, condition=operation.condition)


def _packs(groups: list[Group]) -> list[list[Group]]:
    packs: list[list[Group]] = []
    size = MOST
    for group in groups:
        if size + len(group) > PACK:
            packs.append([])
            size = 0
        packs[-1].append(group)
        size += len(group)
    return packs
