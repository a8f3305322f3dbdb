"""Xero's identity host: the consent page, the token endpoint and revocation (facts/xero.md §1.1, §1.2)."""

import base64
import binascii
from urllib.parse import unquote, urlencode, urlsplit

from local.xero import scopes
from local.xero.consent_page import consent_page
from local.xero.grants import Grant, id_token
from local.xero.messages import Answer, Json, Request, html_answer, json_answer
from local.xero.world import World

AUTHORIZE, TOKEN, REVOCATION = "/connect/authorize", "/connect/token", "/connect/revocation"
PATHS = frozenset(f"{prefix}{path}" for prefix in ("", "/identity") for path in (AUTHORIZE, TOKEN, REVOCATION))


def handle(world: World, request: Request) -> Answer:
    path = request.path.removeprefix("/identity")
    if path == AUTHORIZE and request.method == "GET":
        return authorize(world, request.query)
    if request.method != "POST":
        return json_answer(405, {"error": "invalid_request"})
    client = _client(world, request)
    if client is None:
        return _refuse("invalid_client")
    return token(world, request.form, client) if path == TOKEN else revocation(world, request.form, client)


def authorize(world: World, query: dict[str, str]) -> Answer:
    """The page where a person chooses an organisation; with `auto` its answer comes at once.

    `auto` is an organisation id, several with commas, `all`, or `deny`.
    """
    redirect_uri = query.get("redirect_uri", "")
    complaint = _bad_application(world, query.get("client_id", ""), redirect_uri)
    if complaint:
        return html_answer(400, f"<h1>Sorry, something went wrong</h1><p>Error: {complaint}</p>")
    wanted = tuple(query.get("scope", "").split())
    error = "unsupported_response_type" if query.get("response_type") != "code" else scopes.refusal(wanted)
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        error = error or "invalid_request"
    if error:
        return _back(redirect_uri, query, error=error)
    if "auto" not in query:
        return html_answer(200, consent_page(world.organisations(), query, wanted))
    if query["auto"] == "deny":
        return _back(redirect_uri, query, error="access_denied", error_description="The user declined")
    chosen = _chosen(world, query["auto"])
    if not chosen:
        return html_answer(404, "<h1>There is no such organisation</h1>")
    grant = world.grants.approve(query["client_id"], wanted, chosen, world.now())
    code = world.grants.issue_code(grant, redirect_uri, query.get("code_challenge", ""), world.now())
    return _back(redirect_uri, query, code=code, scope=" ".join(wanted))


def token(world: World, form: dict[str, str], client: str) -> Answer:
    kind, now = form.get("grant_type"), world.now()
    if kind == "authorization_code":
        grant = world.grants.spend_code(
            form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""), client, now
        )
        refresh = world.grants.issue_refresh(grant, now) if grant and "offline_access" in grant.scopes else ""
    elif kind == "refresh_token":
        rotated = world.grants.rotate(form.get("refresh_token", ""), client, now)
        grant, refresh = rotated or (None, "")
    else:
        return _refuse("unsupported_grant_type")
    if grant is None:
        return _refuse("invalid_grant")
    return json_answer(200, _tokens(world, grant, refresh), {"Cache-Control": "no-store"})


def revocation(world: World, form: dict[str, str], client: str) -> Answer:
    """Ends the tokens and removes every connection this person made to the app (§1.1); unknown tokens are fine."""
    known = world.grants.refresh_tokens.get(form.get("token", ""))
    if known and known.grant.client == client:
        world.grants.revoke(client)
    return Answer(200)


def _tokens(world: World, grant: Grant, refresh: str) -> Json:
    """Exactly these: an extra key breaks xero-python, an id_token nobody asked for breaks xero-node."""
    now = world.now()
    body: Json = {"access_token": world.grants.issue_access(grant, now), "expires_in": 1800, "token_type": "Bearer"}
    if refresh:
        body["refresh_token"] = refresh
    if "openid" in grant.scopes:
        body["id_token"] = id_token(grant, now)
    return {**body, "scope": " ".join(grant.scopes)}


def _client(world: World, request: Request) -> str | None:
    """The app that calls, by HTTP Basic or form fields; any app unless one was named at start."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, secret = unquote(name), unquote(secret)
    else:
        name, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
    known = world.client_id in ("", name) and world.client_secret in ("", secret)
    return name if name and known else None


def _bad_application(world: World, client: str, redirect_uri: str) -> str:
    if not client or world.client_id not in ("", client):
        return "unauthorized_client"
    parts = urlsplit(redirect_uri)
    local = parts.hostname in ("localhost", "127.0.0.1")  # the real one takes localhost alone (§1.1)
    usable = parts.scheme == "https" or (parts.scheme == "http" and local)
    return "" if usable and parts.netloc and "*" not in redirect_uri and not parts.fragment else "invalid redirect_uri"


def _chosen(world: World, auto: str) -> list[tuple[str, str]]:
    wanted = [each.strip().lower() for each in auto.split(",")]
    organisations = world.organisations()
    if wanted == ["all"]:
        return organisations
    chosen = [(id, name) for id, name in organisations if id in wanted]
    return chosen if len(chosen) == len(wanted) else []


def _back(redirect_uri: str, query: dict[str, str], **values: str) -> Answer:
    """To the app again, with its `state` as it came."""
    if "state" in query:
        values["state"] = query["state"]
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return Answer(302, headers={"Location": f"{redirect_uri}{joint}{urlencode(values)}"})


def _refuse(error: str) -> Answer:
    return json_answer(400, {"error": error})
