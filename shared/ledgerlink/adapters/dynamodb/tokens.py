"""Tokens in the control table, encrypted by KMS with the company in the encryption context."""

from __future__ import annotations

import json
from typing import Any

from ledgerlink.adapters.seals import KmsSeals
from ledgerlink.kinds import Value
from ledgerlink.state.company import Tokens

from . import control
from .control_ports import DynamoCompanies
from .errors import translated

_SECRET = ("access_token", "refresh_token", "previous_refresh_token")


class _TokenRow(Value):
    """Ciphertexts (base64) and what may be read without the key."""

    access_token: str = ""
    refresh_token: str = ""
    previous_refresh_token: str = ""
    expires_at: str
    refreshing_since: str = ""
    version: int = 0


class EncryptedCompanies(DynamoCompanies):
    """``ports.Companies``: all of it. ``kms`` is a botocore client, ``key`` the key's id."""

    def __init__(self, kms: Any, key: str) -> None:
        self._seals = KmsSeals(kms, key)

    def tokens(self, company: str) -> Tokens | None:
        row = control.load(company, "tokens", _TokenRow)
        if row is None or not row.refresh_token:
            return None
        secrets = {name: self._decrypt(company, getattr(row, name)) for name in _SECRET}
        return Tokens.model_validate(
            {
                **secrets,
                "expires_at": row.expires_at,
                "refreshing_since": row.refreshing_since or None,
                "version": row.version,
            }
        )

    def put_tokens(self, company: str, tokens: Tokens) -> Tokens:
        secrets = {name: self._encrypt(company, getattr(tokens, name)) for name in _SECRET}
        plain = json.loads(tokens.model_dump_json(include={"expires_at", "refreshing_since"}))
        row = _TokenRow(**secrets, expires_at=plain["expires_at"], refreshing_since=plain["refreshing_since"] or "")
        control.put(control.item(company, "tokens", row, version=tokens.version), tokens.version)
        return tokens.model_copy(update={"version": tokens.version + 1})

    def drop_tokens(self, company: str) -> None:
        stored = control.get(company, "tokens")
        if stored is not None:
            with translated():
                stored.delete()

    def _encrypt(self, company: str, text: str) -> str:
        return self._seals.seal(text, company=company) if text else ""

    def _decrypt(self, company: str, text: str) -> str:
        return self._seals.unseal(text, company=company) if text else ""
