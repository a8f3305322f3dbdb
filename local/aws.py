"""boto3 clients of the local AWS endpoint, deaf to the person's own AWS configuration."""

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from local.children import ACCOUNT, REGION

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
    """One endpoint, as its owner; `client` makes thread-safe clients of it."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self._session = local_session()
        self._config = Config(
            proxies={}, max_pool_connections=32, retries={"total_max_attempts": 2, "mode": "standard"}
        )

    def credentials_of(self, role: str) -> dict[str, str]:
        """Variables with which a process acts under a role (by name), for longer than any stack runs."""
        answer = self.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="local", DurationSeconds=30 * 24 * 3600
        )
        found = answer["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.endpoint_url, config=self._config)
