"""Two linear maps, one for queries and one for passages, trained on the question bank of a corpus.

The frozen encoder knows languages, not this review. A 384 x 384 matrix on each side, started at the identity and held
near it, learns in seconds which of its directions matter here. Plain numpy with a fixed order: same bank, same maps.
Source: full-softmax contrastive learning over all statements (InfoNCE), AdamW (Loshchilov & Hutter 2019).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

MIN_QUESTIONS = 200  # a smaller bank says too little about 2 x 147,456 weights


@dataclass(frozen=True)
class Settings:
    """How the maps are trained; recorded in the manifest."""

    scale: float = 16.0
    rate: float = 5e-4
    pull: float = 0.02  # weight of the pull back to the identity
    epochs: int = 60
    batch: int = 512
    noise: float = 0.0
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
    progress: Callable[[int, int], None] | None = None,
) -> Maps:
    """Return the maps that bring each question nearest to the passages that answer it.

    Args:
        questions: float32 (q, d), unit rows, encoded as queries.
        answers: int (q,), the unit that each question asks for.
        passages: float32 (p, d), unit rows, encoded as passages.
        units: int (p,), the unit that each passage states; both lines of an aligned pair share theirs.
    """
    settings = settings or Settings()
    dimension = questions.shape[1]
    maps = identity(dimension)
    if len(questions) < MIN_QUESTIONS:
        return maps
    random = np.random.default_rng(settings.seed)
    weights = [maps.query.astype(np.float32), maps.passage.astype(np.float32)]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    eye = np.eye(dimension, dtype=np.float32)
    batches = max(1, -(-len(questions) // settings.batch))
    step, total = 0, settings.epochs * batches
    for _ in range(settings.epochs):
        order = random.permutation(len(questions))
        for part in np.array_split(order, batches):
            step += 1
            gradients = _gradients(questions[part], answers[part], passages, units, weights, settings.scale)
            rate = settings.rate * 0.5 * (1 + np.cos(np.pi * step / total))
            for i, gradient in enumerate(gradients):
                first[i] = 0.9 * first[i] + 0.1 * gradient
                second[i] = 0.999 * second[i] + 0.001 * gradient**2
                mean, spread = first[i] / (1 - 0.9**step), second[i] / (1 - 0.999**step)
                weights[i] -= rate * (mean / (np.sqrt(spread) + 1e-8) + settings.pull * (weights[i] - eye))
            if progress:
                progress(step, total)
    return Maps(weights[0], weights[1])


def _gradients(
    questions: np.ndarray,
    answers: np.ndarray,
    passages: np.ndarray,
    units: np.ndarray,
    weights: list[np.ndarray],
    scale: float,
) -> list[np.ndarray]:
    """Return the gradients of the mean loss -log(share of the softmax that falls on right passages)."""
    raw_q, raw_p = questions @ weights[0], passages @ weights[1]
    length_q, length_p = np.linalg.norm(raw_q, axis=1, keepdims=True), np.linalg.norm(raw_p, axis=1, keepdims=True)
    q, p = raw_q / length_q, raw_p / length_p
    logits = scale * (q @ p.T)
    logits -= logits.max(axis=1, keepdims=True)
    share = np.exp(logits)
    right = share * (answers[:, None] == units[None, :])
    share /= share.sum(axis=1, keepdims=True)
    right /= np.maximum(right.sum(axis=1, keepdims=True), 1e-30)
    delta = (share - right) * (scale / len(questions))
    gradient_q, gradient_p = delta @ p, delta.T @ q
    gradient_q = (gradient_q - q * (gradient_q * q).sum(axis=1, keepdims=True)) / length_q
    gradient_p = (gradient_p - p * (gradient_p * p).sum(axis=1, keepdims=True)) / length_p
    return [questions.T @ gradient_q, passages.T @ gradient_p]
