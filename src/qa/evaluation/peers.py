"""Results of `benchmarks/peers.py` as a table: other systems on the same questions with the same encoder."""

from collections.abc import Mapping
from typing import Any

from qa.errors import DatasetError
from qa.evaluation.tables import number, table, with_interval

MISSING = "Not measured here: no results stand beside the benchmarks. They are made by `python benchmarks/peers.py`."


def peers_table(results: Mapping[str, Any] | None) -> str:
    """Return one row for each system and setting; one that could not be measured stays, with its reason."""
    if results is None:
        return MISSING
    head = ("system", "texts", "right sentence @1 zh", "@1 en", "@3 zh", "@3 en", "right study @1", "unanswerable answered", "ms a question", "cold start s", "MB")
    try:
        rows = [_row(row, len(head)) for row in results["rows"]]
        note = f"{results['questions']} questions of {results['dataset']}."
    except (KeyError, TypeError) as error:
        raise DatasetError(f"the results of the peers lack {error}; make them anew with: python benchmarks/peers.py") from error
    return f"{table(head, rows)}\n\n{note}"


def _row(row: Mapping[str, Any], width: int) -> tuple[str, ...]:
    if "error" in row:
        return (row["label"], row["setting"], f"not measured: {row['error']}", *[""] * (width - 3))
    found = row["measures"]
    sentences = [with_interval(found[name][language]) for name in ("right_sentence@1", "right_sentence@3") for language in ("zh", "en")]
    costs = [_rounded(found["median_milliseconds"]), _rounded(row["cold_start_seconds"], 1), _rounded(row["peak_megabytes"])]
    study, answered = (number(found[name]["all"]["value"]) for name in ("right_study@1", "unanswerable_answered"))
    return (row["label"], f"{row['setting']} ({row['texts']['all']['entries']})", *sentences, study, answered, *costs)


def _rounded(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
