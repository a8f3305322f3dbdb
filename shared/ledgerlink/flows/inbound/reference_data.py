"""The ledger's own lists come here, one way: once a day, when a company connects, and when somebody asks (rule D1)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ledgerlink.errors import Conflict, NotConnected, Refused, StoreBusy, Transient
from ledgerlink.flows import waking
from ledgerlink.flows.connection import pairing
from ledgerlink.flows.context import Context
from ledgerlink.ports import Cursor, Purpose, PutReference
from ledgerlink.rules.polling import next_day
from ledgerlink.state.company import Connection, Organisation
from ledgerlink.state.reference import Reference

CURSOR = pairing.LISTS
TRIES = 5
MENDED = frozenset(
    {
        "tax_not_mapped",
        "account_not_mapped",
        "payment_method_not_mapped",
        "location_not_mapped",
        "mapping_unknown",
        "mapping_inactive",
        "mapping_wrong_side",
        "mapping_no_payments",
        "mapping_other_currency",
        "mapping_control_account",
        "mapping_bank_account",
        "tax_not_for_account",
        "tax_not_valid",
        "account_archived",
        "account_not_valid",
        "account_removed",
        "approval_not_allowed",
        "tracking_unknown",
        "currency_not_subscribed",
        "period_locked",
        "payment_off_and_locked",
    }
)
"""Errors that other lists or another mapping may mend."""


def poll(context: Context, cursor: Cursor) -> None:
    """Read them if their time has come, and once a day from then on. Raises Transient, NotConnected."""
    at, company = context.at, context.company
    now = at.clock.now()
    if cursor.next_poll_at is not None and cursor.next_poll_at > now:
        return
    try:
        refresh(context)
    except NotConnected as closed:
        if closed.code != "missing_scope":
            raise
    later = replace(cursor, newest=now, next_poll_at=next_day(now, company.timezone, company.id))
    with suppress(Conflict):  # somebody read them too
        at.cursors.put(company.id, later)


def refresh(context: Context, *, purpose: Purpose = "live") -> Reference:
    """Read the lists and store them; what waited for a change of them goes on. Raises Transient, NotConnected."""
    at, company = context.at, context.company.id
    told = context.ledger.lists(purpose=purpose)
    for _ in range(TRIES):
        before = at.reference.get(company)
        after = told.reference.model_copy(update={"read_at": at.clock.now(), "version": before.version})
        with suppress(Conflict):
            at.commit.all(PutReference(company, after))
            break
    else:
        raise StoreBusy("the ledger's lists are contended")
    context.lists_read()
    _learn(context, told.organisation)
    if _differ(before, after):
        waking.set_free(company, "reference", MENDED, at)
    return after.model_copy(update={"version": after.version + 1})


def known(context: Context) -> Reference:
    """As last read; read now where they never were and that can be done."""
    reference = context.reference
    if reference.read_at is None and context.connection.state == "connected":
        with suppress(Transient, Refused):
            return refresh(context, purpose="person")
    return reference


def needed(context: Context) -> Reference:
    """The same for decisions that must not be made without them: a code that could not be looked up yet is no mistake.

    Raises Transient, NotConnected. Where they were asked for in vain, decisions are made without them.
    """
    if context.reference.read_at is None and context.connection.state == "connected":
        cursor = context.at.cursors.get(context.company.id, CURSOR)
        if cursor.newest is None:
            poll(context, cursor)
    return context.reference


def _differ(one: Reference, other: Reference) -> bool:
    apart = {"read_at": None, "version": 0}
    return one.model_copy(update=apart) != other.model_copy(update=apart)


def _learn(context: Context, told: Organisation) -> None:
    """Its name, zone and currency may have changed; the id stays the one that calls are made with."""

    def learnt(connection: Connection) -> Connection:
        if connection.organisation is None:
            return connection
        update = {"id": connection.organisation.id, "name": told.name or connection.organisation.name}
        return connection.model_copy(update={"organisation": told.model_copy(update=update)})

    pairing.edit(context.company.id, context.at, learnt)
