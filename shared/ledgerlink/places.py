"""Where in a record something is, as people say it: machines count a list from 0, people its lines from 1."""

from __future__ import annotations

from itertools import groupby

_SINGULAR = {"people": "person", "addresses": "address"}


def in_words(path: str, first: int = 0) -> str:
    """``lines.0.quantity`` is line 1, quantity. ``first``: what the path counts from; one without a count stays."""
    steps = path.split(".")
    if not any(step.isdecimal() for step in steps):
        return path
    said: list[str] = []
    for counted, some in groupby(steps, str.isdecimal):
        names = list(some)
        if counted and said:
            said[-1] = _numbered(said[-1], [int(name) + 1 - first for name in names])
        else:
            said += names
    return ", ".join(said)


def sentence(path: str, message: str, first: int = 0) -> str:
    """What is wrong and where."""
    return f"{in_words(path, first)}: {message}"


def _numbered(name: str, numbers: list[int]) -> str:
    return " ".join([_SINGULAR.get(name, name.removesuffix("s")), *map(str, numbers)])
