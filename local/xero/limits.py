"""Rate limits: calls a minute and a day per organisation, a minute over all, and calls in flight (facts/xero.md §2).

Windows are fixed and begin at a moment of the organisation's own, as the documentation has it (§2.1).
"""

from dataclasses import dataclass, field
from datetime import datetime

from local.xero.messages import Answer, text_answer
from local.xero.settings import Settings

MINUTE, DAY = 60, 86_400
_APP = "the app"
_FULL = {"minute": 60, "day": 5000, "appminute": 10_000}  # what a lifted limit shows as remaining


@dataclass(slots=True)
class _Window:
    number: int = -1
    used: int = 0


@dataclass(slots=True)
class Limits:
    _windows: dict[tuple[str, int], _Window] = field(default_factory=dict)

    def admit(self, tenant: str, now: datetime, settings: Settings, in_flight: int) -> Answer | None:
        """Counts the call, or answers the 429 that refuses it; a refused call is not counted."""
        if settings.concurrent and in_flight > settings.concurrent:
            return over_limit("concurrent", None)
        windows = self._tenant(tenant, now, settings)
        for problem, limit, window in windows:
            if limit and window.used >= limit:
                return self.refusal(problem, tenant, now)
        for _, _, window in windows:
            window.used += 1
        return None

    def refusal(self, problem: str, tenant: str, now: datetime) -> Answer:
        """The 429 itself; Retry-After says when the window ends."""
        if problem == "concurrent":
            return over_limit(problem, None)
        whose, length = (_APP if problem == "appminute" else tenant), (DAY if problem == "day" else MINUTE)
        return over_limit(problem, length - int(now.timestamp() - _phase(whose, length)) % length)

    def headers(self, tenant: str, now: datetime, settings: Settings) -> dict[str, str]:
        left = {
            problem: max(0, limit - window.used) if limit else _FULL[problem]
            for problem, limit, window in self._tenant(tenant, now, settings)
        }
        return {
            "X-AppMinLimit-Remaining": str(left["appminute"]),
            "X-DayLimit-Remaining": str(left["day"]),
            "X-MinLimit-Remaining": str(left["minute"]),
        }

    def used(self, tenant: str, now: datetime, settings: Settings) -> dict[str, int]:
        return {problem: window.used for problem, _, window in self._tenant(tenant, now, settings)}

    def _tenant(self, tenant: str, now: datetime, settings: Settings) -> tuple[tuple[str, int | None, _Window], ...]:
        return (
            ("minute", settings.minute_limit, self._window(tenant, MINUTE, now)),
            ("day", settings.day_limit, self._window(tenant, DAY, now)),
            ("appminute", settings.app_minute_limit, self._window(_APP, MINUTE, now)),
        )

    def _window(self, whose: str, length: int, now: datetime) -> _Window:
        number = int(now.timestamp() - _phase(whose, length)) // length
        window = self._windows.setdefault((whose, length), _Window())
        if window.number != number:
            window.number, window.used = number, 0
        return window


def _phase(whose: str, length: int) -> int:
    return sum(whose.encode()) * 7919 % length


def over_limit(problem: str, retry_after: int | None) -> Answer:
    """The body is not documented; a concurrency 429 may come without Retry-After (§2.2)."""
    answer = text_answer(429, "")
    answer.headers["X-Rate-Limit-Problem"] = problem
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer
