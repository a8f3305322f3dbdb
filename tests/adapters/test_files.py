"""The bucket, the jobs' chunks in it, and the mailer, against AWS in this process."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from ledgerlink.adapters.aws import client
from ledgerlink.adapters.files import S3Files
from ledgerlink.adapters.jobs import StoredJobs, chunk_key
from ledgerlink.adapters.mailer import SesMailer
from ledgerlink.errors import NotFound, Refused, StoreBusy, Transient
from ledgerlink.ports import Mail
from ledgerlink.state.job import Job, JobItem
from tests.support.aws import REGION, AwsInProcess

MAIL = Mail(to="ann@acme.example", subject="Two\nlines", text="text ü", html="<p>html ü</p>")


@pytest.fixture
def files(aws: AwsInProcess) -> S3Files:
    s3 = client("s3", REGION)
    s3.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": REGION})
    return S3Files(s3, "files")


def test_a_body_comes_back_in_pieces(files: S3Files) -> None:
    body = bytes(range(256)) * 4096
    files.put("a/b", body, content_type="text/plain")
    assert b"".join(files.open("a/b")) == body
    assert files.size("a/b") == len(body)


@pytest.mark.parametrize("part", [5, 100])
def test_bodies_are_put_together(files: S3Files, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    monkeypatch.setattr("ledgerlink.adapters.files.PART", part)
    for name in ("one", "two", "three"):
        files.put(name, f"<{name}>".encode(), content_type="text/plain")
    files.join("all", ["one", "two", "three"], content_type="text/plain")
    assert b"".join(files.open("all")) == b"<one><two><three>"
    files.join("none", [], content_type="text/plain")
    assert files.size("none") == 0
    with pytest.raises(NotFound):
        files.join("lost", ["one", "gone"], content_type="text/plain")


def test_what_is_not_there_is_not_found(files: S3Files) -> None:
    with pytest.raises(NotFound):
        files.open("nothing")
    assert files.size("nothing") is None


def test_trouble_is_passing(files: S3Files, aws: AwsInProcess) -> None:
    aws.hook = lambda _call, _answer: (503, {}, b"<Error><Code>SlowDown</Code></Error>")
    for ask in (
        lambda: files.open("a"),
        lambda: files.size("a"),
        lambda: files.put("a", b"x", content_type="text/plain"),
    ):
        with pytest.raises(StoreBusy):
            ask()


def test_presigned_addresses_are_of_the_region_and_short_lived(files: S3Files) -> None:
    for url in (files.upload_url("u/1", content_type="text/csv"), files.download_url("u/1", filename="x.csv")):
        parts = urlsplit(url)
        assert parts.hostname == f"files.s3.{REGION}.amazonaws.com"
        assert parse_qs(parts.query)["X-Amz-Expires"] == ["3600"]
        assert "checksum" not in parts.query.lower()


def a_job() -> Job:
    return Job(company="acme", id="j1", kind="import-contacts", started_at=datetime(2026, 11, 22, tzinfo=UTC))


def test_chunks_are_kept_as_compressed_lines(files: S3Files) -> None:
    jobs, items = StoredJobs(files), [JobItem(kind="organizations", id=f"o{n}", outcome="created") for n in range(3)]
    jobs.write_chunk(a_job(), "result", 0, items)
    assert jobs.read_chunk(a_job(), "result", 0) == items
    packed = b"".join(files.open(chunk_key(a_job(), "result", 0)))
    assert len(gzip.decompress(packed).splitlines()) == 3


def test_writing_a_chunk_again_replaces_it(files: S3Files) -> None:
    jobs = StoredJobs(files)
    for outcome in ("created", "failed"):
        jobs.write_chunk(a_job(), "plan", 7, [JobItem(kind="k", id="a", outcome=outcome)])
    assert [item.outcome for item in jobs.read_chunk(a_job(), "plan", 7)] == ["failed"]
    with pytest.raises(NotFound):
        jobs.read_chunk(a_job(), "plan", 8)


# ------------------------------------------------------------------ mail


class Ses:
    """The one call of an SES client that the mailer makes."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.sent = error, []  # type: ignore[var-annotated]

    def send_email(self, **message: Any) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(message)


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "SendEmail")


def test_a_mail_has_both_forms_and_one_line_of_subject() -> None:
    ses = Ses()
    SesMailer(ses, "hub@example.com").send(MAIL)
    [message] = ses.sent
    simple = message["Content"]["Simple"]
    assert (message["FromEmailAddress"], message["Destination"]) == (
        "hub@example.com",
        {"ToAddresses": ["ann@acme.example"]},
    )
    assert simple["Subject"]["Data"] == "Two lines"
    assert (simple["Body"]["Text"]["Data"], simple["Body"]["Html"]["Data"]) == ("text ü", "<p>html ü</p>")


def test_the_real_client_takes_it(aws: AwsInProcess) -> None:
    ses = client("sesv2", REGION)
    ses.create_email_identity(EmailIdentity="hub@example.com")
    SesMailer(ses, "hub@example.com").send(MAIL)


@pytest.mark.parametrize("code", ["MessageRejected", "MailFromDomainNotVerifiedException", "AccountSuspendedException"])
def test_what_will_never_go_is_refused(code: str) -> None:
    with pytest.raises(Refused):
        SesMailer(Ses(refused(code)), "hub@example.com").send(MAIL)


@pytest.mark.parametrize(
    "error",
    [refused("TooManyRequestsException"), refused("SendingPausedException"), EndpointConnectionError(endpoint_url="x")],
)
def test_what_may_go_later_is_passing(error: Exception) -> None:
    with pytest.raises(Transient):
        SesMailer(Ses(error), "hub@example.com").send(MAIL)
