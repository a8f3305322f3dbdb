"""A request to the accounting API, from door to answer: token, organisation, scope, limits, key, resource."""

from local.xero import gate, organisations, parts, reading, scopes, writing
from local.xero.books import Books
from local.xero.envelope import envelope
from local.xero.errors import NOT_FOUND, CallRefused, Refused, validation
from local.xero.faults import LIMITS, Fault, Late
from local.xero.kinds import UNBUILT, Kind, Work, by_segment
from local.xero.messages import Answer, Request, json_answer, text_answer
from local.xero.world import World
from local.xero.xml import as_xml, wants_xml

BASE = "/api.xro/2.0"


def handle(world: World, request: Request, fault: Fault | None = None) -> Answer:
    answer = _admitted(world, request, fault)
    answer.headers["Xero-Correlation-Id"] = world.ids.guid()
    return as_xml(answer) if wants_xml(request, world.settings) else answer


def limit_refusal(world: World, request: Request, fault: Fault) -> Answer:
    """The 429 of a switched-on fault, with the headers of a real one."""
    tenant, problem = request.headers.get("xero-tenant-id", "").lower(), LIMITS[fault.kind]
    answer = world.limits.refusal(problem, tenant, world.now())
    if fault.delay_s is not None:
        answer.headers["Retry-After"] = str(int(fault.delay_s))
    if request.path.startswith(BASE):  # the token endpoint does not say what is left (§2.2)
        _count(world, tenant, answer, problem)
        answer.headers["Xero-Correlation-Id"] = world.ids.guid()
    return answer


def _admitted(world: World, request: Request, fault: Fault | None) -> Answer:
    grant = gate.grant_of(world, request)
    if isinstance(grant, Answer):
        return grant
    books = gate.books_of(world, request, grant)
    if isinstance(books, Answer):
        return books
    needed = _scopes_needed(world, books, request)
    refused = gate.lacks_scope(world, request, grant, *needed) if needed else None
    if refused:
        return refused
    over = world.limits.admit(books.id, world.now(), world.settings, request.in_flight)
    answer = over or _once(world, request, grant.client, books, fault)
    _count(world, books.id, answer, answer.headers.get("X-Rate-Limit-Problem", ""))
    return answer


def _count(world: World, tenant: str, answer: Answer, problem: str) -> None:
    """Every answer says what is left; a minute 429 was seen without the day's (facts/xero.md §2.2)."""
    left = world.limits.headers(tenant, world.now(), world.settings)
    if problem == "minute":
        del left["X-DayLimit-Remaining"]
    answer.headers.update(left)


def _once(world: World, request: Request, app: str, books: Books, fault: Fault | None) -> Answer:
    """Under an idempotency key a write runs once and its answer is kept, errors included (§3.3)."""
    keyed = request.method in ("PUT", "POST") and "idempotency-key" in request.headers
    if keyed:
        replayed = world.idempotency.replay(app, request, world.now())
        if replayed:
            return replayed
    answer, late = _run(world, request, app, books, fault)
    if keyed:
        kept = Answer(answer.status, answer.body, dict(answer.headers))
        world.idempotency.keep(app, request, world.now(), late.settle if late else lambda: kept)
    return answer


def _run(world: World, request: Request, app: str, books: Books, fault: Fault | None) -> tuple[Answer, Late | None]:
    if fault is None:
        return _resource_answer(world, request, app, books, None), None
    return world.faults.inside(fault, world.now(), lambda inner: _resource_answer(world, request, app, books, inner))


def _resource_answer(world: World, request: Request, app: str, books: Books, fault: Fault | None) -> Answer:
    largest = world.settings.max_body_bytes
    if largest and len(request.body) > largest and not parts.is_file(request):
        return text_answer(413, "Request entity too large")
    work = world.work(books, app=app, request=request)
    try:
        return _dispatch(world, request, work, fault)
    except CallRefused as refusal:
        return refusal.answer


def _dispatch(world: World, request: Request, work: Work, fault: Fault | None) -> Answer:
    kind, rest = _resource(request.path)
    if kind is None:
        return _without_kind(world, request, work, rest)
    found = parts.find(work, kind, rest)
    if found:
        return found.serve(parts.Call(world, work, request, fault, kind, found.row, tuple(rest[3:])))
    key = "/".join(rest[1:])
    if request.method == "GET":
        return reading.one(world, work, kind, key) if key else reading.many(world, work, kind, request)
    verb = f"{request.method} one" if key else request.method
    if verb not in kind.verbs:
        return text_answer(*_not_offered(kind, verb))
    if request.method == "DELETE":
        return _deleted(world, work, kind, key)
    return writing.write(world, work, kind, request, _located(work, kind, key) if key else None, fault)


def _deleted(world: World, work: Work, kind: Kind, key: str) -> Answer:
    row = kind.locate(work.books, key)
    if row is None:
        return text_answer(404, NOT_FOUND)
    mark = work.books.mark()
    try:
        left = kind.delete(work, row)
    except Refused as refusal:
        work.books.undo(mark)
        return validation([kind.refused(kind.whole(work, row), refusal.messages, row.id)])
    world.commit(work.books)
    return Answer(204) if left is None else json_answer(200, envelope(world, kind.segment, [kind.written(work, left)]))


def _not_offered(kind: Kind, verb: str) -> tuple[int, str]:
    """What Xero has and the simulator has not is a 501 here, the rest a 405."""
    if kind.name == "batch_payments" and verb.startswith("P"):
        return 501, "The simulator's batch payments are made by people"
    return 405, "Method not allowed"


def _located(work: Work, kind: Kind, key: str) -> str:
    row = kind.locate(work.books, key)
    return row.id if row else key


def _without_kind(world: World, request: Request, work: Work, rest: list[str]) -> Answer:
    name = rest[0].lower() if rest else ""
    if name in ("organisation", "organisations") and request.method == "GET":
        if len(rest) == 1:
            return reading.organisation(world, work)
        if rest[1].lower() == "actions":
            allowed = [{"Name": action, "Status": "ALLOWED"} for action in organisations.ACTIONS]
            return json_answer(200, envelope(world, "Actions", allowed))
    if name in UNBUILT:
        return text_answer(501, f"The simulator has no {rest[0]} yet")
    return text_answer(404, NOT_FOUND)


def _resource(path: str) -> tuple[Kind | None, list[str]]:
    rest = [part for part in path[len(BASE) :].split("/") if part]
    return (by_segment(rest[0]) if rest else None), rest


def _scopes_needed(world: World, books: Books, request: Request) -> tuple[str, ...]:
    """Any of these will do; none where the resource is unknown."""
    kind, rest = _resource(request.path)
    if kind is None:
        return (scopes.ORGANISATION,) if rest and rest[0].lower().startswith("organisation") else ()
    part = parts.find(world.work(books), kind, rest)
    if part and part.scope:
        return (part.scope,)
    strict = world.settings.items_need_settings_scope and request.method != "GET"
    return (kind.other_scope or kind.scope,) if strict else tuple(filter(None, (kind.scope, kind.other_scope)))
