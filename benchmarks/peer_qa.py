"""This project, through the same harness: the quotes of an answer, none for a refusal. It is given the earlier questions."""

from collections.abc import Sequence
from pathlib import Path

import project
from harness import Ask

LABEL = "this project, answers"
PACKAGES = ("liver-stem-cell-qa",)
SETTINGS = ("sentences",)


def open_own(index: Path, corpus: Path) -> Ask:
    """Return `ask` over the project's own index, whose passages are the entries, in the same order."""
    assistant = project.assistant(index, corpus)
    rows = {passage.id: row for row, passage in enumerate(assistant.index.passages)}

    def ask(question: str, history: Sequence[str]) -> list[int]:
        answer = assistant.ask(question, history)
        return [rows[quote.passage] for quote in answer.quotes] if answer.outcome == "answered" else []

    return ask
