"""One execution environment: a process that handles one event at a time until it is stopped, crashes or is too slow."""

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic

from local.children import ACCOUNT, REGION, Child
from local.runtime.api import RuntimeApi
from local.runtime.invocation import Invocation, Outcome, failure

INIT_S = 20.0  # Lambda allows 10 s; a laptop that compiles nine functions at once is given more
PORTABLE_CLIENT = Path(__file__).with_name("client.py")


@dataclass(frozen=True)
class Launch:
    """How to start the process of one function."""

    name: str
    handler: str
    timeout_s: int
    memory_mb: int
    environment: Mapping[str, str]
    code: Path
    log: Path
    python: str = sys.executable

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"

    def reserved(self, runtime_api: str) -> dict[str, str]:
        """The variables Lambda itself defines."""
        return {
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": str(self.code),
            "AWS_LAMBDA_RUNTIME_API": runtime_api,
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        }


def runtime_client(python: str) -> list[str]:
    """AWS's own client where it is installed (Linux, our own Python), else the portable one."""
    installed = python == sys.executable and find_spec("awslambdaric")
    return ["-m", "awslambdaric"] if installed else [str(PORTABLE_CLIENT)]


class Environment:
    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._outcomes: SimpleQueue[Outcome | None] = SimpleQueue()  # None: the process has ended
        self._ready = threading.Event()
        self._api = RuntimeApi(launch.arn, on_waiting=self._ready.set, on_outcome=self._outcomes.put)
        self._child = Child(
            [*runtime_client(launch.python), launch.handler],
            env={**launch.environment, **launch.reserved(self._api.address)},
            cwd=launch.code,
            log=launch.log,
            python=launch.python,
        )
        threading.Thread(target=self._watch, name=f"watch-{launch.name}", daemon=True).start()

    @property
    def alive(self) -> bool:
        return self._child.alive

    @property
    def pid(self) -> int:
        return self._child.pid

    def invoke(self, invocation: Invocation) -> Outcome:
        """Runs one event. After a timeout or a crash the environment is dead: start another."""
        if not self.wait_until_ready():
            return self._init_failure()
        self._api.inbox.put(invocation)
        started = monotonic()
        try:
            outcome = self._outcomes.get(timeout=invocation.timeout_s)
        except Empty:
            self.stop()
            outcome = failure(
                "Sandbox.Timedout",
                f"RequestId: {invocation.id} Error: Task timed out after {invocation.timeout_s:.2f} seconds",
            )
        if outcome is None:
            outcome = failure(
                "Runtime.ExitError",
                f"RequestId: {invocation.id} Error: Runtime exited with error: exit status {self._child.wait()}",
            )
        self._report(invocation, monotonic() - started, outcome)
        return outcome

    def wait_until_ready(self) -> bool:
        """Waits for the handler's import; false when it failed."""
        return self._ready.wait(INIT_S) and self.alive

    def stop(self) -> None:
        self._child.kill()
        self._api.close()

    def _watch(self) -> None:
        self._child.wait()
        self._outcomes.put(None)
        self._ready.set()

    def _init_failure(self) -> Outcome:
        try:
            posted = self._outcomes.get(timeout=0.1)
        except Empty:
            posted = None
        self.stop()
        return posted or failure("Runtime.ExitError", f"{self._launch.name} did not start; see {self._launch.log}")

    def _report(self, invocation: Invocation, seconds: float, outcome: Outcome) -> None:
        with self._launch.log.open("a") as log:
            log.write(f"REPORT RequestId: {invocation.id}\tDuration: {seconds * 1000:.1f} ms\t{outcome.describe()}\n")
