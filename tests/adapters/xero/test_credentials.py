"""The app's own secrets."""

from __future__ import annotations

import json

from ledgerlink.adapters.aws import client
from ledgerlink.adapters.xero.credentials import XeroCredentials
from ledgerlink.settings import Settings
from tests.support.aws import REGION, AwsInProcess

STORED = Settings(xero_secret_name="xero", region=REGION)


class Store:
    """A secret that can be rotated, and what was asked."""

    def __init__(self, **secret: object) -> None:
        self.secret = secret
        self.asked: list[str] = []
        self.seconds = 0.0

    def __call__(self, name: str) -> str:
        self.asked.append(name)
        return json.dumps(self.secret)

    def credentials(self, settings: Settings = STORED) -> XeroCredentials:
        return XeroCredentials(settings, fetch=self, monotonic=lambda: self.seconds)


def test_on_a_laptop_they_are_in_the_environment() -> None:
    store = Store()
    told = Settings(xero_client_id="id", xero_client_secret="s", xero_webhook_key="new, old,", xero_secret_name="xero")
    found = store.credentials(told)
    assert (found.client_id, found.client_secret, found.webhook_keys) == ("id", "s", ("new", "old"))
    assert store.asked == []


def test_deployed_they_are_in_the_store_and_asked_for_every_five_minutes() -> None:
    store = Store(client_id="id", client_secret="s", webhook_keys="old")
    found = store.credentials()
    assert (found.client_id, found.client_secret, found.webhook_keys) == ("id", "s", ("old",))
    store.secret["webhook_keys"] = "new,old"
    assert found.webhook_keys == ("old",)
    store.seconds = 300
    assert list(found.webhook_keys) == ["new", "old"]
    assert store.asked == ["xero", "xero"]


def test_keys_may_be_a_list() -> None:
    assert Store(webhook_keys=["new", "old"]).credentials().webhook_keys == ("new", "old")


def test_with_neither_there_are_none() -> None:
    found = Store().credentials(Settings())
    assert (found.client_id, found.webhook_keys) == ("", ())
    assert Store().credentials().webhook_keys == ()


def test_the_store_is_secrets_manager(aws: AwsInProcess) -> None:
    client("secretsmanager", REGION).create_secret(Name="xero", SecretString='{"client_id": "from the store"}')
    assert XeroCredentials(STORED).client_id == "from the store"
