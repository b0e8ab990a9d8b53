"""One run against another (`qa evaluate --compare`): paired differences with intervals and p-values."""

from pathlib import Path
from typing import Any

from qa.errors import DatasetError
from qa.evaluation.answer_measures import rounded
from qa.evaluation.evaluation import Evaluation
from qa.evaluation.measures import RETRIEVAL, estimate, paired_difference, per_query, randomisation_test
from qa.evaluation.trec import column, read_run


def compare(evaluation: Evaluation, path: Path) -> dict[str, Any]:
    """Return, for each measure, this run beside the run in a file, with the p-value of a paired randomisation test."""
    queries = {column(q): q for q in evaluation.run}
    names = {column(d): d for d in evaluation.texts}
    other = {queries[q]: {names.get(d, d): s for d, s in hits.items()} for q, hits in read_run(path).items() if q in queries}
    if not other:
        raise DatasetError(f"{path}: names none of the {len(queries)} queries of this data set; compare runs of the same one")
    values = per_query(evaluation.qrels, other)
    rows = {}
    for name in RETRIEVAL:
        mine, theirs = (list(v[name].values()) for v in (evaluation.values, values))
        rows[name] = {
            "this": rounded(estimate(mine))["value"],
            "other": rounded(estimate(theirs))["value"],
            "difference": rounded(paired_difference(mine, theirs)),
            "p": round(randomisation_test(mine, theirs), 4),
        }
    return {"file": path.name, "missing_queries": len(queries) - len(other), "measures": rows}
