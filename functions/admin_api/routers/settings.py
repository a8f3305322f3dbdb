"""A company's settings: each with its value, its profile's default, and what it does."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import Field, RootModel, create_model

from admin_api.access import FINANCE, READERS, At, Who, open_to
from admin_api.answers import Shown, answer
from admin_api.reading import IfMatch, revision
from ledgerlink.flows.company import companies as flow
from ledgerlink.kinds import Value
from ledgerlink.rules.profiles import CompanySettings, choices_of, settings_for
from ledgerlink.state.company import Company

from .companies import COMPANY

routes = Router()


class SettingOut(Shown):
    value: Any
    profile_default: Any
    description: str
    choices: list[Any] | None = Field(description="The values it can take, where they are few")


class SettingsOut(RootModel[dict[str, SettingOut]]):
    """By name."""


def _or_null(annotation: Any) -> Any:
    return annotation | None


SettingsPatch = create_model(
    "SettingsPatch",
    __base__=Value,
    **{  # type: ignore[call-overload]
        name: (_or_null(field.annotation), Field(None, description=f"{field.description} Null: as the profile says."))
        for name, field in CompanySettings.model_fields.items()
    },
)


@routes.get(f"{COMPANY}/settings", tags=["settings"], **open_to(*READERS))
def get_settings(at: At) -> Response[SettingsOut]:
    """All settings."""
    return _answer(at.company)


@routes.patch(f"{COMPANY}/settings", tags=["settings"], **open_to(*FINANCE))
def patch_settings(
    at: At,
    who: Who,
    body: SettingsPatch,
    if_match: IfMatch = None,
) -> Response[SettingsOut]:
    """Change settings; null gives one back to the profile. What waited for a setting goes on."""
    changes: dict[str, Any] = body.model_dump(exclude_unset=True)
    return _answer(flow.change_settings(at, changes, who.actor, if_match=revision(if_match)))


def _answer(company: Company) -> Response[SettingsOut]:
    now = flow.settings_of(company).model_dump(mode="json")
    preset = settings_for(company.profile, {}, connect_date=company.connect_date).model_dump(mode="json")
    told = {
        name: SettingOut(
            value=now[name],
            profile_default=preset[name],
            description=field.description or "",
            choices=choices_of(name),
        )
        for name, field in CompanySettings.model_fields.items()
    }
    return answer(SettingsOut(told), revision=company.settings_version)
