"""Fixtures of the Xero adapter's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.xero import SimulatedXero


@pytest.fixture
def xero() -> Iterator[SimulatedXero]:
    """The simulator with a ledger before it. Every request was as Xero's OpenAPI file wants it."""
    simulated = SimulatedXero()
    yield simulated
    simulated.http.close()
    assert simulated.wire.complaints == []
