"""What a local stack can be told: by its caller, or by the environment of `make run`."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.ports import HOST, Ports

REPOSITORY = Path(__file__).resolve().parent.parent
XERO_URLS = (
    "LEDGERLINK_XERO_API_URL",
    "LEDGERLINK_XERO_IDENTITY_URL",
    "LEDGERLINK_XERO_LOGIN_URL",
    "LEDGERLINK_XERO_CONNECTIONS_URL",
)
PASSED_ON = (
    *XERO_URLS,
    "LEDGERLINK_XERO_CLIENT_ID",
    "LEDGERLINK_XERO_CLIENT_SECRET",
    "LEDGERLINK_XERO_WEBHOOK_KEY",
    "POWERTOOLS_LOG_LEVEL",
)


@dataclass(frozen=True)
class Options:
    """`root` holds template.yaml, `state` the logs and the clock; `environment` is added to every function's.

    With `rights` the emulator holds functions to their roles, which halves its speed; `warm` starts processes ahead of
    their first event. `code` (first the functions, then layers) and `python` run something else than the sources under
    this Python: a build, say.
    """

    root: Path = REPOSITORY
    ports: Ports = field(default_factory=Ports)
    state: Path = REPOSITORY / ".local"
    environment: Mapping[str, str] = field(default_factory=dict)
    aws_endpoint_url: str | None = None
    warm: bool = True
    rights: bool = field(default_factory=lambda: os.environ.get("LEDGERLINK_RIGHTS") != "0")
    code: tuple[Path, ...] = ()
    python: str = sys.executable

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> "Options":
        """Stacks on other ports than the usual ones keep their state apart, so that two can run from one checkout."""
        ports = Ports.from_environment(env)
        state = REPOSITORY / ".local"
        return cls(
            ports=ports,
            state=state if ports.gateway == Ports.gateway else state / str(ports.gateway),
            environment={name: env[name] for name in PASSED_ON if env.get(name)},
            aws_endpoint_url=env.get("LEDGERLINK_AWS_ENDPOINT_URL") or None,
        )

    @property
    def gateway_url(self) -> str:
        return f"http://{HOST}:{self.ports.gateway}"

    @property
    def xero_url(self) -> str:
        return f"http://{HOST}:{self.ports.xero}"

    @property
    def uses_simulator(self) -> bool:
        """Somebody who points the hub elsewhere needs no simulator."""
        return not any(name in self.environment for name in XERO_URLS)

    @property
    def parameters(self) -> dict[str, str]:
        """The template's parameters as they are on a laptop."""
        return {
            "Stage": "local",
            "PublicUrl": self.gateway_url,
            "ConsoleUrl": self.gateway_url,
            "DoorbellDelay": "1",  # the least: rings are deduplicated by the second
            "AlarmEmail": "",
        }

    @property
    def import_path(self) -> list[Path]:
        """Where a function's process imports from, the functions first."""
        sources = (self.root / "functions", self.root / "shared")
        return list(self.code) or [folder for folder in sources if folder.is_dir()]

    def hub_environment(self) -> dict[str, str]:
        """What every function is told beyond the template."""
        defaults = {
            "LEDGERLINK_LOCAL": "1",
            "LEDGERLINK_CLOCK_FILE": str(self.state / "clock.json"),
            "LEDGERLINK_XERO_API_URL": f"{self.xero_url}/api.xro/2.0",
            "LEDGERLINK_XERO_IDENTITY_URL": self.xero_url,
            "LEDGERLINK_XERO_LOGIN_URL": f"{self.xero_url}/identity/connect/authorize",
            "LEDGERLINK_XERO_CONNECTIONS_URL": f"{self.xero_url}/connections",
            "LEDGERLINK_XERO_CLIENT_ID": "local-client",
            "LEDGERLINK_XERO_CLIENT_SECRET": "local-secret",
            "LEDGERLINK_XERO_WEBHOOK_KEY": "local-webhook-key",
        }
        return {**defaults, **self.environment}
