"""The project's own question files: what a line must say, and that none of the questions was trained on."""

import json
from collections import Counter
from pathlib import Path

import pytest

from qa.corpus.bank import read_bank
from qa.corpus.folder import read_corpus
from qa.errors import DatasetError
from qa.evaluation.quality import question_files
from qa.evaluation.question_file import joined, read_question_file
from qa.indexing.build import read_negatives
from qa.settings import shipped_corpus
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


def asked(question):
    return folded(" ".join([*question.history, question.text]))


@pytest.fixture(scope="module")
def splits():
    return {split: joined(split, files) for split, files in question_files(QUESTIONS).items()}


def test_every_file_of_questions_and_claims_belongs_to_a_split(splits):
    lines = sum(1 for path in QUESTIONS.glob("*.jsonl") for line in path.read_text("utf-8").splitlines() if line.strip())
    assert sum(len(data.questions) + len(data.claims) for data in splits.values()) == lines


def test_ids_are_unique_over_all_files_of_a_split(splits):
    for data in splits.values():
        for ids in ([q.id for q in data.questions], [c.id for c in data.claims]):
            assert [name for name, count in Counter(ids).items() if count > 1] == []


def test_no_evaluation_question_stands_in_the_bank_or_among_the_refusals_it_would_be_trained_on(splits):
    trained = {folded(text) for path in sorted(BANK.glob("*.jsonl")) for texts in read_bank(path).values() for text in texts}
    assert trained
    trained |= {folded(text) for text, _ in read_negatives()}
    assert [q.id for data in splits.values() for q in data.questions if folded(q.text) in trained and not q.history] == []


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_quarter_of_the_questions_or_more_has_no_answer_and_all_four_kinds_are_there(split, splits):
    questions = splits[split].questions
    without = [q for q in questions if q.outcome == "not_covered"]
    assert len(without) >= 0.25 * len(questions)
    assert {"far", "near", "missing-detail", "false-premise"} <= {q.kind for q in without}
    assert {"zh", "en"} == {q.language for q in questions}


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_third_of_the_claims_or_more_is_wrong_and_says_in_what(split, splits):
    claims = splits[split].claims
    wrong = [claim for claim in claims if claim.verdict == "differs"]
    assert len(wrong) >= len(claims) / 3
    assert [claim.id for claim in claims if (claim.verdict == "differs") != bool(claim.altered)] == []


def test_a_sentence_that_may_be_quoted_beside_refusing_stands_with_questions_without_an_answer(splits):
    assert [q.id for data in splits.values() for q in data.questions if q.units_ok and q.outcome != "not_covered"] == []


def test_every_labelled_statement_and_study_is_in_the_shipped_corpus(splits):
    corpus = read_corpus(shipped_corpus())
    units = {passage.unit for passage in corpus.passages}
    for data in splits.values():
        assert [(q.id, unit) for q in data.questions for unit in sorted((q.units | q.units_ok) - units)] == []
        numbers = {number for q in data.questions for number in q.citations} | {c.citation for c in data.claims if c.citation is not None}
        assert sorted(numbers - {0, *corpus.references}) == []


def test_no_question_or_claim_of_dev_stands_in_test(splits):
    dev, test = splits["dev"], splits["test"]
    assert not {asked(q) for q in dev.questions} & {asked(q) for q in test.questions}
    assert not {folded(c.text) for c in dev.claims} & {folded(c.text) for c in test.claims}
