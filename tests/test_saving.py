"""An answer to take along: whole, in order, with sources and disclaimer, in text, Markdown and PDF."""

import io
from dataclasses import replace

import pytest
from fake_assistant import LINES, NASTY, FakeAssistant
from pypdf import PdfReader

from qa.web.interface import interface
from qa.web.pdf import answer_pdf
from qa.web.saving import Part, answer_parts, markdown, plain_text

FAKE = FakeAssistant()


def page_text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_saved_text_holds_question_quotes_marks_sources_notices_and_disclaimer_in_this_order() -> None:
    answer = FAKE.ask("Did people live longer?")
    text = plain_text(answer_parts(answer, interface("en")))
    places = [text.index(part) for part in (answer.question, LINES["studies/01.en.md"][1] + "[1]", "10.1000/a", answer.notices[0], answer.disclaimer)]
    assert places == sorted(places)


def test_an_emergency_stands_before_the_quotes() -> None:
    text = plain_text(answer_parts(FAKE.ask("blood"), interface("en")))
    assert text.index("Call 120 now.") < text.index(LINES["studies/01.en.md"][1])


def test_what_must_stand_beside_the_quotes_is_saved_with_its_source() -> None:
    other = replace(FAKE.quote("studies/01.en.md:s4"), citations=(3,))
    card = {"number": 3, "title": "Gamma report", "year": 2023, "study_type": None, "url": None}
    text = plain_text(answer_parts(replace(FAKE.ask("x"), opposite=(other,), opposite_citations=(card,)), interface("en")))
    assert other.text + "[3]" in text and "[3] Gamma report" in text


def test_markdown_runs_no_markup_of_a_question() -> None:
    text = markdown(answer_parts(FAKE.ask(NASTY + " **bold** [a](b)"), interface("en")))
    assert "\\<img" in text and "<img" not in text.replace("\\<img", "")
    assert "\\*\\*bold\\*\\* \\[a\\](b)" in text


def test_markdown_quotes_each_sentence_with_its_other_language_line() -> None:
    text = markdown((Part("quote", "A.", "[1]"), Part("line", "甲。"), Part("quote", "B."), Part("item", "x"), Part("item", "y")))
    assert text == "> A.\\[1\\]\n>\n> 甲。\n\n> B.\n\n- x\n- y\n"


@pytest.mark.parametrize(("language", "code"), [("zh-Hans", "zh"), ("zh-Hant", "zh"), ("en", "en")])
def test_a_pdf_holds_the_same_words(language: str, code: str) -> None:
    words = interface(language)  # type: ignore[arg-type]
    answer = FAKE.ask("活得更久吗" if code == "zh" else "Did people live longer?")
    text = page_text(answer_pdf(answer_parts(answer, words), words))
    for part in (words("page_title"), answer.question, LINES[f"studies/01.{code}.md"][1] + "[1]", words.script(answer.disclaimer)):
        assert part in text


def test_the_same_answer_gives_the_same_pdf() -> None:
    parts = answer_parts(FAKE.ask("one"), interface("en"))
    assert answer_pdf(parts, interface("en")) == answer_pdf(parts, interface("en"))


def test_a_pdf_loses_no_raised_figure_and_shows_where_a_character_is_missing() -> None:
    text = page_text(answer_pdf((Part("title", "10⁶ CD133⁺ ≥ µ <b> 𠮷\x00"),), interface("en")))
    assert "106 CD133+ ≥ µ <b> □" in text


def test_a_long_answer_goes_over_several_pages() -> None:
    parts = (Part("title", "x"), *[Part("text", "细胞" * 300)] * 12)
    assert len(PdfReader(io.BytesIO(answer_pdf(parts, interface("zh-Hans")))).pages) >= 3
