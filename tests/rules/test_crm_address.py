"""Where the hub may be sent: a table of hostile addresses."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from ledgerlink.rules.crm_address import Target, address_problem, is_public, target_of, url_problem

CRM = Target("https", "crm.example", 443)


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example/hooks",
        "https://crm.example",
        "https://crm.example:8443/hooks?token=a%20b",
        "HTTPS://CRM.example/",
        "https://crm.example./",
        "https://xn--mller-kva.example/",
    ],
)
def test_an_https_address_with_a_name_is_good(url: str) -> None:
    assert url_problem(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example/hooks",
        "//crm.example",
        "http://crm.example/",
        "ftp://crm.example/",
        "file:///etc/passwd",
        "gopher://crm.example/",
        "https://",
        "https:///hooks",
        "https://user@crm.example/",
        "https://user:secret@crm.example/",
        "https://crm.example@127.0.0.1/",
        "https://crm.example\\@127.0.0.1/",
        "https://crm.example/#part",
        "https://crm.example/a b",
        "https://crm.example/\r\nHost: other",
        "https://müller.example/",
        "https://crm.example:22/",
        "https://crm.example:80/",
        "https://crm.example:6379/",
        "https://crm.example:0/",
        "https://crm.example:99999/",
        "https://crm.example:x/",
        "https://[fe80::1%25eth0]/",
        "https://[::1",
        "https://crm.example/" + "x" * 2000,
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    assert url_problem(url) != ""


HOSTILE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",  # a cloud's metadata
    "127.0.0.1",
    "127.8.9.10",
    "168.63.129.16",  # a cloud's host
    "169.254.0.1",
    "169.254.169.254",  # AWS's metadata
    "169.254.170.2",  # AWS's container credentials
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "224.0.1.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",  # 127.0.0.1, the old way
    "::ffff:127.0.0.1",  # mapped
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",  # nobody needs it
    "64:ff9b::7f00:1",  # translated (NAT64)
    "64:ff9b:1::1",
    "100::1",
    "2001::1",  # Teredo
    "2001:db8::1",
    "2002:7f00:1::1",  # 6to4 of 127.0.0.1
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",  # AWS's metadata
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "5f00::1",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_out_there_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    assert address_problem(CRM, address) == "the address is not public"


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450::5"])
def test_a_server_out_there_is_allowed(address: str) -> None:
    assert address_problem(CRM, address) == ""


@pytest.mark.parametrize("address", ["", "crm.example", "127.1", "2130706433", "0x7f.1", "[::1]"])
def test_what_is_no_address_is_refused(address: str) -> None:
    assert address_problem(CRM, address) != ""


@pytest.mark.parametrize(
    ("url", "address", "allowed"),
    [
        ("http://localhost:9000/", "127.0.0.1", True),
        ("http://localhost:9000/", "::1", True),
        ("https://localhost/", "127.0.0.1", True),
        ("http://crm.example/", "8.8.8.8", False),
        ("https://crm.example:9000/", "8.8.8.8", False),
        ("https://crm.example/", "8.8.8.8", True),
        ("http://intranet:9000/", "10.0.0.1", False),
        ("http://metadata/", "169.254.169.254", False),
        ("http://any:9000/", "0.0.0.0", False),
    ],
)
def test_a_laptop_opens_loopback_and_nothing_else(url: str, address: str, *, allowed: bool) -> None:
    target = target_of(url)
    assert target is not None
    assert url_problem(url, open_loopback=True) == ""
    assert (address_problem(target, address, open_loopback=True) == "") is allowed
