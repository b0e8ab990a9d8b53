"""Whole sentences are found in Chinese and English, whatever stands around their ends."""

import pytest

from qa.text.sentences import cited_numbers, sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲组好转。乙组没有变化。", ["甲组好转。", "乙组没有变化。"]),
        ("甲组好转\uff01乙组呢\uff1f没有变化。", ["甲组好转\uff01", "乙组呢\uff1f", "没有变化。"]),
        ("It fell. It rose.", ["It fell.", "It rose."]),
        ("Is it safe? Yes! It is.", ["Is it safe?", "Yes!", "It is."]),
        ("Albumin rose by 2.5 g/L. It fell later.", ["Albumin rose by 2.5 g/L.", "It fell later."]),
        ("白蛋白升高2.5克.随访三年.", ["白蛋白升高2.5克.", "随访三年."]),
        ("没有句号的一段", ["没有句号的一段"]),
    ],
)
def test_sentences_end_at_full_stops_of_both_languages(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Berg et al. found no harm.",
        "The rate (36% vs. 20%) was higher.",
        "J. Smith and K. Doe led it.",
        "It was led by J. Smith in Oslo.",
        "See Fig. 3 for details.",
        "The gain was small, i.e. 2 points.",
        "See https://example.org/a?b=1.c for it.",
        "发表于《Front. Bioeng. Biotechnol》的论文有三篇。",
        "回答了“能不能用?”“是否安全?”两个问题。",
        "有效(见附录。)的病例有三个。",
        "效果……还不清楚。",
    ],
)
def test_marks_inside_a_sentence_do_not_end_it(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("All had hepatitis B. Patients were adults.", 2),
        ("They used marrow, cord, etc. The dose was fixed.", 2),
        ("Was it safe? No. The trial stopped.", 3),
        ("他说:“目前没有证据。”第二句从这里开始。", 2),
        ("It worked. (Nobody knows why.) The next trial failed.", 3),
        ('He wrote "it works." "It does not," she wrote.', 2),
    ],
)
def test_ends_that_look_like_abbreviations_or_quotations_are_ends(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_citation_mark_after_the_full_stop_is_not_part_of_the_sentence() -> None:
    assert sentences("甲组好转。[1]乙组没有。[2, 3][5-7] 丙组也没有") == ["甲组好转。", "乙组没有。", "丙组也没有"]
    assert sentences("Survival rose.[12] Harm did not.") == ["Survival rose.", "Harm did not."]


def test_a_mark_before_the_full_stop_stays_inside_the_sentence() -> None:
    assert sentences("甲组好转[1]。乙组没有。") == ["甲组好转[1]。", "乙组没有。"]


def test_a_bracket_that_is_never_closed_swallows_nothing() -> None:
    assert len(sentences("甲组(好转。乙组没有。" + "丙组好转。" * 3)) == 5


def test_figures_alone_are_no_sentence() -> None:
    assert sentences("27. 36. 12") == []
    assert sentences("结果如下: 1. 甲组好转。") == ["结果如下: 1. 甲组好转。"]


def test_spans_stay_within_the_given_part() -> None:
    text = "一句。二句。三句。"
    assert [text[a:b] for a, b in sentence_spans(text, 3, 6)] == ["二句。"]


@pytest.mark.parametrize(
    ("marks", "numbers"),
    [
        ("[3]", (3,)),
        ("[3][5-7]", (3, 5, 6, 7)),
        ("[2, 4\u30016]", (2, 4, 6)),
        ("\uff3b3\uff0c5\uff3d", (3, 5)),
        ("[7][7]", (7,)),
        ("[1\u20133]", (1, 2, 3)),
    ],
)
def test_marks_give_their_numbers_in_order(marks: str, numbers: tuple[int, ...]) -> None:
    assert cited_numbers(marks) == numbers


def test_a_very_long_text_without_ends_takes_no_long_time() -> None:
    assert len(sentences("word " * 40_000 + "end.")) == 1
    assert len(sentences("a.b" * 40_000)) == 1
