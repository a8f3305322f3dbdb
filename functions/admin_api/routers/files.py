"""CSV in and out, and uploads of what is too large for a request (K9, K10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field

from admin_api.access import FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown
from admin_api.reading import Bytes
from ledgerlink.flows.context import Context
from ledgerlink.flows.csv import inward as csv_in
from ledgerlink.flows.csv import outward as csv_out
from ledgerlink.flows.csv import uploads
from ledgerlink.kinds import Value

from .companies import COMPANY

routes = Router()

CSV = "text/csv; charset=utf-8"


class RowOut(Shown):
    line: int
    organization_id: str
    outcome: str
    message: str
    reason: str | None


class CsvOut(Shown):
    dry_run: bool
    rows: int
    created: int
    updated: int
    linked: int
    unchanged: int
    failed: int
    results: list[RowOut]
    notes: list[str] = Field(description="How the file was read")


class UploadIn(Value):
    name: str = Field(min_length=1, max_length=255)
    content_type: str = Field("text/csv", max_length=100)


class UploadOut(Shown):
    upload_id: str
    url: str = Field(description="PUT the file there, with its content type")


def _reading_csv() -> dict[str, Any]:
    told = open_to(*FINANCE)
    body = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
    told["openapi_extensions"]["requestBody"] = body
    return told


@routes.get(f"{COMPANY}/organizations.csv", tags=["files"], **open_to(*READERS))
def organizations_csv(at: At, bom: bool = False) -> Response[str]:
    """Every organization, in the columns that can be imported again."""
    return _download(at, "organizations.csv", csv_out.organizations_csv(at, bom=bom))


@routes.get(f"{COMPANY}/ledger/contacts.csv", tags=["files"], **open_to(*READERS))
def contacts_csv(at: At, bom: bool = False) -> Response[str]:
    """Every contact of the ledger, archived ones too."""
    return _download(at, "contacts.csv", csv_out.contacts_csv(at, bom=bom))


def _download(at: Context, name: str, pieces: Iterable[str]) -> Response[str]:
    """The file, or 303 to where it lies."""
    made = csv_out.delivered(at, name, pieces)
    if made.url:
        return Response(303, None, "", {"location": made.url})
    return Response(200, CSV, made.text, {"content-disposition": f'attachment; filename="{name}"'})


@routes.post(f"{COMPANY}/links:import-csv", tags=["files"], **_reading_csv())
def import_links(at: At, who: Who, data: Bytes, dry_run: bool = False) -> CsvOut:
    """Link organizations to contacts by the columns `id` and `Linked Xero contact`; one outcome per row."""
    return _imported(csv_in.import_links, at, who, data, dry_run)


@routes.post(f"{COMPANY}/organizations:import-csv", tags=["files"], **_reading_csv())
def import_organizations(at: At, who: Who, data: Bytes, dry_run: bool = False) -> CsvOut:
    """Create, change and link organizations by columns named like their fields; one outcome per row."""
    return _imported(csv_in.import_organizations, at, who, data, dry_run)


def _imported(flow: Callable[..., csv_in.CsvResult], at: Context, who: Who, data: bytes, dry_run: bool) -> CsvOut:
    result = flow(at, data, who.actor, dry_run=dry_run)
    counts = {name: result.count(name) for name in ("created", "updated", "linked", "unchanged", "failed")}
    return CsvOut(
        dry_run=result.dry_run,
        rows=result.rows,
        **counts,
        results=[
            RowOut(
                line=row.line,
                organization_id=row.organization_id,
                outcome=row.outcome,
                message=row.message,
                reason=row.reason or None,
            )
            for row in result.results
        ],
        notes=list(result.notes),
    )


@routes.post(f"{COMPANY}/uploads", tags=["files"], status_code=201, **open_to(*FINANCE))
def start_upload(at: At, body: UploadIn) -> UploadOut:
    """An address for a file of up to 500 MB, good for an hour; a job then reads it by its `upload_id`."""
    upload = uploads.start(at, name=body.name, content_type=body.content_type)
    return UploadOut(upload_id=upload.id, url=upload.url)
