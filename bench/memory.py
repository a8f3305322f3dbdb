"""``python -m bench.memory [records] [more]``: the memory that bulk work takes, as the process that does it tells.

A local stack runs the functions as processes of their own; the kernel tells the most that the job runner ever held
(Linux). Flat means: several times the records, about the same peak.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from local.options import Options
from local.ports import Ports
from local.stack import Stack

from .names import company_name
from .report import Line, table

OVER = ("done", "failed", "cancelled", "planned")
AT_ONCE = 2_000
MOST_GROWTH = 1.25
MOST_DOWNLOAD_MB = 200  # parts of 8 MiB, however long it is; a short one is no job: nothing to compare with


class JobRunner:
    """The processes of the function in this stack."""

    def __init__(self, stack: Stack) -> None:
        self._mark = f":{stack.options.ports.aws}".encode()

    def forget(self) -> None:
        for process in self._processes():
            (process / "clear_refs").write_text("5")

    def peak_mb(self) -> int:
        told = [(process / "status").read_text() for process in self._processes()]
        return max(int(text.split("VmHWM:")[1].split()[0]) // 1024 for text in told)

    def cpu_s(self) -> float:
        times = [(process / "stat").read_text().split() for process in self._processes()]
        return sum(int(each[13]) + int(each[14]) for each in times) / 100

    def _processes(self) -> Iterator[Path]:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                ours = b"job_runner" in (process / "cmdline").read_bytes()
                if ours and self._mark in (process / "environ").read_bytes():
                    yield process
            except OSError:
                continue  # it ended, or is somebody else's


class Company:
    """One company of the stack, connected; its jobs one after the other."""

    def __init__(self, stack: Stack) -> None:
        self._runner, self._ledger = JobRunner(stack), stack.xero_url
        self._http = httpx.Client(base_url=stack.url, timeout=300)
        token = self._http.post("/local/token", json={"role": "admin", "companies": ["*"]}).json()["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._http.put("/v1/companies/acme", json={"name": "Acme", "profile": "rental", "timezone": "Europe/London"})
        self("PATCH", "/settings", json={"create_linked_contact_on_create": False})
        organisation = httpx.get(f"{self._ledger}/_sim/state", timeout=60).json()["organisations"][0]["id"]
        asked = self("POST", "/connection")["authorize_url"]
        self._http.get(self._http.get(f"{asked}&auto={organisation}").headers["location"])
        httpx.post(f"{self._ledger}/_sim/settings", json={"minute_limit": None, "day_limit": None}).raise_for_status()

    def __call__(self, method: str, path: str, **how: Any) -> Any:
        return self._http.request(method, f"/v1/companies/acme{path}", **how).raise_for_status().json()

    def seed(self, count: int) -> None:
        for start in range(0, count, AT_ONCE):
            some = range(start, min(count, start + AT_ONCE))
            contacts = [{"Name": f"{company_name(n)} {count}", "EmailAddress": f"n{n}@c{n}.example"} for n in some]
            httpx.post(f"{self._ledger}/_sim/seed", json={"contacts": contacts}, timeout=300).raise_for_status()

    def upload(self, count: int) -> dict[str, str]:
        rows = (f"o{count}-{n},Firm {count} {n},x{n}@q{n}.example\n" for n in range(count))
        place = self("POST", "/uploads", json={"name": "all.csv", "content_type": "text/csv"})
        body = "".join(["id,name,email\n", *rows]).encode()
        httpx.put(place["url"], content=body, headers={"content-type": "text/csv"}, timeout=300).raise_for_status()
        return {"upload_id": place["upload_id"]}

    def downloaded(self, path: str) -> tuple[int, float]:
        """A file to its end, a job writing it where it is long: the most memory that it took, and CPU seconds."""
        self._runner.forget()
        before = self._runner.cpu_s()
        answer = self._http.get(f"/v1/companies/acme{path}")
        while answer.status_code == httpx.codes.SEE_OTHER:
            time.sleep(int(answer.headers.get("retry-after", "0")))
            answer = self._http.get(answer.headers["location"])
        answer.raise_for_status()
        return self._runner.peak_mb(), self._runner.cpu_s() - before

    def measured(self, kind: str, **how: Any) -> tuple[int, float]:
        """A job to its end: the most memory that it took, and CPU seconds."""
        self._runner.forget()
        before = self._runner.cpu_s()
        job = self("POST", "/jobs", json={"kind": kind, **how})
        while job["status"] not in OVER:
            time.sleep(0.5)
            job = self("GET", f"/jobs/{job['id']}")
        if job["status"] not in ("done", "planned"):
            raise RuntimeError(f"{kind} {job['status']}: {job['error']}")
        return self._runner.peak_mb(), self._runner.cpu_s() - before


def steps(company: Company, count: int) -> Iterator[tuple[str, int, float]]:
    """Name, peak and CPU seconds of each kind of bulk work on so many records more."""
    options = company.upload(count)
    yield "plan a file", *company.measured("import-organizations", dry_run=True, options=options)
    yield "import a file", *company.measured("import-organizations", options=options)
    yield "plan an export", *company.measured("export-organizations", dry_run=True)
    company.seed(count)
    yield "plan an import", *company.measured("import-contacts", dry_run=True)
    yield "import", *company.measured("import-contacts")
    yield "compare", *company.measured("reconcile")


def main() -> int:
    """Exit status 1 where memory grows with the records."""
    few, many = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (2_000, 20_000)
    lines: list[Line] = []
    with (
        tempfile.TemporaryDirectory() as state,
        Stack(Options(ports=Ports.free(), state=Path(state), rights=False)) as at,
    ):
        company = Company(at)
        company.measured("import-reference-data")
        small = {name: peak for name, peak, _ in steps(company, few)}
        for name, peak, cpu in steps(company, many):
            lines += [
                Line(f"{name}: peak MB of {few}", small[name]),
                Line(f"{name}: peak MB of {many}", peak, round(small[name] * MOST_GROWTH)),
                Line(f"{name}: CPU seconds of {many}", round(cpu, 1)),
            ]
            print(*lines[-3:], sep="\n", flush=True)
        peak, cpu = company.downloaded("/organizations.csv")
        lines += [
            Line(f"download {2 * (few + many)} organizations: peak MB", peak, MOST_DOWNLOAD_MB),
            Line("download: CPU seconds", round(cpu, 1)),
        ]
    print(table(lines))
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
