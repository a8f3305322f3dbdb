"""The hub's doors as the world outside uses them: the CRM's and the administrator's requests, and Xero's webhooks.

Each request runs as a function would, with its own life: killed or slow, whoever asked gets no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ledgerlink.errors import Conflict, Invalid, LedgerlinkError, NotConnected, NotFound, Refused, Transient
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.company import companies
from ledgerlink.flows.context import Context, open_context
from ledgerlink.flows.errors import problems, safe_editing
from ledgerlink.flows.records import allocating, batching, conflicts, deleting, linking, saving, suggesting
from ledgerlink.flows.records.batching import Item
from ledgerlink.flows.records.drafting import Push, Saved
from ledgerlink.rules.merge import Side
from ledgerlink.state.link import LinkKey
from ledgerlink.state.record import Hold, RecordKey

from . import organizations as kind
from .books import Flat
from .lambdas import Lambdas, Outcome
from .store import COMPANY

CRM, ADMIN = Actor("crm-1", "crm"), Actor("admin-1", "admin", "admin@acme.example")
API_S = 29.0


def status_of(outcome: Outcome) -> int:
    """As the API would answer; 0 where it died."""
    error = outcome.error
    if error is None:
        return 200
    if not isinstance(error, LedgerlinkError):
        return 0
    if isinstance(error, Invalid | Refused):
        return error.status
    for sort, status in ((NotFound, 404), (Conflict, 409), (Transient, 503)):
        if isinstance(error, sort):
            return 412 if type(error).__name__ == "Stale" else status
    return 500


class Doors:
    """What is asked from outside, answered with an HTTP status (0: no answer came)."""

    def __init__(self, lambdas: Lambdas) -> None:
        self._lambdas = lambdas

    def ask(self, work: Callable[[Context], Any]) -> Outcome:
        """One request to the API."""
        return self._lambdas.run("admin_api", API_S, lambda ports: work(open_context(COMPANY, ports)))

    # ------------------------------------------------------------------ the CRM

    def put(self, id: str, body: dict[str, Any], *, mode: str, revision: int | None) -> int:
        push = Push(body, "merge" if mode == "merge" else "replace", if_match=revision)
        return status_of(self.ask(lambda context: saving.save(context, _key(id), push, CRM)))

    def put_many(self, bodies: Mapping[str, dict[str, Any]]) -> set[str]:
        """Push many at a time; which of them were taken."""
        items = [Item(_key(id), Push(body)) for id, body in bodies.items()]
        outcome = self.ask(lambda context: batching.save_many(context, items, CRM))
        pairs = zip(bodies, outcome.value if outcome.ok else (), strict=False)
        return {id for id, saved in pairs if isinstance(saved, Saved)}

    def push(self, key: RecordKey, body: dict[str, Any]) -> Outcome:
        """A record of any kind, whole."""
        return self.ask(lambda context: saving.save(context, key, Push(body), CRM))

    def allocate(self, credit: str, invoice: str, amount: Decimal) -> Outcome:
        """Set part of a credit note against an invoice."""
        said: dict[str, Any] = {"document_id": invoice, "amount": amount, "on": None}
        return self.ask(lambda context: allocating.allocate(context, credit, actor=CRM, **said))

    def take_back(self, credit: str, allocation: str) -> Outcome:
        return self.ask(lambda context: allocating.take_back(context, credit, allocation, CRM))

    def revision(self, id: str) -> tuple[int, Flat, bool] | None:
        outcome = self.ask(lambda context: context.at.records.get(_key(id)))
        if not outcome.ok or outcome.value is None or outcome.value.deleted:
            return None
        flat = kind.flat_content(outcome.value.content)
        return outcome.value.revision, {name: flat[name] for name in kind.FIELDS}, flat["active"] == "yes"

    # ------------------------------------------------------------------ the administrator

    def delete(self, id: str) -> Outcome:
        return self.ask(lambda c: deleting.delete(c, _key(id), ADMIN, force=True, reason="asked for"))

    def link(self, id: str, document: str) -> Outcome:
        return self.ask(lambda context: linking.link(context, _key(id), document, ADMIN, confirm=True))

    def unlink(self, id: str) -> Outcome:
        return self.ask(lambda context: linking.unlink(context, _key(id), ADMIN))

    def hold(self, id: str, name: str, *, on: bool) -> Outcome:
        push = Push({}, "merge", **{name: Hold(on=on, reason="by hand" if on else "")})  # type: ignore[arg-type]
        return self.ask(lambda context: saving.save(context, _key(id), push, ADMIN))

    def resolve(self, id: str, keep: Side) -> Outcome:
        return self.ask(lambda context: conflicts.resolve(context, LinkKey(*_key(id)), keep, ADMIN))

    def retry(self) -> Outcome:
        return self.ask(lambda context: problems.retry(context, ADMIN))

    def decide(self, suggestion: str, action: suggesting.Action) -> Outcome:
        return self.ask(lambda context: suggesting.decide(context, [suggestion], action, ADMIN)[suggestion])

    def mend(self, key: RecordKey, way: str, params: Mapping[str, Any]) -> Outcome:
        return self.ask(lambda context: safe_editing.run(context, key, way, params, ADMIN))

    def set(self, changes: Mapping[str, Any]) -> Outcome:
        return self.ask(lambda context: companies.change_settings(context, changes, ADMIN))

    # ------------------------------------------------------------------ Xero

    def webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """What the door for webhooks answers: it runs within the process that delivers."""
        event = {
            "version": "2.0",
            "routeKey": "POST /webhooks/xero",
            "rawPath": "/webhooks/xero",
            "rawQueryString": "",
            "headers": {name.lower(): value for name, value in headers.items()},
            "requestContext": {"http": {"method": "POST", "path": "/webhooks/xero"}, "stage": "$default"},
            "body": body.decode(),
            "isBase64Encoded": False,
        }
        outcome = self._lambdas.invoke("webhook_intake", event)
        return int(outcome.value["statusCode"]) if outcome.ok else 0


def refused(outcome: Outcome) -> str:
    """The reason code of a refusal, else ""."""
    error = outcome.error
    return error.code if isinstance(error, Refused) and not isinstance(error, NotConnected) else ""


def _key(id: str) -> RecordKey:
    return RecordKey(COMPANY, kind.KIND, id)
