"""Scores and ranking against plain numpy, on vectors that can be worked out by hand."""

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from conftest import ToyEncoder

from qa.indexing.build import build_index
from qa.indexing.index import open_index
from qa.search.groups import highest
from qa.search.retrieval import Retriever, Weights

LINES = [
    ("Survival was longer with umbilical cells.[1]", ["Do people stay alive longer with umbilical cells?"]),
    ("Albumin rose in women.[1]", ["Does albumin rise?", "What of albumin in women?"]),
    ("Fever was seen once.[2]", ["Was there any fever?"]),
    ("Marrow cells were safe.[2]", []),
    ("Survival did not change.[2]", []),
    ("Fever and albumin were measured.[3]", []),
    ("Women took part.[3]", []),
    ("Nothing else was counted.[3]", []),
    ("Umbilical and marrow cells were compared.[4]", []),
    ("Women with fever left.[4]", []),
    ("Albumin was given.[4]", []),
    ("The end was open.[4]", []),
]
QUESTION = "Is albumin with fever in women?"


@pytest.fixture
def retriever(tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None) -> Retriever:
    folder = tmp_path / "texts"
    (folder / "questions").mkdir(parents=True)
    (folder / "notes.txt").write_text("Notes\n\n" + "\n\n".join(line for line, _ in LINES) + "\n", "utf-8")
    rows = [{"sentence": line.split("[")[0], "en": questions} for line, questions in LINES if questions]
    (folder / "questions" / "own.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    build_index(folder, tmp_path / "index", toy_encoder)
    return Retriever(open_index(tmp_path / "index", toy_encoder), toy_encoder)


def by_hand(retriever: Retriever, question: str, without: frozenset[str] = frozenset()) -> np.ndarray:
    """The total of every unit, in plain loops."""
    index, encoder = retriever.index, retriever.encoder
    query = encoder.encode([question], "query")[0]
    lexical, bank_lexical = index.lexical.scores(question), index.bank_lexical.scores(question)
    totals = []
    for row, passage in enumerate(index.passages):
        dense = float(encoder.encode([f"{passage.context} {passage.text}"], "passage")[0] @ query)
        asked = [i for i, q in enumerate(index.bank) if q.unit == passage.unit]
        if not asked and not without & {"bank", "maps"}:
            dense = max(dense, 4.0 * (dense - 0.78))  # no bank question asks for it; the toy maps change nothing, so raw = mapped
        bank = max((float(encoder.encode([index.bank[i].text], "query")[0] @ query) for i in asked), default=dense)
        total = dense if "bank" in without else 0.5 * dense + 0.4 * bank
        if "lexical" not in without:
            total += 0.003 * lexical[row]
        if "bank" not in without and "bank_lexical" not in without:
            total += 0.008 * max((bank_lexical[i] for i in asked), default=0.0 if "lexical" in without else lexical[row])
        totals.append(total)
    return np.array(totals)


@pytest.mark.parametrize(
    "without", [frozenset(), frozenset({"bank"}), frozenset({"lexical"}), frozenset({"bank_lexical"}), frozenset({"bank", "lexical"}), frozenset({"maps"})]
)
def test_hybrid_scores_equal_plain_numpy_with_each_part_switched_off(retriever: Retriever, without: frozenset[str]) -> None:
    scores = retriever.scores(QUESTION, without=without)
    assert scores.units.tolist() == list(range(12))
    assert scores.total == pytest.approx(by_hand(retriever, QUESTION, without), abs=1e-6)


def test_maps_change_scores_and_can_be_switched_off(retriever: Retriever) -> None:
    no_bank = frozenset({"bank"})
    before = retriever.scores(QUESTION, without=no_bank).parts["dense"]
    retriever.index.vectors = np.roll(retriever.index.vectors, 1, axis=0)
    assert retriever.scores(QUESTION, without=no_bank).parts["dense"] == pytest.approx(np.roll(before, 1))
    assert retriever.scores(QUESTION, without=no_bank | {"maps"}).parts["dense"] == pytest.approx(before)


def test_an_identical_direction_scores_one_and_an_orthogonal_one_zero(retriever: Retriever) -> None:
    dense = retriever.scores("albumin?", "dense").total
    assert dense[10] == pytest.approx(1, abs=1e-6)  # "Albumin was given." after a context without a keyword
    assert dense[11] == 0
    assert dense[5] == pytest.approx(1 / sqrt(2))  # albumin alone against (fever, albumin)


def test_the_candidates_of_faiss_have_the_scores_of_the_exact_way(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = retriever.scores(QUESTION)
    monkeypatch.setattr("qa.search.retrieval.CANDIDATES", 2)  # 12 passages > 5 x 2: the large-corpus way
    some = retriever.scores(QUESTION)
    assert 2 <= len(some.units) < 12
    assert some.total == pytest.approx(exact.total[some.units], abs=1e-6)
    assert some.units[some.order[0]] == exact.units[exact.order[0]]


def test_equal_scores_come_in_the_order_of_the_corpus(retriever: Retriever) -> None:
    hits = retriever.search("zebra", 12, "lexical")
    assert [h.score for h in hits] == [0] * 12
    assert [h.row for h in hits] == list(range(12))
    assert [h.rank for h in hits] == list(range(1, 13))


def test_k_beyond_the_corpus_gives_all_of_it_once(retriever: Retriever) -> None:
    hits = retriever.search(QUESTION, 1000)
    assert sorted(h.row for h in hits) == list(range(12))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


@pytest.mark.parametrize("question", ["", "  ", "?!", "\u200b", "\u3002\uff1f"])
def test_a_question_without_a_letter_finds_nothing(retriever: Retriever, question: str) -> None:
    assert retriever.search(question) == []


def test_a_hit_shows_the_parts_of_its_score(retriever: Retriever) -> None:
    hit = retriever.search(QUESTION, 1)[0]
    weights = {"dense": 0.5, "bank": 0.4, "lexical": 0.003, "bank_lexical": 0.008}
    assert hit.score == pytest.approx(sum(weights[name] * value for name, value in hit.parts.items()), abs=1e-6)


def test_the_lexical_mode_needs_no_encoder(retriever: Retriever, toy_encoder: ToyEncoder) -> None:
    toy_encoder.encoded.clear()
    assert retriever.search("marrow safe", 1, "lexical")[0].passage.text == "Marrow cells were safe."
    assert toy_encoder.encoded == []


def test_a_follow_up_prefers_the_study_that_the_talk_is_about(retriever: Retriever) -> None:
    alone = retriever.search("And fever?", 12)
    followed = retriever.search("And fever?", 12, history=("Did women with fever leave?",))
    assert alone[0].passage.citations == (2,)
    assert followed[0].passage.text == "Women with fever left."
    focused = {h.passage.citations for h in followed if h.parts["focus"]}
    assert focused == {(4,)}
    off = retriever.search("And fever?", 12, history=("Did women with fever leave?",), without=frozenset({"focus"}))
    assert "focus" not in off[0].parts
    by_row = {h.row: h.score for h in off}
    assert all(h.score == pytest.approx(by_row[h.row] + Weights().focus * h.parts["focus"], abs=1e-6) for h in followed)


def test_a_history_of_blanks_is_no_history(retriever: Retriever) -> None:
    assert retriever.search(QUESTION, 12, history=("", "  ")) == retriever.search(QUESTION, 12)


def test_the_highest_values_are_those_of_a_full_sort_ties_by_position() -> None:
    values = np.random.default_rng(5).integers(0, 400, 5000).astype(np.float32)  # many ties
    assert highest(values, 15).tolist() == np.argsort(-values, kind="stable")[:15].tolist()
    assert highest(values[:40], 15).tolist() == np.argsort(-values[:40], kind="stable")[:15].tolist()
    assert highest(values[:3], 15).tolist() == np.argsort(-values[:3], kind="stable").tolist()
