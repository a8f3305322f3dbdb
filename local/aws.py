"""boto3 clients of the local AWS endpoint, deaf to the person's own AWS configuration."""

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local.children import REGION

# Names a botocore session would otherwise take from AWS_PROFILE, ~/.aws/config and ~/.aws/credentials.
OWN_CONFIGURATION: dict[str, Any] = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


def local_session() -> boto3.session.Session:
    return boto3.session.Session(
        aws_access_key_id="local",
        aws_secret_access_key="local",
        region_name=REGION,
        botocore_session=botocore.session.Session(session_vars=OWN_CONFIGURATION),
    )


class Aws:
    """One endpoint; `client` makes thread-safe clients of it."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self._session = local_session()
        self._config = Config(
            proxies={}, max_pool_connections=32, retries={"total_max_attempts": 2, "mode": "standard"}
        )

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.endpoint_url, config=self._config)
