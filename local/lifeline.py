"""Runs a program that must not outlive its parent: standard input is a pipe from the parent, and its end is ours.

Used as `python -P lifeline.py (-m MODULE | FILE) ARGUMENT...`. Unlike PR_SET_PDEATHSIG this works everywhere, and does
not fire when merely the thread that started us ends.
"""

import os
import runpy
import sys
import threading


def end_with_the_parent() -> None:
    os.read(0, 1)  # nobody writes: this returns when the parent is gone, however it went
    os._exit(0)


def main() -> None:
    threading.Thread(target=end_with_the_parent, name="lifeline", daemon=True).start()
    arguments = sys.argv[1:]
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
