"""Imports every handler and module from the built folders alone, so that a package only this machine has is noticed."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from local import template
from local.options import REPOSITORY

LAYERS = ("CodeLayer", "DependenciesLayer")
HANDLER = (
    "import importlib, sys; module, name = sys.argv[1].rsplit('.', 1); getattr(importlib.import_module(module), name)"
)
PACKAGE = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
"""


class DoesNotImport(Exception):
    """Something built cannot be imported; the text is Python's own."""


def check(build: Path, python: Path, sdk: Path) -> list[str]:
    """`sdk` holds boto3, which Lambda's runtime provides. Answers what was imported."""
    layers = [*(build / layer / "python" for layer in LAYERS), sdk]
    run(python, PACKAGE, "ledgerlink", layers)  # adapters are imported when first used, so handlers alone prove little
    functions = template.read(REPOSITORY / "template.yaml", {}).functions
    for function in functions:
        run(python, HANDLER, function.handler, [build / function.id, *layers])
    return ["ledgerlink.*", *(function.handler for function in functions)]


def run(python: Path, program: str, argument: str, folders: Sequence[Path]) -> None:
    """-S and -s keep every installed package out; only PYTHONPATH is left."""
    answer = subprocess.run(
        [str(python), "-S", "-s", "-P", "-B", "-c", program, argument],
        cwd=folders[0],
        env={"PYTHONPATH": ":".join(map(str, folders)), "AWS_DEFAULT_REGION": "eu-west-1", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise DoesNotImport(f"{argument}:\n{answer.stderr}")


def sdk_for(python: Path) -> Path:
    """boto3 as pinned for development, in a folder of its own."""
    requirements = (REPOSITORY / "requirements-dev.txt").read_text().splitlines()
    boto3 = next(line for line in requirements if line.startswith("boto3=="))
    folder = REPOSITORY / ".build" / boto3
    if not folder.is_dir():
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder)]
        subprocess.run([*pip, boto3], check=True, capture_output=True)
    return folder
