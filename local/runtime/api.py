"""The Lambda Runtime API (2018-06-01) of one environment: its process asks for an event and posts what came of it."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from local import http
from local.ports import HOST
from local.runtime.invocation import Invocation, Outcome, answer


class Handler(http.Handler):
    server: "RuntimeApi"

    def do_GET(self) -> None:
        self.server.on_waiting()
        invocation = self.server.inbox.get()
        if invocation is None:
            self.close_connection = True
            return
        self.reply(
            200,
            invocation.event,
            [
                ("Content-Type", "application/json"),
                ("Lambda-Runtime-Aws-Request-Id", invocation.id),
                ("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms)),
                ("Lambda-Runtime-Invoked-Function-Arn", self.server.function_arn),
            ],
        )

    def do_POST(self) -> None:
        body = self.body()
        self.server.on_outcome(Outcome(body, failed=True) if self.path.endswith("/error") else answer(body))
        self.reply(202)


class RuntimeApi(http.Server):
    """`on_waiting` is called when the process asks for work, `on_outcome` with what it posts (an init error too)."""

    def __init__(
        self, function_arn: str, on_waiting: Callable[[], None], on_outcome: Callable[[Outcome], None]
    ) -> None:
        super().__init__((HOST, 0), Handler)
        self.function_arn = function_arn
        self.on_waiting = on_waiting
        self.on_outcome = on_outcome
        self.inbox: SimpleQueue[Invocation | None] = SimpleQueue()
        threading.Thread(target=self.serve_forever, name="runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        return f"{HOST}:{self.server_port}"

    def close(self) -> None:
        """Lets go of the process now, and of the port in the background (the server's loop looks up twice a second)."""
        self.inbox.put(None)
        threading.Thread(target=self._shut, name="runtime-api-close", daemon=True).start()

    def _shut(self) -> None:
        self.shutdown()
        self.server_close()
