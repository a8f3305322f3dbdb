"""What every chapter works with: the hub, the ledger as a person there sees it, and what did not hold."""

from __future__ import annotations

from typing import Any

import httpx
from rich.console import Console

from local.demo.hub import Hub


class Ledger:
    """The simulated ledger, through its controls."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=60)

    def control(self, name: str, **body: Any) -> Any:
        """One of the simulator's controls; answers its JSON."""
        return self._http.post(f"/_sim/{name}", json=body).raise_for_status().json()

    def human(self, action: str, kind: str, id: str, **fields: Any) -> Any:
        """What somebody does in the ledger's own screens; answers what became of it."""
        return self.control("human", action=action, kind=kind, id=id, fields=fields)

    def state(self) -> dict[str, Any]:
        """All that the books hold."""
        found: dict[str, Any] = self._http.get("/_sim/state").json()
        return found

    def calls(self, *methods: str) -> list[dict[str, Any]]:
        """The calls to the accounting API so far, of these methods or of all."""
        made = self._http.get("/_sim/requests").json()
        return [r for r in made if "/api.xro/" in r["path"] and (not methods or r["method"] in methods)]


class Scene:
    """One part of the story. ``problems`` holds whatever did not hold."""

    def __init__(self, hub: Hub, ledger: Ledger, console: Console, problems: list[str]) -> None:
        self.hub, self.ledger, self.console, self.problems = hub, ledger, console, problems

    def say(self, text: str) -> None:
        self.console.print(f"  {text}")

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)
