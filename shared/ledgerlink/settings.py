"""The environment, read once: nobody else looks at it (a lint rule sees to that)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(frozen=True)
class Settings:
    """What a function was told. Names in the environment are these in capitals, with ``LEDGERLINK_`` before them."""

    stage: str = "local"
    local: bool = False  # on a laptop: the simulator, local sign-in, no nonce cookie for scripts
    clock_file: str = ""  # JSON {"offset_s": …}; only where time can be moved

    links_table: str = "links"
    records_table: str = "records"
    activity_table: str = "activity"
    control_table: str = "control"
    files_bucket: str = ""
    export_queue_url: str = ""
    import_queue_url: str = ""
    jobs_queue_url: str = ""
    notices_queue_url: str = ""
    crm_notices_queue_url: str = ""
    token_key_id: str = ""
    aws_endpoint_url: str = ""
    region: str = "eu-west-1"

    xero_secret_name: str = ""
    xero_client_id: str = ""
    xero_client_secret: str = field(default="", repr=False)
    xero_webhook_key: str = field(default="", repr=False)  # comma-separated while keys rotate
    xero_api_url: str = "https://api.xero.com/api.xro/2.0"
    xero_identity_url: str = "https://identity.xero.com"
    xero_login_url: str = "https://login.xero.com/identity/connect/authorize"
    xero_connections_url: str = "https://api.xero.com/connections"

    public_url: str = ""  # of the API; the redirect address lies under it
    console_url: str = ""
    mail_from: str = "ledgerlink@example.com"

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """The settings in ``environ`` (default: the process's); absent or empty ones keep their defaults."""
        source = os.environ if environ is None else environ
        found: dict[str, object] = {}
        for item in fields(cls):
            value = source.get(f"LEDGERLINK_{item.name.upper()}") or (
                source.get("AWS_REGION") if item.name == "region" else None
            )
            if value:
                found[item.name] = value.lower() in ("1", "true", "yes") if item.name == "local" else value
        return cls(**found)  # type: ignore[arg-type]  # the names are this class's own
