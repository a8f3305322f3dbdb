"""Doors without a token: is it up, and what does it take."""

from __future__ import annotations

from typing import Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from admin_api.access import open_to
from admin_api.answers import Shown
from admin_api.openapi import document
from ledgerlink import __version__

routes = Router()


class Health(Shown):
    status: Literal["ok"] = "ok"
    version: str


@routes.get("/health", tags=["meta"], **open_to())
def health() -> Health:
    """Whether the hub is up."""
    return Health(version=__version__)


@routes.get("/openapi.json", tags=["meta"], include_in_schema=False, **open_to())
def openapi() -> Response[str]:
    """This API's description, made from its code."""
    return Response(200, "application/json", document(routes.api_resolver), {"cache-control": "max-age=60"})
