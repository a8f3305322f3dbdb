"""``python -m bench [records] [of bulk work]``: run every benchmark, print its table, fail where a goal is missed."""

from __future__ import annotations

import logging
import sys
import time

from . import bulk, contacts, documents, duplicates, money
from .report import Line, table


def main() -> int:
    """Exit status 1 where a goal is missed."""
    logging.disable(logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    lines: list[Line] = []
    for part, size in ((contacts, count), (documents, count), (duplicates, many), (bulk, many), (money, count)):
        began = time.monotonic()
        found = part.run(size)
        print(
            table(found), f"  ({part.__name__} with {size}: {time.monotonic() - began:.0f} s)\n", sep="\n", flush=True
        )
        lines += found
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
