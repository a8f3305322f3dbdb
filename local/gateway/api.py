"""The HTTP API of the template: routes, authorizer, CORS and the limits of API Gateway and Lambda."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout

from local.application import Application, Cors
from local.gateway.events import Answer, Request, http_answer, http_event, message
from local.gateway.routes import Routes
from local.gateway.tokens import Tokens, Unauthorized
from local.runtime.pool import Pool

INTEGRATION_S = 30.0


class Api:
    def __init__(self, application: Application, pools: Mapping[str, Pool], tokens: Tokens) -> None:
        self._routes = Routes(application.routes)
        self._cors = application.cors
        self._pools = pools
        self._tokens = tokens
        self._threads = ThreadPoolExecutor(64, "integration")

    def answer(self, request: Request) -> Answer | None:
        """None when no route fits, and the path may be somebody else's."""
        origin = self._allowed_origin(request)
        if request.method == "OPTIONS" and self._cors and request.header("access-control-request-method"):
            return preflight(self._cors, origin)
        match = self._routes.match(request.method, request.path)
        if match is None:
            return None
        claims = None
        if match.route.authorized:
            try:
                claims = self._tokens.claims(request.header("authorization"))
            except Unauthorized as error:
                refusal = f'Bearer scope="" error="invalid_token" error_description="{error}"'
                return with_cors(message(401, "Unauthorized", ("www-authenticate", refusal)), self._cors, origin)
        event = http_event(request, match, claims)
        return with_cors(self._integrate(match.route.function, event), self._cors, origin)

    def _integrate(self, function: str, event: Mapping[str, object]) -> Answer:
        running = self._threads.submit(self._pools[function].invoke, event)
        try:
            outcome = running.result(timeout=INTEGRATION_S)
        except FutureTimeout:
            return message(503, "Service Unavailable")
        if outcome.failed:
            if outcome.json().get("errorType") == "RequestEntityTooLargeException":
                return message(413, "Request Too Long")
            return message(500, "Internal Server Error")
        return http_answer(outcome.json())

    def _allowed_origin(self, request: Request) -> str:
        origin = request.header("origin")
        return origin if self._cors and origin and origin in self._cors.origins else ""

    def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def preflight(cors: Cors, origin: str) -> Answer:
    if not origin:
        return Answer(204)
    headers = [
        ("access-control-allow-origin", origin),
        ("access-control-allow-methods", ",".join(cors.methods)),
        ("access-control-allow-headers", ",".join(cors.headers)),
        ("access-control-max-age", str(cors.max_age)),
    ]
    return Answer(204, b"", tuple(headers))


def with_cors(answer: Answer, cors: Cors | None, origin: str) -> Answer:
    """Where CORS is configured, API Gateway ignores what the function says about it."""
    if cors is None:
        return answer
    headers = [(name, value) for name, value in answer.headers if not name.startswith("access-control-")]
    if origin:
        headers += [("access-control-allow-origin", origin), ("access-control-expose-headers", ",".join(cors.expose))]
    return Answer(answer.status, answer.body, tuple(headers))
