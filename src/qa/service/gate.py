"""Bounds how many questions are in the house at once: what is beyond is refused at once instead of growing slower.

A question that is let in waits for one of a few worker threads. Few, because answering is mostly Python: more threads
than cores only hand the interpreter back and forth, and each question becomes slower for all of them.
"""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from qa.errors import QAError
from qa.service.background import NotReadyError

MOST_WAITING = 128  # questions in the house: on two cores the last of them waits about two seconds
WORKERS = 4  # questions worked on at once: measured with 3 to 32, more than 8 cost an order of magnitude on two cores
T = TypeVar("T")


class OverloadedError(QAError):
    """As many questions are being answered as are let in, or the server is about to stop; ask again."""


class Gate:
    """Counts questions in and out. Safe to share between threads and event loops."""

    def __init__(self, most: int = MOST_WAITING, workers: int = WORKERS) -> None:
        self.most = most
        self.inside = 0
        self.refused = 0
        self.closing = False
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="answer")

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place while a question is answered; OverloadedError if there is none."""
        with self._lock:
            if self.closing or self.inside >= self.most:
                self.refused += 1
                why = "the server is about to stop" if self.closing else f"{self.inside} questions are being answered"
                raise OverloadedError(f"{why}; ask again in a few seconds")
            self.inside += 1
        try:
            yield
        finally:
            with self._lock:
                self.inside -= 1

    @property
    def open(self) -> bool:
        """Whether a question that comes now would be let in."""
        return not self.closing and self.inside < self.most

    async def run(self, call: Callable[[float], T], seconds: float) -> T:
        """Return `call(waited)` from a worker thread, `waited` being the seconds until a worker was free.

        Raises:
            OverloadedError: no place is left.
            NotReadyError: there is no result after `seconds`. The place is free only when the worker is, so that slow
                questions can't pile up behind the bound.
        """
        place = self.place()
        place.__enter__()
        came = time.perf_counter()
        context = contextvars.copy_context()
        try:
            work = self._pool.submit(context.run, lambda: call(time.perf_counter() - came))
        except BaseException:
            place.__exit__(None, None, None)
            raise
        work.add_done_callback(lambda _: place.__exit__(None, None, None))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(work), seconds)
        except TimeoutError as error:
            raise NotReadyError(f"no answer within {seconds:g} seconds; ask again later") from error

    def close(self) -> None:
        """Let nobody in any more; those inside are answered."""
        self.closing = True

    def drained(self) -> bool:
        """Whether nobody is inside."""
        return self.inside == 0
