"""Answer measures: each a yes or no that can be checked by eye."""

import pytest

from qa.evaluation.answer_measures import MEASURES, Case, ClaimCase, answer_measures, by_kind, claim_measures, false_answers, scifact_labels, selective
from qa.evaluation.question_file import Claim, Question
from qa.records import Answer, Quote


def answer(outcome="answered", units=(), confidence=0.5, citations=(1,), verdict=None):
    quotes = tuple(Quote(unit, citations, unit.split("#")[0], unit, 0, 1, None, 1.0, None) for unit in units)
    return Answer("?", "en", outcome, quotes, (), (), "Not medical advice.", verdict, confidence=confidence)


def case(outcome="answered", wanted=("a#1",), got=None, said=(), kind="plain", language="en", ok=(), history=(), confidence=0.5, best=None):
    question = Question("q", "?", history, language, kind, outcome, frozenset(wanted), frozenset(ok), frozenset({1}))
    got = got or ("answered" if said else "not_covered")
    return Case(question, answer(got, said, confidence), tuple(said), best or (said[0] if said else None))


def value(name, of):
    return MEASURES[name](of)


def test_a_sentence_is_right_at_its_place_or_earlier():
    third = case(said=("x#1", "x#2", "a#1"))
    assert value("right_sentence@1", third) == 0
    assert value("right_sentence@3", third) == 1
    assert value("quote_precision", third) == pytest.approx(1 / 3)
    assert value("right_study@1", third) == 1  # the first quote is about study 1, only another sentence of it


def test_refusing_a_question_that_has_an_answer_is_wrong_not_absent():
    silent = case(said=())
    assert value("right_sentence@3", silent) == 0
    assert value("false_refusals", silent) == 1
    assert value("refusal_precision", silent) == 0
    assert value("quote_precision", silent) is None


def test_refusing_a_question_without_an_answer_is_right():
    refused = case("not_covered", wanted=(), kind="near")
    assert value("refusal_recall", refused) == 1
    assert value("refusal_precision", refused) == 1
    assert value("right_sentence@1", refused) is None
    assert value("refusal_recall", case("not_covered", wanted=(), said=("x#1",))) == 0


def test_quoting_the_sentence_that_says_the_detail_is_missing_is_right_too():
    assert value("refusal_recall", case("not_covered", wanted=(), ok=("a#4",), said=("a#4",))) == 1
    assert value("refusal_recall", case("not_covered", wanted=(), ok=("a#4",), said=("x#1", "a#4"))) == 0  # something else first


def test_a_reply_is_right_in_the_way_that_its_question_wants():
    assert value("right_reply", case(said=("a#1",))) == 1
    assert value("right_reply", case(said=("x#1", "a#1"))) == 0  # the first quote is the reply
    assert value("right_reply", case("not_covered", wanted=())) == 1
    assert value("right_reply", case("emergency", wanted=(), got="not_covered")) == 0


def test_false_answers_are_counted_by_kind():
    silent, spoke, allowed = (case("not_covered", (), kind=kind, said=said, ok=("b#1",)) for kind, said in (("far", ()), ("near", ("x#1",)), ("near", ("b#1",))))
    found = false_answers([silent, spoke, allowed, case()])
    assert {kind: (by["all"]["value"], by["all"]["n"]) for kind, by in found.items()} == {"all": (0.3333, 3), "far": (0.0, 1), "near": (0.5, 2)}


def test_a_question_that_may_be_quoted_or_refused_says_nothing_of_telling_the_two_apart():
    told = [case(said=("a#1",), confidence=0.8), case("not_covered", (), confidence=0.2)]
    either = case("not_covered", (), ok=("b#1",), said=("b#1",), confidence=0.9)
    assert selective(told)["auroc"] == selective([*told, either])["auroc"] == 1.0


def test_triage_is_counted_both_ways():
    assert value("triage_recall", case("emergency", wanted=(), got="emergency")) == 1
    assert value("triage_recall", case("emergency", wanted=(), got="not_covered")) == 0
    alarmed = case(got="emergency", kind="look-alike")
    assert value("over_triage", alarmed) == 1
    assert value("over_triage_look_alikes", alarmed) == 1
    assert value("over_triage_look_alikes", case(got="emergency")) is None
    assert value("over_triage", case("emergency", wanted=(), got="emergency")) is None
    assert value("personal_advice_recall", case("personal_advice", wanted=(), got="personal_advice")) == 1


def test_follow_ups_are_questions_with_a_history():
    assert value("follow_ups@3", case(said=("a#1",), history=("Before?",))) == 1
    assert value("follow_ups@3", case(said=("a#1",))) is None


def test_measures_come_for_all_and_for_each_language_with_the_gap_between_them():
    cases = [case(said=("a#1",), language="zh"), case(said=("a#1",), language="zh"), case(said=("x#1",)), case(said=("a#1",))]
    found = answer_measures(cases)
    first = found["right_sentence@1"]
    assert (first["all"]["value"], first["zh"]["value"], first["en"]["value"]) == (0.75, 1.0, 0.5)
    assert (first["all"]["n"], first["zh"]["n"]) == (4, 2)
    assert found["language_gap"]["all"]["value"] == 0.5
    assert found["triage_recall"]["all"] == {"value": None, "low": None, "high": None, "n": 0}


def test_each_kind_shows_the_measure_that_counts_there():
    kinds = by_kind([case(said=("a#1",), kind="typo"), case("not_covered", (), kind="far"), case("emergency", (), got="emergency", kind="emergency")])
    assert {kind: list(measures) for kind, measures in kinds.items()} == {
        "typo": ["right_sentence@1", "right_sentence@3"],
        "far": ["refused"],
        "emergency": ["recognised"],
    }


def test_confidence_is_judged_over_what_was_said_and_what_would_have_been():
    cases = [
        case(said=("a#1",), confidence=0.9),  # right
        case(said=("x#1",), confidence=0.6),  # wrong
        case(said=(), best="a#1", confidence=0.3),  # refused, though the best found was right
        case("not_covered", (), kind="far", best="x#1", confidence=0.1),  # nothing could be right
        case("emergency", (), got="emergency"),  # no part of this
    ]
    found = selective(cases)
    assert found["n"] == 4
    assert [risk for _, risk, _ in found["curve"]] == [0, 0.5, 0.3333, 0.5]
    assert found["area"] == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4, abs=1e-4)
    assert found["operating_point"] == {"coverage": 0.5, "risk": 0.5}
    assert found["auroc"] == 1.0
    assert selective([])["area"] is None


def claim(label, verdict, altered="", citation=1, units=("studies/01.en.md#3",)):
    return ClaimCase(Claim(f"{label}-{verdict}", "?", label, citation, altered), answer(units=units, verdict=verdict), "en")


def test_claims_are_counted_by_label_and_verdict():
    found = claim_measures(
        [
            claim("supported", "supported"),
            claim("supported", "differs"),
            claim("differs", "differs", "number", None),
            claim("differs", "not_found", "arm", None),
            claim("not_found", "not_found", citation=None),
        ]
    )
    assert found["confusion"]["supported"] == {"supported": 1, "differs": 1, "not_found": 0}
    assert found["accuracy"]["all"]["value"] == pytest.approx(3 / 5)
    assert found["right_confirmed"]["all"]["value"] == 0.5
    assert found["wrong_flagged"]["all"]["value"] == 0.5
    assert found["wrong_not_confirmed"]["all"]["value"] == 1.0
    assert {name: e["value"] for name, e in found["flagged_by_alteration"].items()} == {"arm": 0.0, "number": 1.0}
    assert found["confusion_by_alteration"]["arm"] == {"supported": 0, "differs": 0, "not_found": 1}
    assert found["right_study"]["all"]["n"] == 2  # of the claims that name a study


def test_scifact_labels_name_document_sentence_and_label():
    rows = scifact_labels([claim("supported", "supported"), claim("differs", "differs"), claim("supported", "not_found")])
    assert [row["evidence"] for row in rows] == [
        {"studies/01.en.md": {"sentences": [2], "label": "SUPPORT"}},
        {"studies/01.en.md": {"sentences": [2], "label": "CONTRADICT"}},
        {},
    ]
