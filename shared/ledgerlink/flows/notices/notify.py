"""Notices become e-mails: claimed, written from a template, sent, and marked; a job shows whether its message went out.

A notice is claimed before it is sent, so that two messages for it send once, and marked after, so that nothing is lost:
a process that dies in between leaves it to be sent again when its claim is over, at the price of a second copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from ledgerlink.errors import Conflict, Refused, Transient
from ledgerlink.ports import Mail, Ports, PutJob, PutNotice, Write
from ledgerlink.reasons import REASONS
from ledgerlink.rules.subscriptions import TOPICS
from ledgerlink.state.notice import Notice

TEMPLATES = Path(__file__).parents[2] / "mail"
CLAIM = timedelta(seconds=90)  # longer than a send takes, and than the function may run
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=30)  # doubled each time: about an hour in all
TRIES = 5

_WAITING = {
    "errors": ("unresolved error", "unresolved errors"),
    "conflicts": ("conflict: both sides changed the same field", "conflicts: both sides changed the same field"),
    "suggestions": ("possible duplicate", "possible duplicates"),
}

Told = Literal["sent", "failed", "later", "nothing"]

# What is counted, in the words of the e-mail, in the order people want to know it.
_COUNTS = {
    "created": "created",
    "updated": "updated",
    "archived": "archived",
    "linked": "linked",
    "unlinked": "unlinked",
    "deleted": "deleted",
    "unchanged": "already up to date",
    "suggested": "waiting for your decision: possible duplicates",
    "skipped": "skipped",
    "left_out": "left out, because they changed meanwhile or the job was cancelled",
    "failed": "failed",
}


def send_notice(company: str, notice: str, at: Ports, *, console_url: str) -> Told:
    """Send one notice, if nobody sent it and nobody is sending it."""
    now = at.clock.now()
    found = at.notices.get(company, notice)
    if found is None or found.status != "pending" or (found.sending_until is not None and found.sending_until > now):
        return "nothing"
    until = now + CLAIM
    mine = found.model_copy(update={"attempts": found.attempts + 1, "sending_until": until, "wake_at": until})
    try:
        at.commit.all(PutNotice(mine))
    except Conflict:
        return "nothing"  # somebody else sends it
    mine = mine.model_copy(update={"version": mine.version + 1})
    try:
        at.mailer.send(written(mine, at, console_url))
    except Refused:
        return _marked(mine, "failed", at)
    except Transient:
        return _later(mine, at)
    return _marked(mine, "sent", at)


def _later(notice: Notice, at: Ports) -> Told:
    if notice.attempts >= MOST_ATTEMPTS:
        return _marked(notice, "failed", at)
    wake_at = at.clock.now() + FIRST_WAIT * 2 ** (notice.attempts - 1)
    at.commit.all(PutNotice(notice.model_copy(update={"sending_until": None, "wake_at": wake_at})))
    return "later"


def _marked(notice: Notice, status: Literal["sent", "failed"], at: Ports) -> Told:
    """Store how it ended, with the job that it is about in the same step."""
    ended = notice.model_copy(update={"status": status, "sending_until": None, "wake_at": None})
    for attempt in range(TRIES):
        writes: list[Write] = [PutNotice(ended)]
        job = at.jobs.get(notice.company, notice.job) if notice.topic == "own_jobs" else None
        if job is not None:
            writes.append(PutJob(job.model_copy(update={"email": job.email.model_copy(update={"status": status})})))
        try:
            at.commit.all(*writes)
            break
        except Conflict:
            if attempt == TRIES - 1:
                raise
    return status


# ------------------------------------------------------------------ writing


def written(notice: Notice, at: Ports, console_url: str) -> Mail:
    """The e-mail, text and HTML from the same figures."""
    company = at.companies.get(notice.company)
    name = company.name if company is not None else notice.company
    figures = {
        **notice.data,
        "company": name,
        "link": link_of(notice, console_url),
        "why": TOPICS[notice.topic].why if notice.topic else "",
        "preferences": f"{console_url}/#/companies/{notice.company}/settings/e-mail",
    }
    if notice.template == "job_done":
        figures |= _of_job(notice.data)
    elif notice.template == "daily_summary":
        figures |= _of_summary(notice.data)
    subject, _, text = _rendered(notice.template, "txt", figures).partition("\n")
    html = _rendered(notice.template, "html", {**figures, "subject": subject})
    return Mail(to=notice.to, subject=subject, text=text.lstrip("\n"), html=html)


def link_of(notice: Notice, console_url: str) -> str:
    """The page of the console that shows what the notice is about."""
    where = f"jobs/{notice.job}" if notice.job else notice.data.get("page", "connection")
    return f"{console_url}/#/companies/{notice.company}/{where}"


def _of_job(data: Mapping[str, Any]) -> dict[str, Any]:
    progress = data.get("progress", {})
    failures = [_failure(each) for each in data.get("failures", ())]
    return {
        "counts": [(words, progress[name]) for name, words in _COUNTS.items() if progress.get(name)],
        "failed": progress.get("failed", 0),
        "failures": failures,
        "more": max(0, progress.get("failed", 0) - len(failures)),
        "took": _took(data),
    }


def _of_summary(data: Mapping[str, Any]) -> dict[str, Any]:
    waiting, failures = data["waiting"], [_failure(each) for each in data["failures"]]
    lines = ((waiting[name], _WAITING[name][waiting[name] != 1]) for name in _WAITING)
    return {
        "counts": [(words, count) for count, words in lines if count],
        "things": sum(waiting.values()),
        "failures": failures,
        "more": max(0, waiting["errors"] - len(failures)),
    }


def _failure(told: Mapping[str, Any]) -> dict[str, str]:
    """Who failed, why in plain words, and what to do about it."""
    reason = REASONS.get(told.get("reason", ""))
    line = f"line {told['line']}" if told.get("line") else ""
    who = told.get("title") or told.get("id") or line or "?"
    extra = told.get("id") if told.get("title") else ""
    return {
        "who": " · ".join(part for part in (who, extra, line if line != who else "") if part),
        "why": told.get("message") or (reason.message if reason else told.get("reason", "")),
        "remedy": reason.remedy if reason else "",
    }


def _took(data: Mapping[str, Any]) -> str:
    try:
        times = [
            datetime.fromisoformat(str(data[name]).replace("Z", "+00:00")) for name in ("started_at", "finished_at")
        ]
    except (KeyError, ValueError):
        return ""
    seconds = int((times[1] - times[0]).total_seconds())
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{max(seconds, 1)} s"


def _rendered(template: str, form: str, figures: Mapping[str, Any]) -> str:
    return _templates().get_template(f"{template}.{form}").render(**figures)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
