"""Conflicts and suggestions over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from ledgerlink.adapters.dynamodb.control_ports import DynamoSuggestions
from ledgerlink.errors import StoreBusy
from ledgerlink.flows.context import open_context
from ledgerlink.flows.inbound.batch import Intake
from ledgerlink.flows.inbound.taking_in import take_in
from ledgerlink.flows.records import linking, questions, suggesting
from ledgerlink.flows.records.recognising import candidates
from ledgerlink.state.link import LinkKey
from ledgerlink.state.suggestion import Suggestion
from tests.support.api import ACME, ORGANIZATIONS, Api
from tests.support.xero import SimulatedXero

CONFLICTS = f"{ACME}/conflicts"
SUGGESTIONS = f"{ACME}/suggestions"
HALL = f"{ORGANIZATIONS}/hall"


def import_all(api: Api) -> list[str]:
    """What an import job does with every contact; the outcomes."""
    context = open_context("acme", api.wired)
    documents = context.ledger.crawl("contact").documents
    now = context.at.clock.now()
    intake = Intake(context, "job", now, candidates=lambda: candidates(context, "contact", documents))
    return [taken.outcome for taken in take_in(intake, documents)]


def contact(simulated: SimulatedXero) -> dict[str, str]:
    [only] = simulated.contacts()
    return only


# ------------------------------------------------------------------ conflicts


@pytest.fixture
def clash(connected: Api, simulated: SimulatedXero) -> Api:
    """Both sides changed e-mail and tax number since they agreed."""
    connected.patch(f"{ACME}/settings", {"field_owner": "ask"})
    connected.put(HALL, {"name": "Hall", "email": "a@hall.example", "tax_number": "1"})
    connected.export()
    simulated.clock.advance(60)
    simulated.human("edit", contact(simulated)["ContactID"], EmailAddress="theirs@hall.example", TaxNumber="2")
    connected.patch(HALL, {"email": "ours@hall.example", "tax_number": "3"})
    connected.export()
    connected.import_()
    return connected


def agreed(api: Api, simulated: SimulatedXero) -> tuple[str, str, str, str]:
    """E-mail and tax number, here and there, once everything has settled."""
    api.export()
    record, there = api.get(HALL), contact(simulated)
    assert record["sync"]["state"] == "linked"
    return record["email"], record["tax_number"], there["EmailAddress"], there["TaxNumber"]


def test_a_conflict_shows_both_values(clash: Api) -> None:
    [conflict] = clash.get(CONFLICTS)["items"]
    assert (conflict["record"]["id"], conflict["code"]) == ("hall", "conflict")
    values = {each["field"]: (each["crm"], each["ledger"]) for each in conflict["fields"]}
    assert values == {"email": ("ours@hall.example", "theirs@hall.example"), "tax_number": ("3", "2")}
    assert clash.get(HALL)["sync"]["state"] == "conflict"
    assert clash.get(ACME)["counts"]["conflicts"] == 1


def resolve(api: Api, **body: object) -> int:
    [conflict] = api.get(CONFLICTS)["items"]
    return api.post(f"{CONFLICTS}/{conflict['id']}", body).status


def test_a_conflict_tells_when_and_by_whom_each_value_was_set(clash: Api, simulated: SimulatedXero) -> None:
    clash.patch(HALL, {"phones": [{"kind": "main", "number": "1"}]}, sub="bo")  # another field by somebody else
    [conflict] = clash.get(CONFLICTS)["items"]
    [email, _] = conflict["fields"]
    changed = clash.get(f"{HALL}/activity")["items"]
    [edited] = [entry for entry in changed if entry["action"] == "edited" and "email" in entry["diff"]]
    assert (email["crm_by"], email["crm_at"], email["ledger_by"]) == ("ann", edited["at"], "ledger")
    assert email["ledger_at"] <= email["crm_at"]


def test_our_values_are_kept(clash: Api, simulated: SimulatedXero) -> None:
    assert resolve(clash, keep="crm") == 200
    assert agreed(clash, simulated) == ("ours@hall.example", "3", "ours@hall.example", "3")
    assert clash.get(CONFLICTS)["items"] == []


def test_the_ledgers_values_are_kept(clash: Api, simulated: SimulatedXero) -> None:
    assert resolve(clash, keep="ledger") == 200
    assert agreed(clash, simulated) == ("theirs@hall.example", "2", "theirs@hall.example", "2")


def test_values_are_kept_field_by_field(clash: Api, simulated: SimulatedXero) -> None:
    assert resolve(clash, fields={"email": "crm"}) == 200
    assert [each["field"] for each in clash.get(CONFLICTS)["items"][0]["fields"]] == ["tax_number"]
    assert resolve(clash, fields={"tax_number": "ledger"}) == 200
    assert agreed(clash, simulated) == ("ours@hall.example", "2", "ours@hall.example", "2")


def test_a_decision_goes_although_edits_do_not_travel_by_themselves(clash: Api, simulated: SimulatedXero) -> None:
    clash.patch(f"{ACME}/settings", {"update_linked_contact_on_edit": False})
    resolve(clash, keep="crm")
    assert agreed(clash, simulated)[2] == "ours@hall.example"


def test_a_conflict_that_is_none_or_a_field_that_is_not_in_it_is_refused(clash: Api) -> None:
    assert clash.post(f"{CONFLICTS}/organizations:nobody:main", {"keep": "crm"}).status == 404
    assert clash.post(f"{CONFLICTS}/nonsense", {"keep": "crm"}).status == 404
    assert resolve(clash, fields={"name": "crm"}) == 422
    assert resolve(clash) == 422
    assert resolve(clash, keep="both") == 422
    assert resolve(clash, keep="crm", fields={"email": "crm"}) == 422


# ------------------------------------------------------------------ suggestions


@pytest.fixture
def alike(connected: Api, simulated: SimulatedXero) -> Api:
    """A contact of the same name as an organization that was never sent."""
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    connected.put(HALL, {"name": "Hall Ltd", "email": "ours@hall.example", "tax_number": "T1"})
    simulated.seed({"Name": "Hall", "EmailAddress": "theirs@hall.example"})
    assert import_all(connected) == ["suggested"]
    return connected


def decide(api: Api, action: str) -> int:
    [suggestion] = api.get(SUGGESTIONS)["items"]
    return api.post(f"{SUGGESTIONS}/{suggestion['id']}", {"action": action}).status


def test_a_suggestion_shows_the_pair_and_why(alike: Api, simulated: SimulatedXero) -> None:
    [suggestion] = alike.get(SUGGESTIONS)["items"]
    assert suggestion["record"] == {"kind": "organizations", "id": "hall"}
    assert suggestion["contact"] == {
        "document_id": contact(simulated)["ContactID"],
        "name": "Hall",
        "email": "theirs@hall.example",
    }
    assert (suggestion["reason"], suggestion["score"] > 0.5) == ("same name", True)
    assert alike.get(ACME)["counts"]["suggestions"] == 1
    assert import_all(alike) == ["skipped"]


def test_linking_makes_them_one_as_an_import_would(alike: Api, simulated: SimulatedXero) -> None:
    assert decide(alike, "link") == 200
    alike.export()
    record, there = alike.get(HALL), contact(simulated)
    assert record["sync"]["accounting_code"] == there["ContactID"]
    assert (record["email"], there["EmailAddress"]) == ("theirs@hall.example", "theirs@hall.example")
    assert (record["tax_number"], there["TaxNumber"]) == ("T1", "T1")
    assert alike.get(SUGGESTIONS)["items"] == []


def test_creating_makes_the_contact_a_record_of_its_own(alike: Api) -> None:
    assert decide(alike, "create") == 200
    records = {record["name"]: record["sync"]["state"] for record in alike.get(ORGANIZATIONS)["items"]}
    assert records == {"Hall": "linked", "Hall Ltd": "unlinked"}


def test_ignoring_frees_both_for_good(alike: Api) -> None:
    assert decide(alike, "ignore") == 200
    assert alike.get(HALL)["sync"]["state"] == "unlinked"
    assert import_all(alike) == ["created"]
    assert alike.get(SUGGESTIONS)["items"] == []


def test_a_suggestion_is_decided_once(alike: Api) -> None:
    [suggestion] = alike.get(SUGGESTIONS)["items"]
    path = f"{SUGGESTIONS}/{suggestion['id']}"
    alike.post(path, {"action": "ignore"})
    assert alike.post(path, {"action": "ignore"}).status == 200
    assert alike.post(path, {"action": "link"})["code"] == "already_decided"
    assert alike.post(f"{SUGGESTIONS}/nobody", {"action": "link"}).status == 404
    assert alike.post(path, {"action": "marry"}).status == 422


def test_several_are_decided_at_once_each_by_itself(connected: Api, simulated: SimulatedXero) -> None:
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    for i in range(3):
        connected.put(f"{ORGANIZATIONS}/n{i}", {"name": f"Name {i}"})
    simulated.seed(*({"Name": f"Name {i}"} for i in range(3)))
    import_all(connected)
    ids = [each["id"] for each in connected.get(SUGGESTIONS)["items"]]
    answer = connected.post(SUGGESTIONS, {"ids": [*ids, "nobody"], "action": "link"})
    assert [item["problem"] and item["problem"]["status"] for item in answer["items"]] == [None, None, None, 404]
    assert [record["sync"]["state"] for record in connected.get(ORGANIZATIONS)["items"]] == ["linked"] * 3


# ---------------------------------------------------- a contact that several organizations are like


@pytest.fixture
def rivals(connected: Api, simulated: SimulatedXero) -> Api:
    """A contact of the same name as two organizations that were never sent."""
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    for id_, name in (("hall", "Hall Ltd"), ("hull", "Hall GmbH")):
        connected.put(f"{ORGANIZATIONS}/{id_}", {"name": name})
    simulated.seed({"Name": "Hall"})
    assert import_all(connected) == ["suggested"]
    return connected


def open_ones(api: Api) -> dict[str, str]:
    return {each["record"]["id"]: each["id"] for each in api.get(SUGGESTIONS)["items"]}


def waiting(api: Api, id_: str) -> bool:
    """Whether it waits for an answer."""
    link = api.wired.links.get(LinkKey("acme", "organizations", id_))
    return link is not None and bool(link.suggestions)


def test_each_of_them_is_asked_about_and_waits(rivals: Api, simulated: SimulatedXero) -> None:
    assert set(open_ones(rivals)) == {"hall", "hull"}
    job = rivals.post(f"{ACME}/jobs", {"kind": "export-organizations"})["id"]
    rivals.work(job)
    lines = rivals.get(f"{ACME}/jobs/{job}/items")["items"]
    assert {line["record"]["id"]: line["reason"] for line in lines} == dict.fromkeys(
        ("hall", "hull"), "possible_duplicate"
    )
    assert len(simulated.contacts()) == 1


def test_the_plan_names_all_that_it_would_hold(connected: Api, simulated: SimulatedXero) -> None:
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    for id_ in ("a", "b", "c"):
        connected.put(f"{ORGANIZATIONS}/{id_}", {"name": "Hall"})
    simulated.seed({"Name": "Hall"})
    job = connected.post(f"{ACME}/jobs", {"kind": "import-contacts", "dry_run": True})["id"]
    connected.work(job)
    [line] = connected.get(f"{ACME}/jobs/{job}/items")["items"]
    assert (line["outcome"], line["record"]["id"], line["message"]) == ("suggest", "a", "It may also be b, c.")


def test_linking_one_frees_the_other(rivals: Api) -> None:
    asked = open_ones(rivals)
    assert rivals.post(f"{SUGGESTIONS}/{asked['hull']}", {"action": "link"}).status == 200
    assert open_ones(rivals) == {}
    assert not waiting(rivals, "hall")
    refused = rivals.post(f"{SUGGESTIONS}/{asked['hall']}", {"action": "link"})
    assert (refused["code"], "linked to somebody else" in refused["detail"]) == ("already_decided", True)


def test_the_contact_stays_held_until_the_last_is_answered(rivals: Api) -> None:
    asked = open_ones(rivals)
    rivals.post(f"{SUGGESTIONS}/{asked['hull']}", {"action": "ignore"})
    assert not waiting(rivals, "hull")
    assert waiting(rivals, "hall")
    assert import_all(rivals) == ["skipped"]
    rivals.post(f"{SUGGESTIONS}/{asked['hall']}", {"action": "ignore"})
    assert import_all(rivals) == ["created"]


def test_a_contact_that_becomes_a_record_is_none_of_them(rivals: Api) -> None:
    asked = open_ones(rivals)
    assert rivals.post(f"{SUGGESTIONS}/{asked['hall']}", {"action": "create"}).status == 200
    assert open_ones(rivals) == {}
    assert not waiting(rivals, "hall")
    assert not waiting(rivals, "hull")
    assert len(rivals.get(ORGANIZATIONS)["items"]) == 3


def test_linking_by_hand_answers_what_was_asked(rivals: Api, simulated: SimulatedXero) -> None:
    [there] = simulated.contacts()
    rivals.put(f"{ORGANIZATIONS}/third", {"name": "Somebody else"})
    asked = {"document_id": there["ContactID"], "confirm": True}
    assert rivals.put(f"{ORGANIZATIONS}/third/link", asked).status == 200
    assert open_ones(rivals) == {}
    assert not waiting(rivals, "hall")


def test_linking_by_csv_answers_what_was_asked(rivals: Api, simulated: SimulatedXero) -> None:
    [there] = simulated.contacts()
    text = f"id,Linked Xero contact\nhall,{there['ContactID']}\n"
    assert rivals.post(f"{ACME}/links:import-csv", text, headers={"content-type": "text/csv"})["linked"] == 1
    assert open_ones(rivals) == {}
    assert not waiting(rivals, "hull")


def test_a_deleted_organization_is_asked_about_no_more(rivals: Api) -> None:
    for id_ in ("hall", "hull"):
        assert waiting(rivals, id_)
        rivals.delete(f"{ORGANIZATIONS}/{id_}")
    assert open_ones(rivals) == {}
    assert import_all(rivals) == ["created"]


def test_who_was_said_to_be_another_is_not_asked_about_again(rivals: Api, simulated: SimulatedXero) -> None:
    asked = open_ones(rivals)
    rivals.post(f"{SUGGESTIONS}/{asked['hull']}", {"action": "ignore"})
    rivals.delete(f"{ORGANIZATIONS}/hall")
    assert import_all(rivals) == ["created"], "hull is another one, hall is no more"


def test_a_merge_into_somebody_elses_contact_names_whose(connected: Api, simulated: SimulatedXero) -> None:
    for id_ in ("hall", "hull"):
        connected.put(f"{ORGANIZATIONS}/{id_}", {"name": id_})
    connected.export()
    theirs = {id_: connected.get(f"{ORGANIZATIONS}/{id_}")["sync"]["accounting_code"] for id_ in ("hall", "hull")}
    simulated.clock.advance(5)
    simulated.human("merge", theirs["hall"], into=theirs["hull"])
    connected.import_()
    [conflict] = connected.get(f"{ACME}/conflicts")["items"]
    assert (conflict["record"]["id"], conflict["code"], conflict["fields"]) == ("hall", "merged_into_linked", [])
    assert conflict["other"] == {"kind": "organizations", "id": "hull"}


# ------------------------------------------------------------------ many questions, and others who are faster


def import_by_job(api: Api) -> dict[str, Any]:
    job = api.post(f"{ACME}/jobs", {"kind": "import-contacts"})["id"]
    api.work(job)
    return dict(api.get(f"{ACME}/jobs/{job}").json)


def test_pairs_that_settle_each_others_questions_are_linked_in_one_page(
    connected: Api, simulated: SimulatedXero
) -> None:
    """Each closes what the other one closes, in transactions of its own: as one they would be refused."""
    connected.patch(f"{ACME}/settings", {"possible_duplicates_on_import": "link_exact"})
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    for id_, name, number in (("r1", "Hall Ltd", "111"), ("r2", "Hall GmbH", "222")):
        connected.put(f"{ORGANIZATIONS}/{id_}", {"name": name, "tax_number": number})
    simulated.seed({"Name": "Hall"}, {"Name": "Aaa", "TaxNumber": "111"}, {"Name": "Bbb", "TaxNumber": "222"})
    assert import_by_job(connected)["status"] == "done"
    assert open_ones(connected) == {}
    assert [each["sync"]["state"] for each in connected.get(ORGANIZATIONS)["items"]][:2] == ["linked", "linked"]


@pytest.mark.parametrize("how", ["link", "delete"])
def test_any_number_of_questions_is_settled(connected: Api, simulated: SimulatedXero, how: str) -> None:
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    for n, name in enumerate(("Alpha", "Beta", "Gamma")):
        connected.put(f"{ORGANIZATIONS}/r{n}", {"name": name, "email": "a@x.example"})
    simulated.seed(*({"Name": f"{n} site works", "EmailAddress": "a@x.example"} for n in range(35)))
    import_by_job(connected)
    asked = connected.get(SUGGESTIONS, limit=200)["items"]
    mine = next(each for each in asked if each["record"]["id"] == "r0")
    answer = (
        connected.post(f"{SUGGESTIONS}/{mine['id']}", {"action": "link"})
        if how == "link"
        else connected.delete(f"{ORGANIZATIONS}/r0")
    )
    assert answer.status < 300, answer.text
    left = connected.get(SUGGESTIONS, limit=200)["items"]
    gone = {each["contact"]["document_id"] for each in asked} - {each["contact"]["document_id"] for each in left}
    assert "r0" not in {each["record"]["id"] for each in left}
    assert gone == ({mine["contact"]["document_id"]} if how == "link" else set())


@pytest.mark.parametrize(("address", "looked"), [("{}@x.example", [20]), ("a@x.example", [1] * 20)])
def test_what_was_asked_about_a_batch_is_read_together(
    connected: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch, address: str, looked: list[int]
) -> None:
    """Of those that are like one organization only one a round is looked at."""
    asked, many = list[int](), DynamoSuggestions.many

    def counted(self: DynamoSuggestions, company: str, suggestions: Iterable[str]) -> list[Suggestion]:
        ids = list(suggestions)
        asked.append(len(ids))
        return many(self, company, ids)

    monkeypatch.setattr(DynamoSuggestions, "many", counted)
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    for n in range(20 if looked == [20] else 1):
        connected.put(f"{ORGANIZATIONS}/r{n}", {"name": f"Alpha {n}", "email": address.format(n)})
    simulated.seed(*({"Name": f"{n} site works", "EmailAddress": address.format(n)} for n in range(20)))
    assert import_by_job(connected)["progress"]["suggested"] == 20
    assert asked == looked


def test_a_question_that_is_asked_while_its_contact_is_linked_by_hand_is_moot(
    connected: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.patch(f"{ACME}/settings", {"create_linked_contact_on_create": False})
    connected.put(f"{ORGANIZATIONS}/hall", {"name": "Hall Ltd"})
    connected.put(f"{ORGANIZATIONS}/third", {"name": "Somebody else"})
    [there] = simulated.seed({"Name": "Hall"})
    link_writes, asked = linking.link_writes, list[int]()

    def meanwhile(*args: Any) -> Any:
        if not asked:
            asked.append(import_by_job(connected)["progress"]["suggested"])
        return link_writes(*args)

    monkeypatch.setattr(linking, "link_writes", meanwhile)
    linked = connected.put(f"{ORGANIZATIONS}/third/link", {"document_id": there, "confirm": True})
    assert (linked.status, asked) == (200, [1])
    assert open_ones(connected) == {}
    assert not waiting(connected, "hall")


def test_a_question_left_over_is_found_moot_when_it_is_answered(
    rivals: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = open_ones(rivals)
    with monkeypatch.context() as patched:  # we die after linking
        patched.setattr(questions, "after_linking", lambda *_, **__: None)
        rivals.post(f"{SUGGESTIONS}/{asked['hall']}", {"action": "link"})
    assert rivals.post(f"{SUGGESTIONS}/{asked['hull']}", {"action": "link"})["code"] == "already_decided"
    assert not waiting(rivals, "hull")


def create_that_dies(api: Api, monkeypatch: pytest.MonkeyPatch, id_: str) -> str:
    """Answer "create", which is stored and dies before the record is made; the suggestion's path."""
    path = f"{SUGGESTIONS}/{id_}"

    def dies(*_: object) -> None:
        raise StoreBusy("throttled")

    with monkeypatch.context() as patched:
        patched.setattr(suggesting, "take_in", dies)
        assert api.post(path, {"action": "create"}).status >= 400
    return path


def test_a_create_that_died_half_way_is_finished_by_asking_again(alike: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    [suggestion] = alike.get(SUGGESTIONS)["items"]
    path = create_that_dies(alike, monkeypatch, suggestion["id"])
    for _ in range(2):  # and then it is done
        assert alike.post(path, {"action": "create"}).status == 200
        assert {record["name"] for record in alike.get(ORGANIZATIONS)["items"]} == {"Hall", "Hall Ltd"}


@pytest.mark.parametrize("lost", ["archived", "gone"])
def test_a_create_that_cannot_be_finished_any_more_says_why(
    alike: Api, simulated: SimulatedXero, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    [suggestion] = alike.get(SUGGESTIONS)["items"]
    path = create_that_dies(alike, monkeypatch, suggestion["id"])
    simulated.clock.advance(5)
    if lost == "archived":
        simulated.human("archive", contact(simulated)["ContactID"])
    else:
        monkeypatch.setattr(suggesting, "_documents", lambda *_: {})
    answer = alike.post(path, {"action": "create"})
    made = {record["name"] for record in alike.get(ORGANIZATIONS)["items"]} == {"Hall", "Hall Ltd"}
    assert (answer.status, answer["code"], made) == (409, f"contact_{lost}", False)


def test_a_create_on_a_question_that_was_answered_meanwhile_answers_no_other(
    rivals: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, apart = open_ones(rivals), suggesting._apart

    def meanwhile(context: Any, suggestion: Suggestion, answer: Any, actor: Any) -> None:
        monkeypatch.setattr(suggesting, "_apart", apart)
        rivals.post(f"{SUGGESTIONS}/{asked['hall']}", {"action": "ignore"})
        apart(context, suggestion, answer, actor)

    monkeypatch.setattr(suggesting, "_apart", meanwhile)
    assert rivals.post(f"{SUGGESTIONS}/{asked['hall']}", {"action": "create"})["code"] == "already_decided"
    assert set(open_ones(rivals)) == {"hull"}


def test_an_archived_contact_is_not_said_to_have_become_a_record(alike: Api, simulated: SimulatedXero) -> None:
    simulated.clock.advance(5)
    simulated.human("archive", contact(simulated)["ContactID"])
    status = decide(alike, "create")
    made = {record["name"] for record in alike.get(ORGANIZATIONS)["items"]} == {"Hall", "Hall Ltd"}
    assert made == (status == 200), "answered 200 `created`, and no record was made"
