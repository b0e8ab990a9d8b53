"""Text is cut into titles, headings, paragraphs and items; what is not the article's prose is never one of them."""

import pytest

from qa.reading.blocks import looks_like_heading, text_blocks

ENTRIES = "[1] Berg Q. Cells. J Liver. 2019;7(2):1-9.\n[2] Dahl R. More cells. J Liver. 2020;8(1):1-5.\n"
LIST = "\n参考文献\n" + ENTRIES


def kinds(text: str, markdown: bool = False) -> list[tuple[str, str]]:
    return [(b.kind, text[b.start : b.end]) for b in text_blocks(text, markdown)]


def test_short_lines_without_a_full_stop_are_headings_of_plain_text() -> None:
    text = "2019年的进展\n某地的试验纳入40人。随访两年。\n小结与展望\n还需要更多研究。\n"
    assert [kind for kind, _ in kinds(text)] == ["heading", "paragraph", "heading", "paragraph"]


def test_lines_of_plain_text_are_paragraphs_of_their_own() -> None:
    assert kinds("第一段在这里。\n第二段在这里。\n") == [
        ("paragraph", "第一段在这里。"),
        ("paragraph", "第二段在这里。"),
    ]


@pytest.mark.parametrize("mark", ["- ", "\u2022 ", "1.", "2\u3001", "3) ", "(4)", "\uff085\uff09", "\u2460"])
def test_list_items_lose_their_mark(mark: str) -> None:
    assert kinds(f"结果如下:\n{mark}甲组明显好转。\n")[-1] == ("item", "甲组明显好转。")


def test_a_figure_at_the_start_of_a_line_is_no_list_mark() -> None:
    assert kinds("2.5克的剂量用了三次。\n") == [("paragraph", "2.5克的剂量用了三次。")]


def test_a_numbered_heading_is_a_heading_and_a_numbered_list_is_not() -> None:
    assert [k for k, _ in kinds("1. 研究背景\n这种病很常见。\n")] == ["heading", "paragraph"]
    assert [k for k, _ in kinds("1. 甲组好转\n2. 乙组没有\n")] == ["item", "item"]


def test_markdown_has_one_title_and_headings() -> None:
    text = "# 标题\n\n## 小节\n一句话。\n\n# 第二个\n"
    assert [k for k, _ in kinds(text, True)] == ["title", "heading", "paragraph", "heading"]
    assert kinds(text, True)[0][1] == "标题"


def test_underlined_markdown_headings_are_headings() -> None:
    assert [k for k, _ in kinds("标题\n===\n\n小节\n---\n\n一句话。\n", True)] == ["title", "heading", "paragraph"]


def test_tables_code_comments_and_pictures_of_markdown_are_left_out() -> None:
    text = "一句话。\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode.\n```\n<!-- note. -->\n![x](y.png)\n\n又一句话。\n"
    assert kinds(text, True) == [("paragraph", "一句话。"), ("paragraph", "又一句话。")]


def test_a_wrapped_markdown_item_and_a_quotation_stay_whole() -> None:
    text = "- The first arm did\n  better than the second.\n\n> A quoted sentence.\n"
    assert kinds(text, True) == [
        ("item", "The first arm did\n  better than the second."),
        ("paragraph", "A quoted sentence."),
    ]


def test_hard_wrapped_text_is_joined_to_paragraphs_and_keeps_its_headings() -> None:
    text = (
        "Methods and patients\n"
        "The trial enrolled forty adults with cirrhosis in two hospitals and\n"
        "followed them for two years, with a visit every three months and a\n"
        "biopsy after\n"
        "12. months of it had passed for the last of the patients in the arm\n"
        "that had been given cells.\n"
        "\n"
        "Results\n"
        "Survival was higher in the first arm, and no serious adverse events\n"
        "were seen in either of them during the whole of the long follow-up.\n"
    )
    found = kinds(text)
    assert [k for k, _ in found] == ["heading", "paragraph", "heading", "paragraph"]
    assert found[3][1].startswith("Survival")
    assert found[3][1].endswith("follow-up.")


def test_long_lines_below_headings_are_not_taken_for_wrapped_text() -> None:
    text = "".join(f"Section {name}\n{'A sentence of the review. ' * 8}\n\n" for name in "abcd")
    assert [k for k, _ in kinds(text)] == ["heading", "paragraph"] * 4


def test_the_reference_list_and_what_follows_it_is_skipped() -> None:
    text = "一句话。[1]\n" + LIST + "免责声明:本文仅供参考。\n"
    found = kinds(text)
    assert [k for k, _ in found] == ["paragraph", "skip"]
    assert found[1][1].startswith("参考文献")
    assert found[1][1].endswith("参考。\n")


@pytest.mark.parametrize(
    "line", ["免责声明:本文仅供参考。", "扫码关注我们的公众号。", "Copyright 2020 by us. All rights reserved."]
)
def test_notices_are_skipped_wherever_they_stand(line: str) -> None:
    assert kinds(f"{line}\n一句话。\n")[0][0] == "skip"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("结语", True),
        ("这样安全吗\uff1f", True),
        ("Results of the trial", True),
        ("这是一句话。", False),
        ("结果如下\uff1a", False),
        ("结果[3]", False),
        ("先这样。再那样", False),
        ("word " * 30, False),
    ],
)
def test_headings_are_short_and_have_no_full_stop(line: str, expected: bool) -> None:
    assert looks_like_heading(line) is expected
