"""Logs as JSON lines on standard error: what happened, when, for which request; never what anybody asked.

The text of a question is left out, and so is the message of an unexpected error, for it may repeat the question; its
type and the lines of code it passed are enough to find it. `QA_LOG_QUESTIONS=1` puts both in.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
events = logging.getLogger("qa.events")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, request, then what the event is about."""

    def __init__(self, questions: bool = False) -> None:
        super().__init__()
        self.questions = questions

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. An error of another library is named by its type and place, its message only if asked for."""
        row: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        fields = getattr(record, "fields", None)
        row |= {"event": record.getMessage()} if fields is not None or not record.exc_info else {"event": "error"}
        if fields is None:
            row["logger"] = record.name
        if request_id.get():
            row["request"] = request_id.get()
        row |= fields or {}
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            row["error"] = f"{type(error).__name__}: {error}" if self.questions else type(error).__name__
            row["at"] = [f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in _frames(error)]
        return json.dumps(row, ensure_ascii=False, default=str)


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    return list(traceback.extract_tb(error.__traceback__))[-8:]


def event(name: str, **fields: Any) -> None:
    """Log one event with its fields."""
    events.info(name, extra={"fields": fields})


def configure(questions: bool) -> None:
    """Send the logs of this process to standard error as JSON lines; warnings of libraries, all of our own events."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(questions))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    events.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
