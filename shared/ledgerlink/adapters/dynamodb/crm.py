"""The CRM's endpoint, its notices and its delivery log in the control table."""

from __future__ import annotations

from datetime import timedelta

from ledgerlink.ports import Page
from ledgerlink.state.crm import CrmDelivery, CrmNotice, CrmWebhook
from ledgerlink.state.record import RecordKey

from . import control
from .pack import unstamp
from .reading import page
from .tables import ControlItem

WEBHOOK = "crm-webhook"
KEPT = timedelta(days=30)
_NOTICE, _DELIVERY = "crm-notice#", "crm-delivery#"


class DynamoCrmNotices:
    """``ports.CrmNotices``."""

    def webhook(self, company: str) -> CrmWebhook:
        return control.load(company, WEBHOOK, CrmWebhook) or CrmWebhook(company=company)

    def get(self, key: RecordKey) -> CrmNotice | None:
        stored = control.get(key.company, _notice_sk(key))
        return _notice(stored) if stored is not None else None

    def unfinished(self, company: str, *, after: str | None = None, limit: int = 100) -> Page:
        return page(
            ControlItem.query,
            company,
            ControlItem.sk.startswith(_NOTICE),
            make=_notice,
            after=after,
            limit=limit,
            filter_condition=ControlItem.status.is_in("pending", "held"),
            consistent_read=True,
        )

    def delivery(self, company: str, delivery: str) -> CrmDelivery | None:
        stored = control.get(company, f"{_DELIVERY}{delivery}")
        return _delivery(stored) if stored is not None else None

    def deliveries(self, company: str, *, after: str | None = None, limit: int = 50) -> Page:
        return page(
            ControlItem.query,
            company,
            ControlItem.sk.startswith(_DELIVERY),
            make=_delivery,
            after=after,
            limit=limit,
            scan_index_forward=False,
            consistent_read=True,
        )


def notice_item(notice: CrmNotice) -> ControlItem:
    """Awake while it is pending; what is over goes by itself."""
    over = notice.status in ("delivered", "failed")
    return control.item(
        notice.company,
        _notice_sk(notice.key),
        notice,
        version=notice.version,
        wake_at=notice.wake_at if notice.status == "pending" else None,
        expires_at=notice.due_at + KEPT if over else None,
        status=notice.status,
        turn_until=notice.turn_until,
        leave_out=frozenset({"turn_until"}),
    )


def delivery_item(delivery: CrmDelivery) -> ControlItem:
    sk = f"{_DELIVERY}{delivery.id}"
    return control.item(delivery.company, sk, delivery, version=0, expires_at=delivery.at + KEPT)


def _notice_sk(key: RecordKey) -> str:
    return f"{_NOTICE}{key.kind}#{key.id}"


def _notice(item: ControlItem) -> CrmNotice:
    return control.value_of(item, CrmNotice).model_copy(update={"turn_until": unstamp(item.turn_until)})


def _delivery(item: ControlItem) -> CrmDelivery:
    return CrmDelivery.model_validate_json(item.data)
