"""Finds the Python that Lambda runs, 3.13, on this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path


class NoPython313(Exception):
    """Nothing on this machine runs Python 3.13."""


def find() -> Path:
    for candidate in candidates():
        if works(candidate):
            return candidate
    raise NoPython313(
        "Packing for Lambda needs Python 3.13: put python3.13 on the PATH, or install it with pyenv or uv."
    )


def candidates() -> Iterator[Path]:
    """What the PATH calls python3.13 (pyenv's shim exists where it does not work too), then pyenv's own."""
    if found := shutil.which("python3.13"):
        yield Path(found)
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from sorted(versions.glob("3.13*/bin/python3.13"), reverse=True)
    if uv := shutil.which("uv"):
        answer = subprocess.run(
            [uv, "python", "find", "--offline", "3.13"], capture_output=True, text=True, check=False
        )
        yield Path(answer.stdout.strip() or "none")


def works(python: Path) -> bool:
    asks = "import ensurepip, sys; raise SystemExit(sys.version_info[:2] != (3, 13))"
    try:
        return subprocess.run([python, "-c", asks], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
