"""More changes than one poll reads, all within the overlap of two polls, hold up none that come after them."""

from __future__ import annotations

import pytest

from ledgerlink.adapters.xero import reading
from tests.support.api import ORGANIZATIONS, Api
from tests.support.xero import SimulatedXero

HALL = f"{ORGANIZATIONS}/hall"


@pytest.mark.parametrize("others", [20, 80])
def test_a_storm_of_changes_does_not_stop_the_polls(
    connected: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    """A poll reads five pages: of 10 here, of 1,000 in life, which an import or our own export changes in two
    minutes (50 a call, 60 calls a minute)."""
    monkeypatch.setattr(reading, "PAGE", 10)
    connected.put(HALL, {"name": "Hall"})
    connected.export()
    [made] = simulated.contacts()
    simulated.clock.advance(3600)
    for n in range(others):
        simulated.clock.advance(1)
        simulated.seed({"Name": f"Other {n}"})
    simulated.clock.advance(600)
    simulated.human("edit", made["ContactID"], EmailAddress="new@hall.example")
    for _ in range(12):
        simulated.clock.advance(3 * 3600)
        connected.import_()
    assert connected.get(HALL)["email"] == "new@hall.example"
