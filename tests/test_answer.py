"""Answers: whole sentences with citations in range, or an honest refusal; the contract's JSON."""

import json
from pathlib import Path

import pytest
from conftest import ToyEncoder
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qa.answering.answer import LONGEST_QUESTION, to_json
from qa.answering.assistant import Assistant
from qa.commands.display import answer_text

KEYS = [
    "question", "language", "outcome", "quotes", "citations", "notices", "disclaimer", "verdict", "differences", "suggestions", "confidence",
    "opposite", "opposite_citations",
]  # fmt: skip
QUOTE_KEYS = {"text", "citations", "document", "passage", "start", "end", "page", "score", "translation"}
CITATION_KEYS = {"number", "title", "year", "study_type", "doi", "url"}
ASKED = "Were umbilical cells given?"  # the very direction of the first sentence


@pytest.fixture
def assistant(toy_index: Path, toy_encoder: ToyEncoder) -> Assistant:
    return Assistant.open(toy_index, encoder=toy_encoder)


def check(assistant: Assistant, answer: object) -> None:
    """What holds of every answer whatever was asked."""
    row = to_json(answer)  # type: ignore[arg-type]
    assert list(row) == KEYS
    assert row["outcome"] in ("answered", "not_covered", "emergency", "personal_advice")
    assert row["language"] in ("zh", "en")
    assert row["disclaimer"].strip()
    assert row["quotes"] or row["outcome"] != "answered"
    assert len(row["quotes"]) <= 3
    numbers = {card["number"] for card in row["citations"]}
    sentences = {(p.document, p.start, p.end) for p in assistant.index.passages}
    for quote in row["quotes"]:
        assert QUOTE_KEYS <= set(quote)
        assert assistant.index.documents[quote["document"]].text[quote["start"] : quote["end"]] == quote["text"]
        assert (quote["document"], quote["start"], quote["end"]) in sentences
        assert quote["citations"]
        assert set(quote["citations"]) <= numbers
        assert all(n == 0 or n in assistant.index.references for n in quote["citations"])
    assert all(set(card) >= CITATION_KEYS for card in row["citations"])
    assert json.loads(json.dumps(row)) == row


def test_a_question_is_answered_with_a_whole_sentence_and_its_citation(assistant: Assistant) -> None:
    answer = assistant.ask(ASKED)
    assert answer.outcome == "answered"
    assert answer.quotes[0].text == "The Alpha trial gave umbilical cells to 40 people."
    assert answer.quotes[0].citations == (1,)
    (first, *_) = answer.citations
    assert (first["number"], first["year"], first["doi"]) == (1, 2019, "10.1000/alpha.1")
    check(assistant, answer)


@pytest.mark.parametrize("question", ["Where does the Danube begin?", "多瑙河从哪里来", "", "???", "\u3002"])
def test_what_nothing_here_answers_is_refused_with_what_is_covered(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.outcome, answer.quotes, answer.citations) == ("not_covered", (), ())
    assert len(answer.notices) >= 2
    check(assistant, answer)


@pytest.mark.parametrize(("question", "language"), [("脐带", "zh"), ("umbilical", "en")])
def test_notices_and_disclaimer_are_in_the_language_of_the_question_or_the_one_asked_for(assistant: Assistant, question: str, language: str) -> None:
    own = assistant.ask(question)
    assert own.language == language
    assert assistant.ask(question, lang="en").disclaimer == assistant.parts.wording.disclaimer("en")
    assert assistant.ask(question, lang="zh").disclaimer == assistant.parts.wording.disclaimer("zh")
    assert assistant.ask(question, lang="zh").disclaimer != assistant.ask(question, lang="en").disclaimer


@pytest.mark.parametrize("question", ["I am vomiting blood", "我正在吐血"])
def test_an_emergency_comes_first_whatever_else_is_asked(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(f"{question}. {ASKED}")
    assert answer.outcome == "emergency"
    assert answer.notices[0]
    check(assistant, answer)


def test_the_same_question_gives_the_same_bytes_whatever_was_asked_between(assistant: Assistant) -> None:
    first = json.dumps(to_json(assistant.ask(ASKED)), ensure_ascii=False)
    assistant.ask("marrow women", history=["fever"])
    assistant.check("Nobody had fever.")
    assert json.dumps(to_json(assistant.ask(ASKED)), ensure_ascii=False) == first


def test_a_claim_with_a_changed_number_is_not_supported(assistant: Assistant) -> None:
    true, false = assistant.check("The Alpha trial gave umbilical cells to 40 people."), assistant.check("The Alpha trial gave umbilical cells to 90 people.")
    assert true.verdict == "supported"
    assert false.verdict != "supported"
    for answer in (true, false):
        check(assistant, answer)


@pytest.mark.parametrize("claim", ["", "!!", "The moon is made of cheese."])
def test_a_claim_about_nothing_here_is_not_found(assistant: Assistant, claim: str) -> None:
    answer = assistant.check(claim)
    assert (answer.verdict, answer.quotes) == ("not_found", ())
    check(assistant, answer)


def test_a_question_is_read_up_to_the_limit_and_given_back_whole(assistant: Assistant) -> None:
    long = "umbilical " * (LONGEST_QUESTION // 5)
    answer = assistant.ask(long)
    assert answer.question == long
    check(assistant, answer)


def test_an_answer_as_text_shows_quote_source_and_disclaimer(assistant: Assistant) -> None:
    answer = assistant.ask(ASKED)
    text = answer_text(answer)
    assert "The Alpha trial gave umbilical cells to 40 people.[1]" in text
    assert "[1] Umbilical cells for cirrhosis: a randomized trial" in text
    assert text.endswith(answer.disclaimer)


@given(
    text=st.text(st.characters(), max_size=120)
    | st.text("umbilical 脐带白蛋白发热\uff1f\u3002\u202e\u200b\ud800\x00[1]{}()<>%\\\"'\n\t0123456789\uff11", max_size=300),
    earlier=st.lists(st.text(st.characters(), max_size=20), max_size=2),
)
@example(text="\ud800", earlier=["\udfff"])
@example(text="\x00\x1b[31m", earlier=[])
@example(text="白" * 5000, earlier=[])
@example(text="a" * 5000, earlier=["b" * 5000])
@example(text="1" * 5000, earlier=[])
@example(text="." * 4999 + "a", earlier=[])
@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_whatever_raises(assistant: Assistant, text: str, earlier: list[str]) -> None:
    for answer in (assistant.ask(text, earlier), assistant.check(text)):
        check(assistant, answer)
        answer_text(answer)


def test_a_whole_question_is_suggested_before_search_words_and_one_for_each_statement() -> None:
    from types import SimpleNamespace

    import numpy as np

    from qa.answering.answer import suggested

    texts = (("donor shortage drugs", "a"), ("What does a donor need?", "a"), ("Which drugs help?", "b"), ("cells for all", "c"), ("\u8c01\u53ef\u4ee5\u6350\u732e\u7ec6\u80de\uff1f", "d"))
    bank = [SimpleNamespace(text=text, unit=unit, language="zh" if text[-1] == "\uff1f" else "en") for text, unit in texts]
    vectors = np.diag([0.9, 0.8, 0.7, 0.6, 0.5])  # the nearest first
    index = SimpleNamespace(bank=bank, bank_vectors=vectors, maps=SimpleNamespace(queries=lambda rows: rows))
    scores = SimpleNamespace(raw=np.ones(5), bank_cosines=None)

    def first(count: int, language: str = "en") -> tuple[str, ...]:
        return suggested(SimpleNamespace(index=index), scores, language, count)

    assert first(2) == ("What does a donor need?", "Which drugs help?")
    assert first(3) == ("What does a donor need?", "Which drugs help?", "cells for all")
    assert first(3, "zh") == ("\u8c01\u53ef\u4ee5\u6350\u732e\u7ec6\u80de\uff1f",)
