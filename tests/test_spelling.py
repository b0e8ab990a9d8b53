"""Typing errors are read as the words of the corpus that were meant; what is no error stays."""

import pytest

from qa.text.spelling import Spelling, learned, spelling_from, spelling_row

SENTENCES = [
    "The patients with cirrhosis in Ningbo got bone marrow cells through the hepatic artery.",
    "How many patients had ascites, and what happened to the spleen?",
    "韩国的试验把骨髓间充质干细胞经肝动脉输给酒精性肝硬化患者。",
    "细胞组的白蛋白升高，黄疸减轻，腹水减少。",
]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return learned(SENTENCES * 16, ["what did they give the patients, and how many cells"] * 16, ["细胞", "患者", "不少"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hw many pateints", "how many patients"),
        ("asites an the splen", "ascites an the spleen"),  # `an` is a word
        ("cirosis", "cirrhosis"),
        ("didthey give", "did they give"),
        ("nigbo", "ningbo"),
    ],
)
def test_an_english_word_that_nobody_knows_becomes_the_nearest_word_of_the_corpus(typed: str, meant: str, spelling: Spelling) -> None:
    assert spelling.corrected(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("骨随细包", "骨髓细胞"),
        ("寒国酒经性肝硬花", "韩国酒精性肝硬化"),
        ("肝动卖", "肝动脉"),
        ("黄胆", "黄疸"),
    ],
)
def test_chinese_characters_that_sound_alike_become_the_term_that_is_meant(typed: str, meant: str, spelling: Spelling) -> None:
    assert spelling.corrected(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "What did the FDA say about Danube and turmeric in 2021?",  # words that the corpus lacks
        "didnt they have cells, and wasnt it hepatic",  # contractions without an apostrophe
        "NCT01220492 and x86 at a.b@example.org",
        "Terai and Kanazawa",  # names
        "不少患者的腹水减少",
        "今天天气怎么样",
        "",
    ],
)
def test_what_is_no_error_stays(text: str, spelling: Spelling) -> None:
    assert spelling.corrected(text) == text


def test_reading_twice_changes_nothing_more(spelling: Spelling) -> None:
    once = spelling.corrected("寒国 hw many pateints got marow cels")
    assert spelling.corrected(once) == once


def test_a_spelling_comes_back_from_its_row(spelling: Spelling) -> None:
    assert spelling_from(spelling_row(spelling)) == spelling


def test_a_corpus_without_chinese_needs_no_sounds() -> None:
    assert learned(["Cells were given."], []).sounds == {}
