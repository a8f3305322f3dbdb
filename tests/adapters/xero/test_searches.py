"""A search that was just made costs no second call; after half a minute, for another text or organisation it does."""

from __future__ import annotations

from tests.support.xero import SimulatedXero


def test_the_same_text_is_asked_once_while_somebody_types(xero: SimulatedXero) -> None:
    xero.seed({"Name": "Hall & Sons"})
    before = len(xero.sent())
    names = [[d.id for d in xero.ledger.search(text)] for text in ("hall", "HALL", " hall ", "hal", "hall")]
    assert len({tuple(found) for found in names}) == 1
    assert len(xero.sent()) - before == 2
    xero.clock.advance(31)
    xero.ledger.search("hall")
    assert len(xero.sent()) - before == 3
