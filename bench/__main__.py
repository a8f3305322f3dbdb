"""``python -m bench [records] [of bulk work]``: run every benchmark, print the table, fail where a goal is missed."""

from __future__ import annotations

import logging
import sys

from . import bulk, contacts, documents, duplicates, money
from .report import table


def main() -> int:
    """Exit status 1 where a goal is missed."""
    logging.disable(logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    lines = [*contacts.run(count), *documents.run(count), *duplicates.run(many), *bulk.run(many), *money.run(count)]
    print(table(lines))
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
