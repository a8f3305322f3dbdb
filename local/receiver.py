"""A CRM's ear to try webhooks with: `python -m local.receiver [secret …]` prints what arrives, and if it is genuine."""

import argparse
import json
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

from local.ports import HOST

PORT = 8710


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m local.receiver", description=__doc__)
    parser.add_argument("secrets", nargs="*", metavar="secret", help="whsec_…, as the hub showed it; one is enough")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--answer", type=int, default=204, help="the status to answer with: 204, 410, 500 …")
    options = parser.parse_args(arguments)

    def hear(body: str, headers: dict[str, str]) -> None:
        print(genuine(body, headers, options.secrets), body, flush=True)

    server = ThreadingHTTPServer((HOST, options.port), handler(hear, options.answer))
    print(f"Listening on http://{HOST}:{server.server_port}/ until Ctrl-C", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def handler(hear: Callable[[str, dict[str, str]], None], answer: int = 204) -> type[BaseHTTPRequestHandler]:
    """Tells ``hear`` of each message, its body and headers, and answers with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            hear(body, dict(self.headers.items()))
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def genuine(body: str, headers: dict[str, str], secrets: Sequence[str]) -> str:
    """What a receiver should find out before it believes a word."""
    for secret in secrets:
        try:
            Webhook(secret).verify(body, headers, json_parse=False)
        except WebhookVerificationError as error:
            told = f"refused ({error})"
        else:
            return f"genuine {json.loads(body)['type']}"
    return told if secrets else "not verified (no secret given)"


if __name__ == "__main__":
    main()
