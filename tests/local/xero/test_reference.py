"""Reference data: accounts, tax rates, tracking, currencies and themes of the two organisations (§4.7)."""

from typing import Any

import pytest

from tests.local.xero.papers import NOBODY, a_line, sale
from tests.local.xero.rig import Rig, messages, ok


def refused(xero: Rig, verb: str, path: str, body: dict[str, Any]) -> list[str]:
    answer = xero.call(verb, path, body)
    assert answer.status_code == 400, answer.text
    return messages(answer.json()["Elements"][0])


def made(xero: Rig, verb: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = xero.call(verb, path, body)
    assert answer.status_code == 200, answer.text
    (element,) = next(value for value in answer.json().values() if isinstance(value, list))
    return dict(element)


# What there is.


def test_each_organisation_starts_with_a_chart_of_accounts(rig: Rig) -> None:
    rig.connect(",".join(rig.organisations))
    for tenant in rig.organisations:
        accounts = {each.get("Code"): each for each in rig.get("Accounts", xero_tenant_id=tenant)}
        assert (accounts["200"]["Name"], accounts["200"]["Class"]) == ("Sales", "REVENUE")
        assert {each["SystemAccount"] for each in accounts.values() if "SystemAccount" in each} >= {
            *("DEBTORS", "CREDITORS", "ROUNDING", "GST"),
        }
        assert {accounts[code]["Type"] for code in ("630", "310", "090")} == {"INVENTORY", "DIRECTCOSTS", "BANK"}
        assert [each["Name"] for each in accounts.values() if each["Type"] == "BANK" and "Code" not in each]
        assert accounts["855"]["EnablePaymentsToAccount"] is True


def test_the_same_code_of_tax_differs_by_country(rig: Rig) -> None:
    rig.connect(",".join(rig.organisations))
    rates = [
        {each["TaxType"]: each["EffectiveRate"] for each in rig.get("TaxRates", xero_tenant_id=tenant)}
        for tenant in rig.organisations
    ]
    assert [each["OUTPUT2"] for each in rates] == [20.0, 15.0]
    assert ["RRINPUT" in each for each in rates] == [True, False]


def test_rates_of_sales_and_of_purchases_apply_to_their_own_side(xero: Rig) -> None:
    flags = {each["TaxType"]: (each["CanApplyToRevenue"], each["CanApplyToExpenses"]) for each in xero.get("TaxRates")}
    assert (flags["OUTPUT2"], flags["INPUT2"], flags["NONE"]) == ((True, False), (False, True), (True, True))


def test_two_tracking_categories_and_a_few_currencies(xero: Rig) -> None:
    assert {each["Name"]: len(each["Options"]) for each in xero.get("TrackingCategories")} == {
        "Department": 3,
        "Region": 4,
    }
    assert [each["Code"] for each in xero.get("Currencies")] == ["EUR", "GBP", "NZD", "USD"]
    (theme,) = xero.get("BrandingThemes")
    assert (theme["Name"], theme["SortOrder"]) == ("Standard", 0)
    assert xero.one(f"BrandingThemes/{theme['BrandingThemeID']}") == theme


def test_ids_of_reference_data_never_change(xero: Rig) -> None:
    before = {kind: xero.get(kind) for kind in ("Accounts", "TrackingCategories", "BrandingThemes")}
    xero.sim("POST", "reset")
    xero.connect()
    assert {kind: xero.get(kind) for kind in before} == before


@pytest.mark.parametrize("kind", ["TaxRates", "TrackingCategories", "Currencies", "BrandingThemes"])
def test_reference_data_without_if_modified_since_is_always_whole(xero: Rig, kind: str) -> None:
    assert xero.get(kind, If_Modified_Since="2030-01-01T00:00:00") == xero.get(kind)
    assert "pagination" not in xero.call("GET", f"/{kind}?page=1").json()


def test_accounts_have_it(xero: Rig) -> None:
    assert xero.get("Accounts", If_Modified_Since="2030-01-01T00:00:00") == []
    assert [each["Code"] for each in xero.get('Accounts?where=Type=="INVENTORY"')] == ["630"]


# Accounts.


def test_accounts_are_made_and_changed_one_at_a_time(xero: Rig) -> None:
    account = made(xero, "PUT", "/Accounts", {"Code": "201", "Name": "Tents", "Type": "REVENUE"})
    assert (account["Status"], account["Class"], account["TaxType"]) == ("ACTIVE", "REVENUE", "OUTPUT2")
    after = made(xero, "POST", f"/Accounts/{account['AccountID']}", {"Accounts": [{"Name": "Marquees"}]})
    assert (after["Name"], after["Code"]) == ("Marquees", "201")
    two = {"Accounts": [{"Code": code, "Name": code, "Type": "REVENUE"} for code in ("1", "2")]}
    assert xero.call("PUT", "/Accounts", two).status_code == 400


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"Name": "Sales"}, "Please enter a unique Name."),
        ({"Code": "200"}, "Please enter a unique Code."),
        ({"Code": "x" * 11}, "Code must not be longer than 10 characters."),
        ({"Name": "x" * 151}, "Name must not be longer than 150 characters."),
        ({"Type": None}, "Account type must be specified."),
        ({"Name": None}, "Please enter a Name."),
        ({"Code": None}, "Please enter a Code."),
        ({"Type": "BANK", "Code": None}, "You must enter a Bank Account Number."),
    ],
)
def test_an_account_with_a_bad_field_is_refused(xero: Rig, fields: dict[str, Any], told: str) -> None:
    sent = {"Code": "201", "Name": "Tents", "Type": "REVENUE", **fields}
    assert refused(xero, "PUT", "/Accounts", {k: v for k, v in sent.items() if v is not None}) == [told]


def test_a_type_that_is_none_is_unreadable(xero: Rig) -> None:
    answer = xero.call("PUT", "/Accounts", {"Code": "201", "Name": "Tents", "Type": "SHOP"})
    assert answer.json()["Type"] == "PostDataInvalidException"


def test_archiving_goes_alone(xero: Rig) -> None:
    address = f"/Accounts/{xero.one('Accounts/489')['AccountID']}"
    told = refused(xero, "POST", address, {"Status": "ARCHIVED", "Name": "Phones"})
    assert told == ["An account can only be archived on its own, without other changes."]
    assert made(xero, "POST", address, {"Status": "ARCHIVED"})["Status"] == "ARCHIVED"
    assert refused(xero, "POST", address, {"Name": "x"}) == ["Only active accounts can be updated."]


def test_an_account_is_deleted_only_if_unused_and_not_xeros_own(xero: Rig) -> None:
    def id_of(code: str) -> str:
        return str(xero.one(f"Accounts/{code}")["AccountID"])

    sale(xero)
    assert xero.call("DELETE", f"/Accounts/{id_of('210')}").json()["Accounts"][0]["Status"] == "DELETED"
    for code, told in (("200", "has been used"), ("610", "System accounts cannot be deleted.")):
        answer = xero.call("DELETE", f"/Accounts/{id_of(code)}")
        assert answer.status_code == 400
        assert told in messages(answer.json()["Elements"][0])[0]


# Tax rates.


def test_own_tax_rates_get_codes_of_their_own(xero: Rig) -> None:
    sent = {"Name": "Half", "ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "VAT", "Rate": 10}]}
    rate = made(xero, "PUT", "/TaxRates", {"TaxRates": [sent]})
    assert (rate["TaxType"], rate["EffectiveRate"], rate["Status"]) == ("TAX001", 10.0, "ACTIVE")
    assert sale(xero, a_line(TaxType="TAX001"))["TotalTax"] == 10.0
    after = made(xero, "POST", "/TaxRates", {"TaxType": "TAX001", "Status": "DELETED"})
    assert after["Status"] == "DELETED"
    (answer,) = xero.put(
        "Invoices", {"Type": "ACCREC", "Contact": {"Name": "A"}, "LineItems": [a_line(TaxType="TAX001")]}
    )
    assert messages(answer)[0].startswith("The TaxType code TAX001 does not exist")


def test_compound_components_are_taken_on_what_the_others_make(xero: Rig) -> None:
    parts = [{"Name": "A", "Rate": 10}, {"Name": "B", "Rate": 10, "IsCompound": True}]
    rate = made(xero, "PUT", "/TaxRates", {"Name": "Both", "ReportTaxType": "OUTPUT", "TaxComponents": parts})
    assert rate["EffectiveRate"] == 21.0


@pytest.mark.parametrize(
    ("verb", "sent", "told"),
    [
        ("PUT", {"Name": "x", "TaxComponents": [{"Name": "A", "Rate": 1}]}, "ReportTaxType must be specified."),
        ("PUT", {"Name": "x", "ReportTaxType": "OUTPUT"}, "At least one tax component must be specified."),
        ("POST", {"TaxType": "OUTPUT2", "Name": "x"}, "System tax rates cannot be updated."),
        (
            "POST",
            {"TaxType": "TAX001", "TaxComponents": [{"Name": "B", "Rate": 1}]},
            "Tax components cannot be removed",
        ),
        (
            "PUT",
            {"Name": "own", "ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "A", "Rate": 1}]},
            "Please enter a unique Name.",
        ),
    ],
)
def test_a_tax_rate_that_cannot_be_had_is_refused(xero: Rig, verb: str, sent: dict[str, Any], told: str) -> None:
    own = {"Name": "Own", "ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "A", "Rate": 1}]}
    made(xero, "PUT", "/TaxRates", own)
    assert refused(xero, verb, "/TaxRates", sent)[0].startswith(told)


def test_a_rate_that_is_not_there_is_a_404(xero: Rig) -> None:
    assert xero.call("POST", "/TaxRates", {"TaxType": "TAX900", "Name": "x"}).status_code == 404
    assert xero.one("TaxRates/OUTPUT2")["Name"] == "20% (VAT on Income)"


# Tracking, currencies, themes.


def test_two_active_categories_and_four_with_the_archived(xero: Rig) -> None:
    told = ["The maximum number of tracking categories has been reached."]
    assert refused(xero, "PUT", "/TrackingCategories", {"Name": "Colour"}) == told
    for name in ("Colour", "Size"):
        active = xero.get("TrackingCategories")[0]
        made(xero, "POST", f"/TrackingCategories/{active['TrackingCategoryID']}", {"Status": "ARCHIVED"})
        made(xero, "PUT", "/TrackingCategories", {"name": name})
    assert len(xero.get("TrackingCategories")) == 2
    assert len(xero.get("TrackingCategories?includeArchived=true")) == 4
    first = xero.get("TrackingCategories")[0]
    made(xero, "POST", f"/TrackingCategories/{first['TrackingCategoryID']}", {"Status": "ARCHIVED"})
    assert refused(xero, "PUT", "/TrackingCategories", {"Name": "More"}) == told


def test_options_are_a_resource_of_their_own(xero: Rig) -> None:
    region = xero.one("TrackingCategories/Region")
    address = f"/TrackingCategories/{region['TrackingCategoryID']}/Options"
    added = made(xero, "PUT", address, {"Name": "Centre"})
    assert (added["Name"], added["IsActive"]) == ("Centre", True)
    assert refused(xero, "PUT", address, {"Name": "centre"}) == ["Please enter a unique Name."]
    renamed = made(xero, "POST", f"{address}/{added['TrackingOptionID']}", {"Name": "Middle"})
    assert (renamed["TrackingOptionID"], renamed["Name"]) == (added["TrackingOptionID"], "Middle")
    gone = made(xero, "DELETE", f"{address}/{added['TrackingOptionID']}", {})
    assert (gone["Status"], gone["IsDeleted"]) == ("DELETED", True)
    assert len(xero.one("TrackingCategories/Region")["Options"]) == 4


def test_an_option_or_category_in_use_is_archived_instead_of_deleted(xero: Rig) -> None:
    sale(xero, a_line(Tracking=[{"Name": "Region", "Option": "North"}]))
    region = xero.one("TrackingCategories/Region")
    address = f"/TrackingCategories/{region['TrackingCategoryID']}"
    gone = made(xero, "DELETE", f"{address}/Options/{region['Options'][0]['TrackingOptionID']}", {})
    assert gone["Status"] == "ARCHIVED"
    assert made(xero, "DELETE", address, {})["Status"] == "ARCHIVED"
    unused = xero.one("TrackingCategories/Department")["TrackingCategoryID"]
    assert made(xero, "DELETE", f"/TrackingCategories/{unused}", {})["Status"] == "DELETED"
    assert xero.get("TrackingCategories") == []


def test_currencies_can_be_added_and_nothing_else(xero: Rig) -> None:
    assert made(xero, "PUT", "/Currencies", {"Code": "SGD"})["Description"] == "Singapore Dollar"
    assert refused(xero, "PUT", "/Currencies", {"Code": "SGD"}) == ["Currency SGD is already in use."]
    assert refused(xero, "PUT", "/Currencies", {"Code": "XXX"}) == ["'XXX' is not a currency that can be added."]
    assert xero.call("DELETE", "/Currencies/SGD").status_code == 405


def test_themes_are_read_only(xero: Rig) -> None:
    assert xero.call("PUT", "/BrandingThemes", {"Name": "x"}).status_code == 405
    assert xero.call("GET", f"/BrandingThemes/{NOBODY}").status_code == 404


def test_people_change_reference_data_too(xero: Rig) -> None:
    (account,) = xero.person("create", "account", Code="202", Name="Poles", Type="REVENUE")
    xero.person("edit", "account", "202", Name="Pegs")
    assert xero.one("Accounts/202")["Name"] == "Pegs"
    xero.person("archive", "account", account["AccountID"])
    assert xero.one("Accounts/202")["Status"] == "ARCHIVED"
    xero.person("restore", "account", "202")
    xero.person("delete", "account", "202")
    parts = [{"Name": "VAT", "Rate": 7}]
    (rate,) = xero.person("create", "tax_rate", Name="Seven", TaxComponents=parts)
    xero.person("edit", "tax_rate", rate["TaxType"], Name="Sieben")
    xero.person("archive", "tax_rate", rate["TaxType"])
    assert (xero.one("TaxRates/TAX001")["Name"], xero.one("TaxRates/TAX001")["Status"]) == ("Sieben", "ARCHIVED")
    xero.person(
        "edit", "tracking_category", "Region", Options=[{"Name": "Centre"}, {"Name": "North", "Status": "ARCHIVED"}]
    )
    options = {each["Name"]: each["Status"] for each in xero.one("TrackingCategories/Region")["Options"]}
    assert (options["Centre"], options["North"]) == ("ACTIVE", "ARCHIVED")
    xero.person("archive", "tracking_category", "Region")
    xero.person("create", "currency", Code="SGD")
    assert "SGD" in [each["Code"] for each in xero.get("Currencies")]


def test_what_nobody_can_do_with_an_organisation_is_refused(xero: Rig) -> None:
    assert xero.refused("archive", "organisation") == "nobody can archive an organisation"
    assert xero.refused("edit", "organisation", Mood="fine")
    assert xero.refused("edit", "organisation", PeriodLockDate="soon")
    xero.person("edit", "organisation", PeriodLockDate="2026-06-30", Name="Harbour Ltd")
    (organisation,) = xero.call("GET", "/Organisation").json()["Organisations"]
    assert (organisation["PeriodLockDate"], organisation["Name"]) == ("/Date(1782777600000+0000)/", "Harbour Ltd")


def test_a_unique_code_is_checked_in_updates_as_well(xero: Rig) -> None:
    account = made(xero, "PUT", "/Accounts", {"Code": "201", "Name": "Tents", "Type": "REVENUE"})
    told = refused(xero, "POST", f"/Accounts/{account['AccountID']}", {"Code": "200"})
    assert told == ["Please enter a unique Code."]
    assert ok([xero.one("Accounts/201")])["Name"] == "Tents"
