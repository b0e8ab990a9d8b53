"""Asking in one language where only the lines of the other can be found."""

import pytest
from bilingual import QUESTIONS, bilingual_assistant

from qa.evaluation.directions import answers_by_direction, one_language, searched_by_direction
from qa.evaluation.own_questions import direction_measures


@pytest.fixture
def assistant(tmp_path, toy_encoder, quick_build):
    return bilingual_assistant(tmp_path, toy_encoder)


def test_an_index_of_one_language_holds_its_lines_and_the_questions_that_lead_to_them(assistant):
    english = one_language(assistant.index, "en")
    assert [p.text for p in english.passages] == ["Albumin rose.", "Nobody had fever.", "Marrow was given."]
    assert [q.language for q in english.bank if q.unit == "notes.md#1"] == ["en", "zh"]
    own = one_language(assistant.index, "en", whole_bank=False)
    assert {q.language for q in own.bank} == {"en"}
    assert len(own.vectors) == len(own.passages) == len(own.lexical.scores("albumin"))
    assert len(own.bank_vectors) == len(own.bank) == len(own.bank_lexical.scores("albumin"))


def test_words_keep_their_scores_and_their_lines(assistant):
    whole = dict(zip((p.text for p in assistant.index.passages), assistant.index.lexical.scores("albumin fever"), strict=True))
    english = one_language(assistant.index, "en")
    assert dict(zip((p.text for p in english.passages), english.lexical.scores("albumin fever"), strict=True)) == {
        text: score for text, score in whole.items() if text.isascii()
    }


def test_only_lines_of_the_language_searched_are_found(assistant):
    found = searched_by_direction(assistant, QUESTIONS, "hybrid", frozenset())
    assert {direction: sorted(hits) for direction, hits in found.items()} == {
        "zh->zh": ["a-zh", "u-zh"], "en->en": ["a-en", "f-en", "none"], "zh->en": ["a-zh", "u-zh"], "en->zh": ["a-en", "f-en", "none"],
    }  # fmt: skip
    assert found["zh->en"]["a-zh"][0][0] == "notes.md#1"
    assert {unit for hits in found["zh->en"].values() for unit, _ in hits} == {"notes.md#1", "notes.md#2", "notes.md#3"}
    assert len(found["en->zh"]["f-en"]) == 4


def test_a_statement_without_a_line_in_that_language_is_no_answer_there(assistant):
    judged = answers_by_direction(assistant.index, QUESTIONS)
    assert judged["zh->zh"]["u-zh"] == {"other.zh.md#1": 1}
    assert judged["zh->en"]["u-zh"] == {}


def test_each_direction_is_measured_over_the_questions_that_it_can_answer(assistant):
    result = direction_measures(assistant, QUESTIONS)
    assert {name: group["queries"] for name, group in result["by_direction"].items()} == {"zh->zh": 2, "en->en": 2, "zh->en": 1, "en->zh": 2}
    assert {group["measures"]["Success@1"] for group in result["by_direction"].values()} == {1.0}  # the toy encoder knows both languages
    assert {name: (gap["value"], gap["n"]) for name, gap in result["cross_lingual_gap"].items()} == {"zh": (0, 1), "en": (0, 2), "all": (0, 3)}


def test_words_alone_do_not_cross(assistant):
    result = direction_measures(assistant, QUESTIONS, "lexical")
    assert result["by_direction"]["en->en"]["measures"]["Success@1"] == 1.0
    assert result["by_direction"]["en->zh"]["measures"]["Success@1"] == 0.0
    assert result["cross_lingual_gap"]["en"]["value"] == 1.0


def test_a_corpus_of_one_language_has_no_directions(toy_index, toy_encoder):
    from qa.answering.assistant import Assistant

    assert direction_measures(Assistant.open(toy_index, encoder=toy_encoder), QUESTIONS) == {}


def test_a_remembering_assistant_finds_the_same_and_encodes_each_text_once(assistant, toy_encoder):
    plain = assistant.retriever.search("Any fever?", 3)
    remembering = assistant.remembering()
    before = len(toy_encoder.encoded)
    assert remembering.retriever.search("Any fever?", 3) == remembering.retriever.search("Any fever?", 3) == plain
    assert remembering.ask("Any fever?").quotes == assistant.ask("Any fever?").quotes
    assert toy_encoder.encoded[before:].count("any fever?") + toy_encoder.encoded[before:].count("Any fever?") == 2  # once for each of the two
    assert assistant.encoder is toy_encoder  # the given assistant stays as it was
