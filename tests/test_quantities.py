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
        ("half a million cells", "cells", 5e5, 5e5, "cell"),
        ("two and a half million cells", "cells", 2.5e6, 2.5e6, "cell"),
        ("two hundred thousand per kilo", "dose per kg", 2e5, 2e5, "cell/kg"),
        ("eighty million of their own marrow cells", "cells", 8e7, 8e7, "cell"),
        ("from fifty million up to two hundred million cells", "cells", 5e7, 2e8, "cell"),
        ("5.0 × 10^7 (fifty million) or 2 × 10^8 cells", "cells", 5e7, 5e7, "cell"),
        ("一亿五千万个细胞", "cells", 1.5e8, 1.5e8, "cell"),
        ("一亿五个细胞", "cells", 1.5e8, 1.5e8, "cell"),
        ("minus half a point", "score", -0.5, -0.5, "point"),
        ("两年半", "duration", 30, 30, "year"),
        ("百分之三十七", "percentage", 37, 37, "%"),
        ("五分之二的人", "percentage", 40, 40, "%"),
        ("four dose levels", "groups", 4, 4, "group"),
        ("两针", "times", 2, 2, "time"),
        ("three of those nine", "patients", 3, 3, "patient"),
        ("sixty-four with liver failure", "number", 64, 64, ""),
        ("15 micrograms per kilo", "drug dose", 15, 15, "μg/kg"),
        ("每公斤15微克", "drug dose", 15, 15, "μg/kg"),
        ("15 mg per kilo", "drug dose", 15000, 15000, "mg/kg"),
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


@pytest.mark.parametrize(
    ("text", "relation"), [("p<0.001", "<"), ("P = .08", "="), ("P below 0.001", "<"), ("P值是0.01", "="), ("P均<0.05", "<"), ("P大于0.05", ">")]
)
def test_a_p_value_is_one(text: str, relation: str) -> None:
    (value,) = quantities(text)
    assert (value.kind, value.relation) == ("p value", relation)


def test_numbers_of_a_list_share_its_unit() -> None:
    assert [low / 1 for _, low, _, _ in found("第3、7、14和28天")] == [3, 7, 14, 28]
    assert found("at 3 and 6 months") == [("duration", 3, 3, "month"), ("duration", 6, 6, "month")]


def test_a_count_of_some_of_many_does_not_take_the_unit_of_the_month_before() -> None:
    assert found("By month 6, 9 of the 27 people")[1:] == [("patients", 9, 9, "patient"), ("patients", 27, 27, "patient")]


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
        ("P<0.05", "P=0.01", True),  # 0.01 is below 0.05
        ("P<0.01", "P<0.05", False),  # the source says less than the claim
        ("P>0.05", "P=0.01", False),
        ("2 points", "-2.00 ± 1.87", True),  # fell by 2, a change of -2
    ],
)
def test_values_are_the_same_only_where_units_convert_exactly(claimed: str, source: str, same: bool | None) -> None:
    (one,), (other,) = quantities(claimed), quantities(source)
    assert same_value(one, other) is same


@pytest.mark.parametrize(
    "text", ["2018;23(8):681-683", "第23卷第8期681-683页", "23卷8期,起止页681到683", "vol. 23 no. 8, pp. 681-683", "volume 23, issue 8, pages 681-683", "2018;23(8):681-3"]
)
def test_volume_issue_and_pages_are_read_in_any_form(text: str) -> None:
    assert [row[1:] for row in found(text) if row[0] == "bibliography"] == [(23, 23, "volume"), (8, 8, "issue"), (681, 683, "page")]


@pytest.mark.parametrize("text", ["18 (67) patients", "a ratio of 1:2", "3 (2) to 5"])
def test_a_number_in_brackets_is_no_issue(text: str) -> None:
    assert all(row[0] != "bibliography" for row in found(text))


@pytest.mark.parametrize(("text", "kind"), [("four single-dose cohorts", "groups"), ("四周一次", "duration"), ("五千万,第4周", "cells")])
def test_a_number_takes_the_unit_that_it_counts(text: str, kind: str) -> None:
    assert found(text)[0][0] == kind


def test_about_two_months_are_eight_weeks_and_two_months_only_nearly() -> None:
    (rough,), (exact,), (weeks,) = (quantities(text) for text in ("roughly two months", "two months", "8 weeks"))
    assert (same_value(rough, weeks), same_value(exact, weeks)) == (True, None)
