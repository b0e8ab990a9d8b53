"""What the studies tab is made of: citations as other programs set them, outcomes by group, full-text search, plots."""

import json
import re
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_assistant import FakeAssistant
from test_studies import NASTY, PLAIN

from qa.answering.wording import read_wording
from qa.corpus.folder import read_corpus
from qa.errors import QAError
from qa.records import Quote
from qa.settings import shipped_corpus
from qa.studies.citation import STYLES, formatted_citation
from qa.studies.outcomes import measure_groups, outcome_matrix
from qa.studies.searching import StudyTexts
from qa.studies.study import study_sentences
from qa.studies.table import studies_text
from qa.web.audit_table import audit_html
from qa.web.interface import LANGUAGES, interface
from qa.web.outcome_plot import outcome_plot_html, shape
from qa.web.study_page import study_page_html
from qa.web.tables import evidence_html
from qa.web.timeline import radius, timeline_html


@pytest.fixture(scope="module")
def shipped() -> Any:
    corpus = read_corpus(shipped_corpus())
    return SimpleNamespace(
        references=corpus.references,
        studies=corpus.studies,
        audit=corpus.audit,
        documents=corpus.documents,
        passages=corpus.passages,
        bank=corpus.bank,
        manifest={"corpus": {"folder": str(corpus.folder)}},
    )


def outcome(measure: str, direction: str) -> dict[str, Any]:
    return {"measure_en": measure, "measure_zh": measure, "direction": direction}


def test_a_citation_is_set_in_three_styles() -> None:
    assert {style: formatted_citation(PLAIN, style) for style in STYLES} == {
        "gb-t-7714": "ALPHA A, ABLE B C. Umbilical cells: a trial[J/OL]. Journal of Trials, 2019, 3(2): 11-20. DOI:10.1000/alpha_1.",
        "vancouver": "Alpha A, Able BC. Umbilical cells: a trial. Journal of Trials. 2019;3(2):11\u201320. doi:10.1000/alpha_1",
        "apa": "Alpha, A., & Able, B. C. (2019). Umbilical cells: a trial. Journal of Trials, 3(2), 11\u201320. https://doi.org/10.1000/alpha_1",
    }


def test_a_chinese_citation_keeps_names_together_and_says_that_more_wrote_it() -> None:
    authors = [{"family": "焦", "given": "栓林"}, {"family": "赵", "given": "晓蕊"}, {"literal": "\u7b49"}]
    item = {"type": "article-journal", "title": "脐血干细胞", "author": authors, "container-title": "肝脏", "issued": {"date-parts": [[2018]]}}
    assert formatted_citation(item, "gb-t-7714") == "焦栓林, 赵晓蕊, 等. 脐血干细胞[J]. 肝脏, 2018."


def test_all_shipped_references_are_set_in_every_style(shipped: Any) -> None:
    for number, item in shipped.references.items():
        for style in STYLES:
            line = formatted_citation(item, style)
            assert item["title"].rstrip(".") in line, (number, style)
            assert line.count(item["title"]) == 1
            assert str(item["issued"]["date-parts"][0][0]) in line
            assert item.get("DOI", "") in line
            assert not re.search(r"\s{2}|\bNone\b|^\[?1\b|& et al", line), line


def test_csl_json_is_read_back_by_citeproc(shipped: Any) -> None:
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names the fields that it leaves aside
        read = CiteProcJSON(json.loads(studies_text(shipped, "csl", "en")))
    assert sorted(read, key=int) == [str(number) for number in range(1, 21)]
    for number, item in shipped.references.items():
        assert str(read[str(number)].title) == item["title"]
        assert read[str(number)].issued.year == item["issued"]["date-parts"][0][0]


def test_an_odd_reference_is_set_or_refused_in_words() -> None:
    assert "Rock and Roll" in formatted_citation(NASTY, "apa")
    assert formatted_citation({"title": "Only a title"}, "vancouver").startswith("Only a title")
    with pytest.raises(QAError, match="no citation style"):
        formatted_citation(PLAIN, "nature")


def test_an_outcome_stands_in_every_group_that_its_name_has() -> None:
    matrix = outcome_matrix({7: {"outcomes": [outcome("Albumin and prothrombin time", "improved"), outcome("Serum albumin", "no difference"), outcome("Sleep", "mixed")]}, 8: {"outcomes": []}})
    assert (matrix.studies, matrix.without) == ((7,), (8,))
    assert [group.id for group in matrix.groups] == ["albumin", "clotting", "other"]
    assert matrix.directions(7, "albumin") == ("improved", "no difference")
    assert matrix.directions(7, "clotting") == ("improved",)
    assert matrix.directions(7, "other") == ("mixed",)
    assert matrix.directions(8, "albumin") == ()


def test_prealbumin_is_not_albumin_and_alt_is_not_part_of_a_word() -> None:
    matrix = outcome_matrix({1: {"outcomes": [outcome("Prealbumin", "improved"), outcome("Saltiness", "improved")]}})
    assert {group for _, group in matrix.cells} == {"function", "other"}


def test_every_shipped_outcome_is_in_the_plot(shipped: Any) -> None:
    matrix = outcome_matrix(shipped.studies)
    shown = {(number, o["measure_en"]) for (number, _), cell in matrix.cells.items() for o in cell}
    assert shown == {(n, o["measure_en"]) for n, facts in shipped.studies.items() for o in facts["outcomes"]}
    assert {group.id for group in measure_groups()} >= {group.id for group in matrix.groups}
    assert matrix.directions(12, "survival") == ("improved", "no difference")  # overall survival, survival without cancer


def test_the_area_of_a_circle_grows_with_the_patients() -> None:
    assert radius(400, 400) == 20
    assert radius(100, 400) == 10  # a quarter of the area is half the radius
    assert radius(1, 400) == 3.5  # never too small to be seen


def test_the_timeline_shows_every_study_with_its_number_and_has_the_same_as_a_table(shipped: Any) -> None:
    for language in LANGUAGES:
        html = str(timeline_html(shipped, interface(language)))
        assert 'role="img"' in html
        labels = re.findall(r'<text class="label"[^>]*>\[(\d+)\] ?(\d*)</text>', html)
        assert {(int(n), int(count or 0)) for n, count in labels} == {(n, facts["n_total"] or 0) for n, facts in shipped.studies.items()}
        assert html.count('hollow" points') == 1 + sum(not facts["n_total"] for facts in shipped.studies.values())  # and one in the key
        table = html[html.index("<details") :]
        assert all(f"[{number}]" in table for number in shipped.studies)
        assert interface(language)("timeline_about", count=20, first=2015, last=2025, number=8, most=467, unknown=9) in html


def test_each_direction_has_its_own_shape() -> None:
    drawn = {name: re.sub(r'class="[^"]*"', "", str(shape(name, 0, 0))) for name in ("improved", "worsened", "no difference", "mixed", "not reported")}
    assert len(set(drawn.values())) == 5


def test_the_outcome_plot_says_in_words_what_it_draws(shipped: Any) -> None:
    html = str(outcome_plot_html(shipped, interface("en")))
    matrix = outcome_matrix(shipped.studies)
    signs = sum(len(matrix.directions(*cell)) for cell in matrix.cells)
    svg = html[html.index("<svg") : html.index("</svg>")]
    assert len(re.findall(r'class="direction-', svg)) == signs + 5  # and the key
    assert "Overall survival rate: improved" in html[html.index("<details") :]
    assert "[5] [6] [7]" in html  # of which no outcomes are listed


def test_plots_of_a_corpus_without_facts_are_left_out() -> None:
    index: Any = SimpleNamespace(studies={})
    assert str(timeline_html(index, interface("en"))) == str(outcome_plot_html(index, interface("en"))) == ""


def test_full_text_search_finds_facts_sentences_and_audit_in_either_script(shipped: Any) -> None:
    texts = StudyTexts(shipped)
    assert texts.having("") == list(range(1, 21))
    assert texts.having("REALISTIC") == texts.having("realistic")
    assert 1 in texts.having("realistic")
    assert 12 in texts.having("umbilical 219")  # both words, in any order
    assert 12 in texts.having("219 umbilical")
    assert texts.having("臍帶") == texts.having("脐带") != []
    assert texts.having("zzzz") == []
    assert texts.having("study_type") == []  # names of fields are not text


def test_a_studys_sentences_come_once_in_the_readers_language_with_their_questions(shipped: Any) -> None:
    for language in ("zh", "en"):
        found = study_sentences(shipped, 12, language)  # type: ignore[arg-type]
        assert {s.passage.language for s in (*found.review, *found.source)} == {language}
        assert all(12 in s.passage.citations for s in (*found.review, *found.source))
        assert {s.passage.document for s in found.source} == {f"studies/12.{language}.md"}
        assert all(s.passage.document.startswith("review/") for s in found.review)
        assert found.review
        assert all(s.questions for s in found.source)
    assert study_sentences(shipped, 0, "en").review == ()


def test_a_studys_page_has_its_facts_outcomes_citations_sentences_and_audit(shipped: Any) -> None:
    for language in LANGUAGES:
        words = interface(language)
        for number in shipped.studies:
            html = study_page_html(shipped, number, words)
            for heading in ("citations", "sentences_review", "sentences_source", "study_audit"):
                assert f"<h2>{words(heading)}</h2>" in html, (number, heading)
            assert (words("basis_none").split('"')[0] in html) == (shipped.studies[number]["source_kind"] == "bibliographic only")
            assert html.count("data-verdict=") == len(shipped.audit[number])


def test_the_audit_says_beside_each_claim_that_only_the_record_was_found(shipped: Any) -> None:
    html = str(audit_html(shipped, interface("en")))
    rows = re.findall(r'<tr data-study="(\d+)".*?</tr>', html)
    assert len(rows) == 153
    for number, facts in shipped.studies.items():
        own = [row[0] for row in re.finditer(rf'<tr data-study="{number}".*?</tr>', html)]
        marked = ["Citation only; content not checked" in row for row in own]
        assert set(marked) == {facts["source_kind"] == "bibliographic only"}, number
    counts = re.findall(r'<td class="count"[^>]*>(\d+)</td>', html)
    assert sum(map(int, counts)) == 153


def fetched_as(fake: FakeAssistant, folder: Path, status: str) -> None:
    """Let the records of a corpus say that the paper of study 1 has a status."""
    (folder / "local").mkdir()
    (folder / "local/originals.json").write_text(json.dumps([{"file": "a.md", "citation": 1, "kind": "abstract", "status": status}]), "utf-8")
    fake.index.manifest = {"corpus": {"folder": str(folder)}}


@pytest.mark.parametrize("status", ["retracted", "partly retracted", "expression of concern", "corrected"])
def test_a_retraction_is_marked_in_table_audit_page_and_answers(tmp_path: Path, status: str) -> None:
    fake = FakeAssistant()
    words = interface("en")
    quote = fake.quote("studies/01.en.md:s2")
    unmarked = read_wording().evidence_notices(fake.index, (quote,), "en")
    assert "status-mark" not in evidence_html(fake.index, words)
    fetched_as(fake, tmp_path, status)
    for html in (evidence_html(fake.index, words), audit_html(fake.index, words), study_page_html(fake.index, 1, words)):
        assert html.count(f"status-mark\">{status.upper()}</span>") == 1
    for language in ("zh", "en"):
        first, *others = read_wording().evidence_notices(fake.index, (quote,), language)  # type: ignore[arg-type]
        assert first == read_wording().answers["publication"][status][language].format(number=1)
    assert tuple(others) == unmarked


def test_the_answer_of_a_protocol_says_that_it_reports_no_results(shipped: Any) -> None:
    quote = Quote("x", (1,), "d", "p", 0, 1, None, 1.0, None)
    assert "the cited paper itself reports no results" in " ".join(read_wording().evidence_notices(shipped, (quote,), "en"))
    assert any("没有报告结果" in notice for notice in read_wording().evidence_notices(shipped, (quote,), "zh"))

