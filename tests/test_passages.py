"""Passages are whole sentences, each with the study that it is about."""

import os
from pathlib import Path

import pytest

from qa.reading.blocks import text_blocks
from qa.reading.passages import LONGEST, passages_of
from qa.reading.readers import read_document
from qa.reading.references.lists import find_reference_list
from qa.records import Document

REVIEW = """这种病很常见。
2019年的进展
甲地的医院2019年报告了一项试验。[1]
该试验纳入40人。没有严重不良事件。
乙地的医院也做了研究。[2]
结果没有差异。
小结
还需要更多研究。
"""


def document(text: str, **facts: object) -> Document:
    blocks = text_blocks(text, False)
    return Document("a/x.zh.txt", text, "zh", "某综述", "review", blocks, **facts)  # type: ignore[arg-type]


def test_a_mark_holds_until_the_next_mark_or_heading() -> None:
    assert [p.citations for p in passages_of(document(REVIEW))] == [(0,), (1,), (1,), (1,), (2,), (2,), (0,)]


def test_a_passage_is_the_text_at_its_place() -> None:
    given = document(REVIEW)
    found = passages_of(given)
    assert all(given.text[p.start : p.end] == p.text for p in found)
    assert [p.text for p in found][2:4] == ["该试验纳入40人。", "没有严重不良事件。"]
    assert [p.id for p in found][:2] == ["a/x.zh.txt#1", "a/x.zh.txt#2"]
    assert found[0].unit == "a/x.txt#1"


def test_headings_are_sections_and_never_passages() -> None:
    found = passages_of(document(REVIEW))
    assert [p.section for p in found] == ["某综述"] + ["2019年的进展"] * 5 + ["小结"]
    assert not {"小结", "2019年的进展"} & {p.text for p in found}


def test_the_context_is_the_section_and_the_sentence_that_introduces_the_study() -> None:
    found = passages_of(document(REVIEW))
    assert found[1].context == "2019年的进展"
    assert found[2].context == "2019年的进展 甲地的医院2019年报告了一项试验。"


def test_a_label_of_the_study_takes_the_place_of_the_introduction() -> None:
    assert passages_of(document(REVIEW), {1: "甲地试验"})[2].context == "2019年的进展 甲地试验"


def test_a_document_about_one_study_keeps_its_number() -> None:
    assert {p.citations for p in passages_of(document(REVIEW, citation=7))} == {(7,)}


def test_several_marks_give_several_citations() -> None:
    assert passages_of(document("三项研究结果一致。[1][3-4]\n"))[0].citations == (1, 3, 4)
    assert passages_of(document("甲研究[2]与乙研究[5]不同。\n"))[0].citations == (2, 5)


def test_an_interval_in_brackets_is_no_citation_where_the_list_shows_it() -> None:
    references = {1: {"id": "1"}, 2: {"id": "2"}}
    found = passages_of(document("有一项试验。[2]\n中位随访24个月 [13-75]。\n", references=references))
    assert [p.citations for p in found] == [(2,), (2,)]


def test_a_listing_without_ends_is_no_passage() -> None:
    assert passages_of(document("数据" * LONGEST + "。\n一句话。\n"))[-1].text == "一句话。"
    assert len(passages_of(document("数据" * LONGEST + "。\n一句话。\n"))) == 1


@pytest.fixture
def original() -> Path:
    path = os.environ.get("QA_REVIEW_ORIGINAL")
    if not path:
        pytest.skip("QA_REVIEW_ORIGINAL does not name the original review")
    return Path(path)


def test_the_original_review_gives_whole_sentences_with_their_studies(original: Path) -> None:
    given = read_document(original, original.name)
    found = passages_of(given)
    assert (len(found), len(given.references)) == (156, 20)
    assert {n for p in found for n in p.citations} == set(range(21))
    firsts = list(dict.fromkeys(p.citations[0] for p in found))
    assert firsts == [0, *range(1, 21)]  # introduction, then study after study; the rest cites the review again
    assert found[-1].citations == (0,)
    last_study = max(i for i, p in enumerate(found) if p.citations == (20,))
    assert all(p.citations == (0,) for p in found[last_study + 1 :])
    limit = find_reference_list(given.text)
    assert limit
    assert all(p.end <= limit[0] for p in found)
    assert all(given.text[p.start : p.end] == p.text for p in found)
    assert all(p.text[-1] in "。:;" for p in found)
