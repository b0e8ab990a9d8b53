"""The question bank: lines belong to sentences by the sentence's letters and figures."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from qa.corpus.bank import BankQuestion, bank_questions, read_bank, sentence_digest
from qa.errors import CorpusError


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), "utf-8")
    return path


def test_a_digest_is_of_letters_and_figures_only() -> None:
    expected = hashlib.sha256(b"albuminrose").hexdigest()[:24]
    assert sentence_digest("Albumin rose.") == sentence_digest("albumin, ROSE\uff01") == expected
    assert sentence_digest("Albumin fell.") != expected


def test_a_sentence_and_its_digest_name_the_same_bank_entry(tmp_path: Path) -> None:
    rows = [
        {"sentence": "Albumin rose.", "zh": ["白蛋白升了吗"], "en": ["Did albumin rise?"]},
        {"sentence_digest": sentence_digest("Albumin rose."), "questions": ["What of albumin?"]},
    ]
    assert read_bank(write(tmp_path / "bank.jsonl", rows)) == {sentence_digest("Albumin rose."): ["白蛋白升了吗", "Did albumin rise?", "What of albumin?"]}


def test_all_bad_lines_are_reported_at_once(tmp_path: Path) -> None:
    good = {"sentence": "Albumin rose.", "en": ["Did it?"]}
    path = write(tmp_path / "bank.jsonl", [good, "{", {"en": ["no sentence"]}, "", {"sentence": "A.", "en": [3]}, "[]", {"sentence": "A.", "en": [" "]}])
    with pytest.raises(CorpusError, match=r"bank\.jsonl, line 2, 3, 5, 6, 7: each line needs .*qa index"):
        read_bank(path)


def test_one_text_is_not_taken_for_a_list_of_letters(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="line 1:"):
        read_bank(write(tmp_path / "bank.jsonl", [{"sentence": "Albumin rose.", "en": "Did it?"}]))


def test_marks_of_windows_and_line_separators_inside_a_text_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_bytes("\ufeff{\"sentence\": \"Albumin rose.\", \"en\": [\"Did\u2028it?\"]}\r\n".encode())
    assert read_bank(path) == {sentence_digest("Albumin rose."): ["Did\u2028it?"]}


def test_an_edited_sentence_drops_its_questions_and_the_others_stay() -> None:
    bank = {sentence_digest("Albumin rose."): ["Did albumin rise?"], sentence_digest("Nobody had fever."): ["Was there fever?"]}
    units = {sentence_digest("Albumin rose by 3."): "a#1", sentence_digest("Nobody had fever."): "a#2"}
    assert bank_questions(bank, units) == [BankQuestion("Was there fever?", "en", "a#2")]


def test_a_question_asked_twice_of_a_sentence_is_kept_once_in_a_fixed_order() -> None:
    key = sentence_digest("Albumin rose.")
    found = bank_questions({key: ["Why?", "why", "Did it rise?"]}, {key: "a#1"})
    assert [q.text for q in found] == ["Did it rise?", "Why?"]


def test_the_language_of_a_question_is_its_own() -> None:
    key = sentence_digest("Albumin rose.")
    assert [q.language for q in bank_questions({key: ["升了吗", "Did it?"]}, {key: "a#1"})] == ["en", "zh"]
