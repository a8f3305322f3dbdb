"""The CRM's ear: where it is told of changes, with what secrets, and what became of each delivery."""

from __future__ import annotations

from datetime import datetime, timedelta

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field, StrictBool

from admin_api.access import ADMIN, FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown, answer
from admin_api.reading import Cursor, IfMatch, Limit, revision
from admin_api.shapes import RecordRef
from ledgerlink.flows.context import Context
from ledgerlink.flows.notices import crm_webhook as flow
from ledgerlink.kinds import Value
from ledgerlink.state.crm import CrmDelivery, DeliveryOutcome, EndpointState, NoticeState

from .companies import COMPANY

routes = Router()
WEBHOOK = f"{COMPANY}/crm-webhook"


class CrmWebhookIn(Value):
    url: str = Field(max_length=2000, description="https, a public server, port 443 or 8443")
    enabled: StrictBool = Field(
        True, description="True also resumes a paused endpoint; what was held back is then sent"
    )


class SecretOut(Shown):
    id: str
    created_at: datetime
    expires_at: datetime | None = Field(description="It was replaced, and signs along until then")


class DeliveryOut(Shown):
    id: str
    at: datetime
    record: RecordRef
    revision: int
    attempt: int
    message_id: str = Field(description="The header webhook-id: the same whenever this revision is sent")
    status: int | None = Field(description="Of the CRM's answer; null where there was none")
    outcome: DeliveryOutcome
    detail: str | None = Field(description="Why it was no success, in plain words")
    answer: str | None = Field(description="The first 500 characters of it")
    ms: int
    next_attempt_at: datetime | None


class CrmWebhookOut(Shown):
    url: str
    enabled: bool
    state: EndpointState
    reason: str | None = Field(description="While paused: a code of GET /v1/reasons")
    resting_until: datetime | None = Field(description="The endpoint is down or asked us to wait; nothing is lost")
    secrets: list[SecretOut]
    last_delivery: DeliveryOut | None


class NewSecretIn(Value):
    keep_previous_hours: int = Field(24, ge=0, le=168, description="0 ends every other secret at once")


class NewSecretOut(SecretOut):
    secret: str = Field(description="Shown this once")


class DeliveryPage(Shown):
    items: list[DeliveryOut]
    next: str | None


class ReplayOut(Shown):
    record: RecordRef
    revision: int = Field(description="The newest")
    state: NoticeState


@routes.get(WEBHOOK, tags=["crm-webhook"], **open_to(*READERS))
def get_crm_webhook(at: At) -> Response[CrmWebhookOut]:
    """Where the CRM is told of changes, whether that works, and how the last delivery went."""
    return _answer(at)


@routes.put(WEBHOOK, tags=["crm-webhook"], **open_to(*FINANCE))
def put_crm_webhook(at: At, who: Who, body: CrmWebhookIn, if_match: IfMatch = None) -> Response[CrmWebhookOut]:
    """Set the address, switch it on or off. Until there is a secret, changes are noted and wait."""
    flow.put(at.company.id, body.url, who.actor, at.at, enabled=body.enabled, if_match=revision(if_match))
    return _answer(at)


@routes.post(f"{WEBHOOK}/secret", tags=["crm-webhook"], status_code=201, **open_to(*ADMIN, shown_once=True))
def new_crm_secret(at: At, who: Who, body: NewSecretIn | None = None) -> Response[NewSecretOut]:
    """Make a signing secret. The one before it signs along for a day, so that the CRM can change over."""
    keep = timedelta(hours=(body or NewSecretIn()).keep_previous_hours)
    made, text = flow.new_secret(at.company.id, who.actor, at.at, keep=keep)
    return answer(NewSecretOut(id=made.id, created_at=made.created_at, expires_at=None, secret=text), 201)


@routes.get(f"{WEBHOOK}/deliveries", tags=["crm-webhook"], **open_to(*READERS))
def crm_deliveries(at: At, limit: Limit = 50, cursor: Cursor = None) -> DeliveryPage:
    """Every attempt of the last 30 days, newest first."""
    page = at.at.crm_notices.deliveries(at.company.id, after=cursor, limit=limit)
    return DeliveryPage(items=[_delivery(each) for each in page.items], next=page.next)


@routes.post(f"{WEBHOOK}/deliveries/<id>/replay", tags=["crm-webhook"], status_code=202, **open_to(*FINANCE))
def replay_crm_delivery(at: At, who: Who, id: str) -> Response[ReplayOut]:
    """Tell of that delivery's record once more, as it is now."""
    return _replay(at, who, id)


@routes.post(f"{COMPANY}/deliveries/<id>/replay", tags=["crm-webhook"], status_code=202, **open_to(*FINANCE))
def replay_delivery(at: At, who: Who, id: str) -> Response[ReplayOut]:
    """The same, by its shorter address."""
    return _replay(at, who, id)


def _replay(at: Context, who: Who, id: str) -> Response[ReplayOut]:
    notice = flow.replay(at.company.id, id, who.actor, at.at)
    record = RecordRef(kind=notice.kind, id=notice.id)
    return answer(ReplayOut(record=record, revision=notice.revision, state=notice.status), 202)


def _answer(at: Context) -> Response[CrmWebhookOut]:
    webhook, now = at.at.crm_notices.webhook(at.company.id), at.at.clock.now()
    last = at.at.crm_notices.deliveries(at.company.id, limit=1).items
    resting = webhook.not_before if webhook.not_before is not None and webhook.not_before > now else None
    shown = CrmWebhookOut(
        url=webhook.url,
        enabled=webhook.enabled,
        state=webhook.state(now),
        reason=webhook.paused or None,
        resting_until=resting,
        secrets=[
            SecretOut(id=secret.id, created_at=secret.created_at, expires_at=secret.expires_at)
            for secret in webhook.secrets
            if secret.live(now)
        ],
        last_delivery=_delivery(last[0]) if last else None,
    )
    return answer(shown, revision=webhook.revision)


def _delivery(delivery: CrmDelivery) -> DeliveryOut:
    same = {name: getattr(delivery, name) for name in ("id", "at", "revision", "attempt", "message_id", "ms")}
    return DeliveryOut(
        **same,
        record=RecordRef(kind=delivery.kind, id=delivery.record),
        status=delivery.status,
        outcome=delivery.outcome,
        detail=delivery.detail or None,
        answer=delivery.answer or None,
        next_attempt_at=delivery.next_attempt_at,
    )
