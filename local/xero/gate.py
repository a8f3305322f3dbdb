"""Who may pass: token, organisation and scope, with Xero's three ways of refusing (facts/xero.md §6)."""

from local.xero import scopes
from local.xero.books import Books
from local.xero.errors import problem
from local.xero.grants import Grant
from local.xero.messages import Answer, Request
from local.xero.world import World


def grant_of(world: World, request: Request) -> Grant | Answer:
    """What the token stands for, or a 401. Refresh on TokenExpired only: the others will not get better."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    token = world.grants.access_tokens.get(text.strip()) if scheme.lower() == "bearer" else None
    instance = world.ids.guid()
    if token is None:
        return problem(401, "Unauthorized", "AuthenticationUnsuccessful", instance)
    if world.now() >= token.expires:
        detail = f"TokenExpired: token expired at {token.expires:%m/%d/%Y %H:%M:%S}"
        return problem(401, "Unauthorized", detail, instance)
    return token.grant


def books_of(world: World, request: Request, grant: Grant) -> Books | Answer:
    """The organisation of `xero-tenant-id`, or the 403 of one that is wrong, missing or disconnected."""
    tenant = request.headers.get("xero-tenant-id", "").lower()
    if world.grants.connection(grant.client, tenant) is None:
        return problem(403, "Forbidden", "AuthenticationUnsuccessful", world.ids.guid())
    return world.shelf[tenant]


def lacks_scope(world: World, request: Request, grant: Grant, *enough: str) -> Answer | None:
    """The 401 of a missing scope, in Xero's spelling (§6); any one of `enough` will do."""
    if any(scopes.allows(grant.scopes, needed, write=request.method != "GET") for needed in enough):
        return None
    headers = {"WWW-Authenticate": "insufficent_scope"}
    return problem(401, "Unauthorized", "AuthorizationUnsuccessful", world.ids.guid(), **headers)
