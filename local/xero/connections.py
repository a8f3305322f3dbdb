"""`/connections`: every organisation this person ever connected to the app (facts/xero.md §1.3)."""

from local.xero.dates import fraction
from local.xero.errors import NOT_FOUND
from local.xero.gate import grant_of
from local.xero.grants import Connection
from local.xero.messages import Answer, Json, Request, json_answer, text_answer
from local.xero.world import World


def handle(world: World, request: Request) -> Answer:
    grant = grant_of(world, request)
    if isinstance(grant, Answer):
        return grant
    mine = [one for one in world.grants.connections if one.client == grant.client]
    id = request.path.rstrip("/")[len("/connections/") :].lower()
    if not id and request.method == "GET":
        event = request.parameter("authEventId")
        return json_answer(200, [_show(one) for one in mine if event in (None, one.auth_event)])
    if id and request.method == "DELETE":
        found = next((one for one in mine if one.id == id), None)
        if found is None:
            return text_answer(404, NOT_FOUND)
        world.grants.connections.remove(found)
        return Answer(204)
    return text_answer(405, "Method not allowed")


def _show(one: Connection) -> Json:
    return {
        "id": one.id,
        "authEventId": one.auth_event,
        "tenantId": one.tenant,
        "tenantType": "ORGANISATION",
        "tenantName": one.name,
        "createdDateUtc": fraction(one.created),
        "updatedDateUtc": fraction(one.updated),
    }
