"""Companies and their settings: made, changed, and what a change sets free."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ledgerlink.errors import Conflict, FieldProblem, Invalid, Stale, StoreBusy
from ledgerlink.flows import lanes, waking
from ledgerlink.flows.actor import Actor
from ledgerlink.flows.context import Context
from ledgerlink.flows.entries import record_entry
from ledgerlink.ports import Ports, PutCompany, PutEntry
from ledgerlink.rules.profiles import CompanySettings, settings_for
from ledgerlink.state.activity import Changed
from ledgerlink.state.company import Company
from ledgerlink.state.record import RecordKey

TRIES = 5
NO_PLACES = ("posixrules", "localtime", "Factory", "posix", "right")  # of the time zones' files, those that name none
RESERVED = ("companies", "members", "none")  # where the table keeps what is no company's


def put(company: Company, actor: Actor, at: Ports) -> tuple[Company, bool]:
    """Create or replace; settings changed by hand stay. Returns it as stored, and whether it is new.

    Raises Invalid for a time zone or profile that is none.
    """
    if company.id in RESERVED:
        raise Invalid(FieldProblem("company", "this id is the hub's own"))
    if not _is_zone(company.timezone):
        raise Invalid(FieldProblem("timezone", f"{company.timezone!r} is no time zone such as Europe/London"))
    for _ in range(TRIES):
        before = at.companies.get(company.id)
        after = company
        if before is not None:
            told = {name: getattr(company, name) for name in ("name", "profile", "timezone", "currency")}
            after = before.model_copy(update=told)
        try:
            return _store(before, after, actor, at), before is None
        except Conflict:
            continue
    raise StoreBusy("the company is contended")


def change_settings(
    context: Context, changes: Mapping[str, Any], actor: Actor, *, if_match: int | None = None
) -> Company:
    """Set these settings; None gives one back to the profile. Raises Invalid naming each bad one, Stale."""
    at = context.at
    for _ in range(TRIES):
        before = at.companies.get(context.company.id)
        assert before is not None
        if if_match is not None and if_match != before.settings_version:
            raise Stale(before.settings_version)
        kept = {name: value for name, value in before.overrides.items() if name not in changes}
        given = {name: value for name, value in changes.items() if value is not None}
        valid = settings_for(before.profile, kept | given, connect_date=before.connect_date)
        plain = valid.model_dump(mode="json", include=set(given))
        try:
            return _store(before, before.model_copy(update={"overrides": kept | plain}), actor, at)
        except Conflict:
            continue
    raise StoreBusy("the settings are contended")


def _store(before: Company | None, after: Company, actor: Actor, at: Ports) -> Company:
    old, new = settings_of(before) if before is not None else None, settings_of(after)
    if before == after:
        return before
    changed = _difference(old, new)
    if changed:
        after = after.model_copy(update={"settings_version": after.settings_version + 1})
    now = at.clock.now()
    entry = record_entry(
        RecordKey(after.id, "settings", after.id),
        at=now,
        mark=f"v{after.version}",
        direction="here",
        action="created" if before is None else "edited",
        actor=actor.sub,
        diff=changed if before is not None else {},
    )
    reopens = before is not None and "integration_enabled" in changed and new.integration_enabled
    opening = lanes.reopened(after.id, at, "integration_disabled") if reopens else []
    at.commit.all(PutCompany(after), PutEntry(entry), *opening)
    for name in changed if before is not None else ():
        _set_free(after.id, name, new, at)
    return after.model_copy(update={"version": after.version + 1})


def settings_of(company: Company) -> CompanySettings:
    """The settings in force."""
    return settings_for(company.profile, company.overrides, connect_date=company.connect_date)


def _difference(old: CompanySettings | None, new: CompanySettings) -> dict[str, Changed]:
    if old is None:
        return {}
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return {name: Changed(before=before[name], after=after[name]) for name in after if before[name] != after[name]}


def _set_free(company: str, name: str, settings: CompanySettings, at: Ports) -> None:
    """Start what waited for the setting; the drain that is rung for (or that the sweeper rings for, should this be cut
    short) wakes the rest, page by page."""
    if name == "integration_enabled":
        if not settings.integration_enabled:
            return
        at.doorbells.ring(company, "import")
    if waking.wake(company, f"setting:{name}", at):
        at.doorbells.ring(company, "export")


def _is_zone(name: str) -> bool:
    try:
        return name.partition("/")[0] not in NO_PLACES and bool(ZoneInfo(name).key)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a directory's name an OSError
        return False
