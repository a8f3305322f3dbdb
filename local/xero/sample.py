"""Made-up documents for `POST /_sim/seed {contacts: N}`: varied, plausible, the same every time, no real people."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from local.xero.messages import Json

_FIRST = [
    "Ada",
    "Björn",
    "Chloé",
    "Dmitri",
    "Élise",
    "Frank",
    "Greta",
    "Håkon",
    "Inês",
    "Jürgen",
    "Kerstin",
    "Liam",
    "Maëlle",
    "Noor",
    "Olga",
    "Paweł",
    "Renée",
    "Søren",
]
_LAST = [
    "Abbott",
    "Brückner",
    "Carvalho",
    "Doyle",
    "Engström",
    "Fairweather",
    "García",
    "Hoffmann",
    "Iyer",
    "Jönsson",
    "Kowalski",
    "Lindqvist",
    "Müller",
    "Nakamura",
    "O'Neill",
    "Petersen",
    "Quigley",
    "Røed",
    "Schäfer",
    "Thibault",
    "Umarov",
    "Vögel",
    "Whitcombe",
    "Young",
    "Zieliński",
]
_TRADE = [
    "Catering",
    "Plant Hire",
    "Marquees",
    "Joinery",
    "Events",
    "Studio",
    "Scaffolding",
    "Bakery",
    "Sound & Light",
    "Garden Centre",
    "Print Works",
    "Cycle Repairs",
    "Surveyors",
    "Brewery",
    "Roofing",
    "Veterinary Practice",
    "Film Services",
    "Haulage",
]
_FORM = ("Ltd", "GmbH", "& Sons", "Partners", "ApS", "S.A.", "Cooperative", "")
_TOWN = (
    ("Leeds", "LS1 4AP", "United Kingdom", "44", "113"),
    ("Bristol", "BS1 5TR", "United Kingdom", "44", "117"),
    ("Köln", "50667", "Germany", "49", "221"),
    ("Malmö", "211 22", "Sweden", "46", "40"),
    ("Lyon", "69002", "France", "33", "4"),
    ("Dunedin", "9016", "New Zealand", "64", "3"),
)
_STREET = ("Harbour Street", "Mill Lane", "Königsallee", "Station Road", "Rue des Tanneurs", "Foundry Yard")


@dataclass(frozen=True)
class Around:
    """What documents may refer to."""

    contacts: Sequence[str] = ()  # ids
    today: date = date(2026, 11, 1)

    def contact(self, pick: random.Random, number: int) -> Json:
        """One of those there are, some more often than others; else a new one for every ten documents."""
        if not self.contacts:
            return {"Name": f"Sample customer {number // 10 + 1}"}
        return {"ContactID": self.contacts[int(len(self.contacts) * pick.random() ** 2)]}


def documents(kind: str, count: int, *, already: int = 0, around: Around | None = None) -> list[Json]:
    """`count` documents of a kind, other ones than the `already` made before. A list, in Xero's field names."""
    if kind not in _MAKERS:
        raise ValueError(f"there are no samples of {kind}")
    return [_MAKERS[kind](number, around or Around()) for number in range(already, already + count)]


def _contact(number: int, _: Around) -> Json:
    pick = random.Random(number)
    first, last, trade = pick.choice(_FIRST), pick.choice(_LAST), pick.choice(_TRADE)
    person = pick.random() < 0.25
    company = " ".join(part for part in (last, trade, pick.choice(_FORM)) if part)
    # The number keeps names unique however many are made.
    contact: Json = {"Name": f"{first} {last} {number + 1}" if person else f"{company} {number + 1}"}
    contact |= {"FirstName": first, "LastName": last} if person or pick.random() < 0.6 else {}
    if pick.random() < 0.8:
        contact["EmailAddress"] = f"accounts{number + 1}@{_ascii(last)}.example"
    if pick.random() < 0.5:
        contact["AccountNumber"] = f"C-{number + 1:05}"
    if pick.random() < 0.3:
        contact["TaxNumber"] = f"{pick.randrange(10**8, 10**9)}"
    town, postcode, country, dialling, area = pick.choice(_TOWN)
    if pick.random() < 0.7:
        street = {"AddressLine1": f"{pick.randrange(1, 180)} {pick.choice(_STREET)}", "City": town}
        contact["Addresses"] = [{"AddressType": "POBOX", **street, "PostalCode": postcode, "Country": country}]
    if pick.random() < 0.6:
        phone = {"PhoneNumber": f"{pick.randrange(10**5, 10**7)}", "PhoneAreaCode": area, "PhoneCountryCode": dialling}
        contact["Phones"] = [{"PhoneType": pick.choice(("DEFAULT", "MOBILE")), **phone}]
    if pick.random() < 0.1:
        contact["ContactPersons"] = [{"FirstName": pick.choice(_FIRST), "LastName": last, "IncludeInEmails": True}]
    return contact


def _ascii(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.lower())
    return "".join(letter for letter in apart if "a" <= letter <= "z")


_GOODS = ("Frame tent", "Trestle table", "Folding chair", "Generator", "Dance floor", "Fridge", "Light tower", "Heater")
_SALES, _COSTS = ("200", "210", "220"), ("300", "425", "429", "469", "473")
_STATUSES = (("DRAFT", 1), ("SUBMITTED", 1), ("AUTHORISED", 4), ("PAID", 4))


def _item(number: int, _: Around) -> Json:
    pick = random.Random(number)
    name, price = f"{pick.choice(_GOODS)} {pick.choice('ABCDE')}", pick.randrange(500, 50_000) / 100
    details = {"SalesDetails": {"UnitPrice": price, "AccountCode": pick.choice(_SALES)}}
    return {"Code": f"P{number + 1:04}", "Name": name, "Description": f"{name}, per day", **details}


def _lines(pick: random.Random, accounts: Sequence[str]) -> list[Json]:
    return [
        {
            "Description": f"{pick.choice(_GOODS)}, {pick.randrange(1, 8)} days",
            "Quantity": pick.randrange(1, 40) / pick.choice((1, 1, 2)),
            "UnitAmount": pick.randrange(100, 40_000) / 100,
            "AccountCode": pick.choice(accounts),
        }
        for _ in range(pick.randrange(1, 6))
    ]


def _invoice(number: int, around: Around) -> Json:
    """Three sales to a bill, in every stage."""
    pick = random.Random(number)
    sale = number % 4 != 3
    (status,) = pick.choices([name for name, _ in _STATUSES], [weight for _, weight in _STATUSES])
    made = around.today - timedelta(days=pick.randrange(120))
    lines = _lines(pick, _SALES if sale else _COSTS)
    invoice: Json = {"Type": "ACCREC" if sale else "ACCPAY", "Status": status, "LineItems": lines}
    invoice |= {"Date": made.isoformat(), "DueDate": (made + timedelta(days=30)).isoformat()}
    invoice["Reference" if sale else "InvoiceNumber"] = f"{'Job' if sale else 'SUP'}-{number + 1:05}"
    return {**invoice, "Contact": around.contact(pick, number)}


def _credit_note(number: int, around: Around) -> Json:
    pick = random.Random(number)
    made = around.today - timedelta(days=pick.randrange(60))
    credit: Json = {"Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Date": made.isoformat()}
    return {**credit, "LineItems": _lines(pick, _SALES), "Contact": around.contact(pick, number)}


def _purchase_order(number: int, around: Around) -> Json:
    if not around.contacts:
        raise ValueError("purchase orders need contacts to be there")
    pick = random.Random(number)
    status = pick.choice(("DRAFT", "AUTHORISED", "BILLED"))
    made = around.today - timedelta(days=pick.randrange(60))
    order: Json = {"Status": status, "Date": made.isoformat(), "LineItems": _lines(pick, _COSTS)}
    return {**order, "Contact": around.contact(pick, number)}


_MAKERS: dict[str, Callable[[int, Around], Json]] = {
    "contacts": _contact,
    "items": _item,
    "invoices": _invoice,
    "credit_notes": _credit_note,
    "purchase_orders": _purchase_order,
}
