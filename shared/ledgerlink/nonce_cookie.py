"""The cookie that ties a consent to the browser it was begun in: set where it begins, read and removed at its end."""

from __future__ import annotations

from collections.abc import Iterable

NAME = "ledgerlink_consent"
LIVES_S = 600


def setting(nonce: str, *, secure: bool) -> str:
    """``Set-Cookie``. Lax: it comes along when the ledger sends the browser back. ``secure`` except on a laptop."""
    return f"{NAME}={nonce}; Max-Age={LIVES_S}; {_ATTRIBUTES}{'; Secure' if secure else ''}"


def removing(*, secure: bool) -> str:
    """``Set-Cookie`` that takes it away."""
    return f"{NAME}=; Max-Age=0; {_ATTRIBUTES}{'; Secure' if secure else ''}"


def read(cookies: Iterable[str]) -> str:
    """The nonce among ``name=value`` texts, as an HTTP API lists them; blank where there is none."""
    found = (cookie.strip().partition("=") for cookie in cookies)
    return next((value for name, _, value in found if name == NAME), "")


_ATTRIBUTES = "Path=/; HttpOnly; SameSite=Lax"
