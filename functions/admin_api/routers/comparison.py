"""What the comparison with the ledger last found, and when it comes again; its lines are the job's."""

from __future__ import annotations

from datetime import datetime

from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field

from admin_api.access import READERS, At, open_to
from admin_api.answers import Shown
from ledgerlink.flows.inbound import nightly

from .companies import COMPANY
from .jobs import JobOut, shown

routes = Router()


class ComparisonOut(Shown):
    last: JobOut | None = Field(description="The last comparison that came to its end")
    running: JobOut | None
    next_at: datetime | None = Field(description="When the next one begins by itself")


@routes.get(f"{COMPANY}/comparison", tags=["comparison"], **open_to(*READERS))
def comparison(at: At) -> ComparisonOut:
    """The last comparison with its `figures`; `jobs/{id}/items?outcome=drifted` lists what differed."""
    told = nightly.report(at)
    return ComparisonOut(
        last=shown(told.last) if told.last else None,
        running=shown(told.running) if told.running else None,
        next_at=told.next_at,
    )
