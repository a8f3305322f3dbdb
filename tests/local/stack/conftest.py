"""One toy application on a local stack for all tests here: functions that do as they are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.options import Options
from local.ports import Ports
from local.stack import Stack

TOY = Path(__file__).with_name("toy_app")
NO_SIMULATOR = {"LEDGERLINK_XERO_API_URL": "http://127.0.0.1:9/api.xro/2.0"}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = Options(
        root=TOY, ports=Ports.free(), state=tmp_path_factory.mktemp("stack"), environment=NO_SIMULATOR, warm=False
    )
    with Stack(options) as running:
        yield running
