"""Words explained beside a quote: found where they stand, in plain short language, the quote's letters untouched."""

import re

import pytest
from markupsafe import Markup

from qa.settings import shipped_corpus
from qa.text.preparation import HAN
from qa.web.glossary import explained, glossary
from qa.web.interface import LANGUAGES, interface


def names(shown: Markup) -> list[str]:
    return re.findall(r'class="term"[^>]*>([^<]*)</span>', shown)


def test_the_longest_word_at_a_place_is_explained_and_each_word_once() -> None:
    shown = explained("A randomized controlled trial: MELD score, then MELD again.", interface("en"))
    assert names(shown) == ["randomized controlled trial", "MELD score"]


def test_latin_words_stand_alone_and_capitals_count_only_as_capitals() -> None:
    assert names(explained("Halted salt exalted; the alt text; ALT rose.", interface("en"))) == ["ALT"]


def test_chinese_words_are_found_beside_anything() -> None:
    assert names(explained("患者外周血中CD34+细胞,腹水减少(P值0.01)", interface("zh-Hans"))) == ["外周血", "CD34+", "腹水", "P值"]


def test_an_explanation_speaks_the_language_of_the_page_whatever_the_quote_is_in() -> None:
    shown = explained("腹水减少", interface("en"))
    assert 'data-name="ascites"' in shown and "Fluid that collects in the belly" in shown


def test_letters_and_markup_of_a_quote_stay_as_they_are() -> None:
    text = 'MELD <img src=x onerror="1"> & albumin'
    assert explained(text, interface("en")).striptags() == Markup.escape(text).striptags()
    assert "<img" not in explained(text, interface("en"))


@pytest.mark.parametrize("path", ["studies/12.zh.md", "studies/12.en.md", "review/2021.zh.md"])
def test_shipped_texts_read_the_same_with_their_words_explained(path: str) -> None:
    text = (shipped_corpus() / path).read_text("utf-8")
    shown = explained(text, interface("zh-Hans"))
    assert len(names(shown)) >= 5
    assert str(Markup(re.sub(r"</?span[^>]*>", "", shown)).unescape()) == text


def test_every_explanation_is_short() -> None:
    assert len(glossary()) >= 70
    for term in glossary():
        assert len(term.text["en"].split()) <= 25, term.name
        assert len(term.text["zh-Hans"]) <= 40 and len(term.text["zh-Hant"]) <= 40, term.name


def test_every_explanation_is_there_in_three_scripts_and_advises_nothing() -> None:
    for term in glossary():
        assert HAN.search(term.text["zh-Hans"]) and HAN.search(term.text["zh-Hant"]) and not HAN.search(term.text["en"])
        assert set(term.text) == set(LANGUAGES)
        assert not re.search(r"\b(should|must|ask your|talk to|try|avoid)\b|应该|必须|请|最好|建议", " ".join(term.text.values())), term.name


def test_no_form_belongs_to_two_words() -> None:
    owner: dict[str, str] = {}
    for term in glossary():
        for form in term.forms:
            assert owner.setdefault(form, term.name["en"]) == term.name["en"], form
