"""CSV in and out, and uploads of what is too large for a request (K9, K10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from admin_api.access import FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown
from admin_api.reading import Bytes
from ledgerlink.flows.context import Context
from ledgerlink.flows.csv import downloads, uploads
from ledgerlink.flows.csv import inward as csv_in
from ledgerlink.flows.csv import outward as csv_out
from ledgerlink.flows.csv.outward import Sheet
from ledgerlink.kinds import Value

from .companies import COMPANY

routes = Router()


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


_Download = Annotated[str | None, Query(max_length=64, description="A file that is being made: where a 303 led")]


@routes.get(f"{COMPANY}/organizations.csv", tags=["files"], **open_to(*READERS))
def organizations_csv(at: At, who: Who, bom: bool = False, download: _Download = None) -> Response[str]:
    """Every organization, in the columns that can be imported again; what is large is a 303 to where it lies."""
    return _download(at, who, csv_out.ORGANIZATIONS, bom, download)


@routes.get(f"{COMPANY}/ledger/contacts.csv", tags=["files"], **open_to(*READERS))
def contacts_csv(at: At, who: Who, bom: bool = False, download: _Download = None) -> Response[str]:
    """Every contact of the ledger, archived ones too; what is large is a 303 to where it lies.

    What takes longer than a request may is made by a job: the 303 then leads back here, with `download`, as often as it
    takes. Follow it with your token."""
    return _download(at, who, csv_out.LEDGER_CONTACTS, bom, download)


def _download(at: Context, who: Who, sheet: Sheet, bom: bool, download: str | None) -> Response[str]:
    made = downloads.fetch(at, sheet, download) if download else downloads.begin(at, sheet, who.actor, bom=bom)
    if made.job:
        assert routes.api_resolver is not None
        return Response(303, None, "", {"location": f"{routes.api_resolver.current_event.path}?download={made.job}"})
    if made.url:
        return Response(303, None, "", {"location": made.url})
    return Response(200, downloads.TYPE, made.text, {"content-disposition": f'attachment; filename="{sheet.name}"'})


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
