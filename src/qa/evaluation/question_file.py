"""Reads the project's own questions and claims with their labels (tests/questions/*.jsonl).

A question line: `{"id", "question", "history"?, "language", "kind", "voice", "outcome", "units", "citations", "units_ok"?}`;
a claim line: `{"id", "claim", "verdict", "citation", "altered"}`. `units` lists every statement that by itself answers;
`units_ok` are statements that may be quoted though the question counts as unanswerable (they say that the detail is not
given, or correct what the question takes for granted): a quote of one is right as well as refusing. Claims may stand in a file of their own beside the questions: `claims_dev.jsonl` beside `dev.jsonl`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from qa.errors import DatasetError
from qa.evaluation.lines import numbered_lines
from qa.records import Language, Outcome, Verdict


@dataclass(frozen=True)
class Question:
    """One labelled question; `units` is empty unless `outcome` is "answered"."""

    id: str
    text: str
    history: tuple[str, ...]
    language: Language
    kind: str
    outcome: Outcome
    units: frozenset[str]
    units_ok: frozenset[str]
    citations: frozenset[int]


@dataclass(frozen=True)
class Claim:
    """One labelled claim; `altered` names what was made wrong in it, "" where nothing was."""

    id: str
    text: str
    verdict: Verdict
    citation: int | None
    altered: str


@dataclass(frozen=True)
class QuestionFile:
    """The questions and claims of one data set."""

    name: str
    questions: list[Question]
    claims: list[Claim]


def read_question_file(path: Path) -> QuestionFile:
    """Return the questions and claims in a file, and the claims in `claims_<name>` beside it.

    Raises:
        DatasetError: names every line that is not of the form above, at once.
    """
    files = [path, path.with_name(f"claims_{path.name}")]
    questions: list[Question] = []
    claims: list[Claim] = []
    bad: list[str] = []
    for file in files:
        if not file.is_file():
            continue
        for number, line in numbered_lines(file):
            try:
                row = json.loads(line)
                if "claim" in row:
                    claims.append(_claim(row))
                else:
                    questions.append(_question(row))
            except (ValueError, KeyError, TypeError) as error:
                bad.append(f"{file.name}, line {number} ({type(error).__name__}: {error})")
    if bad:
        raise DatasetError(f"{'; '.join(bad[:10])}{f'; and {len(bad) - 10} more' if len(bad) > 10 else ''}; see tests/questions/README.md")
    if not questions and not claims:
        raise DatasetError(f"{path}: holds neither questions nor claims; a BEIR folder, or a file like tests/questions/dev.jsonl, is read")
    _refuse_repeated_ids(path, [q.id for q in questions] + [c.id for c in claims])
    return QuestionFile(path.stem, questions, claims)


def joined(name: str, files: Iterable[QuestionFile]) -> QuestionFile:
    """Return several question files as one data set."""
    known = list(files)
    return QuestionFile(name, [q for file in known for q in file.questions], [c for file in known for c in file.claims])


def _question(row: dict[str, Any]) -> Question:
    outcome = _one_of(row["outcome"], get_args(Outcome))
    units = frozenset(_texts(row.get("units", [])))
    if (outcome == "answered") != bool(units):
        raise ValueError('"units" must name the statements that answer, for the outcome "answered" and for no other')
    return Question(
        id=str(row["id"]),
        text=_texts([row["question"]])[0],
        history=tuple(_texts(row.get("history") or [])),
        language=_one_of(row["language"], get_args(Language)),
        kind=_texts([row["kind"]])[0],
        outcome=outcome,
        units=units,
        units_ok=frozenset(_texts(row.get("units_ok", []))),
        citations=frozenset(int(number) for number in row.get("citations", [])),
    )


def _claim(row: dict[str, Any]) -> Claim:
    citation = row.get("citation")
    return Claim(
        id=str(row["id"]),
        text=_texts([row["claim"]])[0],
        verdict=_one_of(row["verdict"], get_args(Verdict)),
        citation=None if citation is None else int(citation),
        altered=str(row.get("altered") or ""),
    )


def _texts(values: Iterable[Any]) -> list[str]:
    found = list(values)
    if not all(isinstance(value, str) and value.strip() for value in found):
        raise TypeError("expected text")
    return found


def _one_of(value: Any, known: tuple[Any, ...]) -> Any:
    if value not in known:
        raise ValueError(f'"{value}" is none of {", ".join(known)}')
    return value


def _refuse_repeated_ids(path: Path, ids: list[str]) -> None:
    repeated = sorted({name for name in ids if ids.count(name) > 1})
    if repeated:
        raise DatasetError(f"{path}: ids stand more than once: {', '.join(repeated[:5])}; every id must be unique")
