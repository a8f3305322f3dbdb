"""The connection's own writes: a company and its organisation are paired in one transaction, with what follows from it.

An organisation belongs to one company and a company to one organisation, for life (rule K13): the claim sees to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledgerlink.errors import Conflict, Refused, StoreBusy, Transient
from ledgerlink.flows.entries import record_entry
from ledgerlink.flows.notices import subscriptions
from ledgerlink.kinds import LISTED
from ledgerlink.ports import (
    ClaimOrganisation,
    Ports,
    PutCompany,
    PutConnection,
    PutEntry,
    PutLane,
    PutNotice,
    Write,
)
from ledgerlink.state.company import Choice, Company, Connection, Organisation, Tokens
from ledgerlink.state.lane import Direction
from ledgerlink.state.record import RecordKey

from . import first_look

TRIES = 6
LISTS = "reference"  # the cursor of the ledger's own lists
_LANES: tuple[Direction, Direction] = ("export", "import")


@dataclass(frozen=True)
class Grant:
    """What a person allowed. ``tokens`` is None where they are stored already."""

    tokens: Tokens | None
    scopes: tuple[str, ...]
    sub: str
    email: str


def pair(company: str, choice: Choice, grant: Grant, at: Ports) -> None:
    """Pair, or connect again, and set everything going. Raises Refused for an organisation of somebody else's."""
    _refuse_others(company, choice, at)
    if grant.tokens is not None:
        _keep(company, grant.tokens, at)
    _store(company, at, lambda: _paired(company, choice, grant, at))
    for cursor in (*(kind.document_type for kind in LISTED.values()), LISTS):
        _poll_now(company, cursor, at)
    learn_organisation(company, at)
    for direction in _LANES:
        at.doorbells.ring(company, direction)


def offer(company: str, choices: Sequence[Choice], grant: Grant, at: Ports) -> None:
    """Several organisations came back: keep the tokens until a person has chosen."""
    if grant.tokens is not None:
        _keep(company, grant.tokens, at)
    told = {
        "state": "choose",
        "choices": tuple(choices),
        "scopes": grant.scopes,
        "connected_by": grant.sub,
        "connected_email": grant.email,
        "last_error": "",
    }
    edit(company, at, lambda connection: connection.model_copy(update=told))


def close(company: str, at: Ports, *, sub: str) -> None:
    """Disconnected: both lanes rest until somebody connects again."""

    def writes() -> list[Write]:
        connection = at.companies.connection(company)
        told = {"state": "disconnected" if connection.organisation else "none", "choices": (), "last_error": ""}
        return [
            PutConnection(connection.model_copy(update=told)),
            *_lanes(company, "not_connected", at),
            _entry(connection, "disconnected", sub, at),
        ]

    _store(company, at, writes)


def learn_organisation(company: str, at: Ports) -> bool:
    """Read the organisation's name, short code, currency and zone. Worth repeating while its short code is blank."""
    try:
        told = at.ledgers.of(company).organisation()
    except (Transient, Refused):
        return False

    def learnt(connection: Connection) -> Connection:
        known = connection.organisation
        if known is None:
            return connection
        # The id stays the one that calls are made with.
        update = told.model_copy(update={"id": known.id, "name": told.name or known.name})
        return connection.model_copy(update={"organisation": update})

    edit(company, at, learnt)
    return True


def edit(company: str, at: Ports, change: Callable[[Connection], Connection]) -> Connection:
    """Store a changed connection, over whoever is faster. Raises StoreBusy."""
    for _ in range(TRIES):
        connection = at.companies.connection(company)
        changed = change(connection)
        if changed == connection:
            return connection
        try:
            at.commit.all(PutConnection(changed))
        except Conflict:
            continue
        return changed.model_copy(update={"version": changed.version + 1})
    raise StoreBusy("the connection is contended")


def _store(company: str, at: Ports, writes: Callable[[], list[Write]]) -> None:
    for _ in range(TRIES):
        decided = writes()
        try:
            at.commit.all(*decided)
        except Conflict:
            continue
        return
    raise StoreBusy("the connection is contended")


def _refuse_others(company: str, choice: Choice, at: Ports) -> Connection:
    connection = at.companies.connection(company)
    if connection.organisation is not None and connection.organisation.id != choice.id:
        raise Refused("other_organisation", f"the company is paired with {connection.organisation.name}")
    if at.companies.of_organisation(choice.id) not in (None, company):
        raise Refused("organisation_taken", f"another company is paired with {choice.name}")
    return connection


def _keep(company: str, tokens: Tokens, at: Ports) -> None:
    """In place of whatever is stored: a person has just consented, so these are the ones that work."""
    for _ in range(TRIES):
        held = at.companies.tokens(company)
        try:
            at.companies.put_tokens(company, tokens.model_copy(update={"version": held.version if held else 0}))
        except Conflict:
            continue
        return
    raise StoreBusy("the tokens are contended")


def _paired(company: str, choice: Choice, grant: Grant, at: Ports) -> list[Write]:
    connection, now = _refuse_others(company, choice, at), at.clock.now()
    told = {
        "state": "connected",
        "organisation": connection.organisation or Organisation(id=choice.id, name=choice.name),
        "connection_id": choice.connection_id,
        "choices": (),
        "scopes": grant.scopes,
        "connected_at": now,
        "connected_by": grant.sub,
        "connected_email": grant.email,
        "last_error": "",
        "first_look": first_look.wanted(connection, at),
    }
    return [
        ClaimOrganisation(company, choice.id),
        PutConnection(connection.model_copy(update=told)),
        *_lanes(company, "", at),
        *_first_day(company, at),
        _entry(connection, "connected", grant.sub, at),
        *(_back(connection, grant, at) if connection.state == "needs_reconnect" else []),
    ]


def _back(connection: Connection, grant: Grant, at: Ports) -> list[PutNotice]:
    """Whoever heard that the connection was lost hears that it is back."""
    return subscriptions.notices(
        connection.company,
        "connection_back",
        "connected",
        at,
        id=f"connected-{connection.version}",
        data={"organisation": connection.organisation.name if connection.organisation else ""},
        concerned=[connection.connected_email, grant.email],
    )


def _lanes(company: str, paused: str, at: Ports) -> list[Write]:
    lanes = (at.lanes.get(company, direction) for direction in _LANES)
    return [PutLane(lane.model_copy(update={"paused": paused, "not_before": None})) for lane in lanes]


def _first_day(company: str, at: Ports) -> list[Write]:
    """The day of the first connection, in the company's zone: documents made before it are not imported."""
    found = at.companies.get(company)
    if found is None or found.connect_date:
        return []
    today = at.clock.now().astimezone(_zone(found)).date().isoformat()
    return [PutCompany(found.model_copy(update={"connect_date": today}))]


def _zone(company: Company) -> ZoneInfo:
    try:
        return ZoneInfo(company.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _poll_now(company: str, document_type: str, at: Ports) -> None:
    cursor = at.cursors.get(company, document_type)
    with suppress(Conflict, StoreBusy):  # whoever moved it is polling
        at.cursors.put(company, replace(cursor, next_poll_at=at.clock.now()))


def _entry(connection: Connection, action: str, sub: str, at: Ports) -> PutEntry:
    now, company = at.clock.now(), connection.company
    key = RecordKey(company, "connection", company)
    mark = f"{action}-{connection.version}"
    return PutEntry(record_entry(key, at=now, mark=mark, direction="here", action=action, actor=sub))
