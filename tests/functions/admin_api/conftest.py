"""Fixtures of the admin API's tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from admin_api.app import app
from ledgerlink.adapters.aws import client
from ledgerlink.wiring import Wiring
from tests.support.api import Api
from tests.support.aws import REGION
from tests.support.xero import SimulatedXero


@pytest.fixture
def api(wired: Wiring) -> Iterator[Api]:
    """The API with one company, not connected; a bucket and the queues of jobs and notices beside it."""
    where = {"LocationConstraint": REGION}
    client("s3", REGION).create_bucket(Bucket="files", CreateBucketConfiguration=where)
    sqs = client("sqs", REGION)
    urls = {f"{name}_queue_url": sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("jobs", "notices")}
    wired.settings = replace(wired.settings, files_bucket="files", **urls)
    made = Api(wired)
    body = {"name": "Acme", "profile": "rental", "timezone": "Europe/London"}
    assert made.put("/v1/companies/acme", body).status == 201
    yield made
    app.dependency_overrides.clear()


@pytest.fixture
def connected(api: Api, simulated: SimulatedXero) -> Api:
    """The API, its company connected to the simulator's first organisation."""
    api.connect(simulated)
    return api
