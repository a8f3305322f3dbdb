"""The simulator's controls under `/_sim/`: reset, seed, look, break, act as a person, move time.

Paths and fields are a contract with everything that drives the simulator from outside; `docs/simulator.md` has them.
"""

from collections.abc import Callable
from typing import Any

from local.xero import organisations, sample
from local.xero.books import Books, Row
from local.xero.errors import CallRefused, Refused
from local.xero.faults import BadFault, read_fault
from local.xero.kinds import ATTACHMENTS, KINDS, Kind, by_any_name
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


def body_of(request: Request, *, exact: bool = False) -> Json:
    """The JSON object of a control, an empty body is an empty one; `exact` where amounts are in it."""
    body = request.json(exact=exact) if request.body else {}
    if not isinstance(body, dict):
        raise BadControl("the body is a JSON object")
    return body


def _seed(world: World, request: Request) -> Json:
    """`{contacts: N}` makes N varied ones, `{contacts: [{…}]}` takes Xero's field names. All or nothing.

    Kinds are put in so that what others refer to comes first.
    """
    body = body_of(request, exact=True)
    books = _books(world, body.pop("organisation", None))
    order = list(KINDS)
    wanted = [(_kind(name), name, documents) for name, documents in body.items()]
    mark, ids = books.mark(), dict[str, list[str]]()
    try:
        for kind, name, documents in sorted(wanted, key=lambda each: order.index(each[0].name)):
            ids[name] = [row.id for row in _seed_kind(world, books, kind, documents)]
    except (Refused, CallRefused, BadControl):
        books.undo(mark)
        raise
    books.settle()
    return {**{name: len(made) for name, made in ids.items()}, "ids": ids}


def _kind(name: str) -> Kind:
    kind = by_any_name(name)
    if kind is None:
        raise BadControl(f"the simulator has no {name} yet")
    return kind


def _seed_kind(world: World, books: Books, kind: Kind, wanted: Any) -> list[Row]:
    work = world.work(books, seeding=True)
    work.places = 4
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        active = [row.id for row in books.tables["contacts"].ordered() if row.fields["ContactStatus"] == "ACTIVE"]
        around = sample.Around(active, work.today())
        wanted = sample.documents(kind.name, wanted, already=len(books.tables[kind.name]), around=around)
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise BadControl(f"{kind.name} is a number or a list of objects")
    return [kind.seeded(work, each) for each in wanted]


def _state(world: World, request: Request) -> Json:
    """Every kind, archived, voided and deleted documents too."""
    books = _books(world, request.parameter("organisation"))
    work = world.work(books)
    work.places = 4
    shown: Json = {"organisations": world.named()}
    for name, kind in KINDS.items():
        shown[name] = [kind.in_state(work, row) for row in books.tables[name].ordered()]
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
    body = body_of(request, exact=True)
    action, id, fields = str(body.get("action") or ""), str(body.get("id") or ""), body.get("fields") or {}
    if action == "disconnect":
        world.grants.disconnect(_books(world, id or None).id)
        return {"disconnected": id}
    if str(body.get("kind") or "").lower() in ("organisation", "organisations"):
        books = _books(world, id or body.get("organisation"))
        if action != "edit":
            raise Refused(f"nobody can {action} an organisation")
        organisations.edit(books, fields)
        return {"organisations": [books.organisation]}
    kind = by_any_name(str(body.get("kind") or ""))
    if kind is None:
        raise BadControl(f"no kind {body.get('kind')!r}")
    books = _books(world, body.get("organisation"))
    work, mark = world.work(books), books.mark()
    work.places = 4
    shown: Kind
    try:
        if action == "attach":
            shown, rows = ATTACHMENTS, ATTACHMENTS.by_person(work, kind, id, fields)
        else:
            shown, rows = kind, kind.person(work, action, id, fields)
    except (Refused, CallRefused):
        books.undo(mark)
        raise
    world.commit(books)
    return {shown.name: [shown.in_state(work, row) for row in rows]}


def _open(world: World, request: Request) -> Json:
    """One more organisation that somebody can choose, with its lists; that of the same name stays as it is."""
    given = body_of(request, exact=True)
    if not str(given.get("Name") or "").strip():
        raise BadControl("an organisation has a Name")
    for id, books in organisations.open_books([given]).items():
        world.shelf.setdefault(id, books)
    return {"organisations": world.named()}


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
    ("POST", "organisations"): _open,
}
