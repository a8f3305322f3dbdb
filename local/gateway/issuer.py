"""Stands in for Cognito: sign-in by OpenID Connect, authorization code with PKCE, for the console on this machine."""

import base64
import hashlib
import json
import secrets
from html import escape
from urllib.parse import parse_qs, urlencode, urlsplit

from local.gateway.events import Answer, Request, as_json, message
from local.gateway.here import LOCAL_NAMES, comes_from_here
from local.gateway.tokens import Tokens

PATH = "/local/oidc"
CLIENT_ID = "local"
ROLES = {"admin": "Administrator", "finance": "Finance", "viewer": "Viewer"}
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in - local stack</title><style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem;color:#17202b}}
a{{display:block;margin:.6rem 0;padding:.8rem 1rem;border:1px solid #838f9d;border-radius:.6rem;color:inherit}}
</style></head><body><h1>Sign in</h1><p>This is the local stack: be whom you like.</p>{links}</body></html>"""


class Issuer:
    """Codes and refresh tokens live as long as the stack; whoever asks may be anyone, on this machine only."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._codes: dict[str, tuple[str, str, str]] = {}  # code -> (role, challenge, redirect)
        self._sessions: dict[str, str] = {}  # refresh token -> role

    def answer(self, request: Request) -> Answer:
        if not comes_from_here(request):
            return message(403, "The local issuer answers this machine only")
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        match request.method, request.path.removeprefix(PATH):
            case "GET", "/.well-known/openid-configuration":
                return as_json(200, self._discovery(request))
            case "GET", "/authorize":
                return self._authorize(query)
            case "POST", "/token":
                form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
                return self._token(form)
        return message(404, "Not Found")

    def _discovery(self, request: Request) -> dict[str, object]:
        issuer = f"http://{request.header('host')}{PATH}"
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
        }

    def _authorize(self, query: dict[str, str]) -> Answer:
        redirect = query.get("redirect_uri", "")
        if urlsplit(redirect).hostname not in LOCAL_NAMES or query.get("client_id") != CLIENT_ID:
            return message(400, "Unknown client or redirect address")
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256":
            return _back(redirect, query, error="invalid_request")
        role = query.get("as", "")
        if role not in ROLES:
            links = "".join(
                f'<a href="{PATH}/authorize?{escape(urlencode({**query, "as": name}))}">{told}</a>'
                for name, told in ROLES.items()
            )
            return Answer(200, _PAGE.format(links=links).encode(), (("content-type", "text/html; charset=utf-8"),))
        code = secrets.token_urlsafe(24)
        self._codes[code] = (role, query.get("code_challenge", ""), redirect)
        return _back(redirect, query, code=code)

    def _token(self, form: dict[str, str]) -> Answer:
        if form.get("grant_type") == "refresh_token":
            role = self._sessions.get(form.get("refresh_token", ""))
            return self._granted(role) if role else _refused("invalid_grant")
        role, challenge, redirect = self._codes.pop(form.get("code", ""), ("", "", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not role or proof != challenge or form.get("redirect_uri") != redirect:
            return _refused("invalid_grant")
        return self._granted(role)

    def _granted(self, role: str) -> Answer:
        refresh = secrets.token_urlsafe(24)
        self._sessions[refresh] = role
        access = self._tokens.issue(role, f"{role}@local.example", role, ["*"])
        told = {"access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh}
        return as_json(200, told)


def _back(redirect: str, query: dict[str, str], **told: str) -> Answer:
    where = f"{redirect}?{urlencode({**told, 'state': query.get('state', '')})}"
    return Answer(302, b"", (("location", where),))


def _refused(error: str) -> Answer:
    body = json.dumps({"error": error}).encode()
    return Answer(400, body, (("content-type", "application/json"),))
