"""Two linear maps, one for queries and one for passages, trained on the question bank of a corpus.

The frozen encoder knows languages, not this review. A 384 x 384 matrix on each side, started at the identity and held
near it, learns in seconds which of its directions matter here. Questions that nothing here answers are trained on as
well: they belong to an answer "nothing" with a constant cosine, so they learn to stay away from every sentence.
Plain numpy with a fixed order: same bank, same maps.
Source: full-softmax contrastive learning over all statements (InfoNCE), AdamW (Loshchilov & Hutter 2019).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

NOTHING = -1  # the answer of a question that nothing here answers
MIN_QUESTIONS = 200  # a smaller bank says too little about 2 x 147,456 weights


@dataclass(frozen=True)
class Settings:
    """How the maps are trained; recorded in the manifest."""

    scale: float = 16.0
    rate: float = 1e-3
    pull: float = 0.02  # weight of the pull back to the identity
    epochs: int = 30
    batch: int = 512
    nothing: float = 0.45  # where the cosine of "nothing here answers" starts; it is learned
    nothing_weight: float = 2.0  # of a question that nothing answers, against one that is answered
    seed: int = 20251222


@dataclass(frozen=True)
class Maps:
    """Query and passage matrices, float32 (d, d); the identity where no bank was there to learn from."""

    query: np.ndarray
    passage: np.ndarray

    def queries(self, vectors: np.ndarray) -> np.ndarray:
        """Return mapped query vectors, unit rows."""
        return unit(vectors @ self.query)

    def passages(self, vectors: np.ndarray) -> np.ndarray:
        """Return mapped passage vectors, unit rows."""
        return unit(vectors @ self.passage)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return rows scaled to length 1; a zero row stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def identity(dimension: int) -> Maps:
    """Return maps that change nothing."""
    eye = np.eye(dimension, dtype=np.float32)
    return Maps(eye, eye.copy())


def train_maps(
    questions: np.ndarray,
    answers: np.ndarray,
    passages: np.ndarray,
    units: np.ndarray,
    settings: Settings | None = None,
    unanswered: np.ndarray | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Maps:
    """Return the maps that bring each question nearest to the passages that answer it.

    Args:
        questions: float32 (q, d), unit rows, encoded as queries.
        answers: int (q,), the unit that each question asks for.
        passages: float32 (p, d), unit rows, encoded as passages.
        units: int (p,), the unit that each passage states; both lines of an aligned pair share theirs.
        unanswered: float32 (n, d), unit rows: questions that no passage answers.
    """
    settings = settings or Settings()
    dimension = questions.shape[1]
    maps = identity(dimension)
    if len(questions) < MIN_QUESTIONS:
        return maps
    if unanswered is not None and len(unanswered):
        questions = np.concatenate([questions, unanswered])
        answers = np.concatenate([answers, np.full(len(unanswered), NOTHING)])
    eye = np.eye(dimension, dtype=np.float32)
    optimiser = Adam([eye.copy(), eye.copy(), np.array(settings.nothing, dtype=np.float32)])
    random = np.random.default_rng(settings.seed)
    batches = max(1, -(-len(questions) // settings.batch))
    total = settings.epochs * batches
    for _ in range(settings.epochs):
        for part in np.array_split(random.permutation(len(questions)), batches):
            gradients = _gradients(questions[part], answers[part], passages, units, optimiser.weights, settings)
            rate = settings.rate * 0.5 * (1 + np.cos(np.pi * (optimiser.step + 1) / total))
            pulls = [settings.pull * (w - eye) for w in optimiser.weights[:2]]
            optimiser.update(gradients, [*pulls, np.zeros(())], [rate, rate, 5 * rate])
            if progress:
                progress(optimiser.step, total)
    return Maps(optimiser.weights[0], optimiser.weights[1])


class Adam:
    """AdamW: moments of the gradients, and a pull that is not part of them."""

    def __init__(self, weights: list[np.ndarray]) -> None:
        self.weights = weights
        self.step = 0
        self._first = [np.zeros_like(w) for w in weights]
        self._second = [np.zeros_like(w) for w in weights]

    def update(self, gradients: list[np.ndarray], pulls: list[np.ndarray], rates: list[float]) -> None:
        """Take one step of these rates along the gradients and the pulls."""
        self.step += 1
        for i, (gradient, pull, rate) in enumerate(zip(gradients, pulls, rates, strict=True)):
            self._first[i] = 0.9 * self._first[i] + 0.1 * gradient
            self._second[i] = 0.999 * self._second[i] + 0.001 * gradient**2
            mean = self._first[i] / (1 - 0.9**self.step)
            spread = self._second[i] / (1 - 0.999**self.step)
            change = rate * (mean / (np.sqrt(spread) + 1e-8) + pull)
            self.weights[i] = (self.weights[i] - change).astype(np.float32)


def _gradients(
    questions: np.ndarray,
    answers: np.ndarray,
    passages: np.ndarray,
    units: np.ndarray,
    weights: list[np.ndarray],
    settings: Settings,
) -> list[np.ndarray]:
    """Return the gradients of the weighted mean loss -log(share of the softmax that falls on the right answer)."""
    raw_q, raw_p = questions @ weights[0], passages @ weights[1]
    length_q, length_p = np.linalg.norm(raw_q, axis=1, keepdims=True), np.linalg.norm(raw_p, axis=1, keepdims=True)
    q, p = raw_q / length_q, raw_p / length_p
    cosines = np.concatenate([q @ p.T, np.full((len(q), 1), weights[2], dtype=np.float32)], axis=1)
    logits = settings.scale * cosines
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    right = share * (answers[:, None] == np.append(units, NOTHING)[None, :])
    share /= share.sum(axis=1, keepdims=True)
    right /= np.maximum(right.sum(axis=1, keepdims=True), 1e-30)
    importance = np.where(answers == NOTHING, settings.nothing_weight, 1.0).astype(np.float32)
    delta = (share - right) * (settings.scale * importance / importance.sum())[:, None]
    gradient_nothing = delta[:, -1].sum()
    delta = delta[:, :-1]
    gradient_q, gradient_p = delta @ p, delta.T @ q
    gradient_q = (gradient_q - q * (gradient_q * q).sum(axis=1, keepdims=True)) / length_q
    gradient_p = (gradient_p - p * (gradient_p * p).sum(axis=1, keepdims=True)) / length_p
    return [questions.T @ gradient_q, passages.T @ gradient_p, gradient_nothing]
