"""Preparation of texts: questions and corpus must go through the same steps."""

import pytest

from qa.text.preparation import clean, folded, is_traditional, language_of, prepared, simplified, stem, terms


def test_control_zero_width_and_direction_characters_disappear() -> None:
    assert clean("al\x00bu\u200bmin\u202e \n rose") == "albumin rose"


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert clean("a\ud800b") == "a?b"


def test_full_width_forms_become_plain_ones() -> None:
    assert prepared("\uff23\uff24\uff11\uff13\uff13\uff0b\u3000\uff1f") == "CD133+ ?"


def test_traditional_characters_become_simplified_and_the_rest_stays() -> None:
    assert simplified("臍帶幹細胞 CD133+") == "脐带干细胞 CD133+"
    assert is_traditional("臍帶")
    assert not is_traditional("脐带")
    assert not is_traditional("cord")


def test_a_prepared_text_prepared_again_is_unchanged() -> None:
    once = prepared(" \uff21\u200b\u3000臍帶 ")
    assert once == "A 脐带"
    assert prepared(once) == once


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("UC-MSC对MELD有用吗", "zh"),  # 4 Chinese characters beside 3 Latin words
        ("does albumin rise", "en"),
        ("the sign \u809d means liver and is used in all of the hospital papers there", "en"),  # 1 of 15 is below a tenth
        ("", "en"),
        ("12345", "en"),
        ("脐带", "zh"),
    ],
)
def test_a_tenth_of_chinese_letters_makes_a_text_chinese(text: str, language: str) -> None:
    assert language_of(text) == language


def test_chinese_terms_are_characters_and_bigrams_and_words_and_figures_stay_whole() -> None:
    assert terms("白蛋白 rose 3.5") == ["白", "蛋", "白", "白蛋", "蛋白", "rose", "3.5"]


def test_terms_of_full_width_and_plain_forms_are_equal() -> None:
    assert terms(prepared("\uff23\uff24\uff11\uff13\uff13\uff0b \uff13\uff17\uff05")) == terms("cd133+ 37%") == ["cd133+", "37%"]


def test_endings_of_plural_and_verb_are_cut_from_long_words_only() -> None:
    assert [stem(w) for w in ("cells", "studies", "improved", "dying", "class", "gas")] == ["cell", "study", "improv", "dying", "class", "gas"]


def test_folding_keeps_letters_and_figures_whatever_the_punctuation_width_and_script() -> None:
    assert folded("Albumin\uff0c rose 3.5 g/L.") == folded("albumin rose: 35gl") == "albuminrose35gl"
    assert folded("臍帶\uff01") == folded("脐带\u3002") == "脐带"
