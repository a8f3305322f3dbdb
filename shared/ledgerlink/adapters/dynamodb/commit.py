"""Conditional writes, all or none: each write of ``ports`` becomes one operation of a DynamoDB transaction."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from ledgerlink import ports
from ledgerlink.errors import Conflict, StoreBusy

from . import control
from .errors import translated
from .items import activity_item, claim_sk, link_item, link_sk, record_item
from .tables import ControlItem, LinkItem, RecordItem

MOST = 100  # operations in one transaction (DynamoDB)
PACK = 50  # operations we put together for independent groups: fewer are lost when one condition fails
TRIES = 4  # of a transaction that met another one

Operation = Callable[[Any], None]


class DynamoCommit:
    """``ports.Commit`` over TransactWriteItems."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, *writes: ports.Write) -> None:
        if len(writes) > MOST:
            raise ValueError(f"{len(writes)} writes in one commit; {MOST} is the most")
        for attempt in range(TRIES):
            try:
                with translated(), TransactWrite(connection=self._connection) as transaction:
                    for write in writes:
                        _OPERATIONS[type(write)](transaction, write)
                return
            except StoreBusy:
                if attempt == TRIES - 1:
                    raise

    def each(self, groups: Sequence[Sequence[ports.Write]]) -> list[bool]:
        done: list[bool] = []
        for pack in _packs(groups):
            if len(pack) > 1:
                try:
                    self.all(*(write for group in pack for write in group))
                    done += [True] * len(pack)
                    continue
                except Conflict:
                    pass  # one of them: find out which
            done += [self._alone(group) for group in pack]
        return done

    def _alone(self, group: Sequence[ports.Write]) -> bool:
        try:
            self.all(*group)
        except Conflict:
            return False
        return True


def _packs(groups: Sequence[Sequence[ports.Write]]) -> list[list[Sequence[ports.Write]]]:
    packs: list[list[Sequence[ports.Write]]] = []
    size = MOST
    for group in groups:
        if size + len(group) > PACK:
            packs.append([])
            size = 0
        packs[-1].append(group)
        size += len(group)
    return packs


def _put_record(transaction: Any, write: ports.PutRecord) -> None:
    condition = (
        RecordItem.version == write.record.version if write.record.version else RecordItem.company.does_not_exist()
    )
    transaction.save(record_item(write.record), condition=condition)


def _put_link(transaction: Any, write: ports.PutLink) -> None:
    condition = LinkItem.version == write.link.version if write.link.version else LinkItem.company.does_not_exist()
    transaction.save(link_item(write.link), condition=condition)


def _claim(transaction: Any, write: ports.Claim) -> None:
    holder = link_sk(write.link)
    transaction.save(
        LinkItem(write.link.company, claim_sk(write.document_type, write.document_id), version=1, holder=holder),
        condition=LinkItem.holder.does_not_exist() | (LinkItem.holder == holder),
    )


def _unclaim(transaction: Any, write: ports.Unclaim) -> None:
    item = LinkItem(write.link.company, claim_sk(write.document_type, write.document_id), version=1)
    mine = LinkItem.holder.does_not_exist() | (LinkItem.holder == link_sk(write.link))
    if write.tombstone:
        item.reason = write.tombstone
        transaction.save(item, condition=mine)
    else:
        transaction.delete(item, condition=mine)


def _control(stored: ControlItem, version: int) -> Operation:
    return lambda transaction: transaction.save(stored, condition=control.unchanged(version))


def _put_lane(transaction: Any, write: ports.PutLane) -> None:
    lane = write.lane
    stored = control.item(
        lane.company, f"lane#{lane.direction}", lane, version=lane.version, wake_at=lane.not_before, status=lane.paused
    )
    _control(stored, lane.version)(transaction)


def _put_dispatch(transaction: Any, write: ports.PutDispatch) -> None:
    dispatch = write.dispatch
    stored = control.item(
        dispatch.company,
        f"dispatch#{dispatch.id}",
        dispatch,
        version=dispatch.version,
        wake_at=dispatch.resolve_at or dispatch.deadline,
        status=dispatch.state,
        body=gzip.compress(dispatch.body, 6, mtime=0),
        leave_out=frozenset({"body"}),
    )
    _control(stored, dispatch.version)(transaction)


def _drop_dispatch(transaction: Any, write: ports.DropDispatch) -> None:
    transaction.delete(ControlItem(write.dispatch.company, f"dispatch#{write.dispatch.id}"))


def _put_entry(transaction: Any, write: ports.PutEntry) -> None:
    transaction.save(activity_item(write.entry))


def _put_company(transaction: Any, write: ports.PutCompany) -> None:
    company = write.company
    _control(control.item(company.id, "company", company, version=company.version), company.version)(transaction)
    # A list of all companies in one partition: there are few, and they change seldom.
    transaction.save(ControlItem("companies", company.id, version=1))


def _put_connection(transaction: Any, write: ports.PutConnection) -> None:
    value = write.connection
    stored = control.item(value.company, "connection", value, version=value.version, status=value.state)
    _control(stored, value.version)(transaction)


def _claim_organisation(transaction: Any, write: ports.ClaimOrganisation) -> None:
    transaction.save(
        ControlItem(f"organisation#{write.organisation}", "claim", version=1, status=write.company),
        condition=ControlItem.company.does_not_exist() | (ControlItem.status == write.company),
    )


def _put_job(transaction: Any, write: ports.PutJob) -> None:
    job = write.job
    moving = job.status in ("planning", "running")
    stored = control.item(
        job.company,
        f"job#{job.id}",
        job,
        version=job.version,
        wake_at=job.wake_at if moving else None,
        status=job.status,
    )
    _control(stored, job.version)(transaction)


def _put_notice(transaction: Any, write: ports.PutNotice) -> None:
    notice = write.notice
    waiting = notice.status == "pending"
    stored = control.item(
        notice.company,
        f"notice#{notice.id}",
        notice,
        version=notice.version,
        wake_at=notice.wake_at if waiting else None,
        status=notice.status,
    )
    _control(stored, notice.version)(transaction)


def _put_suggestion(transaction: Any, write: ports.PutSuggestion) -> None:
    value = write.suggestion
    stored = control.item(value.company, f"suggestion#{value.id}", value, version=value.version, status=value.state)
    _control(stored, value.version)(transaction)


_OPERATIONS: dict[type, Callable[[Any, Any], None]] = {
    ports.PutRecord: _put_record,
    ports.PutLink: _put_link,
    ports.Claim: _claim,
    ports.Unclaim: _unclaim,
    ports.PutLane: _put_lane,
    ports.PutDispatch: _put_dispatch,
    ports.DropDispatch: _drop_dispatch,
    ports.PutEntry: _put_entry,
    ports.PutCompany: _put_company,
    ports.PutConnection: _put_connection,
    ports.ClaimOrganisation: _claim_organisation,
    ports.PutJob: _put_job,
    ports.PutNotice: _put_notice,
    ports.PutSuggestion: _put_suggestion,
}
