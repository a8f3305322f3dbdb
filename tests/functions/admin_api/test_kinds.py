"""GET /v1/kinds says enough of every kind to draw its list and its form."""

from __future__ import annotations

from typing import Any

from ledgerlink.flows.bulk.registry import REGISTRY
from ledgerlink.kinds import KINDS, LISTED
from tests.support.api import ACME, Api


def kinds(api: Api) -> dict[str, Any]:
    return {kind["name"]: kind for kind in api.get("/v1/kinds").json["items"]}


def named(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in items}


def test_every_kind_of_the_registry_is_told_with_all_its_fields(api: Api) -> None:
    told = kinds(api)
    assert set(told) == set(LISTED)
    for name, kind in LISTED.items():
        assert list(named(told[name]["fields"])) == list(kind.model.model_fields)


def test_fields_say_what_can_be_typed_into_them(api: Api) -> None:
    fields = named(kinds(api)["organizations"]["fields"])
    assert (fields["name"]["type"], fields["name"]["required"], fields["name"]["most"]) == ("text", True, 255)
    assert fields["email"]["type"] == "email"
    assert fields["active"]["type"] == "boolean"
    assert fields["roles"]["choices"] == ["customer", "supplier"]
    assert fields["phones"]["keyed_by"] == "kind"
    assert named(fields["phones"]["of"])["kind"]["choices"] == ["main", "direct", "mobile", "fax"]
    assert fields["people"]["type"] == "list"
    assert fields["balance"]["read_only"] is True
    assert named(fields["balance"]["of"])["receivable"]["type"] == "money"


def test_a_payment_names_a_document_of_the_kind_that_is_paid(api: Api) -> None:
    payments = kinds(api)["payments"]
    told = named(payments["fields"])["document_id"]["refers_by"]
    assert told == {"field": "document_kind", "kinds": {"invoice": "invoices", "credit_note": "credit-notes"}}
    column = named(payments["columns"])["document_id"]
    assert (column["type"], column["default"], column["refers_by"]) == ("record", True, told)


def test_what_travels_is_told_by_the_names_that_diffs_and_clear_use(api: Api) -> None:
    synced = named(kinds(api)["organizations"]["synced"])
    assert list(synced) == [field.name for field in KINDS["organizations"].fields]
    assert synced["phones.mobile"]["label"] == "Phone (mobile)"


def test_columns_hold_what_the_ledger_knows_of_a_record(api: Api) -> None:
    columns = named(kinds(api)["organizations"]["columns"])
    assert columns["name"]["default"] is True
    assert {"sync.accounting_code", "sync.last_export_at", "sync.last_import_at", "do_not_export.reason"} <= set(
        columns
    )


def test_every_filter_is_one_the_list_takes(api: Api) -> None:
    for filter_ in kinds(api)["organizations"]["filters"]:
        value = {"boolean": "true", "datetime": "2026-01-01T00:00:00Z"}.get(filter_["type"], "linked")
        if filter_["choices"]:
            value = filter_["choices"][0]
        assert api.get("/v1/companies/acme/organizations", **{filter_["name"]: value}).status == 200, filter_


def test_only_what_the_api_can_do_is_offered(api: Api) -> None:
    body = api.get("/v1/kinds").json
    for job in body["capabilities"]["jobs"]:
        assert job in REGISTRY
    for kind in body["items"]:
        assert {action["job"] for action in kind["actions"]} - {None} <= set(REGISTRY)
    for screen in set(body["capabilities"]["screens"]) & {"errors", "conflicts", "history", "export-queue"}:
        assert api.get(f"/v1/companies/acme/{screen}").status == 200


def test_everyone_signed_in_may_read_it(api: Api) -> None:
    assert [api.get("/v1/kinds", role=role).status for role in ("viewer", "crm", "finance")] == [200] * 3
    assert api.get("/v1/kinds", token=False).status == 401


def test_what_another_record_is_named_by_is_told(api: Api) -> None:
    """So that a form offers the records themselves, and a list their names."""
    invoices = next(each for each in api.get("/v1/kinds")["items"] if each["name"] == "invoices")
    fields = {each["name"]: each for each in invoices["fields"]}
    assert (fields["organization_id"]["refers_to"], fields["organization_id"]["label"]) == (
        "organizations",
        "Organization",
    )
    lines = {each["name"]: each for each in fields["lines"]["of"]}
    assert lines["product_id"]["refers_to"] == "products"
    assert (lines["unit_price"]["type"], lines["discount_percent"]["type"]) == ("money", "quantity")
    assert (fields["status"]["default"], fields["made_at"]["type"]) == ("approved", "datetime")
    columns = {each["name"]: each for each in invoices["columns"]}
    assert next(iter(columns)) == "number"
    assert (columns["organization_id"]["type"], columns["organization_id"]["default"]) == ("record", True)


def test_names_of_many_records_come_with_one_call(api: Api) -> None:
    for id, name in (("hall", "Village Hall"), ("club", "Club")):
        assert api.put(f"{ACME}/organizations/{id}", {"name": name}).status == 201
    asked = {"kind": "organizations", "ids": "hall,club,nobody,hall"}
    found = api.get(f"{ACME}/names", role="viewer", **asked)["items"]
    assert {each["id"]: each["title"] for each in found} == {"hall": "Village Hall", "club": "Club"}
    assert (
        api.put(f"{ACME}/invoices/i1", {"number": "INV-1", "organization_id": "hall", "currency": "EUR"}).status == 201
    )
    invoice = api.get(f"{ACME}/names", kind="invoices", ids="i1")["items"]
    assert [(each["title"], each["currency"]) for each in invoice] == [("INV-1", "EUR")]
    assert api.get(f"{ACME}/names", kind="weather", ids="hall").status == 404
    assert api.get(f"{ACME}/names", kind="organizations", ids=",".join(map(str, range(101)))).status == 422
