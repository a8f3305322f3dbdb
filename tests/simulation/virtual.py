"""Virtual time: everything has its moment, and of all that runs, one thing runs at a time.

Lambda runs, requests and people are processes. A process gives way only where time passes for it (a call to AWS, a call
to the ledger, a sleep), so who comes next follows from the clock alone and a seed repeats a whole day, races included.
Processes are threads that hand one baton around: the product's code is not asked to be anything but what it is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, TypeVar

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday, within business hours
FOR_EVER = float("inf")

T = TypeVar("T")
R = TypeVar("R")


class Life:
    """One run of something that may be killed, or is stopped when its time is up: all it has under way dies with it."""

    def __init__(self, name: str, ends_at: float = FOR_EVER) -> None:
        self.name, self.ends_at = name, ends_at
        self.dead = False
        self.why = ""
        self.ports: Any = None  # what it was given to work with

    def kill(self, why: str) -> Killed:
        self.dead, self.why = True, self.why or why
        return Killed(self)


class Killed(BaseException):
    """Raised out of a call: not an Exception, so that nobody who handles errors handles this."""

    def __init__(self, life: Life) -> None:
        self.life = life
        super().__init__(f"{life.name}: {life.why}")


class Process:
    """Something under way, on a thread of its own."""

    def __init__(self, work: Callable[[], Any], lives: list[Life]) -> None:
        self.work, self.lives = work, lives
        self.baton = threading.Lock()
        self.baton.acquire()
        self.finished = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.waiter: _Waiting | None = None
        self.aside = 0  # > 0: what it calls is the harness's own business


class _Waiting:
    def __init__(self, process: Process, left: int) -> None:
        self.process, self.left = process, left


class VirtualTime:
    """``ports.Clock``, and who runs when."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.current: Process | None = None
        self._queue: list[tuple[float, int, Process | Callable[[], object]]] = []
        self._count = 0
        self._main = threading.Lock()
        self._main.acquire()
        self._closing = False
        self.stopped = False  # nothing more is to happen
        self.crashes: list[BaseException] = []  # of processes nobody waited for: bugs of the harness

    # ------------------------------------------------------------------ what the clock says

    def now(self) -> datetime:
        return START + timedelta(microseconds=round(self.seconds * 1_000_000))

    def epoch(self) -> float:
        return START.timestamp() + self.seconds

    def sleep(self, seconds: float) -> None:
        assert seconds <= 1, "no function sleeps longer than a second"
        self.pass_(max(0.0, seconds))

    def pass_(self, seconds: float) -> None:
        """Let time pass for whoever runs; others may run meanwhile. Raises Killed if this was its end."""
        me = self.current
        assert me is not None, "only processes have time"
        until = self.seconds + seconds
        if self._queue and self._queue[0][0] <= until:
            self._push(until, me)
            self._give_way(me)
        else:
            self.seconds = until
        self.check()

    def check(self) -> None:
        """Raises Killed if whoever runs is dead, or its time is up."""
        me = self.current
        if me is None or me.aside:
            return
        for life in reversed(me.lives):
            if self._closing or life.dead or self.seconds >= life.ends_at:
                raise life.kill("out of time")
        if self._closing:
            raise Life("the world").kill("it is over")

    # ------------------------------------------------------------------ what happens

    def at(self, delay: float, action: Callable[[], object]) -> None:
        """Do something later that takes no time and calls nobody."""
        self._push(self.seconds + delay, action)

    def start(self, work: Callable[[], object], *, delay: float = 0.0, lives: Sequence[Life] = ()) -> Process:
        """A process that begins after ``delay``."""
        process = Process(work, list(lives))
        self._push(self.seconds + delay, process)
        return process

    def wait(self, processes: Sequence[Process]) -> None:
        """Until all of them have finished."""
        me = self.current
        assert me is not None
        open_ = [process for process in processes if not process.finished]
        if open_:
            waiting = _Waiting(me, len(open_))
            for process in open_:
                process.waiter = waiting
            self._give_way(me)
        self.check()

    def map(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """``ports.Parallel``: several at once, joined; whoever is killed takes the others along."""
        if len(items) < 2:
            return [work(item) for item in items]
        me = self.current
        assert me is not None
        hands = [self.start(lambda item=item: work(item), lives=me.lives) for item in items]  # type: ignore[misc]
        self.wait(hands)
        for hand in hands:
            if hand.error is not None:
                raise hand.error
        return [hand.result for hand in hands]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is called within this is the harness looking on: no time, no faults."""
        me = self.current
        if me is None:
            yield
            return
        me.aside += 1
        try:
            yield
        finally:
            me.aside -= 1

    @property
    def watched(self) -> bool:
        """Whether a process of the simulated world is running, not the harness."""
        return self.current is not None and not self.current.aside

    @property
    def life(self) -> Life:
        assert self.current is not None
        return self.current.lives[-1]

    # ------------------------------------------------------------------ making it happen

    def run(self, until: float) -> None:
        """Let the world go on until then."""
        while self._queue and self._queue[0][0] <= until and not self.stopped:
            when, _, what = heappop(self._queue)
            self.seconds = max(self.seconds, when)
            if isinstance(what, Process):
                self._resume(what)
            else:
                what()
        self.seconds = max(self.seconds, until)

    def call(self, work: Callable[[], R]) -> R:
        """Run one thing to its end, and let the world go on meanwhile."""
        process = self.start(work)
        while not process.finished:
            self.run(self._queue[0][0])
        if process.error is not None:
            self.crashes.remove(process.error)
            raise process.error
        result: R = process.result
        return result

    def stop(self) -> None:
        """Let nothing more happen."""
        self.stopped = True

    def close(self) -> None:
        """End whatever is still under way."""
        self._closing = True
        while self._queue:
            _, _, what = heappop(self._queue)
            if isinstance(what, Process):
                self._resume(what)

    def _push(self, when: float, what: Process | Callable[[], object]) -> None:
        self._count += 1
        heappush(self._queue, (when, self._count, what))

    def _give_way(self, me: Process) -> None:
        self.current = None
        self._main.release()
        me.baton.acquire()
        self.current = me

    def _resume(self, process: Process) -> None:
        if process.work is not _BEGUN:
            _Worker.for_(self, process)
        self.current = process
        process.baton.release()
        self._main.acquire()
        self.current = None

    def _finished(self, process: Process) -> None:
        process.finished = True
        waiting = process.waiter
        if waiting is None:
            if process.error is not None and not isinstance(process.error, Killed):
                self.crashes.append(process.error)
        else:
            waiting.left -= 1
            if not waiting.left:
                self._push(self.seconds, waiting.process)
        self._main.release()


def _BEGUN() -> None:
    """What stands in a process that has its thread already."""


class _Worker(threading.Thread):
    """Threads are used again: a world has thousands of processes, and few at a time."""

    idle: list[_Worker] = []  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(name="simulated", daemon=True)
        self._go = threading.Lock()
        self._go.acquire()
        self._job: tuple[VirtualTime, Process, Callable[[], Any]] | None = None

    @classmethod
    def for_(cls, time: VirtualTime, process: Process) -> None:
        if cls.idle:
            worker = cls.idle.pop()
        else:
            worker = cls()
            worker.start()
        worker._job, process.work = (time, process, process.work), _BEGUN
        worker._go.release()

    def run(self) -> None:
        while True:
            self._go.acquire()
            assert self._job is not None
            time, process, work = self._job
            process.baton.acquire()
            try:
                time.check()
                process.result = work()
            except BaseException as error:
                process.error = error
            self._job = None
            del work
            _Worker.idle.append(self)
            time._finished(process)
