"""Xero's own Python SDK, unmodified, against the simulator on a port."""

from typing import Any

import pytest
from xero_python.accounting import AccountingApi, Contact, ContactPerson, Contacts, Phone
from xero_python.api_client import ApiClient
from xero_python.exceptions import AccountingBadRequestException, NotFoundException
from xero_python.identity import IdentityApi

from local.xero.server import Server
from tests.local.xero.rig import Rig

pytestmark = pytest.mark.loopback


def test_connections(client: ApiClient, served: Server, xero: Rig) -> None:
    (connection,) = IdentityApi(client, base_url=served.url).get_connections()
    assert connection.tenant_id == xero.organisations[0]
    assert connection.tenant_type == "ORGANISATION"
    IdentityApi(client, base_url=served.url).delete_connection(connection.id)
    assert IdentityApi(client, base_url=served.url).get_connections() == []


def test_the_organisation(accounting: AccountingApi, xero: Rig) -> None:
    (organisation,) = accounting.get_organisations(xero.organisations[0]).organisations
    assert organisation.organisation_id == xero.organisations[0]
    assert str(organisation.base_currency).endswith("GBP")


def test_contacts_are_created_read_changed_and_archived(accounting: AccountingApi, xero: Rig) -> None:
    tenant = xero.organisations[0]
    ada = Contact(
        name="Ada",
        contact_number="n1",
        phones=[Phone(phone_type="MOBILE", phone_number="1")],
        contact_persons=[ContactPerson(first_name="Bea", include_in_emails=True)],
    )
    (created,) = accounting.create_contacts(tenant, Contacts(contacts=[ada])).contacts
    assert accounting.get_contact_by_contact_number(tenant, "n1").contacts[0].contact_id == created.contact_id
    accounting.update_contact(tenant, created.contact_id, Contacts(contacts=[Contact(email_address="ada@example.org")]))
    (read,) = accounting.get_contact(tenant, created.contact_id).contacts
    assert (read.name, read.email_address) == ("Ada", "ada@example.org")
    assert read.contact_persons[0].first_name == "Bea"
    assert read.updated_date_utc.isoformat() == "2026-11-20T09:00:30+00:00"
    archived = Contact(contact_id=created.contact_id, contact_status="ARCHIVED")
    accounting.update_or_create_contacts(tenant, Contacts(contacts=[archived]))
    assert accounting.get_contacts(tenant).contacts == []
    assert len(accounting.get_contacts(tenant, include_archived=True).contacts) == 1


def test_pages_filters_and_dates(accounting: AccountingApi, xero: Rig) -> None:
    tenant = xero.organisations[0]
    xero.sim("POST", "seed", {"contacts": 12})
    page = accounting.get_contacts(tenant, page=2, page_size=5, order="Name ASC")
    assert (len(page.contacts), page.pagination.page_count) == (5, 3)
    wanted = page.contacts[0]
    assert len(accounting.get_contacts(tenant, i_ds=[wanted.contact_id]).contacts) == 1
    assert len(accounting.get_contacts(tenant, where=f'Name=="{wanted.name}"').contacts) == 1
    assert accounting.get_contacts(tenant, if_modified_since=xero.clock()).contacts == []


def test_a_batch_reports_each_element_with_a_python_false(accounting: AccountingApi, xero: Rig) -> None:
    body = Contacts(contacts=[Contact(name="Ada"), Contact(name="ada")])
    good, bad = accounting.create_contacts(xero.organisations[0], body, summarize_errors=False).contacts
    assert (good.status_attribute_string, bad.status_attribute_string) == ("OK", "ERROR")
    assert bad.validation_errors[0].message.startswith("The contact name ada is already assigned")


def test_a_validation_exception_and_a_404_are_the_sdks_own(accounting: AccountingApi, xero: Rig) -> None:
    with pytest.raises(AccountingBadRequestException) as refused:
        accounting.create_contacts(xero.organisations[0], Contacts(contacts=[Contact(name="<")]))
    assert refused.value.reason == "Contact Name cannot contain angle brackets."
    with pytest.raises(NotFoundException):
        accounting.get_contact(xero.organisations[0], "11111111-1111-4111-8111-111111111111")


def test_the_sdk_refreshes_and_revokes(client: ApiClient, accounting: AccountingApi, xero: Rig) -> None:
    before = xero.tokens["refresh_token"]
    assert accounting.get_organisations(xero.organisations[0]).organisations
    assert client.configuration.oauth2_token.refresh_access_token(client) is True
    assert client.get_oauth2_token()["refresh_token"] != before
    assert accounting.get_organisations(xero.organisations[0]).organisations
    client.configuration.oauth2_token.revoke_access_token(client)
    assert xero.state()["organisations"]
    assert xero.refresh(before).json() == {"error": "invalid_grant"}


def test_the_sdk_silently_resends_a_put_when_the_connection_drops(accounting: AccountingApi, xero: Rig) -> None:
    """facts/xero.md §2.2, T1: one PUT of the SDK is up to four requests."""
    xero.fault("reset", times=3, match={"method": "PUT"}, apply=True)
    answers: list[Any] = accounting.create_contacts(
        xero.organisations[0], Contacts(contacts=[Contact(name="Ada")]), summarize_errors=False
    ).contacts
    assert answers[0].status_attribute_string == "ERROR"
    assert [line["status"] for line in xero.sim("GET", "requests").json()[-4:]] == [0, 0, 0, 200]
