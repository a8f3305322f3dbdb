"""What the local stack knows of the application: functions, routes, sources and schedules, read from template.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]


@dataclass(frozen=True)
class Function:
    """`name` is the folder; `role` a logical id; the environment's values may still be expressions of the template."""

    id: str
    handler: str
    timeout_s: int
    memory_mb: int
    role: str
    environment: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.handler.split(".")[0]


@dataclass(frozen=True)
class Route:
    """`function` is a logical id; `authorized` routes want a token."""

    method: str
    path: str
    function: str
    authorized: bool


@dataclass(frozen=True)
class Source:
    """A queue that feeds a function; `queue` is a logical id."""

    function: str
    queue: str
    batch_size: int
    partial_failures: bool
    concurrency: int


@dataclass(frozen=True)
class Schedule:
    function: str
    every_s: int


@dataclass(frozen=True)
class Cors:
    """What API Gateway answers to preflights, and adds to every answer."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    expose: tuple[str, ...]
    max_age: int


@dataclass(frozen=True)
class Application:
    """The whole template: `data` is a plain CloudFormation template of the resources the emulator makes."""

    functions: tuple[Function, ...]
    routes: tuple[Route, ...]
    sources: tuple[Source, ...]
    schedules: tuple[Schedule, ...]
    cors: Cors | None
    data: Properties
