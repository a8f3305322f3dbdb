"""The CRM's endpoint: set, given secrets, paused, resumed; a delivery sent again. Every change is in the history."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ledgerlink.errors import Conflict, FieldProblem, Invalid, NotFound, Refused, Stale, StoreBusy
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.entries import record_entry
from ledgerlink.ports import Ports, PutCrmNotice, PutCrmWebhook, PutEntry, PutNotice, Write
from ledgerlink.state.activity import Changed
from ledgerlink.state.crm import CrmNotice, CrmWebhook, WebhookSecret
from ledgerlink.state.record import RecordKey

from . import subscriptions
from .telling import notice_of

TRIES = 5
KEEP = timedelta(hours=24)  # how long the secret before this one signs along
SECRET_BYTES = 32
MOST_LIVE = 4  # each is a signature in every message
PURPOSE = "crm-webhook"

Change = Callable[[CrmWebhook], tuple[CrmWebhook, list[Write]]]


def put(company: str, url: str, actor: Actor, at: Ports, *, enabled: bool, if_match: int | None = None) -> CrmWebhook:
    """Set the address; ``enabled`` also resumes a paused endpoint, and what was held back goes.

    Raises Invalid (``address_refused``), Stale, StoreBusy.
    """
    if enabled and not url:
        raise Invalid(FieldProblem("url", "is needed while the webhook is enabled"))
    if url and (enabled or url != at.crm_notices.webhook(company).url):
        at.crm.check(url)

    def edit(webhook: CrmWebhook) -> tuple[CrmWebhook, list[Write]]:
        if if_match is not None and if_match != webhook.revision:
            raise Stale(webhook.revision)
        told: dict[str, Any] = {"url": url, "enabled": enabled, "paused": "", "failures": 0, "not_before": None}
        edited = webhook.model_copy(update=told)
        if edited == webhook:
            return webhook, []
        edited = edited.model_copy(update={"revision": webhook.revision + 1, **_let_go(edited, at)})
        shown = ("url", "enabled", "paused")
        pairs = {name: (getattr(webhook, name), getattr(edited, name)) for name in shown}
        diff = {name: Changed(before=old, after=new) for name, (old, new) in pairs.items() if old != new}
        return edited, [_entry(webhook, "edited", actor.sub, at, diff=diff)]

    return _ring(_change(company, at, edit), at)


def new_secret(company: str, actor: Actor, at: Ports, *, keep: timedelta = KEEP) -> tuple[WebhookSecret, str]:
    """A fresh secret and its text, which nobody sees again; the one before it signs along for ``keep``.

    One that was replaced earlier keeps the time it was promised, so that a rotation repeated by mistake breaks nothing;
    without ``keep`` all others end now.
    """
    text = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    now = at.clock.now()
    sealed = at.seals.seal(text, company=company, purpose=PURPOSE)
    made = WebhookSecret(id=at.ids.new(), sealed=sealed, created_at=now)

    def edit(webhook: CrmWebhook) -> tuple[CrmWebhook, list[Write]]:
        live = [secret for secret in webhook.secrets if secret.live(now)] if keep else []
        before = [s if s.expires_at else s.model_copy(update={"expires_at": now + keep}) for s in live]
        edited = webhook.model_copy(update={"secrets": (made, *before[: MOST_LIVE - 1])})
        if webhook.state(now) == "needs_secret":
            edited = edited.model_copy(update=_let_go(edited, at))
        return edited, [_entry(webhook, "secret_made", actor.sub, at, message=made.id)]

    _ring(_change(company, at, edit), at)
    return made, text


def secrets_of(webhook: CrmWebhook, at: Ports) -> list[str]:
    """The texts of the secrets that sign now. Raises StoreBusy."""
    live = [secret for secret in webhook.secrets if secret.live(at.clock.now())]
    return [at.seals.unseal(secret.sealed, company=webhook.company, purpose=PURPOSE) for secret in live]


def pause(asked: CrmWebhook, at: Ports) -> None:
    """The CRM answered 410: send nothing more there until a person says so. What changes is still noted."""

    def edit(webhook: CrmWebhook) -> tuple[CrmWebhook, list[Write]]:
        if webhook.url != asked.url or webhook.revision != asked.revision or webhook.paused:
            return webhook, []
        entry = _entry(webhook, "paused", "crm", at, reason="crm_gone")
        paused = webhook.model_copy(update={"paused": "crm_gone", "release_at": None})
        return paused, [entry, *_notices(webhook, at)]

    _change(asked.company, at, edit)


def _notices(webhook: CrmWebhook, at: Ports) -> list[PutNotice]:
    """E-mails to whoever connected and who else wants to hear; the sweeper rings for them."""
    company = webhook.company
    return subscriptions.notices(
        company,
        "crm_webhook_paused",
        "crm_webhook_paused",
        at,
        id=f"crm-webhook-paused-{webhook.version}",
        data={"page": "crm-webhook", "url": webhook.url},
        concerned=[at.companies.connection(company).connected_email],
    )


def released(company: str, reached: str | None, at: Ports) -> None:
    """How far letting go has come; None: to the end."""
    told = {"released_to": reached or "", **({} if reached else {"release_at": None})}
    _change(company, at, lambda webhook: (webhook.model_copy(update=told), []))


def replay(company: str, delivery: str, actor: Actor, at: Ports) -> CrmNotice:
    """Tell of the delivery's record once more, as it is now.

    Raises NotFound, Refused ``crm_webhook_off`` or ``crm_gone``, StoreBusy.
    """
    webhook = at.crm_notices.webhook(company)
    if not webhook.listens or webhook.paused:
        raise Refused(webhook.paused or "crm_webhook_off", "nothing is sent to the CRM now")
    logged = at.crm_notices.delivery(company, delivery)
    if logged is None:
        raise NotFound("delivery")
    key = RecordKey(company, logged.kind, logged.record)
    for _ in range(TRIES):
        noted, record, now = at.crm_notices.get(key), at.records.get(key), at.clock.now()
        if record is None:
            raise NotFound("record")
        stands = {"version": noted.version, "turn_until": noted.turn_until} if noted is not None else {}
        fresh = notice_of(record, now).model_copy(update=stands)
        entry = record_entry(
            key, at=now, mark=f"replay-{delivery}", direction="here", action="told_again", actor=actor.sub
        )
        try:
            at.commit.all(PutCrmNotice(fresh), PutEntry(entry))
        except Conflict:
            continue
        at.doorbells.crm(company, [key])
        return fresh
    raise StoreBusy("the notice is contended")


def _let_go(webhook: CrmWebhook, at: Ports) -> dict[str, Any]:
    """From now on, if the endpoint can take it."""
    now = at.clock.now()
    return {"release_at": now if webhook.state(now) == "on" else None, "released_to": ""}


def _ring(webhook: CrmWebhook, at: Ports) -> CrmWebhook:
    if webhook.release_at is not None:
        at.doorbells.crm(webhook.company)
    return webhook


def _change(company: str, at: Ports, edit: Change) -> CrmWebhook:
    """Store the endpoint as edited, over whoever is faster."""
    for _ in range(TRIES):
        webhook = at.crm_notices.webhook(company)
        edited, writes = edit(webhook)
        if edited == webhook:
            return webhook
        try:
            at.commit.all(PutCrmWebhook(edited), *writes)
        except Conflict:
            continue
        return edited.model_copy(update={"version": edited.version + 1})
    raise StoreBusy("the webhook is contended")


def _entry(webhook: CrmWebhook, action: str, actor: str, at: Ports, **more: Any) -> PutEntry:
    key = RecordKey(webhook.company, "crm-webhook", webhook.company)
    mark = f"{action}-{webhook.version}"
    return PutEntry(
        record_entry(key, at=at.clock.now(), mark=mark, direction="here", action=action, actor=actor, **more)
    )
