"""A measured run as a record, and its measures by language and by direction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qa.errors import UsageError
from qa.evaluation.answer_measures import Case, ClaimCase, rounded
from qa.evaluation.measures import RETRIEVAL, estimate
from qa.evaluation.question_file import Question
from qa.evaluation.trec import Run

DEPTH = 100  # documents of a run for each query

Values = Mapping[str, Mapping[str, float]]  # by measure and query


@dataclass
class Evaluation:
    """One measured run. `result` is what `--json` prints; the rest is for run files, comparisons and the report."""

    result: dict[str, Any]
    run: Run
    values: dict[str, dict[str, float]]
    cases: list[Case] = field(default_factory=list)
    claims: list[ClaimCase] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    qrels: dict[str, dict[str, int]] = field(default_factory=dict)


def ranking(retriever: Any, question: Question, mode: str, without: frozenset[str]) -> list[tuple[str, float]]:
    """Return the best 100 (unit, score) for a question, best first; by words alone only what shares a word with it."""
    hits = retriever.search(question.text, DEPTH, mode, question.history, without)
    return [(hit.passage.unit, hit.score) for hit in hits if mode != "lexical" or hit.score > 0]


def refuse_unknown(without: frozenset[str], parts: Sequence[str]) -> None:
    """Raise UsageError for a name that is no part of this ranking."""
    unknown = sorted(without - set(parts))
    if unknown:
        raise UsageError(f"--without {','.join(unknown)}: no such part of this ranking; there is: {', '.join(parts)}")


def result_of(
    name: str,
    mode: str,
    without: frozenset[str],
    values: Values,
    languages: Mapping[str, str],
    directions: Mapping[str, str],
) -> dict[str, Any]:
    """Return the measures of one run as plain JSON values: all queries, each language, each direction."""
    measured = list(next(iter(values.values())))
    result: dict[str, Any] = {"dataset": name, "queries": len(measured), "mode": mode, **grouped(values, measured), "without": sorted(without)}
    for key, groups in (("by_language", languages), ("by_direction", directions)):
        names = sorted({groups[q] for q in measured if q in groups})
        result[key] = {name: {"queries": len(own), **grouped(values, own)} for name in names if (own := [q for q in measured if groups[q] == name])}
    return result


def grouped(values: Values, queries: Sequence[str]) -> dict[str, Any]:
    """Return the mean of each measure over these queries, and its interval."""
    estimates = {name: rounded(estimate([values[name][q] for q in queries])) for name in RETRIEVAL}
    return {
        "measures": {name: found["value"] for name, found in estimates.items()},
        "intervals": {name: [found["low"], found["high"]] for name, found in estimates.items()},
    }
