"""One request, to whoever serves its path, through whatever fault is switched on for it."""

from collections.abc import Callable

from local.xero import api, connections, faults, identity
from local.xero.faults import Fault
from local.xero.messages import Answer, Request, text_answer
from local.xero.world import World

Serve = Callable[[World, Request, Fault | None], Answer]


def dispatch(world: World, request: Request) -> Answer:
    """The answer, remembered for `GET /_sim/requests`. Writes that have come due are applied first."""
    serve = _route(request.path)
    if serve is None:
        return text_answer(404, "Not found")
    world.faults.settle_late(world.now())
    answer, fault = _through_faults(world, request, serve)
    answer.delay_s += world.settings.latency_ms / 1000
    world.remember(request, answer, fault.kind if fault else "")
    return answer


def _route(path: str) -> Serve | None:
    if path.startswith(api.BASE):
        return api.handle
    if path in identity.PATHS:
        return _plain(identity.handle)
    if path.lower().rstrip("/") == "/connections" or path.lower().startswith("/connections/"):
        return _plain(connections.handle)
    return None


def _through_faults(world: World, request: Request, serve: Serve) -> tuple[Answer, Fault | None]:
    """A fault inside Xero counts only if the request got that far, past the doors and the idempotency keys."""
    fault = world.faults.find(request)
    if fault is None:
        return serve(world, request, None), None
    request.keep_elements = fault.elements
    if fault.kind in faults.INSIDE:
        before = fault.hits
        answer = serve(world, request, fault)
        return answer, fault if fault.hits > before else None
    world.faults.take(fault)
    if fault.kind in faults.LIMITS:
        return api.limit_refusal(world, request, fault), fault
    if faults.strikes_instead(fault):
        return faults.spoil(fault, faults.not_applied()), fault
    return faults.spoil(fault, serve(world, request, None)), fault


def _plain(handle: Callable[[World, Request], Answer]) -> Serve:
    """A handler without elements or keys: a fault inside is simply before or after it."""

    def serve(world: World, request: Request, fault: Fault | None) -> Answer:
        if fault is None or fault.kind == "element_error":
            return handle(world, request)
        return world.faults.inside(fault, world.now(), lambda _: handle(world, request))[0]

    return serve
