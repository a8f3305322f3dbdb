"""Files too large for a request, as jobs: in pages, planned or at once, with the ledger read page by page (K9, K10)."""

from __future__ import annotations

import pytest

from ledgerlink.errors import Invalid
from ledgerlink.flows.bulk import csv_import, jobs
from ledgerlink.flows.connection import connect
from ledgerlink.flows.sweeping import sweep
from tests.support.hub import ACME, ANN, Hub

NOBODY = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def quiet(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Pages of ten rows, and nothing is created in the ledger by itself."""
    monkeypatch.setattr(csv_import, "ROWS", 10)
    hub.setting(create_linked_contact_on_create=False)
    return hub


def rows(count: int, ids: list[str]) -> str:
    told = (f"o{n},Name {n},{ids[n] if n < len(ids) else ''}" for n in range(count))
    return "\n".join(["id,name,Linked Xero contact", *told])


@pytest.mark.parametrize("planned", [False, True])
def test_organizations_come_in_page_by_page_and_are_linked(quiet: Hub, planned: bool) -> None:
    ids = quiet.xero.seed(*({"Name": f"Contact {n}"} for n in range(5)))
    text = rows(25, ids) + f"\no1,again,\nx y,bad,\nnew,,\nlost,Lost,{NOBODY}"
    job = quiet.done("import-organizations", dry_run=planned, options={"upload_id": quiet.upload(text)})
    if planned:
        assert (job.status, job.progress.created, job.progress.linked) == ("planned", 20, 5)
        assert quiet.record("o0") is None
        jobs.apply(quiet.context, job.id, ANN)
        quiet.run()
    found = quiet.job(job.id)
    figures = found.progress
    assert (figures.total, figures.done, figures.created, figures.linked, figures.failed) == (29, 29, 20, 5, 4)
    assert sorted(failure.line for failure in found.failures) == [27, 28, 29, 30]
    assert quiet.link("o3").document_id == ids[3]
    assert quiet.record("lost") is None
    assert (found.status, found.email.status) == ("done", "sent")


def test_in_a_long_file_the_first_of_two_rows_counts_even_if_it_fails_and_the_second_says_so(quiet: Hub) -> None:
    [id_] = quiet.xero.seed({"Name": "Contact"})
    for name in ("a", "b"):
        quiet.save(name)
    text = f"id,Linked Xero contact\nmissing,{id_}\na,{id_}\nb,{NOBODY}\nb,{id_}"
    job = quiet.done("import-links", options={"upload_id": quiet.upload(text)})
    messages = {failure.line: failure.message for failure in job.failures}
    assert messages[3] == "line 2 names the same contact; only the first is looked at, even if it fails"
    assert messages[5] == "line 4 is about the same organization; only the first is looked at, even if it fails"


@pytest.mark.parametrize("planned", [False, True])
def test_a_cell_of_a_million_characters_makes_no_answer_that_nobody_can_carry(quiet: Hub, planned: bool) -> None:
    text = "id,name\nlong," + "x" * 1_000_000 + "\nfine,Fine"
    job = quiet.done("import-organizations", dry_run=planned, options={"upload_id": quiet.upload(text)})
    assert (job.progress.failed, job.progress.created) == (1, 1)
    told = [item.model_dump_json() for item in jobs.items(quiet.context, job.id).items]
    assert len(told) == 2
    assert max(map(len, told)) < 2000


def test_links_are_found_with_as_few_calls_as_may_be(quiet: Hub) -> None:
    ids = quiet.xero.control("POST", "seed", {"contacts": 1300})["ids"]["contacts"]
    for n in range(90):
        quiet.save(f"o{n}")
    before = len(quiet.calls())
    started = quiet.start("import-links", options={"upload_id": quiet.upload(rows(90, ids))})
    quiet.run(only=("job", "notice"))
    job = quiet.job(started.id)
    assert (job.progress.linked, job.progress.total) == (90, 90)
    assert len(quiet.calls()) - before == job.calls.used == job.calls.needed == 2


def test_a_file_without_new_links_needs_no_connection(quiet: Hub) -> None:
    connect.disconnect(ACME, quiet.at, sub=ANN.sub)
    job = quiet.done("import-organizations", options={"upload_id": quiet.upload(rows(12, []))})
    assert (job.status, job.progress.created, job.calls.used) == ("done", 12, 0)


def test_one_with_new_links_waits_for_the_connection(quiet: Hub) -> None:
    ids = quiet.xero.seed({"Name": "Contact"})
    quiet.save("o0")
    connect.disconnect(ACME, quiet.at, sub=ANN.sub)
    job = quiet.start("import-links", options={"upload_id": quiet.upload(rows(1, ids))})
    quiet.deliver()
    assert quiet.job(job.id).waiting_for == "not_connected"
    quiet.connect()
    quiet.clock.advance(301)
    sweep(quiet.at)
    quiet.run()
    assert quiet.outcomes(job) == {"o0": "linked"}


def test_rows_whose_organization_changed_since_the_plan_are_left_out(quiet: Hub) -> None:
    quiet.save("o0", name="Before")
    quiet.save("o1", name="Before")
    job = quiet.done("import-organizations", dry_run=True, options={"upload_id": quiet.upload(rows(3, []))})
    quiet.save("o0", name="Meanwhile")
    quiet.save("o2", name="Meanwhile")
    jobs.apply(quiet.context, job.id, ANN)
    quiet.run()
    assert quiet.outcomes(job) == {"o0": "left_out", "o1": "updated", "o2": "left_out"}


def test_a_file_that_cannot_be_used_fails_the_job_with_the_reason(quiet: Hub) -> None:
    job = quiet.done("import-organizations", options={"upload_id": quiet.upload("name,email\nA,b\n")})
    assert (job.status, job.error, job.email.status) == ("failed", "id: the file needs a column 'id'", "sent")


def test_a_file_in_another_encoding_is_read_and_noted(quiet: Hub) -> None:
    job = quiet.done(
        "import-organizations", options={"upload_id": quiet.upload("id,name\na,Müller\n".encode("cp1252"))}
    )
    assert "Windows-1252" in job.notes[0]
    assert quiet.items(job)[0].title == "Müller"


def test_an_empty_file_is_a_short_job(quiet: Hub) -> None:
    job = quiet.done("import-organizations", options={"upload_id": quiet.upload("id,name\n")})
    assert (job.status, job.progress.total) == ("done", 0)


@pytest.mark.parametrize("options", [{}, {"upload_id": "../other/x"}, {"upload_id": "01nothing"}, {"upload_id": 7}])
def test_the_file_must_be_there_when_the_job_starts(quiet: Hub, options: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        quiet.start("import-links", options=options)
    assert refused.value.problems[0].field == "options.upload_id"


def test_options_nobody_reads_are_refused(quiet: Hub) -> None:
    with pytest.raises(Invalid):
        quiet.start("import-links", options={"upload_id": quiet.upload("id\n"), "colour": "red"})


def test_many_rows_take_flat_memory_and_few_turns(quiet: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_import, "ROWS", 1000)
    text = "id,name\n" + "".join(f"o{n},Name {n}\n" for n in range(3000))
    job = quiet.done("import-organizations", options={"upload_id": quiet.upload(text)})
    assert (job.progress.created, job.turns) == (3000, 4)
