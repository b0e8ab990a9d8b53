"""Run files in TREC's six columns: query, Q0, document, rank, score, name of the run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from qa.errors import DatasetError, UsageError
from qa.evaluation.lines import numbered_lines

Run = dict[str, dict[str, float]]
NOTHING = "_nothing_found_"  # stands for a document in the line of a query that found none


def strictly_decreasing(hits: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Return scores by document in the given order, each below the one before even as a 32-bit float.

    Tools that read runs sort by score and break ties each in its own way; trec_eval holds scores in 32 bits.
    """
    scores: dict[str, float] = {}
    last = np.float32(np.inf)
    for document, score in hits:
        if document not in scores:
            last = np.minimum(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
            scores[document] = float(last)
    return scores


def make_run(found: Mapping[str, Sequence[tuple[str, float]]]) -> Run:
    """Return the run of (document, score) lists, best first, by query; a query that found nothing keeps its place."""
    return {query: strictly_decreasing(hits) or {NOTHING: 0.0} for query, hits in found.items()}


def write_run(path: Path, run: Run, name: str) -> None:
    """Write a run file; UsageError if it can't be written."""
    lines: list[str] = []
    for query, scores in run.items():
        ordered = sorted(scores.items(), key=lambda item: -item[1])
        lines.extend(f"{column(query)} Q0 {column(document)} {rank} {np.float32(score)!s} {name}" for rank, (document, score) in enumerate(ordered, 1))
    try:
        path.write_text("".join(line + "\n" for line in lines), "utf-8")
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}") from error


def read_run(path: Path) -> Run:
    """Return the run in a file; DatasetError with the line number if it isn't one."""
    run: Run = {}
    for number, line in numbered_lines(path, "a run file"):
        parts = line.split()
        try:
            query, _, document, _, score, _ = parts
            run.setdefault(query, {})[document] = float(score)
        except ValueError:
            raise DatasetError(f"{path.name}, line {number}: expected six columns (query Q0 document rank score name)") from None
    if not run:
        raise DatasetError(f"{path}: holds no line; a run file comes from: qa evaluate DATASET --run FILE")
    return run


def column(name: str) -> str:
    """Return an id as one column: TREC separates by blanks, so blanks inside an id become `_`."""
    return "_".join(name.split()) or "_"
