"""The doors of the API: connections, tokens, scopes and organisations, with Xero's ways of refusing (§1.3, §6)."""

from tests.local.xero.rig import Rig


def connections(rig: Rig, query: str = "") -> list[dict[str, str]]:
    return list(rig.http.get(f"/connections{query}", headers=rig.headers).json())


def test_connections_lists_every_organisation_ever_connected_not_just_the_last(xero: Rig) -> None:
    xero.clock.advance(60)
    xero.connect(xero.organisations[1])
    assert [each["tenantId"] for each in connections(xero)] == xero.organisations


def test_connections_of_one_consent_share_their_event(xero: Rig) -> None:
    xero.connect(",".join(xero.organisations))
    first, second = connections(xero)
    assert first["authEventId"] == second["authEventId"]
    xero.connect(xero.organisations[1])
    event = next(each["authEventId"] for each in connections(xero) if each["tenantId"] == xero.organisations[1])
    (only,) = connections(xero, f"?authEventId={event}")
    assert only["tenantId"] == xero.organisations[1]


def test_connecting_again_keeps_the_connection_and_moves_its_date(xero: Rig) -> None:
    (before,) = connections(xero)
    xero.clock.advance(60)
    xero.connect()
    (after,) = connections(xero)
    assert (after["id"], after["createdDateUtc"]) == (before["id"], before["createdDateUtc"])
    assert after["updatedDateUtc"] > before["updatedDateUtc"]
    assert not after["createdDateUtc"].endswith("Z")


def test_a_deleted_connection_turns_calls_into_403(xero: Rig) -> None:
    (connection,) = connections(xero)
    by_tenant = xero.http.delete(f"/connections/{connection['tenantId']}", headers=xero.headers)
    assert by_tenant.status_code == 404
    assert xero.http.delete(f"/connections/{connection['id']}", headers=xero.headers).status_code == 204
    refused = xero.call("GET", "/Contacts")
    assert (refused.status_code, refused.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
    assert connections(xero) == []


def test_a_person_can_disconnect_one_organisation(xero: Rig) -> None:
    xero.connect(",".join(xero.organisations))
    xero.sim("POST", "human", {"action": "disconnect", "kind": "organisation", "id": xero.organisations[0]})
    assert xero.call("GET", "/Contacts").status_code == 403
    assert xero.call("GET", "/Contacts", xero_tenant_id=xero.organisations[1]).status_code == 200


def test_an_access_token_expires_after_thirty_minutes(xero: Rig) -> None:
    xero.clock.advance(1799)
    assert xero.call("GET", "/Contacts").status_code == 200
    xero.clock.advance(1)
    expired = xero.call("GET", "/Contacts")
    assert expired.status_code == 401
    body = expired.json()
    assert set(body) == {"Type", "Title", "Status", "Detail", "Instance", "Extensions"}
    assert body["Detail"].startswith("TokenExpired: ")


def test_a_missing_scope_is_a_401_in_xeros_spelling(rig: Rig) -> None:
    rig.connect(scope="accounting.contacts.read")
    assert rig.call("GET", "/Contacts").status_code == 200
    refused = rig.call("PUT", "/Contacts", {"Name": "Ada"})
    assert refused.status_code == 401
    assert refused.json()["Detail"] == "AuthorizationUnsuccessful"
    assert refused.headers["www-authenticate"] == "insufficent_scope"
    assert rig.call("GET", "/Organisation").status_code == 401


def test_an_unknown_token_and_no_token_are_401(xero: Rig) -> None:
    assert xero.call("GET", "/Contacts", Authorization="Bearer x").status_code == 401
    assert xero.http.get("/api.xro/2.0/Contacts").status_code == 401
    assert xero.http.get("/connections").status_code == 401


def test_an_organisation_never_connected_is_a_403(xero: Rig) -> None:
    assert xero.call("GET", "/Contacts", xero_tenant_id=xero.organisations[1]).status_code == 403
    assert xero.call("GET", "/Contacts", xero_tenant_id="").status_code == 403


def test_the_tenant_header_is_taken_in_any_case(xero: Rig) -> None:
    tenant = xero.headers.pop("xero-tenant-id")
    headers = {**xero.headers, "Xero-Tenant-Id": tenant.upper()}
    assert xero.http.get("/api.xro/2.0/Organisation", headers=headers).status_code == 200


def test_organisations_have_separate_books(xero: Rig) -> None:
    xero.connect(",".join(xero.organisations))
    xero.create({"Name": "Ada"})
    other = {"xero_tenant_id": xero.organisations[1]}
    assert xero.contacts(**other) == []
    assert xero.create({"Name": "Ada"}, **other)[0]["StatusAttributeString"] == "OK"


def test_the_organisation_tells_its_id_currency_and_short_code(xero: Rig) -> None:
    (organisation,) = xero.call("GET", "/organisation").json()["Organisations"]
    assert organisation["OrganisationID"] == xero.organisations[0]
    assert organisation["BaseCurrency"] == "GBP"
    assert organisation["ShortCode"].startswith("!")
    assert {"Name": "CreateApprovedInvoice", "Status": "ALLOWED"} in xero.call("GET", "/Organisation/Actions").json()[
        "Actions"
    ]


def test_an_unknown_resource_is_404_in_plain_text_and_an_unbuilt_one_501(xero: Rig) -> None:
    missing = xero.call("GET", "/Nonsense")
    assert (missing.status_code, missing.headers["content-type"].split(";")[0]) == (404, "text/plain")
    assert xero.call("GET", "/BankTransfers").status_code == 501


def test_answers_are_xml_for_who_asks_for_it(xero: Rig) -> None:
    xero.create({"Name": "Smith & Sons"})
    answer = xero.call("GET", "/Contacts", Accept="application/xml")
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<Contacts><Contact><ContactID>" in answer.text
    assert "<Name>Smith &amp; Sons</Name>" in answer.text


def test_xml_can_be_the_default_as_in_the_real_one(xero: Rig) -> None:
    xero.set(xml_default=True)
    assert xero.call("GET", "/Contacts", Accept="*/*").text.startswith("<Response>")
    assert xero.call("GET", "/Contacts").json()["Status"] == "OK"
