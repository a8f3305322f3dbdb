"""The product, broken on purpose: each mutant takes one guard away, and the simulation must see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """``breaks`` puts the fault in for as long as its context lasts."""

    name: str
    breaks: Callable[[], AbstractContextManager[object]]


MUTANTS: dict[str, Mutant] = {}


@contextmanager
def broken(name: str) -> Iterator[None]:
    """The product with this fault in it; "" is the product as it is."""
    with MUTANTS[name].breaks() if name else nullcontext():
        yield
