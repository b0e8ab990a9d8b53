"""Trains the regression of triage on the safety folder's examples, beside questions that are none of its business."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.encoding.encoder import Encoder
from qa.errors import CorpusError
from qa.records import Language
from qa.safety.matching import find
from qa.safety.rules import Rules, read_rules
from qa.safety.triage import CLASSES, TriageModel, inputs, pattern_features
from qa.text.preparation import language_of

MOST_OTHERS = 14_000  # questions of a bank that triage learns to let pass
FAR_WEIGHT = 3  # of a question about something else
OWN_WEIGHT = 2  # of an example of the safety folder, against a question that is none of triage's business
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]  # vectors, pattern features, class numbers


@dataclass(frozen=True)
class Example:
    """One labelled line of `examples.jsonl`; `label` is one of `CLASSES`."""

    text: str
    label: str
    language: Language


def fit(vectors: np.ndarray, features: np.ndarray, classes: np.ndarray, decay: float = 1e-3, steps: int = 300) -> TriageModel:
    """Return the regression of these rows: the softmax loss with an L2 pull, by accelerated gradient descent.

    Args:
        vectors: float32 (n, d), unit rows.
        features: float32 (n, FEATURES).
        classes: int (n,), positions in `CLASSES`.

    Source:
        Nesterov 1983; starts at zero and takes fixed steps, so the same rows give the same weights.
    """
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    rows = inputs(vectors, features, mean).astype(np.float64)
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    across = np.ascontiguousarray(rows.T)  # a thin product is 5 times slower on the transposed view
    wanted = np.eye(len(CLASSES))[:, classes]
    pull = np.full(rows.shape[1], decay)
    pull[-1] = 0.0
    rate = 1.0 / (0.5 * np.linalg.norm(rows, 2) ** 2 / len(rows) + decay)
    weights = np.zeros((len(CLASSES), rows.shape[1]))
    before = weights
    for step in range(steps):
        ahead = weights + step / (step + 3) * (weights - before)
        scores = ahead @ across
        shares = np.exp(scores - scores.max(axis=0))
        shares /= shares.sum(axis=0)
        before, weights = weights, ahead - rate * ((shares - wanted) @ rows / len(rows) + pull * ahead)
    return TriageModel(weights[:, :-1].astype(np.float32), weights[:, -1].astype(np.float32), mean)


def train_triage(encoder: Encoder, folder: Path, others: Sequence[str] = ()) -> TriageModel:
    """Return the regression trained on a safety folder's examples; CorpusError if its files can't be used.

    Args:
        others: questions that are none of triage's business (weather, diet, a trial's details), so that it learns to
            let them pass; each counts half of an example, lest it learns too well.
    """
    rules = read_rules(folder)
    own = rows_of(read_examples(folder / "examples.jsonl"), encoder, rules)
    return fit(*beside(own, other_rows(others, encoder, rules))) if others else fit(*own)


def others_of(negatives: Sequence[tuple[str, bool]], bank: Sequence[str]) -> list[str]:
    """Return what triage learns to let pass: questions that nothing here answers, and questions that the corpus answers.

    Of a large bank the same 14,000 are taken whatever their order.

    Args:
        negatives: each with whether it is about something else; such a one (weather, a visa) is taken three times.
    """
    by_digest = sorted(set(bank), key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
    return [*(text for text, far in negatives for _ in range(FAR_WEIGHT if far else 1)), *by_digest[:MOST_OTHERS]]


def other_rows(texts: Sequence[str], encoder: Encoder, rules: Rules) -> Rows:
    """Return the training rows of questions that are none of triage's business."""
    return rows_of([Example(text, "none", language_of(text)) for text in texts], encoder, rules)


def beside(own: Rows, others: Rows) -> Rows:
    """Return both sets of training rows as one, in which each own row counts `OWN_WEIGHT` times."""
    vectors, features, classes = (np.concatenate([*[mine] * OWN_WEIGHT, theirs]) for mine, theirs in zip(own, others, strict=True))
    return vectors, features, classes


def rows_of(examples: Sequence[Example], encoder: Encoder, rules: Rules) -> Rows:
    """Return the vectors, pattern features and class numbers of examples, as `fit` takes them."""
    vectors = encoder.encode([example.text for example in examples], "query")
    features = np.stack([pattern_features(find(example.text, rules)) for example in examples])
    return vectors, features, np.array([CLASSES.index(example.label) for example in examples])


def read_examples(path: Path) -> list[Example]:
    """Return the labelled lines of a file; all bad lines are reported at once, as CorpusError."""
    found: list[Example] = []
    bad: list[str] = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise CorpusError(f"{path} can't be read ({error}); restore it, for triage learns from it") from error
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            if not row["text"].strip() or row["label"] not in CLASSES or row["language"] not in ("zh", "en"):
                raise ValueError
            found.append(Example(row["text"], row["label"], row["language"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            bad.append(str(number))
    if bad or not found:
        raise CorpusError(f'{path}, line {", ".join(bad[:10]) or 1}: each line needs "text", "label" ({", ".join(CLASSES)}) and "language" (zh or en)')
    return found
