"""Runs the Xero simulator beside the stack, in a process of its own."""

from local.children import Child, clean_environment
from local.options import REPOSITORY, Options
from local.ports import require_free, wait_until_answers


class Simulator:
    def __init__(self, options: Options) -> None:
        self.url = options.xero_url
        self._options = options
        self._child: Child | None = None

    def start(self) -> None:
        require_free(self._options.ports.xero, "Xero simulator", "LEDGERLINK_XERO_PORT")
        hub = self._options.hub_environment()
        arguments = {
            "--port": str(self._options.ports.xero),
            "--clock-file": hub["LEDGERLINK_CLOCK_FILE"],
            "--gateway-url": self._options.gateway_url,
            "--webhook-url": f"{self._options.gateway_url}/webhooks/xero",
            "--webhook-key": hub["LEDGERLINK_XERO_WEBHOOK_KEY"].split(",")[0],
            "--client-id": hub["LEDGERLINK_XERO_CLIENT_ID"],
            "--client-secret": hub["LEDGERLINK_XERO_CLIENT_SECRET"],
        }
        self._child = Child(
            ["-m", "local.xero", *(word for pair in arguments.items() for word in pair)],
            env={**clean_environment(""), "PYTHONPATH": str(REPOSITORY)},
            cwd=self._options.state,
            log=self._options.state / "xero.log",
        )

    def wait(self) -> None:
        wait_until_answers(self.url, lambda: self.alive)

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def last_words(self) -> str:
        return self._child.last_words() if self._child else ""

    def stop(self) -> None:
        if self._child:
            self._child.stop()
