"""Builders with defaults: a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ledgerlink.kinds.organization import Organization, ledger_view
from ledgerlink.rules.profiles import CompanySettings, settings_for
from ledgerlink.state.dispatch import Dispatch, DispatchedPart
from ledgerlink.state.document import Document
from ledgerlink.state.link import Link
from ledgerlink.state.record import Record

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DOCUMENT_ID = "b5b40c60-f4a4-4d32-b3f4-8cd54787daed"


def an_organization(**fields: Any) -> Organization:
    return Organization.model_validate({"name": "Hall & Sons Ltd", "email": "accounts@hall.example", **fields})


def a_record(content: Organization | None = None, **fields: Any) -> Record:
    content = content or an_organization()
    defaults: dict[str, Any] = {
        "company": "c1",
        "kind": "organizations",
        "id": "o1",
        "revision": 1,
        "content": content,
        "pushed": content,
        "updated_at": NOON,
        "version": 1,
    }
    return Record(**(defaults | fields))


def a_link(**fields: Any) -> Link:
    return Link(**({"company": "c1", "kind": "organizations", "id": "o1", "wanted": 1, "version": 1} | fields))


def a_linked(base: Organization | None = None, **fields: Any) -> Link:
    """A link that both sides agreed on at noon."""
    defaults: dict[str, Any] = {
        "state": "linked",
        "document_type": "contact",
        "document_id": DOCUMENT_ID,
        "document_status": "active",
        "base": ledger_view(base or an_organization()),
        "base_at": NOON,
        "exported": 1,
    }
    return a_link(**(defaults | fields))


def a_document(content: Organization | None = None, *, later_s: float = 60, **fields: Any) -> Document:
    """The contact as the ledger answers it, changed ``later_s`` seconds after the base was agreed."""
    defaults: dict[str, Any] = {
        "type": "contact",
        "id": DOCUMENT_ID,
        "kind": "organizations",
        "updated_at": NOON + timedelta(seconds=later_s),
        "content": ledger_view(content or an_organization()),
    }
    return Document(**(defaults | fields))


def settings(profile: str = "rental", **changed: Any) -> CompanySettings:
    return settings_for(profile, changed)


def a_part(**fields: Any) -> DispatchedPart:
    return DispatchedPart(**({"kind": "organizations", "id": "o1", "revision": 1, "reference": "LL-o1"} | fields))


def a_dispatch(*parts: DispatchedPart, **fields: Any) -> Dispatch:
    defaults: dict[str, Any] = {
        "company": "c1",
        "id": "d1",
        "document_type": "contact",
        "action": "create",
        "key": "k1",
        "method": "PUT",
        "path": "/Contacts",
        "body": b"{}",
        "body_hash": "",
        "parts": parts or (a_part(),),
        "opened_at": NOON,
        "deadline": NOON + timedelta(seconds=180),
    }
    return Dispatch(**(defaults | fields))
