"""One botocore session, clients built when first asked for. botocore alone: boto3 would add nothing but start time."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

# Short, because everything here is retried by whoever called the function; two tries, because packets do get lost.
_CONFIG = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}, max_pool_connections=16
)
_OF_SERVICE = {
    # Presigned addresses: of a bucket under KMS they need SigV4, of a new bucket its own region's host; a checksum in
    # them would have to be repeated by whoever uses them.
    "s3": Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    ),
}


@cache
def session() -> botocore.session.Session:
    """The process's botocore session."""
    return botocore.session.get_session()


@cache
def client(service: str, region: str, endpoint_url: str = "") -> Any:
    """A client of one AWS service; ``endpoint_url`` points it at the local emulator."""
    config = _CONFIG.merge(_OF_SERVICE[service]) if service in _OF_SERVICE else _CONFIG
    return session().create_client(service, region_name=region, endpoint_url=endpoint_url or None, config=config)
