"""Everything the simulator remembers; `POST /_sim/reset` replaces it whole."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from local.xero.books import Books
from local.xero.clock import Clock
from local.xero.dates import fraction
from local.xero.faults import Faults
from local.xero.grants import Grants
from local.xero.idempotency import Idempotency
from local.xero.ids import Ids
from local.xero.kinds import Work
from local.xero.limits import Limits
from local.xero.messages import Answer, Json, Request
from local.xero.organisations import open_books
from local.xero.settings import Settings
from local.xero.webhooks import Webhooks

_REMEMBERED_REQUESTS = 200_000


@dataclass(slots=True)
class World:
    clock: Clock
    settings: Settings
    ids: Ids
    grants: Grants
    shelf: dict[str, Books]
    webhooks: Webhooks
    client_id: str = ""
    client_secret: str = ""
    limits: Limits = field(default_factory=Limits)
    idempotency: Idempotency = field(default_factory=Idempotency)
    faults: Faults = field(default_factory=Faults)
    requests: deque[Json] = field(default_factory=lambda: deque(maxlen=_REMEMBERED_REQUESTS))

    def now(self) -> datetime:
        return self.clock()

    def organisations(self) -> list[tuple[str, str]]:
        return [(books.id, str(books.organisation["Name"])) for books in self.shelf.values()]

    def named(self) -> list[Json]:
        return [{"id": id, "name": name} for id, name in self.organisations()]

    def work(self, books: Books, *, app: str = "", request: Request | None = None, seeding: bool = False) -> Work:
        """For an app's request, or for a person."""
        work = Work(books, self.settings, self.ids, self.now(), app=app, seeding=seeding)
        if request:
            work.places = 4 if request.parameter("unitdp") == "4" else 2
            work.backorders = request.flag("allowBackorders")
        return work

    def commit(self, books: Books) -> None:
        """What changed becomes final, and events about it."""
        self.webhooks.hear(books, books.settle(), self.now())

    def remember(self, request: Request, answer: Answer, fault: str) -> None:
        """A line of `GET /_sim/requests`; status is 0 where no answer reached the client."""
        line: Json = {"method": request.method, "path": request.path, "query": request.query_string}
        line |= {"status": answer.seen_status, "bytes": len(answer.body), "at": f"{fraction(self.now())}Z"}
        line |= {"sent_bytes": len(request.body), "fault": fault or None}
        self.requests.append(line)


def new_world(
    clock: Clock, seed: str, settings: Settings, organisations: Sequence[Json], client: tuple[str, str]
) -> World:
    ids = Ids(seed)
    return World(
        clock=clock,
        settings=settings,
        ids=ids,
        grants=Grants(ids),
        shelf=open_books(organisations),
        webhooks=Webhooks(ids),
        client_id=client[0],
        client_secret=client[1],
    )
