"""An encoder for many threads: texts that wait at the same moment are encoded in one batch.

The first text goes at once. Whatever arrives while a batch is being encoded forms the next one, so a lone question
pays nothing for batching, and under load batches grow by themselves. The default encoder gives a text the same bits
whatever stands beside it, so answers do not depend on who else asks (tests/test_batching.py).
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from qa.encoding.encoder import Encoder, Progress, Role

GATHERING = 0.001  # seconds that a batch waits for others, only if the one before it had more than one question
LARGEST = 64  # texts in one batch


@dataclass
class _Waiting:
    texts: list[str]
    role: Role
    with_tokens: bool = False
    rows: "Future[Any]" = field(default_factory=Future)


class BatchingEncoder:
    """Wraps an encoder; `encode` may be called from many threads. One thread of its own does the encoding."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.name = encoder.name
        self.dimension = encoder.dimension
        self.batches = 0  # encoded since the start
        self.texts = 0
        self.seconds = 0.0
        self.largest = 0  # texts in the largest batch
        self._waiting: list[_Waiting] = []
        self._some = threading.Condition()
        self._spent = threading.local()
        if hasattr(encoder, "encode_both"):  # code that asks for token vectors finds them where there are any
            self.encode_both = self._encode_both
        threading.Thread(target=self._work, name="encode", daemon=True).start()

    @property
    def digest(self) -> str:
        """The digest of the wrapped encoder's weights."""
        return self.encoder.digest

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        """Return what the wrapped encoder gives for these texts; its errors too. With a progress, alone and at once."""
        if progress is not None or not texts:
            return self.encoder.encode(texts, role, progress)
        return np.asarray(self._awaited(_Waiting(list(texts), role)))

    def _encode_both(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return what the wrapped encoder's `encode_both` gives for these texts."""
        vectors, tokens = self._awaited(_Waiting(list(texts), role, with_tokens=True))
        return vectors, tokens

    def _awaited(self, waiting: _Waiting) -> Any:
        started = time.perf_counter()
        with self._some:
            self._waiting.append(waiting)
            self._some.notify()
        try:
            return waiting.rows.result()
        finally:
            self._spent.seconds = getattr(self._spent, "seconds", 0.0) + time.perf_counter() - started

    def spent(self) -> float:
        """Return the seconds that this thread has waited for vectors since it last asked, and start anew."""
        seconds = float(getattr(self._spent, "seconds", 0.0))
        self._spent.seconds = 0.0
        return seconds

    def _work(self) -> None:
        busy = False
        while True:
            with self._some:
                self._some.wait_for(lambda: bool(self._waiting))
            if busy:
                time.sleep(GATHERING)
            batch = self._next()
            busy = len(batch) > 1
            self._encode(batch)

    def _next(self) -> list[_Waiting]:
        """Take what waits, oldest first: of one kind, at most `LARGEST` texts, but always one."""
        with self._some:
            batch = [self._waiting.pop(0)]
            size = len(batch[0].texts)
            while self._waiting and (self._waiting[0].role, self._waiting[0].with_tokens) == (batch[0].role, batch[0].with_tokens):
                size += len(self._waiting[0].texts)
                if size > LARGEST:
                    break
                batch.append(self._waiting.pop(0))
        return batch

    def _encode(self, batch: list[_Waiting]) -> None:
        texts = [text for waiting in batch for text in waiting.texts]
        started = time.perf_counter()
        try:
            if batch[0].with_tokens:
                rows, tokens = self.encoder.encode_both(texts, batch[0].role)  # type: ignore[attr-defined]  # asked in __init__
            else:
                rows, tokens = self.encoder.encode(texts, batch[0].role), None
        except Exception as error:
            if len(batch) == 1:
                batch[0].rows.set_exception(error)
                return
            for waiting in batch:  # one text that can't be encoded is not the fault of the others
                self._encode([waiting])
            return
        self.seconds += time.perf_counter() - started
        self.batches += 1
        self.texts += len(texts)
        self.largest = max(self.largest, len(texts))
        start = 0
        for waiting in batch:
            end = start + len(waiting.texts)
            vectors = rows[start:end].copy()
            waiting.rows.set_result(vectors if tokens is None else (vectors, tokens[start:end]))
            start = end
