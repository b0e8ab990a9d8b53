"""Our own words are plain: English of grade 8 or less (Flesch-Kincaid), Chinese in short sentences of everyday characters."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from readability import WORD, chinese_sentence, common_share, english_grade, syllables

from qa.settings import shipped_corpus

FILES = sorted(path.name for path in (shipped_corpus() / "wording").glob("*.json"))
FOR_PATIENTS = ("answers.json", "examples.json", "glossary.json", "notices.json", "ui.json")
NOT_READ = ("forms", "about", "numbers", "traditional")  # names of words, notes to editors, telephone numbers, a label in the other script
HARDEST = 8.0  # grade
LONGEST_CHINESE = 25.0  # characters a sentence, on average over a file
LEAST_COMMON = 0.98  # share of characters in daily use


def texts(name: str, languages: tuple[str, ...]) -> list[str]:
    """The texts of one file in one language, a figure in each place that is filled in."""
    return [re.sub(r"\{\w+\}", "12", text) for text in _texts(json.loads((shipped_corpus() / "wording" / name).read_text("utf-8")), languages, False)]


def _texts(value: Any, languages: tuple[str, ...], wanted: bool) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if wanted else []
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in NOT_READ:
                yield from _texts(inner, languages, wanted or key in languages)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, languages, wanted)


@pytest.mark.parametrize("name", FILES)
def test_english_asks_for_no_more_than_eight_years_of_school(name: str) -> None:
    whole = [text for text in texts(name, ("en",)) if len(WORD.findall(text)) >= 8]  # labels are not sentences
    assert english_grade("\n".join(whole)) <= HARDEST


@pytest.mark.parametrize("name", FOR_PATIENTS)
def test_no_longer_english_text_for_patients_is_hard(name: str) -> None:
    hard = {text: round(english_grade(text), 1) for text in texts(name, ("en",)) if len(WORD.findall(text)) >= 20 and english_grade(text) > HARDEST}
    assert hard == {}


@pytest.mark.parametrize("name", FILES)
def test_chinese_is_short_sentences_of_everyday_characters(name: str) -> None:
    read = texts(name, ("zh", "zh-Hans"))
    assert read
    assert chinese_sentence("\n".join(text for text in read if len(text) >= 10)) <= LONGEST_CHINESE
    assert common_share("".join(read)) >= LEAST_COMMON


def test_the_grade_is_kincaids() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 * 6 + 11.8 * 1 - 15.59
    assert english_grade("The cat sat on the mat.") == pytest.approx(-1.45)
    assert english_grade("Internationalization necessitates interdisciplinary considerations.") > 20


@pytest.mark.parametrize(("word", "count"), [("cat", 1), ("liver", 2), ("cirrhosis", 3), ("placebo", 3), ("zzygable", 3)])
def test_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_rare_characters_and_long_sentences_are_noticed() -> None:
    assert common_share("龘龘肝肝") == 0.5
    assert chinese_sentence("肝硬化。腹水多不多。") == 4.0  # 3 and 5
