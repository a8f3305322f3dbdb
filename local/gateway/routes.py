"""Finds the route of a request as API Gateway does: the most specific path wins, and a named method beats ANY."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from local.application import Route


@dataclass(frozen=True)
class Match:
    route: Route
    parameters: dict[str, str]

    @property
    def key(self) -> str:
        return f"{self.route.method} {self.route.path}"


class Routes:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(pattern_of(route.path), route) for route in sorted(routes, key=rank)]

    def match(self, method: str, path: str) -> Match | None:
        """`path` is already percent-decoded, as API Gateway's HTTP API decodes it before it looks for a route."""
        for pattern, route in self._routes:
            if route.method in (method, "ANY") and (found := pattern.fullmatch(path)):
                return Match(route, found.groupdict())
        return None


def rank(route: Route) -> tuple[bool, bool, bool]:
    return ("+}" in route.path, "{" in route.path, route.method == "ANY")


def pattern_of(path: str) -> re.Pattern[str]:
    """`/v1/{company}/{rest+}` as a regular expression."""
    pieces = re.split(r"\{(\w+)(\+?)\}", path)
    pattern = re.escape(pieces[0])
    for name, greedy, literal in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        pattern += f"(?P<{name}>{'.+' if greedy else '[^/]+'})" + re.escape(literal)
    return re.compile(pattern, re.DOTALL)
