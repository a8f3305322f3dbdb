"""The simulator's controls under `/_sim/`: reset, seed, look, break, act as a person, move time.

Paths and fields are a contract with everything that drives the simulator from outside; `docs/simulator.md` has them.
"""

from collections.abc import Callable
from typing import Any

from local.xero import sample
from local.xero.books import Books
from local.xero.errors import CallRefused, Refused
from local.xero.faults import BadFault, read_fault
from local.xero.kinds import KINDS, by_any_name, names
from local.xero.messages import Answer, Json, Request, json_answer
from local.xero.settings import UnknownSetting
from local.xero.webhooks import BadWebhooks
from local.xero.world import World


class BadControl(ValueError):
    """A control that cannot be carried out; told with 422."""


def handle(world: World, request: Request) -> Answer:
    """Everything that only touches the world. reset, flush and clock are the app's, see `app`."""
    control = (request.method, request.path.removeprefix("/_sim/").rstrip("/"))
    act = _CONTROLS.get(control)
    if act is None:
        return json_answer(404, {"error": f"no control {control[0]} {request.path}"})
    try:
        return json_answer(200, act(world, request))
    except (BadControl, BadFault, UnknownSetting, BadWebhooks, ValueError) as error:
        return json_answer(422, {"error": str(error)})
    except Refused as refusal:
        return json_answer(409, {"error": " ".join(refusal.messages)})
    except CallRefused as refusal:
        return json_answer(refusal.answer.status, {"error": refusal.answer.body.decode()})


def body_of(request: Request) -> Json:
    """The JSON object of a control; an empty body is an empty object."""
    body = request.json() if request.body else {}
    if not isinstance(body, dict):
        raise BadControl("the body is a JSON object")
    return body


def _seed(world: World, request: Request) -> Json:
    """`{contacts: N}` makes N varied ones, `{contacts: [{…}]}` takes Xero's field names. All or nothing."""
    body = body_of(request)
    books = _books(world, body.pop("organisation", None))
    mark, made = books.mark(), {}
    try:
        for name, wanted in body.items():
            made[name] = [_shown(name, row) for row in _seed_kind(world, books, name, wanted)]
    except (Refused, CallRefused, BadControl):
        books.undo(mark)
        raise
    books.settle()
    return {name: len(rows) for name, rows in made.items()} | {
        "ids": {n: [r["id"] for r in m] for n, m in made.items()}
    }


def _seed_kind(world: World, books: Books, name: str, wanted: Any) -> list[Any]:
    kind = by_any_name(name)
    if kind is None:
        raise BadControl(f"the simulator has no {name} yet")
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        wanted = sample.documents(kind.name, wanted, already=len(books.tables[kind.name]))
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise BadControl(f"{name} is a number or a list of objects")
    work = world.work(books)
    return [kind.seeded(work, each) for each in wanted]


def _shown(name: str, row: Any) -> Json:
    return {"kind": name, "id": row.id}


def _state(world: World, request: Request) -> Json:
    """Every kind is named, the unbuilt ones as empty lists; archived documents are here too."""
    books = _books(world, request.parameter("organisation"))
    shown: Json = {"organisations": world.named()}
    for name in names():
        kind = KINDS.get(name)
        shown[name] = [kind.whole(row) for row in books.tables[name].ordered()] if kind else []
    return shown


def _requests(world: World, request: Request) -> list[Json]:
    return list(world.requests)


def _forget_requests(world: World, request: Request) -> list[Json]:
    world.requests.clear()
    return []


def _faults(world: World, request: Request) -> Json:
    return {"faults": [fault.as_json() for fault in world.faults.rules], "late": len(world.faults.late)}


def _add_fault(world: World, request: Request) -> Json:
    body = body_of(request)
    if body.get("kind") == "none":
        return _clear_faults(world, request)
    world.faults.rules.append(read_fault(body))
    return _faults(world, request)


def _clear_faults(world: World, request: Request) -> Json:
    """Writes that are still to be applied late stay: they have been accepted."""
    world.faults.rules.clear()
    return _faults(world, request)


def _settings(world: World, request: Request) -> Json:
    hooks = {"webhooks": world.webhooks.as_json(), "consent": world.grants.consent}
    used = {id: world.limits.used(id, world.now(), world.settings) for id, _ in world.organisations()}
    return {**world.settings.as_json(), **hooks, "used": used}


def _set(world: World, request: Request) -> Json:
    apply_settings(world, body_of(request))
    return _settings(world, request)


def apply_settings(world: World, values: Json) -> None:
    """The named settings, `webhooks`, and `consent: "revoked"` (the person takes back what they allowed)."""
    plain = {name: value for name, value in values.items() if name not in ("webhooks", "consent")}
    if values.get("consent", "revoked") != "revoked":
        raise BadControl('consent can only be set to "revoked"; connecting again gives it')
    world.settings.update(plain)
    if "webhooks" in values:
        world.webhooks.configure(values["webhooks"])
    if "consent" in values:
        world.grants.withdraw()


def _human(world: World, request: Request) -> Json:
    """A person at work in Xero's own screens; what they do raises events like everything else."""
    body = body_of(request)
    action, id = str(body.get("action") or ""), str(body.get("id") or "")
    if action == "disconnect":
        world.grants.disconnect(_books(world, id or None).id)
        return {"disconnected": id}
    kind = by_any_name(str(body.get("kind") or ""))
    if kind is None:
        raise BadControl(f"no kind {body.get('kind')!r}")
    books = _books(world, body.get("organisation"))
    mark = books.mark()
    try:
        rows = kind.person(world.work(books), action, id, body.get("fields") or {})
    except (Refused, CallRefused):
        books.undo(mark)
        raise
    world.commit(books)
    return {kind.name: [kind.whole(row) for row in rows]}


def _books(world: World, organisation: str | None) -> Books:
    if organisation is None:
        return next(iter(world.shelf.values()))
    found = world.shelf.get(organisation.lower())
    if found is None:
        raise BadControl(f"no organisation {organisation}")
    return found


_CONTROLS: dict[tuple[str, str], Callable[[World, Request], object]] = {
    ("POST", "seed"): _seed,
    ("GET", "state"): _state,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _forget_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _set,
    ("POST", "human"): _human,
}
