"""Tax rates: `TaxType` is the key, system rates are not editable, not all fit all accounts (facts/xero.md §4.7)."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from local.xero.books import Books, Key, Row
from local.xero.errors import Refused, not_found
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json
from local.xero.money import HUNDRED, ZERO, decimal

ACTIVE, DELETED, ARCHIVED = "ACTIVE", "DELETED", "ARCHIVED"
CLASSES = ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")
_REPORTED = ("UK", "NZ", "AU")  # where ReportTaxType is required
_SALES = ("OUTPUT", "SALESOUTPUT", "EXEMPTOUTPUT", "ECOUTPUT", "ECOUTPUTSERVICES", "CAPITALSALESOUTPUT")


class TaxRates(Kind):
    name: ClassVar[str] = "tax_rates"
    singular: ClassVar[str] = "tax_rate"
    segment: ClassVar[str] = "TaxRates"
    id_field: ClassVar[str] = "TaxType"
    scope: ClassVar[str] = "accounting.settings"
    verbs: ClassVar[frozenset[str]] = frozenset(("PUT", "POST"))
    summarized: ClassVar[tuple[str, ...]] = ()
    largest_batch: ClassVar[int | None] = 1
    paging: ClassVar[str] = "never"
    natural: ClassVar[str] = "Name"
    modified_since: ClassVar[bool] = False
    fields: ClassVar[frozenset[str]] = frozenset(
        ("Name", "TaxType", "Status", "ReportTaxType", "EffectiveRate", "DisplayTaxRate")
    ) | {f"CanApplyTo{name}" for name in CLASSES}

    def keys(self, row: Row) -> Iterable[Key]:
        yield "name", str(row.fields["Name"]).casefold()

    def locate(self, books: Books, key: str) -> Row | None:
        return books.tables[self.name].get(key) or books.tables[self.name].get(key.upper())

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        existing = self._meant(work, sent) if verb == "POST" else None
        if existing is None:
            return self._create(work, sent)
        if existing.fields["_system"]:
            raise Refused("System tax rates cannot be updated.", id=existing.id)
        return self._save(work, existing.id, existing.fields, sent)

    def _meant(self, work: Work, sent: Json) -> Row | None:
        wanted = sent.get("TaxType")
        if not wanted:
            return work.table(self.name).find("name", str(sent.get("Name") or "").casefold())
        row = self.locate(work.books, str(wanted))
        if row is None:
            raise not_found()
        return row

    def _create(self, work: Work, sent: Json) -> Row:
        taken = 1
        while work.table(self.name).get(f"TAX{taken:03}"):
            taken += 1
        if not sent.get("ReportTaxType") and work.books.organisation["Version"] in _REPORTED:
            raise Refused("ReportTaxType must be specified.")
        applies = self._applies(str(sent.get("ReportTaxType") or "OUTPUT"))
        return self._save(work, f"TAX{taken:03}", {"Status": ACTIVE, "_system": False, **applies}, sent)

    def _applies(self, report: str) -> Json:
        sale = report in _SALES
        return {f"CanApplyTo{name}": name != ("Expenses" if sale else "Revenue") for name in CLASSES}

    def _save(self, work: Work, id: str, old: Json, sent: Json) -> Row:
        fields = {**old, **{name: sent[name] for name in ("Name", "ReportTaxType", "Status") if sent.get(name)}}
        if sent.get("TaxComponents"):
            fields["TaxComponents"] = _components(sent["TaxComponents"])
        complaints = [*_complaints(fields), *self._lost_components(old, fields)]
        holder = work.table(self.name).find("name", str(fields.get("Name")).casefold())
        if holder and holder.id != id and holder.fields["Status"] != DELETED:
            complaints.append("Please enter a unique Name.")
        if complaints:
            raise Refused(*complaints, id=id if old.get("TaxType") else None)
        fields["EffectiveRate"] = effective(fields["TaxComponents"])
        return self.save(work, id, {"ReportTaxType": "OUTPUT", **fields})

    def _lost_components(self, old: Json, new: Json) -> Iterable[str]:
        lost = {each["Name"] for each in old.get("TaxComponents") or ()} - {
            each["Name"] for each in new.get("TaxComponents") or ()
        }
        if lost:
            yield "Tax components cannot be removed or renamed."

    def seeded(self, work: Work, sent: Json) -> Row:
        """A rate as it is read: `EffectiveRate` may stand for the components."""
        rate = decimal("EffectiveRate", sent.get("EffectiveRate", sent.get("DisplayTaxRate", 0)))
        parts = sent.get("TaxComponents") or [{"Name": sent.get("Name", "TAX"), "Rate": rate}]
        flags = {name: bool(sent.get(name, True)) for name in (f"CanApplyTo{each}" for each in CLASSES)}
        fields = {"Name": sent.get("TaxType"), "Status": ACTIVE, "ReportTaxType": "OUTPUT", **sent, **flags}
        fields |= {"TaxComponents": _components(parts), "_system": bool(sent.get("_system", False))}
        fields["EffectiveRate"] = effective(fields["TaxComponents"])
        return self.save(work, str(sent.get("TaxType") or "TAX900"), fields)

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action == "create":
            return [self._create(work, {"ReportTaxType": "OUTPUT", **fields})]
        row = self.existing(work, id)
        if action in ("archive", "delete", "restore"):
            status = {"archive": ARCHIVED, "delete": DELETED, "restore": ACTIVE}[action]
            return [self.save(work, row.id, {**row.fields, "Status": status})]
        if action == "edit":
            return [self._save(work, row.id, row.fields, fields)]
        return super().person(work, action, id, fields)

    def whole(self, work: Work, row: Row) -> Json:
        fields = row.fields
        rate = float(fields["EffectiveRate"])
        shown: Json = {name: fields[name] for name in ("Name", "TaxType", "ReportTaxType")}
        shown |= {f"CanApplyTo{name}": fields[f"CanApplyTo{name}"] for name in CLASSES}
        shown |= {"DisplayTaxRate": rate, "EffectiveRate": rate, "Status": fields["Status"]}
        return {**shown, "TaxComponents": [{**each, "Rate": float(each["Rate"])} for each in fields["TaxComponents"]]}

    def refused(self, sent: Json, messages: Iterable[str], id: str | None) -> Json:
        return {**sent, "ValidationErrors": [{"Message": message} for message in messages]}


def _components(sent: Any) -> list[Json]:
    return [
        {
            "Name": str(each.get("Name") or ""),
            "Rate": decimal("Rate", each.get("Rate", 0)),
            "IsCompound": bool(each.get("IsCompound", False)),
            "IsNonRecoverable": bool(each.get("IsNonRecoverable", False)),
        }
        for each in sent
        if isinstance(each, dict)
    ]


def _complaints(fields: Json) -> Iterable[str]:
    if not fields.get("Name"):
        yield "Please enter a Name."
    if not fields.get("TaxComponents"):
        yield "At least one tax component must be specified."
    if fields["Status"] not in (ACTIVE, DELETED, ARCHIVED):
        yield "Tax rate status is invalid."


def effective(components: list[Json]) -> Decimal:
    """Percent. A compound component is taken on the amount with the others added."""
    plain = sum((each["Rate"] for each in components if not each["IsCompound"]), ZERO)
    for each in components:
        if each["IsCompound"]:
            plain += each["Rate"] * (HUNDRED + plain) / HUNDRED
    return plain
