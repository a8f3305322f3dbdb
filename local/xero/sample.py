"""Made-up documents for `POST /_sim/seed {contacts: N}`: varied, plausible, the same every time, no real people."""

import random
import unicodedata
from collections.abc import Callable

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


def documents(kind: str, count: int, *, already: int = 0) -> list[Json]:
    """`count` documents of a kind, other ones than the `already` made before. A list, in Xero's field names."""
    if kind not in _MAKERS:
        raise ValueError(f"there are no samples of {kind}")
    return [_MAKERS[kind](number) for number in range(already, already + count)]


def _contact(number: int) -> Json:
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


_MAKERS: dict[str, Callable[[int], Json]] = {"contacts": _contact}
