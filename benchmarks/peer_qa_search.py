"""This project's ranking alone, `qa search`: like the peers, it always returns something."""

from collections.abc import Sequence
from pathlib import Path

import project
from harness import TOP, Ask

LABEL = "this project, ranking alone"
PACKAGES = ("liver-stem-cell-qa",)
SETTINGS = ("sentences",)


def open_own(index: Path, corpus: Path) -> Ask:
    """Return `ask` over the project's own index, whose passages are the entries, in the same order."""
    assistant = project.assistant(index, corpus)

    def ask(question: str, history: Sequence[str]) -> list[int]:
        return [hit.row for hit in assistant.search(question, TOP, "hybrid", history)]

    return ask
