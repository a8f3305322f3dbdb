"""The envelope around every answer of the accounting API (facts/xero.md §3.1)."""

from collections.abc import Sequence

from local.xero.dates import wire_now
from local.xero.messages import Json
from local.xero.world import World

PROVIDER = "Ledgerlink"


def envelope(world: World, name: str, elements: Sequence[Json], pagination: Json | None = None) -> Json:
    """`DateTimeUTC` is the server's clock, what a client should trust."""
    head: Json = {"Id": world.ids.guid(), "Status": "OK", "ProviderName": PROVIDER}
    head["DateTimeUTC"] = wire_now(world.now())
    return {**head, **({"pagination": pagination} if pagination else {}), name: list(elements)}
