"""``make demo``: connect, load, link, plan, export, change, import, check. Exits 0 only if the books agree.

Options, as in ``make demo ARGS=--real-limits``: ``--organizations N`` (2000), ``--contacts N`` (500), ``--invoices N``
(1000), ``--credit-notes N`` (60), ``--real-limits`` (the simulator keeps Xero's limits), ``--rights`` (functions are
held to their roles, which takes longer).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from local.demo.story import Story
from local.options import Options
from local.ports import Ports
from local.stack import Stack


def main() -> int:
    """Exit status 1 where a check did not hold."""
    asked = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    asked.add_argument("--organizations", type=int, default=2000)
    asked.add_argument("--contacts", type=int, default=500)
    asked.add_argument("--invoices", type=int, default=1000)
    asked.add_argument("--credit-notes", type=int, default=60)
    asked.add_argument("--real-limits", action="store_true")
    asked.add_argument("--rights", action="store_true")
    given = asked.parse_args()
    console = Console(highlight=False, width=110 if not sys.stdout.isatty() else None)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="ledgerlink-demo-") as state,
        Stack(Options(ports=Ports.free(), state=Path(state), rights=given.rights)) as stack,
    ):
        sizes = {"invoices": given.invoices, "credit_notes": given.credit_notes}
        story = Story(
            stack.url, stack.xero_url, console, given.organizations, given.contacts, given.real_limits, **sizes
        )
        figures = story.tell()
    figures["seconds"] = round(time.monotonic() - began, 1)
    for problem in story.problems[:20]:
        console.print(f"  [red]does not hold:[/] {problem}")
    print(json.dumps(figures))
    return 1 if story.problems else 0


if __name__ == "__main__":
    sys.exit(main())
