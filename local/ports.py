"""The three ports of the local stack, all on the loopback interface."""

import os
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic, sleep

HOST = "127.0.0.1"


class PortInUse(Exception):
    """Somebody listens where the local stack wants to."""


class BadPort(Exception):
    """A port somebody asked for cannot be one."""


class NotReady(Exception):
    """A part of the local stack did not come up."""


@dataclass(frozen=True)
class Ports:
    gateway: int = 8700
    xero: int = 8701
    aws: int = 8702

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> "Ports":
        """Raises BadPort for what is no port, or the same one twice."""
        named = {
            name: _number(name, env.get(name) or str(usual))
            for name, usual in (
                ("LEDGERLINK_PORT", cls.gateway),
                ("LEDGERLINK_XERO_PORT", cls.xero),
                ("LEDGERLINK_AWS_PORT", cls.aws),
            )
        }
        if len(set(named.values())) < len(named):
            told = ", ".join(f"{name}={number}" for name, number in named.items())
            raise BadPort(f"Each part needs a port of its own, not {told}.")
        return cls(*named.values())

    @classmethod
    def free(cls) -> "Ports":
        """Three ports nobody uses now, for tests and benchmarks."""
        sockets = [socket.create_server((HOST, 0)) for _ in range(3)]
        numbers = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        return cls(*numbers)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise BadPort(f"{name} must be a port, a number from 1 to 65535, not {text!r}.")
    return int(text)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def can_listen(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True


def require_free(port: int, what: str, variable: str) -> None:
    """Refuses a port that answers: talking to somebody else's server would look like our own stale state."""
    if answers(port) or not can_listen(port):
        raise PortInUse(
            f"Port {port} ({what}) is in use. Stop what listens there, or choose another with {variable}=PORT."
        )


def direct() -> urllib.request.OpenerDirector:
    """Opens local URLs without asking the person's proxy."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def wait_until_answers(url: str, alive: Callable[[], bool], patience_s: float = 15.0) -> None:
    """Waits until `url` answers anything at all; `alive` says whether waiting still makes sense."""
    opener = direct()
    end = monotonic() + patience_s
    while monotonic() < end and alive():
        try:
            opener.open(url, timeout=2).close()
            return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            sleep(0.02)
    raise NotReady(f"{url} did not answer")
