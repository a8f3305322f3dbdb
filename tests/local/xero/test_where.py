"""The `where` language: what it selects and what it refuses (§3.4)."""

from urllib.parse import urlencode

import pytest

from tests.local.xero.rig import Rig, names


@pytest.fixture
def books(xero: Rig) -> Rig:
    xero.create(
        {"Name": "Ada", "EmailAddress": "ada@example.org", "AccountNumber": "A1"},
        {"Name": "Böb", "EmailAddress": "bob@example.org", "TaxNumber": "7"},
        {"Name": 'Cem "C"', "FirstName": "Cem"},
    )
    return xero


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ('Name=="ada"', "Ada"),
        ('Name="ADA"', "Ada"),
        ('name=="Ada"', None),
        ('Name == "BOB"', "Böb"),
        ('Name=="Cem \\"C\\""', 'Cem "C"'),
        ('Name!="Ada"', 'Böb|Cem "C"'),
        ('AccountNumber=="A1"', "Ada"),
        ("AccountNumber==null", 'Böb|Cem "C"'),
        ("AccountNumber!=null", "Ada"),
        ('AccountNumber!=null&&AccountNumber.StartsWith("a")', "Ada"),
        ('TaxNumber=="7" OR Name=="Ada"', "Ada|Böb"),
        ('Name=="Ada" AND TaxNumber=="7"', ""),
        ('(Name=="Ada" OR Name=="Bob") AND TaxNumber==null', "Ada"),
        ('Name=="Ada" OR Name=="Bob" AND TaxNumber==null', "Ada"),
        ('EmailAddress.Contains("OB@")', "Böb"),
        ('Name.ToLower().Contains("ad")', "Ada"),
        ('NOT(Name=="Ada")', 'Böb|Cem "C"'),
        ("IsCustomer==false", 'Ada|Böb|Cem "C"'),
        ("IsCustomer", ""),
        ("UpdatedDateUTC>=DateTime(2026, 11, 20)", 'Ada|Böb|Cem "C"'),
        ("UpdatedDateUTC<DateTime(2026,11,20,9,0,30)", ""),
        ('ContactStatus=="ACTIVE" AND Name.EndsWith("b")', "Böb"),
        ('BatchPayments.Details=="x"', ""),
    ],
)
def test_a_condition_selects_rows(books: Rig, where: str, found: str | None) -> None:
    answer = books.call("GET", f"/Contacts?{_query(where)}")
    if found is None:
        assert answer.status_code == 400
    else:
        assert sorted(names(answer.json()["Contacts"])) == [name for name in found.split("|") if name]


def test_a_guid_is_compared_in_any_case(books: Rig) -> None:
    id = books.contacts()[0]["ContactID"]
    where = _query(f'ContactID=guid("{id.upper()}")')
    assert [each["ContactID"] for each in books.contacts(f"?{where}")] == [id]


@pytest.mark.parametrize(
    "where",
    [
        "Name==",
        'Name=="Ada',
        "Mood==1",
        'Name=="Ada" AND',
        '(Name=="Ada"',
        'Name=="Ada")',
        'Name.Sings("a")',
        "Name Name",
        "Name>=DateTime(2026,1,1)",
        "UpdatedDateUTC>=DateTime(2026,13,1)",
        "Name==#",
        "AND",
    ],
)
def test_a_condition_that_cannot_be_read_is_a_query_parse_exception(books: Rig, where: str) -> None:
    answer = books.call("GET", f"/Contacts?{_query(where)}")
    assert answer.status_code == 400
    assert (answer.json()["ErrorNumber"], answer.json()["Type"]) == (16, "QueryParseException")


def _query(where: str) -> str:
    return urlencode({"where": where})
