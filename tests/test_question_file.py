"""The project's own question files: what a line must say, and that none of the questions was trained on."""

import json
from pathlib import Path

import pytest

from qa.corpus.bank import read_bank
from qa.errors import DatasetError
from qa.evaluation.question_file import read_question_file
from qa.text.preparation import folded

QUESTIONS = Path(__file__).parent / "questions"
BANK = Path(__file__).parents[1] / "corpus" / "questions"
LINE = {"id": "a", "question": "How many?", "language": "en", "kind": "plain", "outcome": "answered", "units": ["studies/01.md#1"], "citations": [1]}
CLAIM = {"id": "c", "claim": "40 people.", "verdict": "supported", "citation": 1, "altered": None}


def write(path, *rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_questions_and_the_claims_beside_them_are_one_data_set(tmp_path):
    write(tmp_path / "claims_dev.jsonl", CLAIM)
    data = read_question_file(write(tmp_path / "dev.jsonl", LINE, {**LINE, "id": "b", "history": ["Before?"], "units_ok": []}))
    assert [(q.id, q.history, q.units) for q in data.questions] == [
        ("a", (), frozenset({"studies/01.md#1"})),
        ("b", ("Before?",), frozenset({"studies/01.md#1"})),
    ]
    assert [(c.id, c.citation, c.altered) for c in data.claims] == [("c", 1, "")]
    assert read_question_file(tmp_path / "claims_dev.jsonl").questions == []


def test_every_bad_line_is_named_at_once(tmp_path):
    rows = [{**LINE, "outcome": "perhaps"}, LINE, {**LINE, "units": []}, {**LINE, "language": "fr"}, {"question": "no id"}]
    with pytest.raises(DatasetError) as error:
        read_question_file(write(tmp_path / "dev.jsonl", *rows))
    assert [f"line {n} " in str(error.value) for n in range(1, 6)] == [True, False, True, True, True]


def test_repeated_ids_and_empty_files_are_refused(tmp_path):
    with pytest.raises(DatasetError, match="more than once: a"):
        read_question_file(write(tmp_path / "dev.jsonl", LINE, LINE))
    with pytest.raises(DatasetError, match="neither questions nor claims"):
        read_question_file(write(tmp_path / "dev.jsonl"))
    (tmp_path / "dev.jsonl").write_text("[1, 2]\n")
    with pytest.raises(DatasetError, match="line 1"):
        read_question_file(tmp_path / "dev.jsonl")


@pytest.mark.parametrize("name", ["dev.jsonl", "test.jsonl"])
def test_no_evaluation_question_stands_in_the_bank_it_would_be_trained_on(name):
    trained = {folded(text) for path in sorted(BANK.glob("*.jsonl")) for texts in read_bank(path).values() for text in texts}
    data = read_question_file(QUESTIONS / name)
    assert trained
    assert [q.id for q in data.questions if folded(q.text) in trained and not q.history] == []


@pytest.mark.parametrize("name", ["dev.jsonl", "test.jsonl"])
def test_a_quarter_of_the_questions_or_more_has_no_answer_and_all_four_kinds_are_there(name):
    questions = read_question_file(QUESTIONS / name).questions
    without = [q for q in questions if q.outcome == "not_covered"]
    assert len(without) >= 0.25 * len(questions)
    assert {"far", "near", "missing-detail", "false-premise"} <= {q.kind for q in without}
    assert {"zh", "en"} == {q.language for q in questions}


def test_no_question_of_dev_stands_in_test():
    dev, test = (read_question_file(QUESTIONS / name) for name in ("dev.jsonl", "test.jsonl"))
    assert not {folded(" ".join([*q.history, q.text])) for q in dev.questions} & {folded(" ".join([*q.history, q.text])) for q in test.questions}
    assert not {folded(c.text) for c in dev.claims} & {folded(c.text) for c in test.claims}
