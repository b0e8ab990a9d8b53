"""The operating point of refusing: what would be refused, and what answered, at other thresholds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qa.answering.refusal import FEATURES, read_calibration
from qa.evaluation.answer_measures import Case
from qa.evaluation.calibration import cross_validated, feature_rows
from qa.evaluation.question_file import Question

SHARES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.12)  # of the answerable dev questions, refused


def operating_rows(assistant: Any, dev: Sequence[Question], cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Return one row for each threshold, rising: what it does to the dev questions and to cases that were never tuned on.

    On dev every question is judged by a model fitted without its fold, with the gate as it stands; `cases` by the fitted
    model. Keys: `threshold`, `chosen`, `dev_answerable`, `dev_unanswerable` (shares refused), and the same for `test`,
    with `test_right`, the share of right replies. The row marked `chosen` is the operating point.
    """
    calibration = read_calibration()
    asked = [{"question": q.text, "history": q.history, "outcome": q.outcome, "units_ok": q.units_ok} for q in dev]
    features, answered = feature_rows(assistant, asked)
    gated = features[:, list(FEATURES).index("off_topic")] > calibration.gate
    confidence = np.where(gated, -1.0, cross_validated(features, answered))
    thresholds = {round(float(np.quantile(confidence[answered], share, method="higher")), 4) for share in SHARES} - {-1.0}
    rows = []
    for threshold in sorted(thresholds | {calibration.threshold}):
        refused = confidence < threshold
        row = {"threshold": threshold, "chosen": threshold == calibration.threshold, **_at(cases, threshold, calibration.threshold)}
        rows.append(row | {"dev_answerable": float(refused[answered].mean()), "dev_unanswerable": float(refused[~answered].mean())})
    return rows


def _at(cases: Sequence[Case], threshold: float, current: float) -> dict[str, float | None]:
    """Return shares refused, and right replies, were the threshold this; a reply that triage made stays what it was."""
    refused: dict[str, list[float]] = {"answered": [], "not_covered": []}
    right = []
    for case in cases:
        if case.question.outcome not in refused:
            continue
        triaged = case.answer.outcome not in refused
        silent = not case.units if triaged or threshold == current else case.answer.confidence < threshold
        if not case.question.units_ok:  # neither decision is wrong there
            refused[case.question.outcome].append(float(silent))
        right.append(float(case.question.outcome == "not_covered" if silent else case.best_is_right))
    mean = {name: sum(values) / len(values) if values else None for name, values in {**refused, "right": right}.items()}
    return {"test_answerable": mean["answered"], "test_unanswerable": mean["not_covered"], "test_right": mean["right"]}
