"""What the hub's words mean: profiles and reason codes."""

from __future__ import annotations

from typing import Any, Literal

from aws_lambda_powertools.event_handler.api_gateway import Router

from admin_api.access import ALL, open_to
from admin_api.answers import Shown
from ledgerlink.reasons import REASONS
from ledgerlink.rules.profiles import PROFILES, settings_for

routes = Router()


class ReasonOut(Shown):
    code: str
    sort: Literal["skip", "wait", "refuse", "park", "error", "conflict"]
    message: str
    remedy: str
    who_can_fix: str


class ReasonList(Shown):
    items: list[ReasonOut]
    next: None = None


class ProfileOut(Shown):
    name: str
    description: str
    settings: dict[str, Any]


class ProfileList(Shown):
    items: list[ProfileOut]
    next: None = None


@routes.get("/v1/reasons", tags=["reference"], **open_to(*ALL))
def reasons() -> ReasonList:
    """Every reason code in plain words, with what to do and who can."""
    return ReasonList(
        items=[
            ReasonOut(code=r.code, sort=r.sort, message=r.message, remedy=r.remedy, who_can_fix=r.who_can_fix)
            for r in REASONS.values()
        ]
    )


@routes.get("/v1/profiles", tags=["reference"], **open_to(*ALL))
def profiles() -> ProfileList:
    """The presets a company can have, each with all its settings."""
    return ProfileList(
        items=[
            ProfileOut(name=name, description=told, settings=settings_for(name, {}).model_dump(mode="json"))
            for name, (told, _) in PROFILES.items()
        ]
    )
