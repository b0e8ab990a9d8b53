"""Answers for the web page and the HTTP interface: waits for the assistant, counts, and keeps nothing of the question."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.answering.assistant import Assistant, Lang
from qa.records import Answer
from qa.service.background import Opening
from qa.service.batching import BatchingEncoder
from qa.service.gate import Gate
from qa.service.logs import event
from qa.service.metrics import Metrics

LONGEST_QUESTION = 2000  # characters
MOST_HISTORY = 50  # earlier questions sent with one request
WAIT_SECONDS = 60.0  # how long a first question waits for the model
SLOWEST_ANSWER = 90.0  # seconds over HTTP, the wait for the model included


@dataclass
class Service:
    """What one server process shares between its visitors: assistant, gate, counters. No conversation is in it."""

    opening: Opening
    metrics: Metrics = field(default_factory=Metrics)
    wait_seconds: float = WAIT_SECONDS
    gate: Gate = field(default_factory=Gate)
    log_questions: bool = False

    def ask(self, question: str, history: Sequence[str] = (), lang: Lang = "auto") -> Answer:
        """Return the answer to a question, on the thread that calls.

        Raises:
            OverloadedError: too many are being answered already.
            NotReadyError, QAError: the assistant is not open in time, or can't be opened.
        """
        with self.gate.place():
            return self._answer("ask", question, lambda assistant: assistant.ask(question, history, lang))

    def check(self, claim: str, lang: Lang = "auto") -> Answer:
        """Return the check of a claim; errors as `ask`."""
        with self.gate.place():
            return self._answer("check", claim, lambda assistant: assistant.check(claim, lang))

    async def ask_soon(self, question: str, history: Sequence[str] = (), lang: Lang = "auto") -> Answer:
        """Return what `ask` does, from a worker thread; NotReadyError also if that takes too long."""
        return await self._soon("ask", question, lambda assistant: assistant.ask(question, history, lang))

    async def check_soon(self, claim: str, lang: Lang = "auto") -> Answer:
        """Return what `check` does, from a worker thread; errors as `ask_soon`."""
        return await self._soon("check", claim, lambda assistant: assistant.check(claim, lang))

    async def read_soon(self, read: Callable[[Assistant], Any]) -> Any:
        """Return what a function reads from the open assistant, from a worker thread; errors as `ask_soon`."""
        return await self.gate.run(lambda waited: read(self.assistant()), SLOWEST_ANSWER)

    def assistant(self) -> Assistant:
        """Return the open assistant, waiting for it; NotReadyError or QAError as `ask`."""
        return self.opening.wait(self.wait_seconds)

    def index_age(self) -> float | None:
        """Return the seconds since the open index was committed; None while none is open or its folder is gone."""
        if self.opening.state != "ready":
            return None
        folder = getattr(self.opening.wait(0).index, "folder", None)
        try:
            return max(0.0, time.time() - (Path(folder) / "manifest.json").stat().st_mtime) if folder else None
        except OSError:
            return None

    def batching(self) -> BatchingEncoder | None:
        """Return the encoder that batches questions, for its counters; None while no assistant is open."""
        if self.opening.state != "ready":
            return None
        encoder = getattr(self.opening.wait(0), "encoder", None)
        return encoder if isinstance(encoder, BatchingEncoder) else None

    async def _soon(self, mode: str, text: str, answer: Callable[[Assistant], Answer]) -> Answer:
        return await self.gate.run(lambda waited: self._answer(mode, text, answer, waited), SLOWEST_ANSWER)

    def _answer(self, mode: str, text: str, answer: Callable[[Assistant], Answer], waited: float = 0.0) -> Answer:
        came = time.perf_counter()
        assistant = self.assistant()
        started = time.perf_counter()
        batching = self.batching()
        if batching:
            batching.spent()
        given = answer(assistant)
        seconds = time.perf_counter() - started
        encoding = batching.spent() if batching else 0.0
        outcome = given.verdict or given.outcome
        self.metrics.answer(mode, given.language, outcome, seconds)
        stages = {"queue": waited, "open": started - came, "encode": encoding, "answer": seconds - encoding}
        for stage, taken in stages.items():
            self.metrics.stage(stage, taken)
        asked = {"question": text} if self.log_questions else {}
        rounded = {f"{stage}_ms": round(1000 * taken, 1) for stage, taken in stages.items()}
        event("answer", mode=mode, language=given.language, outcome=outcome, **rounded, **asked)
        return given
