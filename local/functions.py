"""All functions of the template, ready to run: their environments, their code, their logs."""

import threading
from pathlib import Path

from local.application import Application, Function
from local.aws import Aws
from local.children import clean_environment
from local.options import Options
from local.resources import Resources
from local.runtime.environment import Launch
from local.runtime.freshness import Freshness
from local.runtime.pool import Pool
from local.runtime.traffic import Traffic

TAIL_BYTES = 8_000


class Functions:
    """`pools` by logical id. Names are folders; the logical id, with or without "Function", is understood as well."""

    def __init__(self, application: Application, resources: Resources, aws: Aws, options: Options) -> None:
        self.traffic = Traffic()
        self._options = options
        self._aws = aws
        self._resources = resources
        freshness = Freshness(options.import_path)
        self.pools = {
            function.id: Pool(self._launch(function), freshness.version, self.traffic)
            for function in application.functions
        }
        self._keys = {
            name: function.id
            for function in application.functions
            for name in (function.name, function.id, function.id.removesuffix("Function"))
        }

    def key(self, name: str) -> str:
        """The logical id; KeyError says which function there is not."""
        try:
            return self._keys[name]
        except KeyError:
            raise KeyError(f"function {name}") from None

    def environment(self, name: str) -> dict[str, str]:
        """What the function's process sees, so that a test can call the same code in the same surroundings."""
        return dict(self.pools[self.key(name)].launch.environment)

    def warm_behind(self) -> None:
        threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def _warm(self) -> None:
        for pool in self.pools.values():
            pool.warm()

    def stop(self) -> None:
        for pool in self.pools.values():
            pool.stop()

    def log_tails(self) -> dict[str, list[str]]:
        """The last lines each function wrote."""
        return {pool.launch.name: tail(pool.launch.log) for pool in self.pools.values()}

    def _launch(self, function: Function) -> Launch:
        log = self._options.state / "logs" / f"{function.name}.log"
        log.write_text("")
        return Launch(
            name=function.name,
            handler=function.handler,
            timeout_s=function.timeout_s,
            memory_mb=function.memory_mb,
            environment={
                **clean_environment(self._aws.endpoint_url),
                **self._aws.credentials_of(self._resources.physical[function.role]),
                **self._resources.environment[function.id],
                **self._options.hub_environment(),
                "LEDGERLINK_AWS_ENDPOINT_URL": self._aws.endpoint_url,
                "PYTHONPATH": ":".join(map(str, self._options.import_path)),
            },
            code=self._options.import_path[0],
            log=log,
            python=self._options.python,
        )


def tail(log: Path) -> list[str]:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        return file.read().decode(errors="replace").splitlines()[-60:]
