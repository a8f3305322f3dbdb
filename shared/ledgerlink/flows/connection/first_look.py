"""The first look at a ledger that was kept by hand, where the CRM knows customers already (K2).

A company that connects with customers of its own would send them all, and Xero has many of them under a slightly
different name. So its contacts are read first, once, and people are asked about those that look alike; until that job
is over, however it ends, nothing is sent.
"""

from __future__ import annotations

from contextlib import suppress

from ledgerlink.errors import Conflict, StoreBusy
from ledgerlink.flows.context import Context
from ledgerlink.ports import Ports, PutConnection
from ledgerlink.state.company import WANTED, Connection

KIND = "organizations"
TRIES = 6


def wanted(connection: Connection, at: Ports) -> str:
    """What a connection that is being paired says of its first look: that one is due, where it is the first pairing and
    there are customers here."""
    if connection.organisation is not None:
        return connection.first_look
    return WANTED if at.links.match_keys(connection.company, KIND, limit=1).items else ""


def holds(context: Context) -> bool:
    """Whether nothing may be sent yet."""
    look = context.connection.first_look
    if not look or look == WANTED:
        return bool(look)
    job = context.at.jobs.get(context.company.id, look)
    if job is not None and job.status in ("planning", "running"):
        return True
    settled(context, look)
    return False


def settled(context: Context, look: str, job: str = "") -> None:
    """The look is over, or ``job`` carries it out. Nothing where somebody was faster. Raises StoreBusy."""
    for _ in range(TRIES):
        connection = context.at.companies.connection(context.company.id)
        if connection.first_look != look:
            break
        with suppress(Conflict):
            context.at.commit.all(PutConnection(connection.model_copy(update={"first_look": job})))
            break
    else:
        raise StoreBusy("the connection is contended")
    if not job:
        context.at.doorbells.ring(context.company.id, "export")
