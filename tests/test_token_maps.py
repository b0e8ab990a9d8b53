"""Late interaction with learned maps: what it adds up, what it keeps, and that a fast path equals a plain one."""

from pathlib import Path

import numpy as np
import pytest

from qa.errors import CorpusError
from qa.indexing.token_maps import PassageTokens, TokenMaps, late_interaction, read_token_maps, write_token_maps

EYE = np.eye(2, dtype=np.float32)
EQUAL = TokenMaps(EYE, EYE, np.zeros(2, np.float32), 0.0, "weights")  # no map, every token weighs the same
LIVER, CELL = [1.0, 0.0], [0.0, 1.0]


def tokens(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32).reshape(-1, 2)


def packed(*passages: np.ndarray) -> PassageTokens:
    return PassageTokens.of([EQUAL.passages(p) for p in passages], 2)


def test_each_token_of_the_question_counts_its_best_partner() -> None:
    passages = packed(tokens(LIVER, CELL), tokens(LIVER), tokens(LIVER, LIVER))
    scores = late_interaction(EQUAL.queries(tokens(LIVER, CELL)), passages, [0, 1, 2])
    assert scores.tolist() == [1.0, 0.5, 0.5]


def test_a_token_that_the_gate_turns_down_hardly_counts() -> None:
    gated = TokenMaps(EYE, EYE, np.array([1.0, -1.0], np.float32), 0.0, "weights")  # "liver" tells, "cell" does not
    scores = late_interaction(gated.queries(tokens(LIVER, CELL)), packed(tokens(LIVER), tokens(CELL)), [0, 1])
    assert scores[0] > 0.999
    assert scores[1] < 0.001


def test_a_passage_or_question_without_tokens_scores_nothing() -> None:
    passages = packed(tokens(), tokens(LIVER))
    assert late_interaction(EQUAL.queries(tokens(LIVER)), passages, [0, 1]).tolist() == [0.0, 1.0]
    assert late_interaction(EQUAL.queries(tokens()), passages, [1]).tolist() == [0.0]


def test_taken_passages_are_those_asked_for_in_that_order() -> None:
    taken = packed(tokens(LIVER), tokens(CELL, LIVER), tokens(CELL)).take([2, 1])
    assert taken.starts.tolist() == [0, 1, 3]
    assert taken.passage(0).tolist() == [CELL]


def test_it_equals_a_plain_loop_on_any_values() -> None:
    random = np.random.default_rng(1)
    maps = TokenMaps(random.normal(size=(6, 4)).astype(np.float32), random.normal(size=(6, 4)).astype(np.float32), random.normal(size=6).astype(np.float32), 0.3, "w")
    question = random.normal(size=(5, 6)).astype(np.float32)
    passages = [random.normal(size=(n, 6)).astype(np.float32) for n in (3, 1, 7)]
    stored = PassageTokens.of([maps.passages(p) for p in passages], 4)
    weights = np.log1p(np.exp(10 * question @ maps.gate + maps.offset))
    expected = []
    for passage in passages:
        total = 0.0
        for token, weight in zip(question @ maps.query, weights / weights.sum(), strict=True):
            cosines = [float(token @ other / np.linalg.norm(token) / np.linalg.norm(other)) for other in passage @ maps.passage]
            total += weight * max(cosines)
        expected.append(total)
    assert late_interaction(maps.queries(question), stored, [0, 1, 2]) == pytest.approx(expected, abs=2e-3)  # stored as float16


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "token_maps.npz"
    write_token_maps(path, EQUAL)
    read = read_token_maps(path)
    assert read.digest == EQUAL.digest
    assert read.encoder == "weights"


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "token_maps.npz"
    write_token_maps(path, EQUAL)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(CorpusError, match="restore it from the project"):
        read_token_maps(path)
