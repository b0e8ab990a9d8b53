"""Decides whether the best statement answers the question, or whether the honest reply is that nothing here does.

Two steps. A gate: the question is nearer to questions about something else than to any of the bank. Then a logistic
model over a few plain features, each of which can only speak for or against answering. Gate and coefficients were
fitted on the dev questions by `qa.evaluation.calibration` and stand in `corpus/calibration.json` with the operating
point.
"""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from qa.answering.wants import kinds_in, wanted
from qa.errors import CorpusError
from qa.indexing.maps import MIN_QUESTIONS
from qa.indexing.profiles import Strange, strangeness
from qa.search.groups import highest
from qa.search.retrieval import Retriever, Scores
from qa.settings import shipped_corpus

# feature -> whether more of it speaks for answering (+1) or against (-1)
FEATURES = {
    "dense": 1,
    "late": 1,
    "late_gap": 1,
    "gap": 1,
    "bank_words": 1,
    "answered_nearby": 1,
    "off_topic": -1,
    "near_miss": -1,
    "foreign": -1,
    "figures": -1,
    "unknown": -1,
    "names": -1,
    "unmet": -1,
    "hopeless": -1,
    "follow_up": 1,
}
NEAR = 0.30  # dense score from which a refusal names the nearest study
BESIDE_THRESHOLD = 0.82  # the same for a sentence without bank questions beside others that have them
NEIGHBOURS = 15  # known questions, answerable or not, that vote on a new one
SHARPNESS = 20.0  # of their votes: a neighbour .05 further away counts a third
LATE_BASE, LATE_SLOPE = 0.29, 0.56  # stand-in for late interaction, from the dense score, where an encoder has no tokens
LATE_THRESHOLD, SURE_COSINE = 0.43, 0.90  # late interaction, or else raw cosine, from which such a sentence answers
SAME_QUESTION = 0.94  # raw cosine of two questions from which they ask the same
PLAIN_THRESHOLD = 0.80  # raw cosine below which a corpus without a bank answers nothing: e5 scores little below it


@dataclass(frozen=True)
class Refusal:
    """The decision: `confidence` that the best statement answers, 0 to 1, and why not, as (kind, what) pairs.

    `near`: a study seems to be meant; `far`: the question is nearer to questions about something else than to any known one.
    """

    confidence: float
    reasons: tuple[tuple[str, str], ...] = ()
    refuses: bool = True
    near: bool = False
    far: bool = False


@dataclass(frozen=True)
class Calibration:
    """Coefficients by feature; the confidence below which, and the `off_topic` above which, a question is refused."""

    intercept: float
    coefficients: dict[str, float]
    threshold: float
    gate: float

    def confidence(self, features: dict[str, float]) -> float:
        """Return the probability that the best statement answers, 0 to 1."""
        margin = self.intercept + sum(weight * features[name] for name, weight in self.coefficients.items())
        return float(1 / (1 + np.exp(-np.clip(margin, -50, 50))))


@cache
def read_calibration() -> Calibration:
    """Return the shipped calibration; CorpusError if the file is missing or damaged."""
    path = shipped_corpus() / "calibration.json"
    try:
        row = json.loads(path.read_text("utf-8"))
        weights = {name: float(weight) for name, weight in row["coefficients"].items()}
        return Calibration(float(row["intercept"]), weights, float(row["threshold"]), float(row["gate"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"{path}: can't be read ({error}); restore it from the project") from error


def judge(retriever: Retriever, question: str, scores: Scores, follow_up: bool = False) -> Refusal:
    """Return the decision for a prepared question and its scores."""
    if not len(scores.units):
        return Refusal(0.0)
    values, reasons = refusal_features(retriever, question, scores, follow_up)
    near = values["dense"] >= NEAR
    best = int(scores.units[scores.order[0]])
    if not retriever.has_bank(best) or len(retriever.index.bank) < MIN_QUESTIONS:  # the model was fitted with trained maps
        return _uncalibrated(retriever, scores, reasons, near)
    calibration = read_calibration()
    confidence = calibration.confidence(values)
    if values["off_topic"] > calibration.gate and not follow_up:
        return Refusal(min(confidence, calibration.threshold / 2), reasons, True, near, far=True)
    return Refusal(confidence, reasons, confidence < calibration.threshold, near)


def _uncalibrated(retriever: Retriever, scores: Scores, reasons: tuple[tuple[str, str], ...], near: bool) -> Refusal:
    """Decide for a sentence of a user's own original, with no bank or a small one: by its tokens, or its cosine.

    A question that asks the same as one of the sentence's own is answered whatever its words.
    """
    best = scores.order[0]
    unit = int(scores.units[best])
    same = float((retriever.index.raw_bank_vectors[retriever.questions_of(unit)] @ scores.raw).max(initial=-1.0))
    if same >= SAME_QUESTION:
        return Refusal(min(1.0, same), (), False, near)
    cosine = float((retriever.index.raw_vectors[retriever.rows_of(unit)] @ scores.raw).max())
    if "late" in scores.parts:
        late = float(scores.parts["late"][best])
        return Refusal(late, reasons, late < LATE_THRESHOLD and cosine < SURE_COSINE, near)
    return Refusal(cosine, reasons, cosine < (BESIDE_THRESHOLD if len(retriever.index.bank) else PLAIN_THRESHOLD), near)


def refusal_features(
    retriever: Retriever, question: str, scores: Scores, follow_up: bool = False
) -> tuple[dict[str, float], tuple[tuple[str, str], ...]]:
    """Return the feature values by name, and the reasons that speak against answering, as (kind, what) pairs."""
    index = retriever.index
    order = scores.order
    best = order[0]
    passages = [index.passages[int(r)] for r in retriever.rows_of(int(scores.units[best]))]
    query = index.maps.queries(scores.raw[None])[0]
    asked = scores.bank_cosines if scores.bank_cosines is not None else index.bank_vectors @ query
    asked = asked[highest(asked, NEIGHBOURS)]
    missed, off = index.near_misses @ query, index.off_topic @ query
    near_miss = _nearest(missed, 3)
    odd = Strange((), (), 0.0, ())
    if passages[0].citations[0] in index.ground.studies:
        odd = strangeness(question, index.ground.studies[passages[0].citations[0]], index.ground.vocabulary)
    wants = wanted(question)
    given = frozenset().union(*(kinds_in(p.text) for p in passages)) if wants else frozenset()
    unmet = [w for w in wants if not (w.answers & given)]
    totals = scores.total[order[:10]]
    dense = float(scores.parts["dense"][best])
    late = scores.parts.get("late")
    values = {
        "dense": dense,
        "late": float(late[best]) if late is not None else LATE_BASE + LATE_SLOPE * dense,
        "late_gap": float(late[best] - late[order[1:10]].mean()) if late is not None and len(order) > 1 else 0.0,
        "gap": float(totals[0] - totals[1:].mean()) if len(totals) > 1 else 0.0,
        "bank_words": float(scores.parts["bank_lexical"][best]) if "bank_lexical" in scores.parts else 0.0,
        "answered_nearby": _answered_nearby(asked, np.concatenate([missed, off])),
        "off_topic": _nearest(off, 2) - _nearest(asked, 3),
        "near_miss": near_miss,
        "foreign": float(min(2, len(odd.foreign))),
        "figures": float(min(2, len(odd.figures))),
        "unknown": odd.words,
        "names": float(min(2, len(odd.names))),
        "unmet": float(bool(unmet)),
        "hopeless": float(any(not w.answers for w in wants)),
        "follow_up": float(follow_up),
    }
    reasons = [("name", word) for word in (*odd.foreign, *odd.figures, *odd.names)] + [("kind", w.kind) for w in unmet]
    return values, tuple(dict.fromkeys(reasons))


def _nearest(similar: np.ndarray, count: int) -> float:
    """Return the mean of the largest few cosines, -1 where there are none."""
    return float(np.partition(similar, max(0, len(similar) - count))[-count:].mean()) if len(similar) else -1.0


def _answered_nearby(answered: np.ndarray, unanswered: np.ndarray) -> float:
    """Return the share of answerable ones among the nearest known questions, 0 to 1; a nearer one weighs more."""
    similar = np.concatenate([answered, unanswered])
    if not len(similar):
        return 1.0
    nearest = highest(similar, NEIGHBOURS)
    votes = np.exp(SHARPNESS * (similar[nearest] - similar[nearest].max()))
    return float(votes[nearest < len(answered)].sum() / votes.sum())
