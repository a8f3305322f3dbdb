"""Fixtures of the bulk jobs' tests: a hub at work in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.aws import AwsInProcess
from tests.support.hub import Hub

if TYPE_CHECKING:
    from pynamodb.connection import Connection


@pytest.fixture
def hub(tables: Connection, aws: AwsInProcess) -> Iterator[Hub]:
    """One connected company of the rental profile. Every request was as Xero's OpenAPI file wants it."""
    made = Hub(aws)
    yield made
    made.close()
