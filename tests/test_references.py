"""Reference lists are found, and their entries read, in the forms that medical reviews mix. All papers are invented."""

import os
from pathlib import Path
from typing import Any

import pytest

from qa.reading.references.lists import find_reference_list, parse_references
from qa.reading.references.names import parse_authors

ONE = "[1] Berg Q. Cells in the liver. J Liver. 2019;7(2):1-9.\n"
TWO = "[2] Dahl R. More cells. J Liver. 2020;8(1):1-5.\n"


def entry(text: str) -> dict[str, Any]:
    """The item of one entry, as the only one of its list."""
    return parse_references(f"References\n1. {text}\n")[1]


@pytest.mark.parametrize(
    "heading",
    [
        "参考资料:",
        "参考文献",
        "參考文獻\uff1a",
        "【参考文献】",
        "六、参考文献",
        "参考文献\uff08共2篇\uff09",
        "References",
        "REFERENCES:",
        "## References",
        "**Bibliography**",
        "5. Literature cited",
        "引用文献",
    ],
)
def test_a_heading_and_its_list_are_found(heading: str) -> None:
    text = f"某一句话。[1]\n\n{heading}\n{ONE}{TWO}"
    span = find_reference_list(text)
    assert span == (text.index(heading), len(text))
    assert set(parse_references(text[span[0] : span[1]])) == {1, 2}


@pytest.mark.parametrize(
    "text",
    [
        "We checked the references of each paper.\n",
        "References to harm were rare in 2019.\nNone was found.\n",
        "References\nwere checked by two readers.\n",
        "这些参考文献都很旧。\n没有新的。\n",
        "结果如下:\n1. 甲组好转。\n2. 乙组没有。\n3. 丙组也没有。\n",
        "",
    ],
)
def test_the_word_in_a_sentence_is_no_list(text: str) -> None:
    assert find_reference_list(text) is None


def test_the_last_heading_that_has_entries_counts() -> None:
    text = f"Contents\nMethods\nReferences\n\nReferences\n{ONE}{TWO}"
    span = find_reference_list(text)
    assert span
    assert span[0] == text.rindex("References")


def test_a_final_run_of_numbered_lines_is_a_list_without_a_heading() -> None:
    run = ONE + TWO + "[3] https://example.org/three\n"
    text = f"某一句话。[1]\n{run}"
    assert find_reference_list(text) == (text.index("[1] Berg"), len(text))
    assert find_reference_list(f"某一句话。\n{ONE}{TWO}") is None  # two lines are too few
    assert find_reference_list(run + "后面还有正文。" * 300) is None  # not final


def test_entries_wrapped_over_lines_are_joined() -> None:
    text = (
        "References\n"
        "1. Berg Q, Dahl R. Cells in the liver of\n   adults. "
        "J Liver. 2019;7(2):1-9. https://doi.org/10.1000/\n   jl.2019.1\n"
        "2. Eide S. More cells. J Liver. 2020;8(1):\n   1-5.\n"
        "Disclaimer: not advice.\n"
    )
    found = parse_references(text)
    assert found[1]["title"] == "Cells in the liver of adults"
    assert found[1]["DOI"] == "10.1000/jl.2019.1"
    assert (found[2]["title"], found[2]["page"]) == ("More cells", "1-5")


def test_entries_on_one_line_are_told_apart() -> None:
    found = parse_references(f"References\n{ONE.strip()} {TWO.strip()}\n")
    assert [found[n]["title"] for n in (1, 2)] == ["Cells in the liver", "More cells"]


def test_what_follows_the_last_entry_is_not_part_of_it() -> None:
    found = parse_references(f"参考资料:\n{ONE}{TWO}免责说明:2031年起无效。\n扫码\n")
    assert found[2]["issued"] == {"date-parts": [[2020]]}
    assert found[2]["title"] == "More cells"


def test_pubmed_form() -> None:
    assert entry(
        "Berg QA, van der Dahl R. Cells (MILD): a study? A protocol. J Liver Dis. 2019 Mar 20;5(3):e007. "
        "doi: 10.1000/jld-2019-007. Epub 2018 Dec 1. PMID: 12345678; PMCID: PMC7654321."
    ) == {
        "id": "1",
        "type": "article-journal",
        "author": [{"family": "Berg", "given": "QA"}, {"family": "van der Dahl", "given": "R"}],
        "title": "Cells (MILD): a study? A protocol",
        "container-title": "J Liver Dis",
        "issued": {"date-parts": [[2019, 3, 20]]},
        "volume": "5",
        "issue": "3",
        "page": "e007",
        "DOI": "10.1000/jld-2019-007",
        "PMID": "12345678",
        "PMCID": "PMC7654321",
    }


def test_springer_form_with_typographic_hyphens() -> None:
    found = entry(
        "Berg, Q., Dahl, RN. et al. Cells in B\u2011type disease. Liver Int 15, 1431\u20131441 (2021). https://doi.org/10.1000/s1\u2010x"
    )
    assert found["author"] == [
        {"family": "Berg", "given": "Q."},
        {"family": "Dahl", "given": "RN."},
        {"literal": "et al."},
    ]
    assert (found["title"], found["container-title"]) == ("Cells in B-type disease", "Liver Int")
    assert (found["volume"], found["page"], found["DOI"]) == ("15", "1431-1441", "10.1000/s1-x")
    assert found["issued"] == {"date-parts": [[2021]]}
    assert "URL" not in found


@pytest.mark.parametrize("full", [False, True])
def test_chinese_standard_form_in_half_and_full_width(full: bool) -> None:
    text = "甲明,乙小红,等.某种细胞治疗LPS升高的研究[J].某某杂志,2018,23(08):681-683.DOI:10.1000/j.2018.08."
    if full:
        text = text.replace(",", "\uff0c").replace(":", "\uff1a").replace("(", "\uff08").replace(")", "\uff09")
    found = entry(text)
    assert found["author"] == [
        {"family": "甲", "given": "明"},
        {"family": "乙", "given": "小红"},
        {"literal": "等"},
    ]
    assert (found["title"], found["container-title"]) == ("某种细胞治疗LPS升高的研究", "某某杂志")
    assert (found["volume"], found["issue"], found["page"]) == ("23", "8", "681-683")
    assert (found["issued"], found["DOI"]) == ({"date-parts": [[2018]]}, "10.1000/j.2018.08")


@pytest.mark.parametrize(
    ("text", "kind", "key", "value"),
    [
        ("甲明. 某书[M]. 某地: 某出版社, 2010: 12-15.", "book", "publisher", "某地: 某出版社"),
        ("甲明. 某论文[D]. 某地: 某大学, 2011.", "thesis", "publisher", "某地: 某大学"),
        (
            "某机构. 某报告[EB/OL]. (2021-03-04)[2022-01-05]. https://example.org/r.",
            "webpage",
            "URL",
            "https://example.org/r",
        ),
        ("Some Organization. A report. Oslo: Somewhere; 2017.", "book", "publisher", "Oslo: Somewhere"),
    ],
)
def test_other_kinds_of_sources(text: str, kind: str, key: str, value: str) -> None:
    found = entry(text)
    assert (found["type"], found[key]) == (kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "Berg Q, Dahl R and Eide S (2020) Cells for the liver. Front. Liver Dis. 12:45. doi: 10.1000/fl.45",
        "Berg, Q., Dahl, R., & Eide, S. (2020). Cells for the liver. *Front. Liver Dis., 12*, 45.",
        "Q. Berg, R. Dahl, S. Eide, Cells for the liver, Front. Liver Dis. 12 (2020) 45.",
        'Q. Berg, R. Dahl and S. Eide, "Cells for the liver," Front. Liver Dis., vol. 12, pp. 45, Mar. 2020.',
        "Berg Q, Dahl R, Eide S. Cells for the liver. Front. Liver Dis. 2020; 12: 45.",
    ],
)
def test_other_forms_of_one_paper_agree(text: str) -> None:
    found = entry(text)
    assert [a["family"] for a in found["author"]] == ["Berg", "Dahl", "Eide"]
    assert found["title"] == "Cells for the liver"
    assert found["container-title"] == "Front. Liver Dis."
    assert (found["volume"], found["page"]) == ("12", "45")
    assert found["issued"]["date-parts"][0][0] == 2020


def test_a_bare_address_is_a_web_page_and_nothing_more() -> None:
    assert entry("https://example.org/view?id=3&x=%3A1") == {
        "id": "1",
        "type": "webpage",
        "URL": "https://example.org/view?id=3&x=%3A1",
    }


def test_a_doi_keeps_its_own_brackets_and_loses_the_sentence_s() -> None:
    assert entry("Berg Q. Cells. J Liver. 2020;1:2. doi:10.1000/S0140(20)1-5.")["DOI"] == "10.1000/S0140(20)1-5"
    assert entry("Berg Q. Cells. J Liver. 2020;1:2 (https://doi.org/10.1000/a.b).")["DOI"] == "10.1000/a.b"


def test_what_is_not_said_is_left_out() -> None:
    assert entry("Some words that are no reference") == {
        "id": "1",
        "type": "article",
        "title": "Some words that are no reference",
    }


def test_names_of_groups_stay_whole() -> None:
    assert parse_authors("Berg Q, The Liver Group") == [
        {"family": "Berg", "given": "Q"},
        {"literal": "The Liver Group"},
    ]


@pytest.mark.parametrize(
    "text", ["[1]" * 20_000, "1. " + "a" * 50_000, "1. " + "A. " * 9_000, "References\n" * 9_000, "1. " + "a, " * 9_000]
)
def test_hostile_lists_take_no_long_time(text: str) -> None:
    assert isinstance(parse_references("References\n" + text + "\n2. Berg Q. Cells. J Liver. 2020;1:2.\n"), dict)


def test_the_list_of_the_original_review_is_read_whole() -> None:
    path = os.environ.get("QA_REVIEW_ORIGINAL")
    if not path:
        pytest.skip("QA_REVIEW_ORIGINAL does not name the original review")
    text = Path(path).read_text("utf-8")
    span = find_reference_list(text)
    assert span
    assert text.count("\n[", *span) == 20
    found = parse_references(text[span[0] : span[1]])
    years = {n: item["issued"]["date-parts"][0][0] for n, item in found.items() if "issued" in item}
    bare = {17, 18}  # the list gives only an address
    assert sorted(found) == list(range(1, 21))
    assert years == dict(
        zip(
            [n for n in found if n not in bare],
            [
                2015,
                2016,
                2016,
                2017,
                2017,
                2018,
                2018,
                2019,
                2019,
                2020,
                2021,
                2021,
                2022,
                2022,
                2023,
                2023,
                2025,
                2025,
            ],
            strict=True,
        )
    )
    assert {n for n, item in found.items() if "DOI" not in item} == {7, 11} | bare
    assert all(item["DOI"] in text and not item["DOI"].endswith(".") for item in found.values() if "DOI" in item)
    assert all(
        item["title"] in text and item["container-title"] in text
        for n, item in found.items()
        if n not in bare | {14, 16}
    )
    assert all("URL" in found[n] for n in bare)


def test_an_entry_numbered_zero_is_no_reference_for_zero_is_the_review_itself():  # found by tools/fuzz_readers.py
    text = "Cells help.[1]\n\nReferences\n\n[0] Zero Z. Nothing. J. 2018;1(1):1-2. doi:10.1000/z\n[1] Alpha A. Cells. J. 2019;3(2):11-20. doi:10.1000/a\n"
    assert list(parse_references(text)) == [1]


def test_a_text_that_ends_with_a_mark_and_nothing_after_it_has_no_reference_list():  # found by tools/fuzz_readers.py
    assert find_reference_list("Cells help.\n\n[1]") is None
