"""Large sums in a process of their own: what they need in memory goes when they are done, and pages do not wait."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Lock, Thread, Timer
from typing import Final, ParamSpec, TypeVar

IDLE: Final = 60.0  # seconds after the last sum until the process ends
LOOK_EVERY: Final = 2.0

P = ParamSpec("P")
T = TypeVar("T")


class Aside:
    """At most one process beside this one, started when it is needed; until it is opened, sums are done right here."""

    def __init__(self) -> None:
        self.is_open = False
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._n_waiting = 0
        self._timer: Timer | None = None

    def open(self) -> None:
        """From now on sums are done aside: the site has begun to answer people."""
        self.is_open = True

    def close(self) -> None:
        """Let the process go, if there is one that nobody waits for."""
        with self._lock:
            if self._n_waiting == 0 and self._pool is not None:
                self._pool.shutdown(wait=False)
                self._pool = None

    def __call__(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """What the function gives; its arguments and its answer are copied.

        Examples
        --------
        >>> Aside()(divmod, 7, 2)
        (3, 1)
        """
        if not self.is_open:
            return function(*arguments, **named)
        try:
            return self._do(function, *arguments, **named)
        except BrokenProcessPool:  # somebody ended it, or the machine had no memory: once more, in a new one
            return self._do(function, *arguments, **named)

    def _do(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        with self._lock:
            self._n_waiting += 1
            if self._pool is None:
                spawned = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, spawned, initializer=_end_with, initargs=(os.getpid(),))
            pool = self._pool
        try:
            return pool.submit(function, *arguments, **named).result()
        except BrokenProcessPool:
            with self._lock:
                if self._pool is pool:
                    self._pool = None
            raise
        finally:
            with self._lock:
                self._n_waiting -= 1
                if self._timer is not None:
                    self._timer.cancel()
                self._timer = Timer(IDLE, self.close)
                self._timer.daemon = True
                self._timer.start()


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone; it would wait for work for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


aside: Final = Aside()
