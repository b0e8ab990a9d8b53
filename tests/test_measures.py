"""Measures whose values can be worked out by hand, and the ways they must not mislead."""

import pytest

from qa.evaluation.measures import (
    area_under_risk_coverage,
    area_under_roc,
    difference,
    estimate,
    paired_difference,
    per_query,
    randomisation_test,
    reliability,
    risk_coverage,
    wilson,
)


def test_retrieval_measures_by_hand():
    qrels = {"q": {"a": 1, "b": 1}}
    values = {name: by["q"] for name, by in per_query(qrels, {"q": {"x": 3.0, "a": 2.0}}).items()}
    assert values["R@1"] == 0
    assert values["R@3"] == values["R@5"] == 0.5  # one of two
    assert values["RR@10"] == 0.5  # first right one at rank 2
    assert values["nDCG@10"] == pytest.approx(0.6309 / 1.6309, abs=1e-4)  # 1/log2(3) over 1 + 1/log2(3)
    assert values["Success@1"] == 0
    assert values["Success@3"] == 1


def test_a_query_without_a_result_scores_zero_and_does_not_vanish():
    values = per_query({"found": {"a": 1}, "missing": {"a": 1}, "empty": {"a": 1}}, {"found": {"a": 1.0}, "empty": {}})
    assert values["RR@10"] == {"found": 1.0, "missing": 0.0, "empty": 0.0}
    assert values["Success@1"]["missing"] == 0.0


def test_a_query_that_nothing_is_relevant_to_is_not_measured():
    assert list(per_query({"q": {"a": 1}, "none": {"a": 0}}, {"none": {"a": 1.0}})["R@1"]) == ["q"]


def test_intervals_hold_the_mean_shrink_with_cases_and_repeat():
    few, many = estimate([0, 1] * 10), estimate([0, 1] * 1000)
    assert few.value == many.value == 0.5
    assert few.low < 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 5  # 1 / sqrt(100) = a tenth
    assert estimate([0, 1] * 10) == few


def test_ten_right_of_ten_is_not_certainty():
    found = estimate([1] * 10)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.722, abs=0.001)  # Wilson: 1 / (1 + 1.96 ** 2 / 10)
    assert wilson(0.0, 10)[1] == pytest.approx(0.278, abs=0.001)


def test_no_case_gives_no_number():
    assert estimate([]).value is None
    assert difference([1.0], []).value is None
    assert area_under_risk_coverage([], []) is None
    assert area_under_roc([0.5], []) is None
    assert reliability([], []) == ([], None)


def test_a_difference_of_two_groups_has_an_interval_around_it():
    gap = difference([1, 1, 0, 1] * 20, [0, 1, 0, 1] * 20)
    assert gap.value == pytest.approx(0.25)
    assert gap.low < 0.25 < gap.high
    assert gap.n == 160


def test_no_difference_is_uncertain_to_both_sides():
    same = paired_difference([1, 0] * 5, [1, 0] * 5)
    assert (same.value, same.low, same.high) == (0.0, -same.high, pytest.approx(0.278, abs=0.001))  # as far as for none of ten
    assert paired_difference([1, 1, 0, 1], [0, 1, 0, 1]).value == 0.25


def test_the_randomisation_test_counts_every_flip_of_few_differences():
    # three differences of +1: of the 8 sign patterns only +++ and --- reach a sum of 3
    assert randomisation_test([1, 1, 1, 0], [0, 0, 0, 0]) == pytest.approx(2 / 8)
    assert randomisation_test([1, 0, 1], [1, 0, 1]) == 1.0


def test_the_randomisation_test_tells_a_steady_gain_from_noise():
    assert randomisation_test([1.0] * 40, [0.0] * 40) < 0.001
    assert randomisation_test([1.0, 0.0] * 20, [0.0, 1.0] * 20) > 0.5
    assert randomisation_test([1.0] * 40, [0.0] * 40) == randomisation_test([0.0] * 40, [1.0] * 40)  # two-sided


def test_risk_rises_with_coverage_when_the_wrong_ones_are_the_unsure_ones():
    coverage, risk, threshold = risk_coverage([0.9, 0.2, 0.8], [True, False, True])
    assert coverage == pytest.approx([1 / 3, 2 / 3, 1])
    assert risk == pytest.approx([0, 0, 1 / 3])
    assert threshold == pytest.approx([0.9, 0.8, 0.2])
    assert area_under_risk_coverage([0.9, 0.2, 0.8], [True, False, True]) == pytest.approx(1 / 9)


def test_equal_confidence_gains_nothing_from_the_order_of_the_cases():
    # the two cases at .5 are one half wrong each, in whichever order they come: risks 1/2, 1/2
    assert area_under_risk_coverage([0.5, 0.5], [True, False]) == pytest.approx(0.5)
    assert area_under_risk_coverage([0.5, 0.5], [False, True]) == pytest.approx(0.5)


def test_roc_counts_ties_by_half():
    assert area_under_roc([0.9, 0.5], [0.5, 0.1]) == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_calibration_error_is_the_gap_between_confidence_and_truth():
    bins, error = reliability([0.2, 0.2, 0.8, 0.8], [False, False, True, False], bins=2)
    assert [(b.confidence, b.right, b.n) for b in bins] == [(pytest.approx(0.2), 0.0, 2), (pytest.approx(0.8), 0.5, 2)]
    assert error == pytest.approx((0.2 + 0.3) / 2)
