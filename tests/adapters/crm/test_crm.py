"""One message to the CRM over a real socket: its signatures, its limits, and where it refuses to go."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import WebhookVerificationError

from ledgerlink.adapters.crm import HttpCrm
from ledgerlink.errors import Invalid
from ledgerlink.ports import CrmMessage
from tests.support.receiver import Say, receiving

pytestmark = pytest.mark.loopback

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLDER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
MESSAGE = CrmMessage("msg_1", '{"type":"record.changed","data":{"name":"Müller"}}')
LOCAL = HttpCrm(open_loopback=True)


def test_a_receiver_verifies_it_with_the_library_by_either_live_secret() -> None:
    with receiving() as receiver:
        answer = LOCAL.send(receiver.url, MESSAGE, [SECRET, OLDER])
    assert (answer.status, answer.detail) == (204, "")
    (arrived,) = receiver.arrived
    assert arrived.verified(SECRET) == arrived.verified(OLDER) == {"type": "record.changed", "data": {"name": "Müller"}}
    assert (arrived.path, arrived.headers["webhook-id"]) == ("/hooks", "msg_1")
    assert arrived.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        arrived.verified("whsec_" + "AAAA" * 8)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    with receiving() as other, receiving(Say(status, {"location": other.url})) as receiver:
        assert LOCAL.send(receiver.url, MESSAGE, [SECRET]).status == status
    assert other.arrived == []


def test_of_an_answer_no_more_than_its_beginning_is_kept() -> None:
    with receiving(Say(400, text="x" * 1_000_000)) as receiver:
        answer = LOCAL.send(receiver.url, MESSAGE, [SECRET])
    assert (answer.status, answer.text) == (400, "x" * 500)
    assert "xxx" not in repr(answer)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("soon", None),
        ("-1", None),
        ("9" * 60, 10**7),
    ],
)
def test_retry_after_is_seconds_or_nothing(text: str, seconds: int | None) -> None:
    with receiving(Say(503, {"retry-after": text})) as receiver:
        told = LOCAL.send(receiver.url, MESSAGE, [SECRET]).retry_after
    assert told == (None if seconds is None else timedelta(seconds=seconds))


def test_retry_after_as_a_date_is_counted_from_now() -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    with receiving(Say(503, {"retry-after": format_datetime(until, usegmt=True)})) as receiver:
        told = LOCAL.send(receiver.url, MESSAGE, [SECRET]).retry_after
    assert told is not None
    assert timedelta(minutes=59) < told <= timedelta(hours=1)


@pytest.mark.parametrize("said", [Say(drip_s=0.05), Say(before=lambda: time.sleep(1))], ids=["drips", "silent"])
def test_the_whole_exchange_has_one_deadline(said: Say) -> None:
    began = time.monotonic()
    with receiving(said) as receiver:
        answer = HttpCrm(open_loopback=True, whole_s=0.3).send(receiver.url, MESSAGE, [SECRET])
    assert (answer.status, answer.detail) == (None, "no answer in time")
    assert time.monotonic() - began < 10  # dripping takes longer


def test_a_status_counts_though_the_rest_of_the_answer_does_not_come() -> None:
    slow = Say(200, text="y" * 200, drip_s=0.005)
    with receiving(slow) as receiver:
        answer = HttpCrm(open_loopback=True, whole_s=0.8).send(receiver.url, MESSAGE, [SECRET])
    assert answer.status == 200


def test_where_nobody_listens_it_says_so() -> None:
    with receiving() as receiver:
        pass
    answer = LOCAL.send(receiver.url, MESSAGE, [SECRET])
    assert (answer.status, answer.detail) == (None, "no connection could be made")


# ------------------------------------------------------------------ the guard


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://2130706433/",  # 127.0.0.1 as one number
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_deployed_it_goes_nowhere_near_this_machine(url: str) -> None:
    with receiving() as receiver:
        url = url.format(port=receiver.port)
        with pytest.raises(Invalid) as refused:
            HttpCrm().check(url)
        answer = HttpCrm().send(url, MESSAGE, [SECRET])
    assert refused.value.code == "address_refused"
    assert answer.status is None
    assert answer.detail.startswith("not sent: ")
    assert receiver.arrived == []


def test_one_bad_address_among_good_ones_is_enough() -> None:
    crm = HttpCrm(resolve=lambda host, port: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Invalid, match="not public"):
        crm.check("https://crm.example/")


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
def test_a_name_that_leads_nowhere_is_refused(error: Exception) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise error

    crm = HttpCrm(resolve=resolve)
    with pytest.raises(Invalid, match="cannot be resolved"):
        crm.check("https://crm.example/")
    assert crm.send("https://crm.example/", MESSAGE, [SECRET]).detail == "not sent: the name cannot be resolved"


def test_a_name_that_changes_its_address_after_it_was_checked_gains_nothing() -> None:
    """DNS rebinding: public when it is looked at, this machine when it is connected to."""
    answers = [["8.8.8.8"], ["127.0.0.1"]]
    crm = HttpCrm(resolve=lambda host, port: answers.pop(0))
    crm.check("https://crm.example/")
    answer = crm.send("https://crm.example/", MESSAGE, [SECRET])
    assert (answer.status, answer.detail) == (None, "not sent: the address is not public")


def test_it_connects_to_the_very_address_that_was_vetted() -> None:
    """Nobody but the one look-up knows this name, and the look-up would say something else the second time."""
    answers = [["127.0.0.1"]]
    with receiving() as receiver:
        crm = HttpCrm(open_loopback=True, resolve=lambda host, port: answers.pop(0))
        answer = crm.send(f"http://crm.invalid:{receiver.port}/x", MESSAGE, [SECRET])
    assert answer.status == 204
    assert receiver.arrived[0].headers["host"] == f"crm.invalid:{receiver.port}"


def test_an_address_that_does_not_answer_is_followed_by_the_next() -> None:
    with receiving() as receiver:
        crm = HttpCrm(open_loopback=True, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])
        assert crm.send(f"http://crm.invalid:{receiver.port}/", MESSAGE, [SECRET]).status == 204


def certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a server of that name, and for a client that believes it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(pem + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    client = ssl.create_default_context(cadata=pem.decode())
    return server, client


@pytest.mark.parametrize(("name", "status"), [("crm.example", 204), ("other.example", None)])
def test_tls_is_for_the_name_not_for_the_address(name: str, status: int | None, tmp_path: Path) -> None:
    server, client = certificate(name, tmp_path)
    with receiving(tls=server) as receiver:
        crm = HttpCrm(open_loopback=True, resolve=lambda host, port: ["127.0.0.1"], tls=lambda: client)
        answer = crm.send(f"https://crm.example:{receiver.port}/", MESSAGE, [SECRET])
    assert answer.status == status
    assert answer.detail == ("" if status else "its certificate is not valid")
