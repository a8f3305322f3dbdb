"""A job that dies anywhere goes on where it was: what it did counts once, and its results are those of a calm day."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from ledgerlink.adapters.aws import client
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.bulk import undo_asked as undoing
from ledgerlink.ports import PutLink, PutRecord
from ledgerlink.state.job import Job
from tests.support import aws as in_process
from tests.support.hub import ACME, ANN, Hub, Killed, Message

Told = tuple[dict[str, int], list[tuple[str, str, str, int]]]
FIGURES = ("created", "updated", "archived", "linked", "unlinked", "deleted", "unchanged", "skipped", "suggested")
FIGURES += ("left_out", "failed")
GONE = "00000000-0000-4000-8000-000000000001"
PER_KIND = 5  # deaths tried in one run of the tests; every one of them was, once


def contacts_in(hub: Hub) -> Job:
    hub.save("o1", name="Known Ltd", email="known@x.example")
    hub.save("o2", name="Linked Ltd")
    hub.xero.seed(*({"Name": f"Contact {n}", "EmailAddress": f"c{n}@x.example"} for n in range(14)))
    hub.xero.seed({"Name": "Known", "EmailAddress": "known@x.example"}, {"Name": "Old", "ContactStatus": "ARCHIVED"})
    return hub.start("import-contacts")


def planned_contacts_in(hub: Hub) -> Job:
    hub.xero.seed(*({"Name": f"Contact {n}"} for n in range(8)))
    job = hub.start("import-contacts", dry_run=True)
    hub.run()
    return jobs.apply(hub.context, job.id, ANN)


def organizations_out(hub: Hub) -> Job:
    hub.setting(create_linked_contact_on_create=False)
    for n in range(6):
        hub.save(f"o{n}", email=f"o{n}@x.example")
    hub.save("taken", name="Taken")
    hub.save("wrong", name="<wrong>")
    hub.save("quiet", active=False)
    hub.xero.seed({"Name": "Taken"})
    return hub.start("export-organizations")


def file_in(hub: Hub) -> Job:
    ids = hub.xero.seed(*({"Name": f"Contact {n}"} for n in range(4)))
    hub.setting(create_linked_contact_on_create=False)
    hub.save("o1", name="Known Ltd")
    rows = [f"o{n},Name {n},{ids[n] if n < 4 else ''}" for n in range(1, 8)]
    text = "\n".join(["id,name,Linked Xero contact", *rows, "x,,", "y,Y,nonsense"])
    return hub.start("import-organizations", options={"upload_id": hub.upload(text)})


def books_apart(hub: Hub) -> None:
    """Drift of every sort, of which nobody was told."""
    for n in range(8):
        hub.save(f"o{n}", email=f"o{n}@x.example")
    hub.rest()
    hub.clock.advance(3600)
    ids = [hub.link(f"o{n}").document_id for n in range(8)]
    for n in (0, 1):
        hub.xero.human("edit", ids[n], EmailAddress=f"ledger{n}@x.example")
    hub.xero.human("edit", ids[2], EmailAddress="")
    hub.xero.human("archive", ids[3])
    for n in (4, 5):
        record = hub.record(f"o{n}")
        assert record is not None
        content = record.content.model_copy(update={"email": f"crm{n}@x.example"})
        hub.at.commit.all(PutRecord(record.model_copy(update={"content": content, "revision": record.revision + 1})))
    hub.at.commit.all(PutLink(hub.link("o6").model_copy(update={"document_id": GONE})))
    hub.clock.advance(3600)


def comparison(hub: Hub) -> Job:
    books_apart(hub)
    return hub.start("reconcile")


def planned_comparison(hub: Hub) -> Job:
    books_apart(hub)
    job = hub.start("reconcile", dry_run=True)
    hub.run(only=("job",))
    return jobs.apply(hub.context, job.id, ANN)


def import_undone(hub: Hub) -> Job:
    hub.setting(create_linked_contact_on_create=False, update_linked_contact_on_edit=False)
    for n in range(3):
        hub.save(f"o{n}", email=f"o{n}@x.example")
    hub.done("export-organizations")
    hub.xero.seed(*({"Name": f"Contact {n}"} for n in range(4)))
    hub.clock.advance(5)
    for contact in hub.xero.contacts()[:3]:
        hub.xero.human("edit", contact["ContactID"], TaxNumber="T")
    job = hub.done("import-contacts")
    hub.save("o1", email="mine@x.example")
    return undoing.undo(hub.context, job.id, ANN)


def export_undone(hub: Hub) -> Job:
    hub.setting(create_linked_contact_on_create=False, undo_archives_created=True)
    for n in range(4):
        hub.save(f"o{n}", email=f"o{n}@x.example")
    hub.done("export-organizations", ids=["o0", "o1"])
    hub.setting(update_linked_contact_on_edit=False)
    for n in range(2):
        hub.save(f"o{n}", email=f"new{n}@x.example")
    job = hub.done("export-organizations")
    return undoing.undo(hub.context, job.id, ANN)


SCENES = [contacts_in, planned_contacts_in, organizations_out, file_in, comparison, planned_comparison]
SCENES += [import_undone, export_undone]


@contextmanager
def a_hub(aws: in_process.AwsInProcess) -> Iterator[Hub]:
    aws.reset()
    in_process.create_tables(client("dynamodb", in_process.REGION))
    hub = Hub(aws)
    yield hub
    aws.hook = None
    hub.close()


def told(hub: Hub, job: str) -> Told:
    """What a person sees of it, without what chance decides: ids of records born from contacts."""
    hub.rest()
    found = hub.job(job)
    assert (found.status, found.email.status) == ("done", "sent")
    lines = sorted((item.title, item.outcome, item.reason, item.line) for item in hub.items(job))
    assert found.progress.done == found.progress.total == len(lines)
    return {name: getattr(found.progress, name) for name in FIGURES}, lines


def undisturbed(aws: in_process.AwsInProcess, scene: Callable[[Hub], Job]) -> tuple[Told, int, int]:
    with a_hub(aws) as hub:
        job = scene(hub)
        before = aws.calls
        hub.run()
        return told(hub, job.id), aws.calls - before, len(hub.xero.contacts())


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_job_killed_at_any_call_ends_as_if_it_had_not_been(
    aws: in_process.AwsInProcess, scene: Callable[[Hub], Job]
) -> None:
    expected, calls, contacts = undisturbed(aws, scene)
    chance = random.Random(scene.__name__)
    deaths = [(call, after) for call in range(1, calls + 1) for after in (False, True)]
    for call, after in chance.sample(deaths, min(PER_KIND, len(deaths))):
        with a_hub(aws) as hub:
            job = scene(hub)
            hub.kill_at(call, after=after)
            for _ in range(3):
                with suppress(Killed):
                    hub.run()
            assert (told(hub, job.id), len(hub.xero.contacts())) == (expected, contacts), (call, after)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_messages_lost_repeated_and_out_of_order_change_nothing(
    aws: in_process.AwsInProcess, scene: Callable[[Hub], Job], seed: int
) -> None:
    expected, _, contacts = undisturbed(aws, scene)
    chance = random.Random(seed)

    def delivers(_: Message) -> int:
        return chance.choice((0, 1, 1, 2))

    with a_hub(aws) as hub:
        job = scene(hub)
        hub.bells.delivers = delivers
        hub.run(sweeps=200)
        assert (told(hub, job.id), len(hub.xero.contacts())) == (expected, contacts)
        assert hub.at.jobs.get(ACME, job.id) is not None
