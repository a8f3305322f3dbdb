"""The page at `/_sim/`: the books of the simulated organisations, for people who rehearse on them."""

from functools import cache
from pathlib import Path


@cache
def books_page() -> str:
    """It draws itself from `/_sim/state` and acts through the other controls."""
    return (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
