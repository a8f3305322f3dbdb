"""What kinds of records there are and what can be done with them, for programs that draw them without knowing them.

All is read off the registry and the routes themselves: a kind, a job or a screen that comes later appears by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Literal, get_args

from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, Router
from pydantic import Field

from admin_api.access import ALL, open_to
from admin_api.answers import Shown
from admin_api.fields import ChosenBy, FieldOut, fields_of
from admin_api.problems import routes_of
from ledgerlink.flows.bulk.registry import STARTABLE
from ledgerlink.kinds import LISTED, Kind
from ledgerlink.state.link import SyncState

routes = Router()


class ColumnOut(Shown):
    name: str
    label: str
    type: str
    default: bool = False
    refers_to: str | None = None
    refers_by: ChosenBy | None = None


class FilterOut(Shown):
    name: str
    label: str
    type: Literal["text", "boolean", "choice", "datetime"]
    choices: list[str] | None = None


class SyncedOut(Shown):
    name: str
    label: str


class ActionOut(Shown):
    name: str
    job: str | None = None
    names: Literal["records", "documents"] | None = None


class KindOut(Shown):
    name: str
    singular: str
    plural: str
    document_type: str
    fields: list[FieldOut]
    synced: list[SyncedOut] = Field(description="What travels, by the names of diffs, conflicts, field_owner and clear")
    columns: list[ColumnOut]
    filters: list[FilterOut]
    sorts: list[str]
    actions: list[ActionOut]


class Capabilities(Shown):
    jobs: list[str]
    job_actions: list[str]
    screens: list[str]


class KindList(Shown):
    items: list[KindOut]
    capabilities: Capabilities
    next: None = None


@routes.get("/v1/kinds", tags=["reference"], **open_to(*ALL))
def kinds() -> KindList:
    """Every kind of record: its fields, columns, filters and actions; and which jobs and screens there are."""
    return _all(routes.api_resolver)


@cache
def _all(app: ApiGatewayResolver) -> KindList:
    paths = {f"{route.method} {route.openapi_path}" for route in routes_of(app)}
    return KindList(
        items=[_kind(kind, paths) for kind in LISTED.values()],
        capabilities=Capabilities(
            jobs=sorted(STARTABLE) if _has(paths, "POST jobs") else [],
            job_actions=[name for name in ("apply", "cancel", "undo") if _has(paths, f"POST jobs/{{id}}/{name}")],
            screens=[name for name, needs in _SCREENS.items() if _has(paths, needs)],
        ),
    )


_COMPANY = "/v1/companies/{company}/"

# Which route a screen cannot do without.
_SCREENS = {
    "connection": "GET connection",
    "summary": "GET summary",
    "jobs": "GET jobs",
    "export-queue": "GET export-queue",
    "history": "GET history",
    "errors": "GET errors",
    "conflicts": "GET conflicts",
    "suggestions": "GET suggestions",
    "settings": "GET settings",
    "mappings": "GET mappings/{sort}",
    "comparison": "GET comparison",
    "agreement": "GET agreement",
    "crm-webhook": "GET crm-webhook",
    "subscriptions": "GET subscriptions",
    "links-csv": "POST links:import-csv",
    "organizations-csv": "POST organizations:import-csv",
    "organizations-csv-down": "GET organizations.csv",
    "contacts-csv-down": "GET ledger/contacts.csv",
    "uploads": "POST uploads",
    "ledger-contacts": "GET ledger/contacts",
    "hold": "POST records:hold",
}


def _has(paths: Iterable[str], wanted: str) -> bool:
    """Whether there is such a route; what parameters are called does not matter."""
    method, _, rest = wanted.partition(" ")
    return any(_plain(path) == _plain(f"{method} {_COMPANY}{rest}") for path in paths)


def _plain(path: str) -> str:
    return "/".join("{}" if part.startswith("{") and part.endswith("}") else part for part in path.split("/"))


# ------------------------------------------------------------------ one kind

# Which job carries out an action of a kind, and whether it is told our ids or the ledger's.
_BY_JOB: dict[str, dict[str, tuple[str, Literal["records", "documents"]]]] = {
    "organizations": {"send": ("export-organizations", "records"), "update": ("import-contacts", "documents")},
    "products": {"update": ("import-products", "documents")},
    "invoices": {"send": ("send-invoices", "records"), "update": ("update-invoices", "records")},
    "credit-notes": {"send": ("send-invoices", "records"), "update": ("update-invoices", "records")},
}


def _kind(kind: Kind[Any], paths: set[str]) -> KindOut:
    return KindOut(
        name=kind.name,
        singular=kind.singular,
        plural=kind.name.replace("-", " "),
        document_type=kind.document_type.replace("_", " "),
        fields=fields_of(kind),
        synced=[SyncedOut(name=field.name, label=field.label) for field in kind.fields],
        columns=_columns(kind),
        filters=_filters(kind),
        sorts=["title", "-title"],
        actions=_actions(kind, paths),
    )


def _actions(kind: Kind[Any], paths: set[str]) -> list[ActionOut]:
    needs = {
        "save": f"PUT {kind.name}/{{id}}",
        "edit": f"PATCH {kind.name}/{{id}}",
        "delete": f"DELETE {kind.name}/{{id}}",
        "link": f"PUT {kind.name}/{{id}}/link",
        "clear": f"POST {kind.name}/{{id}}:clear",
        "rename": f"POST {kind.name}/{{id}}:rename",
        "hold": "POST records:hold",
        "activity": f"GET {kind.name}/{{id}}/activity",
        "attachments": f"GET {kind.name}/{{id}}/attachments",
        "allocate": f"POST {kind.name}/{{id}}/allocations",
    }
    found = [ActionOut(name=name) for name, route in needs.items() if _has(paths, route)]
    if not _has(paths, "POST jobs"):
        return found
    by_job = {"send": ("send", "records"), **_BY_JOB.get(kind.name, {})}
    return found + [
        ActionOut(name=name, job=job, names=names) for name, (job, names) in by_job.items() if job in STARTABLE
    ]


def _columns(kind: Kind[Any]) -> list[ColumnOut]:
    own = [field for field in fields_of(kind) if field.type not in ("group", "list", "choices")]
    named = [field for name in _TITLES for field in own if field.name == name] or own
    title = named[0].name if named else "id"
    own.sort(key=lambda field: field.name != title)
    return [
        *(
            ColumnOut(
                name=f.name,
                label=f.label,
                type="record" if f.refers_to or f.refers_by else f.type,
                default=_is_told(f, title),
                refers_to=f.refers_to,
                refers_by=f.refers_by,
            )
            for f in own
        ),
        ColumnOut(name="id", label="Id", type="text"),
        ColumnOut(name="sync.state", label="State", type="state", default=True),
        ColumnOut(name="sync.reason", label="Why", type="reason"),
        ColumnOut(name="sync.accounting_code", label="Accounting Code", type="text", default=True),
        ColumnOut(name="sync.last_export_at", label="Last Accounting Export Date", type="datetime", default=True),
        ColumnOut(name="sync.last_import_at", label="Last Accounting Import Date", type="datetime", default=True),
        ColumnOut(name="do_not_export.on", label="Do not export", type="boolean"),
        ColumnOut(name="do_not_export.reason", label="Do not export: reason", type="text"),
        ColumnOut(name="do_not_import.on", label="Do not import", type="boolean"),
        ColumnOut(name="do_not_import.reason", label="Do not import: reason", type="text"),
        ColumnOut(name="updated_at", label="Changed", type="datetime"),
    ]


def _is_told(field: FieldOut, title: str) -> bool:
    return field.name in (title, *_TOLD) or field.refers_to == "organizations" or field.refers_by is not None


_TITLES = ("number", "code", "name", "date")  # what a record is called, the first of these that it has
_TOLD = (
    "number",
    "name",
    "date",
    "amount",
    "email",
    "status",
    "issue_date",
    "total",
    "amount_outstanding",
)  # shown unless a person hides them


def _filters(kind: Kind[Any]) -> list[FilterOut]:
    statuses = next((f.choices for f in fields_of(kind) if f.name == "status"), None)
    if statuses is None and "active" in kind.model.model_fields:
        statuses = ["active", "inactive"]
    times = {
        "updated_since": "Changed since",
        "exported_since": "Last Accounting Export Date: from",
        "exported_until": "Last Accounting Export Date: until",
        "imported_since": "Last Accounting Import Date: from",
        "imported_until": "Last Accounting Import Date: until",
    }
    return [
        FilterOut(name="state", label="State", type="choice", choices=list(get_args(SyncState))),
        FilterOut(name="linked", label="Linked", type="boolean"),
        FilterOut(name="has_error", label="Has an error", type="boolean"),
        *([FilterOut(name="status", label="Status", type="choice", choices=statuses)] if statuses else []),
        FilterOut(name="do_not_export", label="Do not export", type="boolean"),
        FilterOut(name="do_not_import", label="Do not import", type="boolean"),
        FilterOut(name="accounting_code", label="Accounting Code", type="text"),
        *(FilterOut(name=name, label=label, type="datetime") for name, label in times.items()),
    ]
