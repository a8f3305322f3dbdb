"""Fixtures of the simulator's tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.local.xero.rig import Rig


@pytest.fixture
def make_rig() -> Iterator[Callable[..., Rig]]:
    """Makes simulators; their clients are closed at the end."""
    made: list[Rig] = []

    def make(**given: Any) -> Rig:
        made.append(Rig(**given))
        return made[-1]

    yield make
    for rig in made:
        rig.http.close()


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """A simulator that nobody has connected to yet."""
    return make_rig()


@pytest.fixture
def xero(rig: Rig) -> Rig:
    """A simulator whose first organisation is connected."""
    return rig.connect()
