"""Fits the refusal model on judged questions: `python -m qa.evaluation.calibration tests/questions/dev*.jsonl`.

A development tool, not used when answering. Writes `corpus/calibration.json`.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from qa.answering.assistant import Assistant
from qa.answering.refusal import FEATURES, refusal_features
from qa.errors import UsageError
from qa.settings import shipped_corpus

FALSE_REFUSALS = 0.035  # the operating point: the share of answerable dev questions that the model may refuse
GATED = 0.016  # the share of them that may stop at the gate
PENALTY = 3.0  # L2, in units of standardised features
FOLDS = 10


def feature_rows(assistant: Assistant, questions: list[dict[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Return features float64 (n, f) and whether each question is answered, of all that are answerable or not covered."""
    rows, answered = [], []
    for row in questions:
        if row["outcome"] not in ("answered", "not_covered") or row.get("units_ok"):
            continue  # where a quote that says "not stated" is right as well, neither decision is wrong
        text, history = assistant.retriever.read(row["question"]), tuple(row.get("history") or ())
        scores = assistant.retriever.scores(text, history=history)
        values, _ = refusal_features(assistant.retriever, text, scores, bool(history))
        rows.append([values[name] for name in FEATURES])
        answered.append(row["outcome"] == "answered")
    return np.array(rows), np.array(answered)


def fit(features: np.ndarray, answered: np.ndarray) -> tuple[float, np.ndarray]:
    """Return intercept and weights of the logistic model; a weight of the wrong sign is held at zero.

    Source: projected Newton steps on the L2-penalised, class-balanced log loss.
    """
    signs = np.array(list(FEATURES.values()))
    means, spreads = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    design = np.column_stack([np.ones(len(features)), (features - means) / spreads * signs])
    target = answered.astype(float)
    importance = np.where(answered, 0.5 / answered.mean(), 0.5 / (1 - answered.mean()))
    penalty = np.diag([1e-6, *[PENALTY] * len(signs)])
    solution, free = np.zeros(design.shape[1]), np.ones(design.shape[1], dtype=bool)
    for _ in range(200):
        share = 1 / (1 + np.exp(-np.clip(design @ solution, -50, 50)))
        gradient = design.T @ (importance * (share - target)) + penalty @ solution
        free = (solution > 0) | (gradient < 0)
        free[0] = True
        curvature = (design * (importance * share * (1 - share))[:, None]).T @ design + penalty
        step = np.zeros_like(solution)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        changed = solution - 0.5 * step
        changed[1:] = np.maximum(changed[1:], 0)
        if np.abs(changed - solution).max() < 1e-10:
            break
        solution = changed
    weights = solution[1:] * signs / spreads
    return float(solution[0] - weights @ means), weights


def cross_validated(features: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """Return each row's confidence by a model that was fitted without its fold, float64 (n,)."""
    fold = np.random.default_rng(0).permutation(len(features)) % FOLDS
    confidence = np.zeros(len(features))
    for k in range(FOLDS):
        intercept, weights = fit(features[fold != k], answered[fold != k])
        confidence[fold == k] = 1 / (1 + np.exp(-(intercept + features[fold == k] @ weights)))
    return confidence


def main(paths: list[str]) -> int:
    """Fit on these question files, print the cross-validated curve, write the calibration."""
    if not paths:
        raise UsageError("name the question files: python -m qa.evaluation.calibration tests/questions/dev.jsonl ...")
    questions = [json.loads(line) for path in paths for line in Path(path).read_text("utf-8").splitlines()]
    features, answered = feature_rows(Assistant.open(), questions)
    off_topic = features[:, list(FEATURES).index("off_topic")]
    gate = float(np.quantile(off_topic[answered], 1 - GATED))
    confidence = cross_validated(features, answered)
    for share in (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.12):
        threshold = np.quantile(confidence[answered], share)
        refused = (confidence < threshold) | (off_topic > gate)
        print(f"threshold {threshold:.3f}: refused of answerable {refused[answered].mean():.3f}, of unanswerable {refused[~answered].mean():.3f}")
    threshold = float(np.quantile(confidence[answered], FALSE_REFUSALS))
    intercept, weights = fit(features, answered)
    row = {
        "note": "Made by python -m qa.evaluation.calibration from the dev questions; see docs/quality.md.",
        "questions": len(answered),
        "gate": round(gate, 4),
        "threshold": round(threshold, 4),
        "intercept": round(intercept, 6),
        "coefficients": {name: round(float(w), 6) for name, w in zip(FEATURES, weights, strict=True)},
    }
    (shipped_corpus() / "calibration.json").write_text(json.dumps(row, indent=1) + "\n", "utf-8")
    print(json.dumps(row["coefficients"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
