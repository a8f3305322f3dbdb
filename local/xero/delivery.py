"""Sending webhooks: one delivery after the other, without holding the app while somebody else answers."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from threading import Lock

from local.xero.messages import Json
from local.xero.webhooks import UNREACHABLE
from local.xero.world import World

# (url, headers, body) -> status; webhooks.UNREACHABLE where nobody answered.
Sender = Callable[[str, Mapping[str, str], bytes], int]


def no_sender(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Nobody is reachable until a sender is given."""
    return UNREACHABLE


class Postman:
    """Delivers what is pending. The app's lock is held between calls, never during one."""

    def __init__(self, sender: Sender, lock: AbstractContextManager[object]) -> None:
        self._sender = sender
        self._lock = lock
        self._out = Lock()  # one round at a time, so that order holds

    def deliver(self, world: World, *, forced: bool) -> Json:
        """A round: everything pending now (`forced`), or only what is due. Answers what happened."""
        sent = failed = 0
        with self._out:
            going = True
            while going:
                with self._lock:
                    delivery, url = world.webhooks.next(world.now(), forced=forced), world.webhooks.url
                if delivery is None:
                    break
                status = self._sender(url, delivery.headers, delivery.body)
                with self._lock:
                    going = world.webhooks.told(delivery, status, world.now())
                sent, failed = sent + (200 <= status < 300), failed + (not going)
        hooks = world.webhooks
        return {"sent": sent, "failed": failed, "pending": hooks.pending, "state": hooks.state, "reason": hooks.reason}
