"""CSV in and out, and uploads, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from ledgerlink.flows.context import open_context
from ledgerlink.flows.csv.outward import ORGANIZATIONS as ORGANIZATIONS_SHEET
from ledgerlink.flows.csv.outward import whole
from tests.support.api import ACME, ORGANIZATIONS, Answered, Api
from tests.support.xero import SimulatedXero

CSV = {"content-type": "text/csv"}


def import_csv(api: Api, what: str, text: str | bytes, **query: object) -> Answered:
    return api.post(f"{ACME}/{what}:import-csv", text, headers=CSV, **query)


def test_organizations_go_out_and_come_in_unchanged(api: Api) -> None:
    api.put(f"{ORGANIZATIONS}/hall", {"name": "Häll, & Söhne", "email": "a@hall.example"})
    api.put(f"{ORGANIZATIONS}/sum", {"name": "=SUM(A1)"})
    out = api.get(f"{ACME}/organizations.csv")
    assert out.headers["content-type"].startswith("text/csv")
    assert "attachment" in out.headers["content-disposition"]
    came = import_csv(api, "organizations", out.text)
    assert (came["rows"], came["unchanged"], came["failed"]) == (2, 2, 0)


def test_organizations_come_in_and_a_bad_row_spoils_no_other(api: Api) -> None:
    text = "id,name,email\na,Ann,ann@a.example\nb,,\n,Nobody,\n"
    dry = import_csv(api, "organizations", text, dry_run=True)
    assert (dry["dry_run"], dry["created"], api.get(ORGANIZATIONS)["items"]) == (True, 1, [])
    came = import_csv(api, "organizations", text)
    assert (came["rows"], came["created"], came["failed"]) == (3, 1, 2)
    assert [row["line"] for row in came["results"]] == [2, 3, 4]
    assert came["results"][1]["message"]


def test_links_come_in(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall"})
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall"})
    came = import_csv(connected, "links", f"id,Linked Xero contact\nhall,{contact}\nnobody,{contact}\n")
    assert (came["linked"], came["failed"]) == (1, 1)
    assert connected.get(f"{ORGANIZATIONS}/hall")["sync"]["accounting_code"] == contact


def test_contacts_go_out(connected: Api, simulated: SimulatedXero) -> None:
    [contact] = simulated.seed({"Name": "Hall", "EmailAddress": "a@hall.example"})
    out = connected.get(f"{ACME}/ledger/contacts.csv")
    assert f"{contact},Hall,,a@hall.example" in out.text


def test_a_large_download_lies_in_the_bucket(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledgerlink.flows.csv.downloads.MOST_INLINE", 10)
    out = api.get(f"{ACME}/organizations.csv")
    assert (out.status, out.headers["location"].startswith("https://files.s3.")) == (303, True)


def test_a_download_that_takes_long_is_made_by_a_job_and_fetched_by_following(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledgerlink.flows.csv.downloads.AT_ONCE", timedelta(seconds=-1))
    monkeypatch.setattr("ledgerlink.flows.csv.outward.PAGE", 2)
    for number in range(5):
        api.put(f"{ORGANIZATIONS}/c{number}", {"name": f"Häll {number}"})
    begun = api.get(f"{ACME}/organizations.csv", bom="true", role="viewer")
    path, _, job = begun.headers["location"].partition("?download=")
    assert (begun.status, path) == (303, f"{ACME}/organizations.csv")
    waiting = api.get(path, download=job)
    assert (waiting.status, waiting.headers["location"]) == (303, begun.headers["location"])
    api.work(job)
    done = api.get(path, download=job, role="viewer")
    assert (done.status, done.headers["location"].startswith("https://files.s3.")) == (303, True)
    text = b"".join(api.wired.files.open(urlsplit(done.headers["location"]).path[1:])).decode()
    assert text == "\ufeff" + "".join(whole(open_context("acme", api.wired), ORGANIZATIONS_SHEET))
    assert api.get(f"{ACME}/jobs/{job}")["progress"]["done"] == 5
    assert api.get(f"{ACME}/ledger/contacts.csv", download=job).status == 404
    assert api.post(f"{ACME}/jobs", {"kind": "download-organizations"}).status == 422


def test_a_download_that_was_cancelled_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledgerlink.flows.csv.downloads.AT_ONCE", timedelta(seconds=-1))
    monkeypatch.setattr("ledgerlink.flows.csv.outward.PAGE", 1)
    for number in range(2):
        api.put(f"{ORGANIZATIONS}/c{number}", {"name": f"Hall {number}"})
    where = api.get(f"{ACME}/organizations.csv").headers["location"]
    job = where.partition("=")[2]
    api.post(f"{ACME}/jobs/{job}/cancel")
    api.work(job)
    told = api.get(f"{ACME}/organizations.csv", download=job)
    assert (told.status, told["code"]) == (409, "download_failed")


def test_a_contact_that_moves_while_all_are_read_stands_in_the_file_once(
    connected: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledgerlink.flows.csv.downloads.AT_ONCE", timedelta(seconds=-1))
    ids = simulated.seed(*({"Name": f"Hall {number}"} for number in range(1_100)))
    where = connected.get(f"{ACME}/ledger/contacts.csv").headers["location"]
    for id_ in (ids[0], ids[-1]):  # one of the page to come, one of the page that was read
        simulated.human("edit", id_, Name=f"Moved {id_}")
    job = where.partition("=")[2]
    connected.work(job)
    done = connected.get(f"{ACME}/ledger/contacts.csv", download=job)
    text = b"".join(connected.wired.files.open(urlsplit(done.headers["location"]).path[1:])).decode()
    assert sorted(row.split(",")[0] for row in text.splitlines()[1:]) == sorted(ids)


def test_a_file_that_is_too_large_is_told_the_other_way(api: Api) -> None:
    rows = "".join(f"n{i},Name {i}\n" for i in range(5_001))
    answer = import_csv(api, "organizations", f"id,name\n{rows}")
    assert (answer.status, answer["job"]) == (413, "import-organizations")
    assert "uploads" in answer["detail"]
    assert import_csv(api, "organizations", "id,name\n" + "x" * 4_100_000).status == 413


def test_an_upload_is_an_address_and_a_job_reads_it(api: Api) -> None:
    begun = api.post(f"{ACME}/uploads", {"name": "all.csv", "content_type": "text/csv"})
    assert (begun.status, set(begun.json)) == (201, {"upload_id", "url"})
    key = f"uploads/acme/{begun['upload_id']}"
    api.wired.files.put(key, b"id,name\na,Ann\n", content_type="text/csv")
    job = {"kind": "import-organizations", "options": {"upload_id": begun["upload_id"]}}
    started = api.post(f"{ACME}/jobs", job)
    assert started.status == 202, started.text
    api.work(started["id"])
    assert [record["id"] for record in api.get(ORGANIZATIONS)["items"]] == ["a"]


@pytest.mark.parametrize("text", ["", "name\nAnn\n", b"\xff\xfe\x00"])
def test_a_file_that_makes_no_sense_is_refused(api: Api, text: str | bytes) -> None:
    answer = import_csv(api, "organizations", text)
    assert answer.is_problem
    assert answer.status == 422
