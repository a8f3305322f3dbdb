"""The hub as a person's program sees it: its HTTP API with a local token, and progress bars for long work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

OVER = {"done", "failed", "cancelled", "planned"}
FIRST_LOOK_S, LOOK_EVERY_S = 0.1, 1.0


class Unexpected(Exception):
    """An answer that the story does not foresee."""


class Hub:
    """One company's API."""

    def __init__(self, url: str, company: str, console: Console) -> None:
        self.url, self.company, self.console = url, company, console
        self._http = httpx.Client(base_url=url, timeout=60)
        token = self._http.post(
            "/local/token",
            json={"sub": "ada", "email": "ada@acme.example", "role": "admin", "companies": [company]},
        ).json()["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, *, status: tuple[int, ...] = (200, 201, 202, 204), **how: Any) -> Any:
        """The answer's JSON; ``path`` under the company. Raises Unexpected."""
        where = f"/v1/companies/{self.company}{path}"
        answer = self._http.request(method, where, **how)
        if answer.status_code not in status:
            raise Unexpected(f"{method} {where}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if answer.content else None

    def local(self, method: str, path: str, **how: Any) -> Any:
        """The local stack's own helpers."""
        return self._http.request(method, f"/local/{path}", **how).raise_for_status().json()

    def every(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            asked = query | ({"cursor": cursor} if cursor else {})
            page = self("GET", path, params={"limit": 200, **asked})
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def job(self, kind: str, title: str, **body: Any) -> dict[str, Any]:
        """Start a job and follow it to its end, on a bar."""
        started = self("POST", "/jobs", json={"kind": kind, **body})
        return self.follow(started["id"], title)

    def follow(self, job: str, title: str) -> dict[str, Any]:
        columns = (
            TextColumn("  {task.description:32}"),
            BarColumn(30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as bars:
            bar = bars.add_task(title, total=None)
            pause = FIRST_LOOK_S
            while True:
                found: dict[str, Any] = self("GET", f"/jobs/{job}")
                progress = found["progress"]
                bars.update(bar, total=progress["total"] or None, completed=progress["done"])
                if found["status"] in OVER:
                    bars.update(bar, total=progress["total"] or 1, completed=progress["done"] or progress["total"] or 1)
                    break
                time.sleep(pause)
                pause = min(pause * 1.5, LOOK_EVERY_S)
        if found["status"] in ("failed", "cancelled"):
            raise Unexpected(f"the job {job} {found['status']}: {found}")
        return found
