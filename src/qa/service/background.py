"""Opens the assistant in the background, so that the page shows at once and the first answer waits for the model."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Literal

from qa.answering.assistant import Assistant
from qa.errors import QAError

State = Literal["loading", "ready", "failed"]
RETRY_SECONDS = 5.0  # a failed opening is tried again when someone asks, but not more often than this


class NotReadyError(QAError):
    """The assistant is still being opened, after as long a wait as was allowed."""


class Opening:
    """An assistant that is being opened. Safe to share between threads."""

    def __init__(self, open_assistant: Callable[[], Assistant]) -> None:
        self._open_assistant = open_assistant
        self._lock = threading.Lock()
        self._future: Future[Assistant] | None = None
        self._started = 0.0
        self._error: BaseException | None = None  # of the last attempt that ended; stays while another is made

    def start(self) -> "Future[Assistant]":
        """Return the opening under way, begun if there was none, or again if the last one failed a while ago."""
        with self._lock:
            failed = self._future is not None and self._future.done() and self._future.exception() is not None
            if self._future is None or (failed and time.monotonic() - self._started > RETRY_SECONDS):
                self._future = Future()
                self._started = time.monotonic()
                threading.Thread(target=self._run, args=(self._future,), name="open-assistant", daemon=True).start()
            return self._future

    def _run(self, future: "Future[Assistant]") -> None:
        try:
            assistant = self._open_assistant()
        except BaseException as error:  # handed to whoever waits: a thread has nobody else to tell
            self._error = error
            future.set_exception(error)
        else:
            self._error = None
            future.set_result(assistant)

    def renew(self) -> None:
        """Open a second assistant, for a changed index, and put it in the place of the first; that one stays until then.

        If the second can't be opened, the first stays, and QAError says why.
        """
        try:
            assistant = self._open_assistant()
        except QAError:
            raise
        except Exception as error:
            raise QAError(f"the changed index could not be opened ({type(error).__name__}: {error})") from error
        fresh: Future[Assistant] = Future()
        fresh.set_result(assistant)
        with self._lock:
            self._future, self._error = fresh, None

    @property
    def state(self) -> State:
        """Whether the assistant can answer now; "failed" also while a failed opening is tried again."""
        future = self.start()
        if self._error is not None:
            return "failed"
        return "ready" if future.done() else "loading"

    def problem(self) -> str:
        """Return why the assistant could not be opened, as one line with the mending command; empty if nothing is wrong."""
        self.start()
        error = self._error
        if error is None or isinstance(error, QAError):
            return str(error or "")
        return f"the assistant could not be opened ({type(error).__name__}: {error})"

    def settle(self, seconds: float) -> None:
        """Return when the assistant is open, can't be opened, or `seconds` have passed."""
        wait([self.start()], timeout=seconds)

    def wait(self, seconds: float) -> Assistant:
        """Return the assistant once it is open.

        Raises:
            NotReadyError: it is still being opened after `seconds`.
            QAError: it could not be opened; the message holds the command that mends it.
        """
        future = self.start()
        try:
            return future.result(timeout=seconds)
        except TimeoutError as error:
            if future.done():
                raise QAError(self.problem()) from error
            raise NotReadyError("the model is still loading; ask again in a few seconds") from error
        except QAError:
            raise
        except Exception as error:
            raise QAError(self.problem()) from error
