"""Stands in for Cognito and API Gateway's JWT authorizer: makes local tokens, checks them, flattens their claims."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

ISSUER = "https://local.ledgerlink.invalid"
AUDIENCE = "local"
ALGORITHM = "HS256"
LIFETIME = timedelta(hours=12)


class Unauthorized(Exception):
    """No token, or one that is not ours, not valid any more or not valid yet."""


class Tokens:
    """The key lives as long as the stack, so a token of an earlier run is refused."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, sub: str, email: str, role: str, companies: list[str]) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIFETIME,
            "token_use": "access",
            "sub": sub,
            "email": email,
            "ledgerlink/role": role,
            "ledgerlink/companies": companies,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def claims(self, authorization: str) -> dict[str, str]:
        """The claims of an Authorization header as a function sees them."""
        token = authorization.strip().removeprefix("Bearer ").removeprefix("bearer ").strip()
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise Unauthorized(str(error)) from error
        return flattened(claims)


def flattened(claims: Mapping[str, Any]) -> dict[str, str]:
    """An HTTP API hands every claim to the function as text: lists as "[a b]", objects as "map[k:v]"."""
    return {name: flat(value) for name, value in claims.items()}


def flat(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{' '.join(flat(item) for item in value)}]"
        case dict():
            return f"map[{' '.join(f'{key}:{flat(item)}' for key, item in sorted(value.items()))}]"
        case None:
            return "<nil>"
        case _:
            return str(value)
