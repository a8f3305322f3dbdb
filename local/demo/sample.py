"""Messy data such as real businesses have: what a rental system exports, and a ledger that was kept by hand.

Made by rule from a seed, so every run tells the same story.
"""

from __future__ import annotations

import csv
import io
import random
from dataclasses import dataclass
from typing import Any

_WORDS = """
first: Anna Bernd Chloé Dmitri Élodie Fatima Giorgos Håkon İpek Jürgen Kateřina Liam Márta Niamh Øystein Paweł
last: Ångström Brandt Çelik Dvořák Eriksen Fàbregas Grünwald Hughes Ionescu Jørgensen Kowalski López Müller
trade: Events|Stage Hire|Lighting|Catering|Studios|Festivals|Tents|Sound|Rigging|Film|Theatre|Weddings
form: Ltd|Limited|GmbH|GmbH & Co. KG|SARL|S.r.l.|AB|AS|LLC|Inc.|Pty Ltd
known: City Limousines|Ridgeway University|Bayside Club|Basket Case|Boom FM|DIISR - Small Business Services
known: Marine Systems|Petrie McLoud Watson & Associates|Port & Philip Freight|Rex Media Group|Young Bros Transport
known: Hamilton Smith Ltd|Abby & Wells|ABC Furniture|Bayside Wholesale|Capital Cab Co|Carlton Functions|Gable Print
known: Central Copiers|Coco Cafe|Cube Land|Dimples Warehouse|Fulton Airport Parking|Gateway Motors|Hoyts|Net Connect
known: Jakaranda Maple Systems|MCO Cleaning Services|Melrose Parking|Office Supplies Company|PC Complete|PowerDirect
known: Qantas|SMART Agency|Swanston Security|Truxton Property Management|Xero|Berry Brew
columns: id|name|active|roles|account_number|email|tax_number|phone_main|phone_mobile|billing_line1|billing_line2
columns: billing_city|billing_postcode|billing_country|person_first_name|person_last_name
"""


def _words(of: str) -> tuple[str, ...]:
    """The lines of one name, split where they are marked."""
    lines = [line.removeprefix(f"{of}: ") for line in _WORDS.splitlines() if line.startswith(f"{of}: ")]
    return tuple(word for line in lines for word in (line.split("|") if "|" in line else line.split()))


FIRST, LAST, TRADE, FORM = _words("first"), _words("last"), _words("trade"), _words("form")
WELL_KNOWN, COLUMNS = _words("known"), _words("columns")
CITIES = (
    ("München", "80339", "Germany"),
    ("Leeds", "LS1 4AP", "United Kingdom"),
    ("Wellington", "6011", "New Zealand"),
    ("Göteborg", "411 03", "Sweden"),
    ("Kraków", "30-001", "Poland"),
    ("Saint-Étienne", "42000", "France"),
)


@dataclass(frozen=True)
class Sample:
    """Rows of the CSV by id, contacts of the ledger as they are seeded, and the pairs a bookkeeper knows of."""

    rows: dict[str, dict[str, str]]
    contacts: list[dict[str, Any]]
    pairs: dict[str, str]  # organization id -> name of its contact
    wrong: dict[str, str]  # organization id -> what is wrong with it, in our reason codes

    def csv(self) -> str:
        """The file as a spreadsheet saves it: a BOM, semicolons, CRLF."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(self.rows.values())
        return "\ufeff" + out.getvalue()


def make(organizations: int = 2000, contacts: int = 500, seed: int = 7) -> Sample:
    """A business of ``organizations`` customers and a ledger of ``contacts``."""
    chance = random.Random(seed)
    rows = {f"crm-{n:05}": _row(chance, n) for n in range(organizations)}
    wrong = _spoil(chance, rows)
    books = _contacts(chance, contacts)
    pairs = _share(chance, rows, books, wrong)
    return Sample(rows, books, pairs, wrong)


def _row(chance: random.Random, number: int) -> dict[str, str]:
    last, trade, form = chance.choice(LAST), chance.choice(TRADE), chance.choice(FORM)
    city, postcode, country = chance.choice(CITIES)
    name = f"{last} {trade} {number} {form}".strip()
    if chance.random() < 0.03:
        name += chance.choice((" 🎪", " 🎬", " — Außenstelle", " (ehem. Söhne)"))
    blank = chance.random()
    return {
        "id": f"crm-{number:05}",
        "name": name,
        "active": "no" if chance.random() < 0.05 else "yes",
        "roles": chance.choice(("customer", "customer", "customer", "supplier", "customer supplier")),
        "account_number": f"K-{number:05}" if blank > 0.2 else "",
        "email": f"office{number}@{_plain(last)}.example" if blank > 0.1 else "",
        "tax_number": f"DE{100000000 + number}" if blank > 0.6 else "",
        "phone_main": _phone(chance) if blank > 0.15 else "",
        "phone_mobile": _phone(chance) if blank > 0.7 else "",
        "billing_line1": f"{chance.choice(LAST)}straße {chance.randint(1, 200)}" if blank > 0.1 else "",
        "billing_line2": "Rear building\nring twice" if chance.random() < 0.02 else "",
        "billing_city": city if blank > 0.1 else "",
        "billing_postcode": postcode if blank > 0.1 else "",
        "billing_country": country if blank > 0.1 else "",
        "person_first_name": chance.choice(FIRST) if blank > 0.4 else "",
        "person_last_name": chance.choice(LAST) if blank > 0.4 else "",
    }


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isascii() and c.isalpha()) or "office"


def _phone(chance: random.Random) -> str:
    """Five ways people write a number."""
    a, b = chance.randint(100, 999), chance.randint(100000, 999999)
    return chance.choice(
        (f"+44 1{a} {b}", f"(01{a}) {b}", f"0049-89-{b}", f"+33.1.{str(b)[:2]}.{str(b)[2:4]}.{str(b)[4:]}", f"01{a}{b}")
    )


def _spoil(chance: random.Random, rows: dict[str, dict[str, str]]) -> dict[str, str]:
    """The mistakes every export holds: names twice, texts too long, addresses nobody can mail to."""
    active = [id_ for id_, row in rows.items() if row["active"] == "yes"]
    picked = iter(chance.sample(active, max(30, len(rows) // 40)))
    wrong: dict[str, str] = {}
    for count, (code, spoil) in enumerate(
        (
            ("field_too_long", {"account_number": "9" * 60}),
            ("name_not_allowed", {"name": "Props <indoor> {n}"}),
            ("email_not_allowed", {"email": "büro{n}@zelte.example"}),
            ("field_too_long", {"billing_postcode": "see the note on the gate, the postman knows it well enough"}),
        )
    ):
        for _ in range(3 + count):
            id_ = next(picked)
            rows[id_] |= {field: value.replace("{n}", id_) for field, value in spoil.items()}
            wrong[id_] = code
    twins = [next(picked) for _ in range(6)]
    for one, other in zip(twins[::2], twins[1::2], strict=True):
        rows[other]["name"] = rows[one]["name"]
        wrong[other] = "name_taken"  # of two with one name, the ledger takes only one
    return wrong


def _contacts(chance: random.Random, count: int) -> list[dict[str, Any]]:
    names = [*WELL_KNOWN, *(f"{chance.choice(LAST)} & {chance.choice(LAST)} {n}" for n in range(count))][:count]
    return [
        {
            "Name": name,
            "EmailAddress": f"info@{_plain(name)[:20]}{n}.example" if chance.random() < 0.7 else "",
            "ContactStatus": "ARCHIVED" if n >= len(WELL_KNOWN) and chance.random() < 0.1 else "ACTIVE",
            "Phones": [
                {"PhoneType": "DEFAULT", "PhoneAreaCode": "09", "PhoneNumber": f"{chance.randint(10**6, 10**7)}"}
            ],
        }
        for n, name in enumerate(names)
    ]


def _share(
    chance: random.Random, rows: dict[str, dict[str, str]], books: list[dict[str, Any]], wrong: dict[str, str]
) -> dict[str, str]:
    """Some customers are in the ledger already: most the bookkeeper can pair, a few only look alike."""
    active = [contact for contact in books if contact["ContactStatus"] == "ACTIVE"]
    free = [id_ for id_, row in rows.items() if row["active"] == "yes" and id_ not in wrong]
    chosen = chance.sample(active, min(len(active), len(books) // 4))
    pairs: dict[str, str] = {}
    for n, (contact, id_) in enumerate(zip(chosen, chance.sample(free, len(chosen)), strict=True)):
        if n % 5:
            pairs[id_] = contact["Name"]
        else:  # the same name in other clothes: told by the import, decided by a person
            contact["Name"] = rows[id_]["name"].upper() + ("." if n % 2 else "")
    return pairs
