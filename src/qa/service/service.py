"""Answers for the web page and the HTTP interface: waits for the assistant, counts, and keeps nothing of the question."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qa.answering.assistant import Assistant, Lang
from qa.records import Answer
from qa.service.background import Opening
from qa.service.metrics import Metrics

LONGEST_QUESTION = 2000  # characters
MOST_HISTORY = 50  # earlier questions sent with one request
WAIT_SECONDS = 60.0  # how long a first question waits for the model


@dataclass
class Service:
    """What one server process shares between its visitors: the assistant and the counters. No conversation is in it."""

    opening: Opening
    metrics: Metrics = field(default_factory=Metrics)
    wait_seconds: float = WAIT_SECONDS

    def ask(self, question: str, history: Sequence[str] = (), lang: Lang = "auto") -> Answer:
        """Return the answer to a question. QAError if the assistant can't be opened, NotReadyError if not in time."""
        assistant = self.opening.wait(self.wait_seconds)
        return self._counted("ask", lambda: assistant.ask(question, history, lang))

    def check(self, claim: str, lang: Lang = "auto") -> Answer:
        """Return the check of a claim; errors as `ask`."""
        assistant = self.opening.wait(self.wait_seconds)
        return self._counted("check", lambda: assistant.check(claim, lang))

    def assistant(self) -> Assistant:
        """Return the open assistant, waiting for it; errors as `ask`."""
        return self.opening.wait(self.wait_seconds)

    def _counted(self, mode: str, answer: Callable[[], Answer]) -> Answer:
        started = time.perf_counter()
        given = answer()
        self.metrics.answer(mode, given.language, given.verdict or given.outcome, time.perf_counter() - started)
        return given
