"""Quantities: numbers in Chinese and English with their unit, their meaning, ranges and limits."""

import pytest

from qa.quantities.finding import quantities
from qa.quantities.quantity import same_value


def found(text: str) -> list[tuple[str, float, float, str]]:
    return [(q.kind, q.low, q.high, q.unit) for q in quantities(text)]


@pytest.mark.parametrize(
    ("text", "kind", "low", "high", "unit"),
    [
        ("随访13-75个月", "duration", 13, 75, "month"),
        ("随访13至75个月", "duration", 13, 75, "month"),
        ("从第13个月到第75个月", "duration", 13, 75, "month"),
        ("from the 13th to the 75th month", "duration", 13, 75, "month"),
        ("months 13 to 75", "duration", 13, 75, "month"),
        ("二百一十九名患者", "patients", 219, 219, "patient"),
        ("two hundred and nineteen patients", "patients", 219, 219, "patient"),
        ("１０８例", "patients", 108, 108, "patient"),
        ("n=108", "patients", 108, 108, "patient"),
        ("1,283 participants", "patients", 1283, 1283, "patient"),
        ("four Japanese patients", "patients", 4, 4, "patient"),
        ("分两次输注", "times", 2, 2, "time"),
        ("three weekly infusions", "times", 3, 3, "time"),
        ("有效率达三成", "percentage", 30, 30, "%"),
        ("一半病人", "percentage", 50, 50, "%"),
        ("37 per cent", "percentage", 37, 37, "%"),
        ("每次约1.2亿个细胞", "cells", 1.2e8, 1.2e8, "cell"),
        ("5.0×10⁷个细胞", "cells", 5e7, 5e7, "cell"),
        ("10e7 cells", "cells", 1e7, 1e7, "cell"),
        ("1.0 x 10^8 cells", "cells", 1e8, 1e8, "cell"),
        ("每公斤体重0.2×10⁶个", "dose per kg", 2e5, 2e5, "cell/kg"),
        ("1 x 10^6 (one million) cells per kilogram", "dose per kg", 1e6, 1e6, "cell/kg"),
        ("45岁以下", "age", 45, 45, "year old"),
        ("a 50-year-old man", "age", 50, 50, "year old"),
        ("2017年3月9日", "date", 20170309, 20170309, "date"),
        ("on 9 March 2017", "date", 20170309, 20170309, "date"),
        ("2015—2017年", "year", 20150000, 20170000, "year"),
        ("17.2±2.3 μmol/L", "laboratory value", 17.2, 17.2, "μmol/L"),
    ],
)
def test_a_number_is_found_with_its_meaning_and_unit(text: str, kind: str, low: float, high: float, unit: str) -> None:
    assert (kind, low, high, unit) in found(text)


def test_a_length_of_time_is_kept_in_days_or_months() -> None:
    assert [(q.base, q.low) for q in quantities("2周")] == [("day", 14)]
    assert [(q.base, q.low) for q in quantities("half a year")] == [("month", 6)]


def test_a_deviation_belongs_to_its_mean() -> None:
    (percentage,) = quantities("19.5 ± 9.5 %")
    assert (percentage.low, percentage.deviation) == (19.5, 9.5)


@pytest.mark.parametrize(("text", "relation"), [("p<0.001", "<"), ("P = .08", "=")])
def test_a_p_value_is_one(text: str, relation: str) -> None:
    (value,) = quantities(text)
    assert (value.kind, value.relation) == ("p value", relation)


def test_numbers_of_a_list_share_its_unit() -> None:
    assert [low / 1 for _, low, _, _ in found("第3、7、14和28天")] == [3, 7, 14, 28]
    assert found("at 3 and 6 months") == [("duration", 3, 3, "month"), ("duration", 6, 6, "month")]


def test_one_of_forty_is_two_counts_of_patients() -> None:
    assert found("(1/40)") == [("patients", 1, 1, "patient"), ("patients", 40, 40, "patient")]


@pytest.mark.parametrize("text", ["CD133+细胞", "NCT01741090", "IL-6", "解放军第105医院", "10.1186/s13287-020-01787-4", "一项试验"])
def test_a_number_inside_a_name_is_none(text: str) -> None:
    assert found(text) == []


def test_the_span_is_of_the_text_as_given() -> None:
    text = "共 １０８例,剂量5×10⁷个细胞"
    assert [text[q.start : q.end] for q in quantities(text)] == ["１０８例", "5×10⁷个细胞"]


@pytest.mark.parametrize(
    ("claimed", "source", "same"),
    [
        ("12个月", "1 year", True),  # 12 months are a year
        ("2 weeks", "14天", True),  # 2 x 7 days
        ("24 weeks", "6个月", None),  # 168 days against about 183: near, but not exactly convertible
        ("24 weeks", "12个月", False),
        ("36个月", "13-75个月", False),
        ("more than 4 weeks", "不足4周", False),  # opposite limits
        ("超过4周", "4 weeks", True),
        ("约55%", "54.5%", True),  # 54.5 rounds to 55
        ("55%", "54.5%", False),
        ("2021年", "2021年11月29日", True),  # a year holds the day
        ("2021年10月", "2021年11月29日", False),
        ("5 days", "第1至5天", True),
    ],
)
def test_values_are_the_same_only_where_units_convert_exactly(claimed: str, source: str, same: bool | None) -> None:
    (one,), (other,) = quantities(claimed), quantities(source)
    assert same_value(one, other) is same
