"""The AWS endpoint of the local stack: ministack (pinned), on the loopback interface, with its other doors shut."""

from pathlib import Path

from local.children import ACCOUNT, REGION, Child, clean_environment
from local.options import REPOSITORY
from local.ports import HOST, require_free, wait_until_answers


class Emulator:
    def __init__(self, port: int, state: Path, *, rights: bool = False) -> None:
        self.port = port
        self.url = self.url_of(port)
        self._state = state
        self._rights = rights
        self._child: Child | None = None

    @staticmethod
    def url_of(port: int) -> str:
        return f"http://{HOST}:{port}"

    def start(self) -> None:
        """Starts the process; `wait` waits for its answer, so that other work can happen meanwhile."""
        require_free(self.port, "AWS endpoint", "LEDGERLINK_AWS_PORT")
        environment = clean_environment(self.url)
        del environment["AWS_ENDPOINT_URL"]
        self._child = Child(
            ["-m", "local.ministack_server"],
            env={
                **environment,
                "PYTHONPATH": str(REPOSITORY),
                "BIND_HOST": HOST,
                "GATEWAY_PORT": str(self.port),
                "MINISTACK_HOST": HOST,
                "MINISTACK_REGION": REGION,
                "MINISTACK_ACCOUNT_ID": ACCOUNT,
                "AUTH": str(self._rights).lower(),  # everybody but the owner is held to a role's policies
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
                "DOCKER_HOST": f"unix://{self._state / 'no-docker'}",  # it would otherwise tidy the person's containers
                "TMPDIR": str(self._state),
                "LOG_LEVEL": "WARNING",
            },
            cwd=self._state,
            log=self._state / "ministack.log",
        )

    def wait(self) -> None:
        wait_until_answers(f"{self.url}/_ministack/health", lambda: self.alive)

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.alive

    def last_words(self) -> str:
        return self._child.last_words() if self._child else ""

    def stop(self) -> None:
        """At once: it keeps everything in memory, and there is nothing to save."""
        if self._child:
            self._child.kill()
            (self._state / f"ministack-{self.port}.pid").unlink(missing_ok=True)
