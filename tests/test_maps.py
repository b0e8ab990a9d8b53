"""The trained maps, on vectors small enough to follow."""

import numpy as np
import pytest

from qa.indexing.maps import MIN_QUESTIONS, NOTHING, Settings, _gradients, identity, train_maps, unit


def planted(count: int = 240, dimension: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Questions that point one axis beside the passage that answers them: the plain cosine always finds a wrong one."""
    random = np.random.default_rng(7)
    passages = np.eye(dimension, dtype=np.float32)
    answers = np.arange(count) % dimension
    questions = unit(passages[(answers + 1) % dimension] + 0.1 * random.standard_normal((count, dimension)))
    return questions, answers, passages, np.arange(dimension)


def share_right(questions: np.ndarray, answers: np.ndarray, passages: np.ndarray) -> float:
    return float(np.mean((questions @ passages.T).argmax(axis=1) == answers))


def test_a_bank_that_is_too_small_leaves_everything_as_it_was() -> None:
    questions, answers, passages, units = planted(MIN_QUESTIONS - 1)
    maps = train_maps(questions, answers, passages, units)
    assert np.array_equal(maps.query, np.eye(6))
    assert np.array_equal(maps.passage, np.eye(6))


def test_training_learns_a_planted_rotation() -> None:
    questions, answers, passages, units = planted()
    maps = train_maps(questions, answers, passages, units, Settings(rate=0.05, pull=0.0, epochs=60))
    assert share_right(questions, answers, passages) == 0
    assert share_right(maps.queries(questions), answers, maps.passages(passages)) == 1


def test_the_same_bank_gives_the_same_bytes() -> None:
    first, second = (train_maps(*planted(), Settings(epochs=3), unanswered=np.eye(6, dtype=np.float32)) for _ in range(2))
    assert first.query.tobytes() == second.query.tobytes()
    assert first.passage.tobytes() == second.passage.tobytes()


def test_unanswered_questions_learn_to_stay_away_from_every_passage() -> None:
    questions, answers, passages, units = planted()
    lost = unit(np.ones((60, 6), dtype=np.float32) + 0.05 * np.random.default_rng(3).standard_normal((60, 6)))
    settings = Settings(rate=0.05, pull=0.0, epochs=60)
    maps = train_maps(questions, answers, passages, units, settings, unanswered=lost)
    before, after = (lost @ passages.T).max(axis=1).mean(), (maps.queries(lost) @ maps.passages(passages).T).max(axis=1).mean()
    assert after < before


def test_gradients_equal_numeric_differences() -> None:
    random = np.random.default_rng(1)
    questions, passages = random.standard_normal((4, 3)), random.standard_normal((5, 3))
    answers, units = np.array([0, 1, NOTHING, 2]), np.array([0, 0, 1, 2, 2])  # units 0 and 2 have two lines each
    weights = [np.eye(3) + 0.1 * random.standard_normal((3, 3)), np.eye(3) + 0.1 * random.standard_normal((3, 3)), np.array(0.25)]
    settings = Settings(scale=3.0, nothing_weight=2.0)

    def loss() -> float:
        total = 0.0
        for question, answer in zip(questions, answers, strict=True):
            q = question @ weights[0] / np.linalg.norm(question @ weights[0])
            cosines = [float(q @ (p @ weights[1]) / np.linalg.norm(p @ weights[1])) for p in passages] + [float(weights[2])]
            powers = np.exp(3.0 * np.array(cosines))
            right = powers[np.append(units, NOTHING) == answer].sum()
            total -= (2.0 if answer == NOTHING else 1.0) * np.log(right / powers.sum())
        return total / 5.0  # weights 1 + 1 + 2 + 1

    found = _gradients(questions, answers, passages, units, weights, settings)
    step = 2.0**-12  # exact in float32, as the constant of "nothing" is
    for matrix, gradient in zip(weights, found, strict=True):
        for at in np.ndindex(matrix.shape):
            kept = matrix[at]
            matrix[at] = kept + step
            above = loss()
            matrix[at] = kept - step
            below = loss()
            matrix[at] = kept
            assert np.asarray(gradient)[at] == pytest.approx((above - below) / (2 * step), abs=1e-5)


def test_mapped_rows_have_length_one_and_a_zero_row_stays_zero() -> None:
    rows = np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)
    assert unit(rows) == pytest.approx(np.array([[0.6, 0.8], [0, 0]]))  # 3-4-5
    assert identity(2).queries(rows) == pytest.approx(np.array([[0.6, 0.8], [0, 0]]))
