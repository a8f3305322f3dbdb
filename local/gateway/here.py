"""Whether a request comes from this machine: what the local helpers and the local issuer ask first."""

from urllib.parse import urlsplit

from local.gateway.events import Request

LOCAL_NAMES = {"127.0.0.1", "localhost"}


def comes_from_here(request: Request) -> bool:
    """Refuses other sites' pages: by Host against a rebound name, by Origin against a form that posts here."""
    origin = request.header("origin")
    hosts = [urlsplit(f"//{request.header('host')}").hostname, *([urlsplit(origin).hostname] if origin else [])]
    return all(host in LOCAL_NAMES for host in hosts)
