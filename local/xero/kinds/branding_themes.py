"""Branding themes: read only; the default one has SortOrder 0 (facts/xero.md §4.7)."""

from collections.abc import Iterable
from typing import ClassVar

from local.xero.books import Key, Row
from local.xero.kinds.base import Kind, Work
from local.xero.messages import Json


class BrandingThemes(Kind):
    name: ClassVar[str] = "branding_themes"
    singular: ClassVar[str] = "branding_theme"
    segment: ClassVar[str] = "BrandingThemes"
    id_field: ClassVar[str] = "BrandingThemeID"
    scope: ClassVar[str] = "accounting.settings"
    verbs: ClassVar[frozenset[str]] = frozenset()
    paging: ClassVar[str] = "never"
    natural: ClassVar[str] = "SortOrder"
    modified_since: ClassVar[bool] = False
    conditions: ClassVar[bool] = False
    fields: ClassVar[frozenset[str]] = frozenset(("Name", "SortOrder"))

    def keys(self, row: Row) -> Iterable[Key]:
        if row.fields["SortOrder"] == 0:
            yield "default", ""

    def whole(self, work: Work, row: Row) -> Json:
        names = ("BrandingThemeID", "Name", "SortOrder", "CreatedDateUTC")
        return {name: row.fields[name] for name in names}


def default_theme(work: Work) -> str:
    """Its id, "" in an organisation without themes."""
    row = work.table("branding_themes").find("default", "")
    return row.id if row else ""
