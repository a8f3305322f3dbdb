"""Batches: a verdict per element or one for all, and nothing saved by halves (§3.2)."""

from typing import Any

import pytest

from tests.local.xero.rig import ZERO, Rig, messages, names


def test_every_element_has_a_verdict_of_its_own(xero: Rig) -> None:
    answer = xero.create({"Name": "Ada"}, {"Name": "<"}, {"Name": "Bob"})
    assert [each["StatusAttributeString"] for each in answer] == ["OK", "ERROR", "OK"]
    assert [each["ContactID"] == ZERO for each in answer] == [False, True, False]
    assert sorted(names(xero.contacts())) == ["Ada", "Bob"]


@pytest.mark.parametrize("query", ["", "?summarizeErrors=true", "?summarizeErrors=True"])
def test_summarized_one_bad_element_refuses_the_call_and_saves_nothing(xero: Rig, query: str) -> None:
    answer = xero.call("PUT", f"/Contacts{query}", {"Contacts": [{"Name": "Ada"}, {"Name": "<"}]})
    assert answer.status_code == 400
    body = answer.json()
    assert (body["ErrorNumber"], body["Type"]) == (10, "ValidationException")
    assert [messages(element) for element in body["Elements"]] == [["Contact Name cannot contain angle brackets."]]
    assert xero.contacts() == []


def test_what_leaving_out_summarize_errors_means_can_be_set(xero: Rig) -> None:
    xero.set(summarize_errors_default=False)
    assert xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Ada"}, {"Name": "<"}]}).status_code == 200
    assert names(xero.contacts()) == ["Ada"]


def test_a_refused_call_frees_the_names_it_had_taken(xero: Rig) -> None:
    xero.call("PUT", "/Contacts", {"Contacts": [{"Name": "Ada", "ContactNumber": "n1"}, {"Name": "<"}]})
    assert xero.create({"Name": "Ada", "ContactNumber": "n1"})[0]["StatusAttributeString"] == "OK"


def test_a_refused_update_leaves_the_old_name_taken(xero: Rig) -> None:
    (ada,) = xero.create({"Name": "Ada"})
    xero.call("POST", "/Contacts", {"Contacts": [{"ContactID": ada["ContactID"], "Name": "Bob"}, {"Name": "<"}]})
    assert xero.create({"Name": "Ada"})[0]["StatusAttributeString"] == "ERROR"
    assert xero.create({"Name": "Bob"})[0]["StatusAttributeString"] == "OK"


def test_two_elements_of_one_name_in_a_batch_clash(xero: Rig) -> None:
    answer = xero.create({"Name": "Ada"}, {"Name": "ada"})
    assert [each["StatusAttributeString"] for each in answer] == ["OK", "ERROR"]


@pytest.mark.parametrize(
    "body",
    [
        {"Contacts": [{"Name": "Ada"}]},
        {"contacts": [{"Name": "Ada"}]},
        {"Contacts": {"Name": "Ada"}},
        {"Name": "Ada"},
        [{"Name": "Ada"}],
    ],
)
def test_a_body_is_an_envelope_in_any_case_a_list_or_one_object(xero: Rig, body: Any) -> None:
    assert xero.call("PUT", "/Contacts", body).status_code == 200
    assert names(xero.contacts()) == ["Ada"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"Contacts":[]}', b'{"Contacts":["x"]}', b"<Contacts/>", b"3"])
def test_an_unreadable_body_is_a_400_of_its_own_kind(xero: Rig, raw: bytes) -> None:
    answer = xero.http.put("/api.xro/2.0/Contacts", headers=xero.headers, content=raw)
    assert (answer.status_code, answer.json()["Type"]) == (400, "PostDataInvalidException")


def test_a_body_over_the_limit_is_refused(xero: Rig) -> None:
    xero.set(max_body_bytes=100)
    assert xero.call("PUT", "/Contacts", {"Name": "x" * 100}).status_code == 413


def test_elements_come_back_as_sent_or_shuffled(xero: Rig) -> None:
    sent = [{"Name": f"c{number}"} for number in range(20)]
    assert names(xero.create(*sent)) == names(sent)
    xero.set(answer_order="shuffled")
    sent = [{"Name": f"d{number}"} for number in range(20)]
    answered = names(xero.create(*sent))
    assert answered != names(sent)
    assert sorted(answered) == sorted(names(sent))


def test_nested_parts_of_a_refused_element_carry_error_lists(xero: Rig) -> None:
    (refused,) = xero.create({"Name": "<", "Phones": [{"PhoneType": "FAX", "PhoneNumber": "1"}]})
    assert refused["Phones"] == [{"PhoneType": "FAX", "PhoneNumber": "1", "ValidationErrors": []}]
