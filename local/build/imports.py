"""Imports every handler from the built folders alone, so that a package only this machine has is noticed."""

import subprocess
from pathlib import Path

from local import template
from local.options import REPOSITORY

LAYERS = ("CodeLayer", "DependenciesLayer")
# -S and -s keep every installed package out; only PYTHONPATH is left.
IMPORT = (
    "import importlib, sys; module, name = sys.argv[1].rsplit('.', 1); getattr(importlib.import_module(module), name)"
)


class DoesNotImport(Exception):
    """A built function cannot be imported; the text is Python's own."""


def check(build: Path, python: Path, sdk: Path) -> list[str]:
    """`sdk` holds boto3, which Lambda's runtime provides. Answers the handlers that were imported."""
    application = template.read(REPOSITORY / "template.yaml", {})
    handlers = []
    for function in application.functions:
        folders = [build / function.id, *(build / layer / "python" for layer in LAYERS), sdk]
        answer = subprocess.run(
            [str(python), "-S", "-s", "-P", "-B", "-c", IMPORT, function.handler],
            cwd=build / function.id,
            env={"PYTHONPATH": ":".join(map(str, folders)), "AWS_DEFAULT_REGION": "eu-west-1", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise DoesNotImport(f"{function.handler}:\n{answer.stderr}")
        handlers.append(function.handler)
    return handlers


def sdk_for(python: Path) -> Path:
    """boto3 as pinned for development, in a folder of its own."""
    requirements = (REPOSITORY / "requirements-dev.txt").read_text().splitlines()
    boto3 = next(line for line in requirements if line.startswith("boto3=="))
    folder = REPOSITORY / ".build" / boto3
    if not folder.is_dir():
        pip = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
            str(folder),
            boto3,
        ]
        subprocess.run(pip, check=True, capture_output=True)
    return folder
