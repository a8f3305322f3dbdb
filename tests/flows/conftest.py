"""Fixtures of the flows' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    """A company before the Xero simulator. Every request was as Xero's OpenAPI file wants it."""
    made = Office()
    yield made
    made.xero.http.close()
    assert made.xero.wire.complaints == []


@pytest.fixture
def connected(office: Office) -> Office:
    """The same, connected to the first organisation."""
    assert office.connect().state == "connected"
    return office
