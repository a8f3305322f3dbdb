"""Tracking categories and their options: two active ones, four with the archived (facts/xero.md §4.7)."""

from collections.abc import Iterable
from typing import Any, ClassVar

from local.xero.books import Books, Key, Row
from local.xero.errors import Refused, not_found
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json

ACTIVE, ARCHIVED, DELETED = "ACTIVE", "ARCHIVED", "DELETED"
MOST_ACTIVE, MOST = 2, 4
_LONGEST = 100
_USERS = ("invoices", "credit_notes", "purchase_orders", "bank_transactions")


class TrackingCategories(Kind):
    name: ClassVar[str] = "tracking_categories"
    singular: ClassVar[str] = "tracking_category"
    segment: ClassVar[str] = "TrackingCategories"
    id_field: ClassVar[str] = "TrackingCategoryID"
    scope: ClassVar[str] = "accounting.settings"
    verbs: ClassVar[frozenset[str]] = frozenset(("PUT", "POST one", "DELETE one"))
    summarized: ClassVar[tuple[str, ...]] = ()
    largest_batch: ClassVar[int | None] = 1
    paging: ClassVar[str] = "never"
    natural: ClassVar[str] = "Name"
    modified_since: ClassVar[bool] = False
    fields: ClassVar[frozenset[str]] = frozenset(("Name", "Status", "TrackingCategoryID"))

    def keys(self, row: Row) -> Iterable[Key]:
        if row.fields["Status"] != DELETED:
            yield "name", str(row.fields["Name"]).casefold()

    def archived(self, row: Row) -> bool:
        return bool(row.fields["Status"] == ARCHIVED)

    def listable(self, work: Work, row: Row) -> bool:
        return bool(row.fields["Status"] != DELETED)

    def locate(self, books: Books, key: str) -> Row | None:
        return books.tables[self.name].get(key) or books.tables[self.name].find("name", key.casefold())

    def write(self, work: Work, sent: Json, *, verb: str, id: str | None = None) -> Row:
        given = {name.capitalize(): value for name, value in sent.items()}  # the OpenAPI file's example says "name"
        if id is None:
            return self._create(work, given)
        row = work.table(self.name).get(id)
        if row is None:
            raise not_found()
        return self._save(work, row.id, row.fields, given)

    def _create(self, work: Work, given: Json) -> Row:
        rows = [row for row in work.table(self.name).ordered() if row.fields["Status"] != DELETED]
        if len(rows) >= MOST or sum(row.fields["Status"] == ACTIVE for row in rows) >= MOST_ACTIVE:
            raise Refused("The maximum number of tracking categories has been reached.")
        row = self._save(work, work.ids.guid(), {"Status": ACTIVE, "Options": ()}, given)
        for each in given.get("Options") or ():
            row = self.add_option(work, row, each)
        return row

    def _save(self, work: Work, id: str, old: Json, given: Json) -> Row:
        fields = {**old, **{name: given[name] for name in ("Name", "Status") if given.get(name)}}
        complaint = _name_complaint(fields.get("Name"), work.table(self.name).find("name", _folded(fields)), id)
        if complaint:
            raise Refused(complaint, id=id if old.get("TrackingCategoryID") else None)
        return self.save(work, id, fields)

    def delete(self, work: Work, row: Row) -> Row | None:
        used = any(work.table(name).has("tracking", row.id) for name in _USERS)
        return self.save(work, row.id, {**row.fields, "Status": ARCHIVED if used else DELETED})

    def option(self, row: Row, key: str) -> Json | None:
        """An option by id or name."""
        wanted = key.casefold()
        found = (
            each for each in row.fields["Options"] if wanted in (each["TrackingOptionID"], each["Name"].casefold())
        )
        return next(found, None)

    def add_option(self, work: Work, row: Row, sent: Json) -> Row:
        name = str(sent.get("Name") or sent.get("name") or "").strip()
        self._check_option(row, name, "")
        id = sent.get("TrackingOptionID") or work.ids.guid()
        added = {"TrackingOptionID": id, "Name": name, "Status": sent.get("Status", ACTIVE)}
        return self.save(work, row.id, {**row.fields, "Options": (*row.fields["Options"], added)})

    def change_option(self, work: Work, row: Row, id: str, changes: Json) -> Row:
        """A new name or status of one option; DELETED ones disappear unless lines name them."""
        if changes.get("Name"):
            self._check_option(row, str(changes["Name"]), id)
        changed = {name: value for name, value in changes.items() if name in ("Name", "Status") and value}
        if changed.get("Status") == DELETED and any(work.table(name).has("tracking", id) for name in _USERS):
            changed["Status"] = ARCHIVED
        options = [{**each, **changed} if each["TrackingOptionID"] == id else each for each in row.fields["Options"]]
        kept = tuple(each for each in options if each["Status"] != DELETED)
        return self.save(work, row.id, {**row.fields, "Options": kept})

    def _check_option(self, row: Row, name: str, id: str) -> None:
        holder = self.option(row, name)
        if not name or len(name) > _LONGEST:
            raise Refused(f"Option name must have between 1 and {_LONGEST} characters.")
        if holder and holder["TrackingOptionID"] != id:
            raise Refused("Please enter a unique Name.")

    def seeded(self, work: Work, sent: Json) -> Row:
        row = self._save(work, self.seed_id(work, sent), {"Status": ACTIVE, "Options": ()}, sent)
        for each in sent.get("Options") or ():
            row = self.add_option(work, row, each)
        return row

    def person(self, work: Work, action: str, id: str, fields: Json) -> list[Row]:
        if action == "create":
            return [self._create(work, fields)]
        row = self.existing(work, id)
        if action == "edit" and fields.get("Options") is not None:
            for each in fields["Options"]:
                known = self.option(row, str(each.get("TrackingOptionID") or each.get("Name")))
                row = (
                    self.change_option(work, row, known["TrackingOptionID"], each)
                    if known
                    else self.add_option(work, row, each)
                )
        if action == "edit":
            return [self._save(work, row.id, row.fields, fields)]
        if action in ("archive", "restore"):
            return [self._save(work, row.id, row.fields, {"Status": ARCHIVED if action == "archive" else ACTIVE})]
        if action == "delete":
            return [each for each in (self.delete(work, row),) if each]
        return super().person(work, action, id, fields)

    def whole(self, work: Work, row: Row) -> Json:
        shown = {name: row.fields[name] for name in ("Name", "Status", "TrackingCategoryID")}
        return {**shown, "Options": [show_option(each) for each in row.fields["Options"]]}


def show_option(option: Json) -> Json:
    status = option["Status"]
    flags = {"IsDeleted": status == DELETED, "IsArchived": status == ARCHIVED, "IsActive": status == ACTIVE}
    return {**option, "HasValidationErrors": False, **flags}


def _folded(fields: Json) -> str:
    return str(fields.get("Name") or "").casefold()


def _name_complaint(name: Any, holder: Row | None, id: str) -> str:
    if not name or len(str(name)) > _LONGEST:
        return f"Name must have between 1 and {_LONGEST} characters."
    return "Please enter a unique Name." if holder and holder.id != id else ""
