"""What decides to refuse: wants, profiles, features and their calibration."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import ToyEncoder

from qa.answering.refusal import FEATURES, PLAIN_THRESHOLD, Calibration, judge, read_calibration, refusal_features
from qa.answering.wants import kinds_in, wanted
from qa.indexing.build import build_index
from qa.indexing.index import open_index
from qa.indexing.profiles import Ground, ground_from, ground_row, profile_of, strangeness
from qa.search.retrieval import Retriever
from qa.text.preparation import prepared, terms


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many patients took part?", "count"),
        ("收了多少患者", "count"),
        ("How old were they?", "age"),
        ("他们平均多大年纪", "age"),
        ("What percentage got better?", "percentage"),
        ("好转的比例是多少", "percentage"),
    ],
)
def test_a_question_wants_the_kind_of_answer_it_asks_for(question: str, kind: str) -> None:
    assert kind in [want.kind for want in wanted(prepared(question))]


@pytest.mark.parametrize("question", ["Was it safe?", "安全吗", ""])
def test_a_question_of_no_kind_wants_nothing(question: str) -> None:
    assert wanted(question) == ()


def test_a_text_gives_the_kinds_of_its_quantities() -> None:
    assert "patients" in kinds_in("The trial had 12 patients.")
    assert "percentage" in kinds_in("有效率为37\uff05\u3002")
    assert kinds_in("Nobody was counted.") == frozenset()


def test_a_price_is_never_given_here() -> None:
    (want,) = wanted("how much does it cost")
    assert (want.kind, want.answers) == ("price", frozenset())


STUDY = profile_of(["In Korea 72 patients were given bone marrow cells."])
WORDS = frozenset(terms(prepared("in korea 72 patients were given bone marrow cells what of the")))


def test_a_place_that_the_study_does_not_name_is_foreign() -> None:
    assert strangeness("What of the patients in Brazil?", STUDY, WORDS).foreign == ("Brazil",)
    assert strangeness("What of the patients in Korea?", STUDY, WORDS).foreign == ()


def test_a_figure_that_the_study_does_not_have_is_strange() -> None:
    assert len(strangeness("What of the 500 patients?", STUDY, WORDS).figures) == 1
    assert strangeness("What of the 72 patients?", STUDY, WORDS).figures == ()


def test_the_share_of_unknown_words_is_counted_over_the_words_of_the_question() -> None:
    odd = strangeness("what Zorglub cells", STUDY, WORDS)
    assert odd.words == pytest.approx(1 / 3)
    assert odd.names == ("Zorglub",)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Where is the Danube?", ("Danube",)),  # no word of this question is in the small corpus
        ("Hello, Who Was Napoleon?", ("Napoleon",)),
        ("WHY?", ()),
        ("\u8bf7\u95ee Danube \u5728\u54ea\u91cc", ("Danube",)),
    ],
)
def test_a_word_that_only_asks_is_never_named_as_missing(question: str, names: tuple[str, ...]) -> None:
    assert strangeness(prepared(question), STUDY, WORDS).names == names


def test_a_profile_survives_the_way_to_disk_and_back() -> None:
    ground = Ground({3: STUDY}, WORDS)
    assert ground_from(json.loads(json.dumps(ground_row(ground)))) == ground


def test_every_coefficient_has_the_sign_of_its_feature_or_is_zero() -> None:
    weights = read_calibration().coefficients
    assert set(weights) == set(FEATURES)
    assert all(weight * FEATURES[name] >= 0 for name, weight in weights.items())
    assert any(weights.values())


def test_confidence_moves_with_each_feature_in_its_direction_only() -> None:
    calibration = read_calibration()
    for name, sign in FEATURES.items():
        values = [calibration.confidence({**dict.fromkeys(FEATURES, 0.3), name: x}) for x in np.linspace(-1, 2, 7)]
        assert all(sign * (b - a) >= 0 for a, b in zip(values, values[1:], strict=False)), name
        assert all(0 <= v <= 1 for v in values)


def test_confidence_is_the_logistic_of_the_weighted_sum() -> None:
    calibration = Calibration(-1.0, {"dense": 2.0, "unmet": -1.0}, 0.5, 0.0)
    assert calibration.confidence({"dense": 0.5, "unmet": 0.0}) == 0.5  # -1 + 2 x 0.5 = 0
    assert calibration.confidence({"dense": 0.5, "unmet": 1.0}) == pytest.approx(1 / (1 + np.e))
    assert calibration.confidence({"dense": 1e9, "unmet": 0.0}) == pytest.approx(1)


def test_the_threshold_and_the_gate_lie_where_they_can_decide() -> None:
    assert 0 < read_calibration().threshold < 1
    assert -2 < read_calibration().gate < 2


def test_a_corpus_without_a_bank_is_judged_by_the_plain_cosine(toy_index: Path, toy_encoder: ToyEncoder) -> None:
    retriever = Retriever(open_index(toy_index, toy_encoder), toy_encoder)
    near = judge(retriever, "umbilical", retriever.scores("umbilical"))
    assert (near.confidence, near.refuses) == (pytest.approx(1), False)
    far = judge(retriever, "fever", retriever.scores("fever"))
    assert far.confidence == pytest.approx(1 / np.sqrt(3))  # fever alone against (fever, marrow, women)
    assert far.confidence < PLAIN_THRESHOLD
    assert far.refuses


def test_an_unmet_want_is_a_reason(toy_index: Path, toy_encoder: ToyEncoder) -> None:
    retriever = Retriever(open_index(toy_index, toy_encoder), toy_encoder)
    values, reasons = refusal_features(retriever, "How old was anyone with fever?", retriever.scores("How old was anyone with fever?"))
    assert set(values) == set(FEATURES)
    assert values["unmet"] == 1
    assert ("kind", "age") in reasons


SMALL_BANK = {"sentence": "Nobody had fever.", "en": ["Who was alive?"]}  # its words and its sentence's have nothing in common


@pytest.mark.parametrize(
    ("question", "refuses"),
    [
        ("Who survived, alive?", False),  # on the axis of the bank question: the same question, cosine 1
        ("Alive and feverish?", True),  # 1/sqrt(2) of the bank question, 1/sqrt(2) of the sentence: neither
    ],
)
def test_a_bank_too_small_to_learn_from_answers_its_own_questions_and_no_others(
    corpus: Path, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None, question: str, refuses: bool
) -> None:
    (corpus / "questions").mkdir()
    (corpus / "questions/small.jsonl").write_text(json.dumps(SMALL_BANK), "utf-8")
    build_index(corpus, tmp_path / "index", toy_encoder)
    retriever = Retriever(open_index(tmp_path / "index", toy_encoder), toy_encoder)
    scores = retriever.scores(question)
    (row,) = retriever.rows_of(int(scores.units[scores.order[0]]))
    assert retriever.index.passages[int(row)].text == "Nobody had fever."
    assert judge(retriever, question, scores).refuses is refuses
