"""What visitors said of answers, in an SQLite file on this machine. Off unless `QA_FEEDBACK` names a folder.

Kept are the question, the rating, the note and what was answered; of the time the day only, and nothing of the visitor.
"""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from qa.errors import QAError

FILE = "feedback.sqlite3"
MOST_ENTRIES = 100_000  # a page that anyone can reach must not fill the disk
COLUMNS = ("id", "day", "rating", "note", "question", "history", "mode", "outcome", "passages", "interface")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so
TABLE = """CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL, rating INTEGER NOT NULL CHECK (rating IN (-1, 1)), note TEXT NOT NULL, question TEXT NOT NULL,
    history TEXT NOT NULL, mode TEXT NOT NULL, outcome TEXT NOT NULL, passages TEXT NOT NULL, interface TEXT NOT NULL)"""


@dataclass(frozen=True)
class Feedback:
    """One visitor's word on one answer; `rating` is 1 or -1, `passages` are the ids of the sentences that were quoted."""

    rating: Literal[1, -1]
    question: str
    note: str = ""
    history: tuple[str, ...] = ()
    mode: str = "ask"
    outcome: str = ""
    passages: tuple[str, ...] = ()
    interface: str = ""


def add_feedback(folder: Path, given: Feedback) -> None:
    """Write one entry; QAError if the folder can't be written, or holds as many entries as it may."""
    row = (datetime.now(UTC).date().isoformat(), given.rating, given.note, given.question, _list(given.history), given.mode, given.outcome)
    with _opened(folder, create=True) as base:
        if base.execute("SELECT count(*) FROM feedback").fetchone()[0] >= MOST_ENTRIES:
            raise QAError(f"{folder / FILE}: {MOST_ENTRIES} entries are kept, no more; export them with qa feedback, then move the file away")
        columns = ", ".join(COLUMNS[1:])
        values = (*row, _list(given.passages), given.interface)
        base.execute(f"INSERT INTO feedback ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)  # our own column names  # nosec B608


def read_feedback(folder: Path) -> list[dict[str, Any]]:
    """Return all entries, oldest first, by `COLUMNS`; history and passages as lists. QAError if there is no such file."""
    if not (folder / FILE).is_file():
        raise QAError(f"{folder / FILE}: no feedback here yet; it is kept when the server runs with QA_FEEDBACK={folder}")
    with _opened(folder) as base:
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in base.execute(f"SELECT {', '.join(COLUMNS)} FROM feedback ORDER BY id")]  # as above  # nosec B608
    for row in rows:
        row["history"], row["passages"] = json.loads(row["history"]), json.loads(row["passages"])
    return rows


def feedback_text(rows: list[dict[str, Any]], form: str) -> str:
    """Return entries as "json" (a list) or "csv" (with a header; lists joined by ` | `, no cell that a spreadsheet would run)."""
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    text = " | ".join(value) if isinstance(value, list) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(FORMULA) else text


def _list(texts: tuple[str, ...]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


@contextmanager
def _opened(folder: Path, create: bool = False) -> Iterator[sqlite3.Connection]:
    """Yield the database; what was written is kept if nothing fails."""
    try:
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(folder / FILE, timeout=10)) as base:
            if create:
                base.execute(TABLE)
            with base:
                yield base
    except (sqlite3.Error, OSError) as error:
        raise QAError(f"{folder / FILE}: feedback can't be kept or read ({error}); check the folder that QA_FEEDBACK names") from error
