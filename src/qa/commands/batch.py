"""Answers a file of questions: one output line for every input line, in the same order, with the same id."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from qa.answering.answer import to_json
from qa.answering.assistant import TOGETHER, Assistant
from qa.answering.wording import read_wording
from qa.errors import QAError, UsageError

LONGEST_LINE = 1_000_000  # characters


def run_batch(assistant: Assistant, source: Path, target: Path) -> int:
    """Answer every line of a JSON-lines file and write the answers; return 0.

    A line that is no valid request gets a line with its id (or its number from 1) and an `error`, so that output
    stays aligned with input. The output appears whole or not at all.
    """
    try:
        lines = source.read_text("utf-8-sig", errors="replace").split("\n")
    except OSError as error:
        raise QAError(f"{source}: {error.strerror}; name a JSON-lines file") from error
    if lines and not lines[-1]:
        lines.pop()
    temporary = target.with_name(f".{target.name}.part")
    try:
        with temporary.open("w", encoding="utf-8") as out:
            for number, line in enumerate(lines, 1):
                if number % TOGETHER == 1:
                    ready = assistant.remembering(_questions(lines[number - 1 : number - 1 + TOGETHER]))
                out.write(_line(answer_line(ready, line, number)))
                if sys.stderr.isatty():
                    print(f"\r{number}/{len(lines)}", end="", file=sys.stderr)
        os.replace(temporary, target)
    except OSError as error:
        raise QAError(f"{target}: can't be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return 0


def _questions(lines: list[str]) -> list[str]:
    """Return the questions of the lines that have one, to be encoded together; what is wrong with the others is said later."""
    found = []
    for line in lines:
        try:
            found.append(json.loads(line[:LONGEST_LINE])["question"])
        except (ValueError, RecursionError, KeyError, TypeError):
            continue
    return [question for question in found if isinstance(question, str)]


def _line(row: dict[str, Any]) -> str:
    """Return a row as one line; characters as they are, but in ASCII where half a character can't be written as UTF-8."""
    text = json.dumps(row, ensure_ascii=False)
    return (text if text.isascii() or text.encode("utf-8", "ignore").decode() == text else json.dumps(row)) + "\n"


def answer_line(assistant: Assistant, line: str, number: int) -> dict[str, Any]:
    """Return the output row of one input line: `id`, then the answer, or `id` and what is wrong with the line."""
    identity: Any = number
    try:
        if len(line) > LONGEST_LINE:
            raise UsageError(f"line {number} is longer than {LONGEST_LINE} characters")
        row = json.loads(line)
        if not isinstance(row, dict):
            raise UsageError(f'line {number}: not an object with "id" and "question"')
        identity = row.get("id", number)
        question, history, mode = row.get("question"), row.get("history") or [], row.get("mode") or "ask"
        if not isinstance(question, str):
            raise UsageError(f'line {number}: "question" is missing or not a text')
        if not isinstance(history, list) or not all(isinstance(h, str) for h in history):
            raise UsageError(f'line {number}: "history" is not a list of texts')
        if mode not in ("ask", "check"):
            raise UsageError(f'line {number}: "mode" is "{mode}", not "ask" or "check"')
    except (ValueError, RecursionError) as error:
        return _failed(identity, f"line {number}: not JSON ({error})")
    except UsageError as error:
        return _failed(identity, str(error))
    answer = assistant.check(question) if mode == "check" else assistant.ask(question, history)
    return {"id": identity, **to_json(answer)}


def _failed(identity: Any, reason: str) -> dict[str, Any]:
    return {"id": identity, "error": reason, "outcome": "not_covered", "quotes": [], "disclaimer": read_wording().disclaimer("zh")}
