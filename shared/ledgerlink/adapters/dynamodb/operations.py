"""What each write of ``ports`` is in DynamoDB: an item to put or delete, and the condition under which."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from ledgerlink import ports
from ledgerlink.state.dispatch import Dispatch

from . import control, crm
from .items import activity_item, claim_sk, link_item, link_sk, record_item
from .tables import ControlItem, LinkItem, RecordItem

NOTICES_KEPT = timedelta(days=90)  # after they went out, or were given up


@dataclass(frozen=True)
class Operation:
    """One item of one table: to be put, deleted, or changed in some attributes."""

    item: Model
    condition: Any = None
    delete: bool = False
    actions: tuple[Any, ...] = ()


def operations(write: ports.Write) -> list[Operation]:
    """Most writes are one operation; a company is two."""
    return _OPERATIONS[type(write)](write)


def _put_record(write: ports.PutRecord) -> list[Operation]:
    version = write.record.version
    unchanged = RecordItem.version == version if version else RecordItem.company.does_not_exist()
    return [Operation(record_item(write.record), unchanged)]


def _put_link(write: ports.PutLink) -> list[Operation]:
    version = write.link.version
    unchanged = LinkItem.version == version if version else LinkItem.company.does_not_exist()
    return [Operation(link_item(write.link), unchanged)]


def _claim(write: ports.Claim) -> list[Operation]:
    item = LinkItem(
        write.link.company, claim_sk(write.document_type, write.document_id), version=1, holder=link_sk(write.link)
    )
    return [Operation(item, _free_or_held_by(item.holder))]


def _unclaim(write: ports.Unclaim) -> list[Operation]:
    item = LinkItem(write.link.company, claim_sk(write.document_type, write.document_id), version=1)
    item.reason = write.tombstone or None
    return [Operation(item, _free_or_held_by(link_sk(write.link)), delete=not write.tombstone)]


def _move_claim(write: ports.MoveClaim) -> list[Operation]:
    sk = claim_sk(write.document_type, write.document_id)
    item = LinkItem(write.to.company, sk, version=1, holder=link_sk(write.to))
    return [Operation(item, LinkItem.holder == link_sk(write.link))]


def _free_or_held_by(holder: str) -> Condition:
    condition: Condition = LinkItem.holder.does_not_exist() | (LinkItem.holder == holder)
    return condition


def _put_lane(write: ports.PutLane) -> list[Operation]:
    lane = write.lane
    return [_control(lane.company, f"lane#{lane.direction}", lane, wake_at=lane.wake_at, status=lane.paused)]


def _put_dispatch(write: ports.PutDispatch) -> list[Operation]:
    dispatch = write.dispatch
    return [
        _control(
            dispatch.company,
            f"dispatch#{dispatch.id}",
            dispatch,
            wake_at=dispatch.resolve_at or dispatch.deadline,
            status=dispatch.state,
            body=_wrapped(dispatch),
            leave_out=frozenset({"body", "parts"}),
        )
    ]


def _wrapped(dispatch: Dispatch) -> bytes:
    """Parts and body pressed together: a dispatch of 50 contacts costs 4 write units instead of 20."""
    parts = json.dumps([part.model_dump(mode="json", exclude_defaults=True) for part in dispatch.parts]).encode()
    return zlib.compress(len(parts).to_bytes(4, "big") + parts + dispatch.body, 9)


def dispatch_of(item: ControlItem) -> Dispatch:
    """The dispatch again."""
    wrapped = zlib.decompress(item.body)
    end = 4 + int.from_bytes(wrapped[:4], "big")
    return Dispatch.model_validate(
        {
            **json.loads(item.data),
            "parts": json.loads(wrapped[4:end]),
            "body": wrapped[end:],
            "version": int(item.version),
        }
    )


def _drop_dispatch(write: ports.DropDispatch) -> list[Operation]:
    return [Operation(ControlItem(write.dispatch.company, f"dispatch#{write.dispatch.id}"), delete=True)]


def _put_entry(write: ports.PutEntry) -> list[Operation]:
    return [Operation(activity_item(write.entry))]


def _put_company(write: ports.PutCompany) -> list[Operation]:
    # All companies are also listed in one partition: there are few, and they change seldom.
    listed = Operation(ControlItem("companies", write.company.id, version=1))
    return [_control(write.company.id, "company", write.company), listed]


def _put_connection(write: ports.PutConnection) -> list[Operation]:
    return [_control(write.connection.company, "connection", write.connection, status=write.connection.state)]


def _claim_organisation(write: ports.ClaimOrganisation) -> list[Operation]:
    item = ControlItem(f"organisation#{write.organisation}", "claim", version=1, status=write.company)
    free: Condition = ControlItem.company.does_not_exist()
    return [Operation(item, free | (ControlItem.status == write.company))]


def _put_job(write: ports.PutJob) -> list[Operation]:
    job = write.job
    wake_at = job.wake_at if job.status in ("planning", "running") else None
    return [_control(job.company, f"job#{job.id}", job, wake_at=wake_at, status=job.status)]


def _put_notice(write: ports.PutNotice) -> list[Operation]:
    notice = write.notice
    over = notice.status != "pending"
    more = {"wake_at": None, "expires_at": notice.created_at + NOTICES_KEPT} if over else {"wake_at": notice.wake_at}
    return [_control(notice.company, f"notice#{notice.id}", notice, status=notice.status, **more)]


def _put_subscription(write: ports.PutSubscription) -> list[Operation]:
    value = write.subscription
    return [_control(value.company, f"subscription#{value.who}", value)]


def _put_suggestion(write: ports.PutSuggestion) -> list[Operation]:
    value = write.suggestion
    return [_control(value.company, f"suggestion#{value.id}", value, status=value.state)]


def _put_reference(write: ports.PutReference) -> list[Operation]:
    return [_control(write.company, "reference", write.reference)]


def _put_mappings(write: ports.PutMappings) -> list[Operation]:
    return [_control(write.company, "mappings", write.mappings)]


def _tell_crm(write: ports.TellCrm) -> list[Operation]:
    """Over whatever is there, but for the turn of whoever is sending an older revision."""
    item = crm.notice_item(write.notice)
    actions = [
        getattr(ControlItem, name).set(getattr(item, name)) for name in ("data", "status", "wake_shard", "wake_at")
    ]
    actions += [ControlItem.version.add(1), ControlItem.expires_at.remove()]
    return [Operation(ControlItem(item.company, item.sk), actions=tuple(actions))]


def _put_crm_notice(write: ports.PutCrmNotice) -> list[Operation]:
    return [Operation(crm.notice_item(write.notice), control.unchanged(write.notice.version))]


def _put_crm_webhook(write: ports.PutCrmWebhook) -> list[Operation]:
    webhook = write.webhook
    return [_control(webhook.company, crm.WEBHOOK, webhook, wake_at=webhook.release_at)]


def _put_crm_delivery(write: ports.PutCrmDelivery) -> list[Operation]:
    return [Operation(crm.delivery_item(write.delivery))]


def _control(company: str, sk: str, value: Any, **more: Any) -> Operation:
    version: int = value.version
    return Operation(control.item(company, sk, value, version=version, **more), control.unchanged(version))


_OPERATIONS: dict[type, Callable[[Any], list[Operation]]] = {
    ports.PutRecord: _put_record,
    ports.PutLink: _put_link,
    ports.Claim: _claim,
    ports.Unclaim: _unclaim,
    ports.MoveClaim: _move_claim,
    ports.PutLane: _put_lane,
    ports.PutDispatch: _put_dispatch,
    ports.DropDispatch: _drop_dispatch,
    ports.PutEntry: _put_entry,
    ports.PutCompany: _put_company,
    ports.PutConnection: _put_connection,
    ports.ClaimOrganisation: _claim_organisation,
    ports.PutJob: _put_job,
    ports.PutNotice: _put_notice,
    ports.PutSubscription: _put_subscription,
    ports.PutSuggestion: _put_suggestion,
    ports.PutReference: _put_reference,
    ports.PutMappings: _put_mappings,
    ports.TellCrm: _tell_crm,
    ports.PutCrmNotice: _put_crm_notice,
    ports.PutCrmWebhook: _put_crm_webhook,
    ports.PutCrmDelivery: _put_crm_delivery,
}
