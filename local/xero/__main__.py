"""`python -m local.xero`: the simulator on a port of this machine, with the local stack's clock and webhooks."""

import argparse
import json
import signal
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from local.xero.app import Simulator, create_app
from local.xero.clock import Advance, Clock, ClockStuck, FileClock
from local.xero.server import Server
from local.xero.settings import UnknownSetting
from local.xero.webhooks import NOT_EMPTY, UNREACHABLE, BadWebhooks

TICK_S = 0.5
PATIENCE_S = 5.0  # Xero waits no longer for a webhook's answer (facts/xero.md §5)
MOVING_TIME_S = 300.0  # the gateway fires every schedule that time passes over


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options().parse_args(arguments)
    try:
        app = _app(chosen)
    except (UnknownSetting, BadWebhooks) as error:
        raise SystemExit(str(error)) from error
    server = Server(app, chosen.port)
    stop = threading.Event()
    threading.Thread(target=_background, args=(app, stop), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"xero simulator ready on {server.url}/_sim/", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        stop.set()
        server.server_close()


def _app(chosen: argparse.Namespace) -> Simulator:
    clock, advance = time_of(chosen.clock_file, chosen.gateway_url)
    pairs = (text.partition("=") for text in chosen.setting)
    settings: dict[str, Any] = {name: _value(value) for name, _, value in pairs}
    if chosen.webhook_url:
        settings["webhooks"] = {"url": chosen.webhook_url, "key": chosen.webhook_key, "enabled": True}
    return create_app(
        clock=clock,
        advance=advance,
        sender=HttpSender(),
        seed=chosen.seed,
        settings=settings,
        client_id=chosen.client_id,
        client_secret=chosen.client_secret,
    )


def time_of(clock_file: Path | None, gateway_url: str) -> tuple[Clock | None, Advance | None]:
    """With a gateway, moving time is its business: it pauses pollers, fires schedules and writes the file."""
    clock = FileClock(clock_file) if clock_file else None
    if not gateway_url:
        return clock, clock.advance if clock else None
    if clock is None:
        raise SystemExit("--gateway-url needs --clock-file: the gateway moves time by writing it")

    def ask_the_gateway(seconds: float) -> None:
        url = f"{gateway_url.rstrip('/')}/local/clock"
        try:
            httpx.post(url, json={"advance_s": seconds}, timeout=MOVING_TIME_S).raise_for_status()
        except httpx.HTTPError as error:
            raise ClockStuck(f"the gateway did not move time: {error}") from error

    return clock, ask_the_gateway


class HttpSender:
    """Posts webhooks as Xero does: five seconds, an empty answer without cookies, no redirects."""

    def __init__(self) -> None:
        self._client = httpx.Client(timeout=PATIENCE_S)

    def __enter__(self) -> "HttpSender":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        try:
            response = self._client.post(url, headers=dict(headers), content=body)
        except httpx.HTTPError:
            return UNREACHABLE
        chatty = bool(response.content) or "set-cookie" in response.headers
        return NOT_EMPTY if response.is_success and chatty else response.status_code


def _background(app: Simulator, stop: threading.Event) -> None:
    """What Xero does by itself: late writes and due webhooks."""
    while not stop.wait(TICK_S):
        try:
            app.tick()
            app.deliver(forced=False)
        except Exception:  # one bad round must not end all later ones
            traceback.print_exc()


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.xero", description=__doc__)
    add = parser.add_argument
    add("--port", type=int, default=8701)
    add("--clock-file", type=Path, help='JSON file {"offset_s": float} that everybody reads the time from')
    add("--gateway-url", default="", help="POST /local/clock there instead of writing the clock file")
    add("--webhook-url", default="", help="where events go; needs --webhook-key")
    add("--webhook-key", default="")
    add("--client-id", default="", help="the only app that may connect; any by default")
    add("--client-secret", default="")
    add("--seed", type=int, default=0, help="of every id")
    add("--setting", action="append", default=[], metavar="NAME=VALUE", help="as in POST /_sim/settings; repeatable")
    return parser


if __name__ == "__main__":
    main()
