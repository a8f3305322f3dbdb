"""Begins the first look for possible duplicates: the import lane's first turn after a company was connected."""

from __future__ import annotations

from ledgerlink.flows.actor import Actor
from ledgerlink.flows.bulk import jobs
from ledgerlink.flows.connection.first_look import settled
from ledgerlink.flows.context import Context
from ledgerlink.state.company import WANTED

JOB = "find-duplicates"


def begin(context: Context) -> None:
    """Start the job if one is wanted, in the name of whoever connected. Raises NotConnected, StoreBusy.

    The job first: should we die in between, another one looks again, and finds the same questions asked.
    """
    if context.connection.first_look != WANTED:
        return
    connection = context.at.companies.connection(context.company.id)  # as it is now that the lane is ours
    if connection.first_look != WANTED:
        return
    job = ""
    if context.settings.possible_duplicates_on_import != "create":
        actor = Actor(connection.connected_by, email=connection.connected_email)
        job = jobs.start(context, JOB, actor).id
    settled(context, WANTED, job)
