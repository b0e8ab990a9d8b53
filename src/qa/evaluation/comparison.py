"""One run against another (`qa evaluate --compare`): paired differences with intervals and p-values."""

from pathlib import Path
from typing import Any

from qa.errors import DatasetError
from qa.evaluation.answer_measures import rounded
from qa.evaluation.evaluation import Evaluation, Values
from qa.evaluation.measures import RETRIEVAL, estimate, paired_difference, per_query, randomisation_test
from qa.evaluation.trec import column, read_run
from qa.text.preparation import language_of

LANGUAGES = ("zh", "en")


def compare(evaluation: Evaluation, path: Path) -> dict[str, Any]:
    """Return, for each measure, this run beside the run in a file, with the p-value of a paired randomisation test.

    All queries together, and those of each language where there are both.
    """
    queries = {column(q): q for q in evaluation.run}
    names = {column(d): d for d in evaluation.texts}
    other = {queries[q]: {names.get(d, d): s for d, s in hits.items()} for q, hits in read_run(path).items() if q in queries}
    if not other:
        raise DatasetError(f"{path}: names none of the {len(queries)} queries of this data set; compare runs of the same one")
    values = per_query(evaluation.qrels, other)
    measured = list(next(iter(evaluation.values.values())))
    languages = {query: language_of(evaluation.queries[query]) for query in measured}
    groups = {name: own for name in LANGUAGES if 0 < len(own := [q for q in measured if languages[q] == name]) < len(measured)}
    return {
        "file": path.name,
        "missing_queries": len(queries) - len(other),
        "measures": _beside(evaluation.values, values, measured),
        "by_language": {name: {"queries": len(own), "measures": _beside(evaluation.values, values, own)} for name, own in groups.items()},
    }


def _beside(mine: Values, theirs: Values, queries: list[str]) -> dict[str, Any]:
    """Return each measure over these queries: this run, the other, their difference and its p-value."""
    rows = {}
    for name in RETRIEVAL:
        a, b = ([values[name][query] for query in queries] for values in (mine, theirs))
        rows[name] = {
            "this": rounded(estimate(a))["value"],
            "other": rounded(estimate(b))["value"],
            "difference": rounded(paired_difference(a, b)),
            "p": round(randomisation_test(a, b), 4),
        }
    return rows
