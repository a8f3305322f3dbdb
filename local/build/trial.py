"""Runs what was built, under Lambda's Python, on a local stack: the API answers and a scheduled function runs."""

import json
import tempfile
import urllib.request
from pathlib import Path

from local.build.imports import LAYERS
from local.options import Options
from local.ports import Ports, direct
from local.stack import Stack

NO_LEDGER = {"LEDGERLINK_XERO_API_URL": "http://127.0.0.1:9/api.xro/2.0"}


class DoesNotRun(Exception):
    """The build imports, but does not work."""


def check(build: Path, python: Path, sdk: Path) -> list[str]:
    """Answers what was tried."""
    code = (build / "AdminApiFunction", *(build / layer / "python" for layer in LAYERS), sdk)
    with tempfile.TemporaryDirectory() as state:
        options = Options(
            ports=Ports.free(), state=Path(state), environment=NO_LEDGER, warm=False, code=code, python=str(python)
        )
        with Stack(options) as stack:
            for path in ("/health", "/openapi.json", "/v1/companies"):
                ask(stack, path)
            swept = stack.run("sweeper")
            if "result" not in swept:
                raise DoesNotRun(f"sweeper: {swept}")
    return ["GET /health", "GET /openapi.json", "GET /v1/companies", "sweeper"]


def ask(stack: Stack, path: str) -> None:
    request = urllib.request.Request(stack.url + path, headers={"Authorization": f"Bearer {stack.token()}"})
    try:
        with direct().open(request, timeout=40) as answer:
            json.load(answer)
    except (OSError, ValueError) as error:
        log = "\n".join(stack.functions.log_tails()["admin_api"])
        raise DoesNotRun(f"GET {path}: {error}\n{log}") from error
