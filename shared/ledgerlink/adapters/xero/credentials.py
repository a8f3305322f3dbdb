"""The app's own secrets: from the environment on a laptop, from Secrets Manager by name where deployed.

The webhook door uses this before it knows whether its caller is Xero, so nothing heavy is imported here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from ledgerlink.settings import Settings

KEPT_S = 300.0  # a rotated secret is noticed within five minutes

Fetch = Callable[[str], str]


class XeroCredentials:
    """``client_id``, ``client_secret`` and the webhook keys, several while they rotate."""

    def __init__(
        self, settings: Settings, *, fetch: Fetch | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._fetch, self._monotonic = settings, fetch or _from_secrets_manager(settings), monotonic
        self._kept: dict[str, str] = {}
        self._until = float("-inf")

    @property
    def client_id(self) -> str:
        return self._settings.xero_client_id or self._secret("client_id")

    @property
    def client_secret(self) -> str:
        return self._settings.xero_client_secret or self._secret("client_secret")

    @property
    def webhook_keys(self) -> tuple[str, ...]:
        told = self._settings.xero_webhook_key or self._secret("webhook_keys")
        return tuple(key for key in (part.strip() for part in told.split(",")) if key)

    def _secret(self, name: str) -> str:
        if not self._settings.xero_secret_name:
            return ""
        if self._monotonic() >= self._until:
            stored = json.loads(self._fetch(self._settings.xero_secret_name))
            self._kept = {key: _text(value) for key, value in stored.items()}
            self._until = self._monotonic() + KEPT_S
        return self._kept.get(name, "")


def _text(value: object) -> str:
    """Keys may be written as one text with commas or as a list."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _from_secrets_manager(settings: Settings) -> Fetch:
    def fetch(name: str) -> str:
        from ledgerlink.adapters.aws import client

        answer = client("secretsmanager", settings.region, settings.aws_endpoint_url).get_secret_value(SecretId=name)
        return str(answer["SecretString"])

    return fetch
