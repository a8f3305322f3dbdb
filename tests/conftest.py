"""Fixtures for every test: no network, AWS in this process where asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support import aws as in_process
from tests.support.quick_sdk import quick_sdk

if TYPE_CHECKING:
    from pynamodb.connection import Connection

os.environ.update(in_process.ENVIRONMENT)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The simulation first: one of its tests takes a minute, which no worker should begin when the others are done."""
    items.sort(key=lambda item: "simulation" not in item.path.parts)


@pytest.fixture
def aws() -> Iterator[in_process.AwsInProcess]:
    """AWS answered in this process, empty."""
    with in_process.installed() as installed, quick_sdk():
        yield installed


@pytest.fixture
def tables(aws: in_process.AwsInProcess) -> Connection:
    """The template's tables, and the models bound to them."""
    from ledgerlink.adapters.aws import client
    from ledgerlink.adapters.dynamodb.tables import bind
    from ledgerlink.settings import Settings

    in_process.create_tables(client("dynamodb", in_process.REGION))
    return bind(
        Settings(
            links_table="LinksTable",
            records_table="RecordsTable",
            activity_table="ActivityTable",
            control_table="ControlTable",
            region=in_process.REGION,
        )
    )
