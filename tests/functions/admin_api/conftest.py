"""Fixtures of the admin API's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from admin_api.app import app
from ledgerlink.wiring import Wiring
from tests.support.api import Api
from tests.support.xero import SimulatedXero


@pytest.fixture
def api(wired: Wiring) -> Iterator[Api]:
    """The API with one company, not connected."""
    made = Api(wired)
    assert (
        made.put("/v1/companies/acme", {"name": "Acme", "profile": "rental", "timezone": "Europe/London"}).status == 201
    )
    yield made
    app.dependency_overrides.clear()


@pytest.fixture
def connected(api: Api, simulated: SimulatedXero) -> Api:
    """The API, its company connected to the simulator's first organisation."""
    api.connect(simulated)
    return api
