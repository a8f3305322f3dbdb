"""``python -m bench [records]``: run every benchmark, print the table, fail where a goal is missed."""

from __future__ import annotations

import logging
import sys

from . import contacts
from .report import table


def main() -> int:
    """Exit status 1 where a goal is missed."""
    logging.disable(logging.WARNING)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    lines = contacts.run(count)
    print(table(lines))
    return 0 if all(line.kept for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
