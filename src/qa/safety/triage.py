"""Decides, before anything is searched, whether a question is an emergency, despair, or asks for a personal decision.

Two layers: the patterns (`qa.safety.rules`, `qa.safety.matching`), and a multinomial logistic regression over the
question's vector and what the patterns found, trained on labelled lines (`examples.jsonl`). Patterns alone work without
an encoder; the regression catches wordings nobody listed, and overrules a pattern only where it is nearly sure that it misfired.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qa.errors import IndexMismatchError
from qa.safety.matching import Findings, Match, find
from qa.safety.rules import Rules
from qa.text.preparation import prepared
from qa.text.sentences import sentence_spans

Label = Literal["emergency", "despair", "personal_advice"]
LABELS: tuple[Label, ...] = ("emergency", "despair", "personal_advice")
CLASSES = ("emergency", "despair", "personal", "none")
SCENES = (
    *("person", "now", "at-this-moment", "join"),
    *("study", "study-en", "study-here", "study-here-en", "definition", "definition-en"),
    *("long-ago", "long-ago-en", "over", "over-en", "supposed", "supposed-en"),
)
FEATURES = 3 * len(LABELS) + len(SCENES)
SPREAD = 12.0  # brings centred e5 vectors, whose parts are small, to the size of the 0/1 features
LONG = 40  # Chinese characters and words: a longer question is also judged sentence by sentence


@dataclass(frozen=True)
class TriageModel:
    """Weights float32 (4, d + features), bias float32 (4,), and the mean float32 (d,) taken off every vector."""

    weights: np.ndarray
    bias: np.ndarray
    mean: np.ndarray

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return the model as plain arrays, for the index."""
        return {"triage_weights": self.weights, "triage_bias": self.bias, "triage_mean": self.mean}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> "TriageModel":
        """Return the model of such arrays; IndexMismatchError if they don't fit together."""
        try:
            weights, bias, mean = (np.asarray(arrays[f"triage_{n}"], np.float32) for n in ("weights", "bias", "mean"))
        except KeyError as error:
            raise IndexMismatchError(f"the index has no array {error}; rebuild it with: qa index") from error
        if weights.shape != (len(CLASSES), mean.size + FEATURES) or bias.shape != (len(CLASSES),):
            raise IndexMismatchError(f"the index's triage weights {weights.shape} don't fit this version; rebuild it with: qa index")
        return cls(weights, bias, mean)


@dataclass(frozen=True)
class Triage:
    """What a question needs first. `label` None: nothing but an answer.

    `cards` are the notices to show, most pressing first ("emergency", "urgent", "crisis", "personal"). `reasons` are
    the ids of the entries that decided, or "semantic"; `spans` their places in the prepared question. `certainty` is
    the regression's share for the label, 1.0 without a model.
    """

    label: Label | None
    cards: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    certainty: float = 1.0


def pieces(question: str) -> list[str]:
    """Return the texts whose vectors `triage` judges: the question and, where it is long, each of its sentences."""
    plain = prepared(question)
    spans = list(sentence_spans(plain)) if len(plain) > LONG else []
    return [question, *(plain[start:end] for start, end in spans)] if len(spans) > 1 else [question]


def triage(question: str, vectors: np.ndarray | None, model: TriageModel | None, rules: Rules) -> Triage:
    """Return what a question needs before it is answered.

    Args:
        question: as the user wrote it.
        vectors: float32 (d,), the question's query vector, or (n, d), those of `pieces(question)`; None where there
            is no encoder: patterns alone decide then.
        model: the trained regression, or None.
    """
    findings = find(question, rules)
    matches = [match for match in findings.matches if match.live and match.entry.sure]
    shares = _shares(question, findings, vectors, model, rules)
    limits = rules.thresholds
    found: list[tuple[Label, tuple[Match, ...], float]] = []
    for i, label in enumerate(LABELS):
        hits = tuple(match for match in matches if match.entry.label == label)
        share = 1.0
        if shares is not None:
            share = float(shares[i])
            danger = float(shares[:2].sum()) if i < 2 and share == shares[:2].max() else share
            hits = hits if share >= limits["overrule"] else ()
            if not hits and danger < limits["personal_advice" if i == 2 else "danger"]:
                continue
        elif not hits:
            continue
        found.append((label, hits, share))
    if not found:
        return Triage(None)
    label, hits, share = found[0]
    urgent = [entry for entry in found if entry[0] != "personal_advice"]
    cards = [card for name, by, _ in urgent or found for card in _cards(name, by)]
    return Triage(
        label,
        tuple(dict.fromkeys(sorted(cards, key=("emergency", "crisis", "urgent", "personal").index))),
        tuple(dict.fromkeys(hit.entry.id for hit in hits)) or ("semantic",),
        tuple(dict.fromkeys((hit.start, hit.end) for hit in hits)),
        share,
    )


def _cards(label: Label, hits: Sequence[Match]) -> list[str]:
    unlisted = {"emergency": "emergency", "despair": "crisis", "personal_advice": "personal"}[label]
    return sorted({hit.entry.card for hit in hits}) or [unlisted]


def _shares(question: str, findings: Findings, vectors: np.ndarray | None, model: TriageModel | None, rules: Rules) -> np.ndarray | None:
    """Return each label's share of certainty for a question, float32 (3,).

    A red flag in one sentence of a long story counts for the whole, where that sentence alone is certain enough.
    """
    if vectors is None or model is None:
        return None
    rows = np.atleast_2d(np.asarray(vectors, np.float32))
    texts = pieces(question) if len(rows) > 1 else [question]
    if len(texts) != len(rows):
        raise ValueError(f"{len(rows)} vectors for {len(texts)} pieces; give the vectors of qa.safety.triage.pieces(question)")
    features = np.stack([pattern_features(f) for f in (findings, *(find(text, rules) for text in texts[1:]))])
    shares = probabilities(rows, features, model)[:, : len(LABELS)]
    certain = shares * (shares >= rules.thresholds["piece"])
    certain[:, LABELS.index("personal_advice")] = 0.0
    return np.asarray(np.vstack([shares[:1], certain[1:]]).max(axis=0))


def pattern_features(findings: Findings) -> np.ndarray:
    """Return what the patterns say of a text, float32 (FEATURES,), each 0 or 1.

    For each label: a sure match that counts, one that is cancelled, a hint that counts; then which contexts are there.
    """
    kinds = {(match.entry.label, match.entry.sure, match.live) for match in findings.matches}
    row = [(label, *kind) in kinds for label in LABELS for kind in ((True, True), (True, False), (False, True))]
    return np.array([*row, *(scene in findings.contexts for scene in SCENES)], dtype=np.float32)


def probabilities(vectors: np.ndarray, features: np.ndarray, model: TriageModel) -> np.ndarray:
    """Return float32 (n, 4), the share of each of `CLASSES`; rows sum to 1."""
    scores = inputs(vectors, features, model.mean) @ model.weights.T + model.bias
    scores -= scores.max(axis=1, keepdims=True)
    shares = np.exp(scores)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)


def inputs(vectors: np.ndarray, features: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return what the regression sees, float32 (n, d + FEATURES): centred vectors, then pattern features."""
    return np.hstack([(vectors - mean) * SPREAD, features]).astype(np.float32)
