"""Which addresses the hub may be sent to: the public internet over TLS, and nothing that only a server can reach.

A URL is looked at twice: its text when somebody sets it, and every address its name resolves to before each connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

PORTS = frozenset({443, 8443})
MOST_CHARACTERS = 2000
_GLOBAL_V6 = ip_network("2000::/3")  # all that is given out; elsewhere lie mapped, translated and local addresses
# What Python counts as global, or did in some version, and is not somebody's server out there.
_NOT_OUT_THERE = tuple(
    ip_network(net)
    for net in (
        "168.63.129.16/32",  # Azure's host
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # protocol assignments, Teredo among them
        "2002::/16",  # 6to4: an IPv4 address inside
        "3fff::/20",  # documentation
    )
)


@dataclass(frozen=True)
class Target:
    """Where a URL points; ``host`` as it is looked up."""

    scheme: str
    host: str
    port: int


def target_of(url: str) -> Target | None:
    """The URL's parts; None where it is none that can be called."""
    if len(url) > MOST_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    if scheme not in ("http", "https") or not host or "%" in host or port == 0:
        return None
    if "@" in parts.netloc or parts.fragment:
        return None
    return Target(scheme, host, port or (443 if scheme == "https" else 80))


def url_problem(url: str, *, open_loopback: bool = False) -> str:
    """What is wrong with the text of a URL, in plain words; "" if nothing is."""
    target = target_of(url)
    if target is None:
        return "must be an https address with a host, without user name, password or fragment"
    if open_loopback:
        return ""  # what may be called beside https is decided by the address
    return _transport_problem(target)


def address_problem(target: Target, address: str, *, open_loopback: bool = False) -> str:
    """Why nothing may be sent to this address on behalf of the target; "" if it may."""
    try:
        found = ip_address(address)
    except ValueError:
        return "the name leads to no address"
    if open_loopback and found.is_loopback:
        return ""
    return _transport_problem(target) or ("" if is_public(found) else "the address is not public")


def _transport_problem(target: Target) -> str:
    if target.scheme != "https":
        return "must begin with https://"
    if target.port not in PORTS:
        return f"the port must be one of {', '.join(map(str, sorted(PORTS)))}"
    return ""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is a server out there, for all we can tell."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return False
    if any(address in net for net in _NOT_OUT_THERE if net.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)
