"""Batches: one line out for every line in, in the same order, with the same id."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ToyEncoder

from qa.answering.assistant import Assistant
from qa.commands.batch import run_batch
from qa.errors import QAError


@pytest.fixture
def assistant(toy_index: Path, toy_encoder: ToyEncoder) -> Assistant:
    return Assistant.open(toy_index, encoder=toy_encoder)


def run(assistant: Assistant, folder: Path, text: str) -> list[dict[str, Any]]:
    (folder / "in.jsonl").write_text(text, "utf-8")
    assert run_batch(assistant, folder / "in.jsonl", folder / "out.jsonl") == 0
    return [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]


def test_order_and_ids_are_kept_whatever_the_ids_are(assistant: Assistant, tmp_path: Path) -> None:
    ids: list[Any] = ["b", "a", 7, None, {"deep": [1]}, "b"]
    rows = run(assistant, tmp_path, "".join(json.dumps({"id": i, "question": "umbilical"}) + "\n" for i in ids))
    assert [row["id"] for row in rows] == ids
    assert all(next(iter(row)) == "id" for row in rows)
    assert {row["outcome"] for row in rows} == {"answered"}


BAD = ["", "{", "[]", "3", '{"id": "x"}', '{"id": "x", "question": 3}', '{"id": "x", "question": "a", "history": "b"}', '{"id": "x", "question": "a", "mode": "sing"}', "[" * 100_000]


def test_a_bad_line_gets_a_line_with_its_error_and_the_others_are_answered(assistant: Assistant, tmp_path: Path) -> None:
    good = '{"id": "good", "question": "umbilical"}'
    rows = run(assistant, tmp_path, "\n".join([good, *BAD, good]) + "\n")
    assert len(rows) == len(BAD) + 2
    assert [row["id"] for row in rows] == ["good", 2, 3, 4, 5, "x", "x", "x", "x", 10, "good"]
    assert all(row["error"].startswith(f"line {number}") for number, row in enumerate(rows, 1) if row["id"] != "good")
    assert all(row["outcome"] == "not_covered" and row["disclaimer"] for row in rows[1:-1])
    assert "error" not in rows[0] | rows[-1]


def test_history_and_mode_are_used(assistant: Assistant, tmp_path: Path) -> None:
    lines = [
        {"id": 1, "question": "Nobody had fever.", "mode": "check"},
        {"id": 2, "question": "umbilical", "history": ["marrow"], "mode": "ask"},
    ]
    checked, asked = run(assistant, tmp_path, "".join(json.dumps(line) + "\n" for line in lines))
    assert checked["verdict"] == "supported"
    assert asked["verdict"] is None


def test_a_last_line_without_an_end_and_a_byte_order_mark_change_nothing(assistant: Assistant, tmp_path: Path) -> None:
    plain = '{"id": 1, "question": "umbilical"}\n{"id": 2, "question": "脐带"}'
    assert run(assistant, tmp_path, plain) == run(assistant, tmp_path, "\ufeff" + plain.replace("\n", "\r\n") + "\r\n")


def test_an_empty_file_gives_an_empty_file(assistant: Assistant, tmp_path: Path) -> None:
    assert run(assistant, tmp_path, "") == []


def test_half_a_character_in_a_question_or_an_id_does_not_stop_the_batch(assistant: Assistant, tmp_path: Path) -> None:
    rows = run(assistant, tmp_path, '{"id": "\\ud800", "question": "umbilical \\udfff"}\n{"id": 2, "question": "umbilical"}\n')
    assert [row["id"] for row in rows] == ["\ud800", 2]
    assert rows[0]["question"] == "umbilical \udfff"


def test_the_same_batch_gives_the_same_bytes(assistant: Assistant, tmp_path: Path) -> None:
    text = '{"id": 1, "question": "umbilical"}\n{"id": 2, "question": "what?"}\n'
    run(assistant, tmp_path, text)
    first = (tmp_path / "out.jsonl").read_bytes()
    run(assistant, tmp_path, text)
    assert (tmp_path / "out.jsonl").read_bytes() == first


def test_the_output_appears_whole_or_not_at_all(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = run(assistant, tmp_path, '{"id": 1, "question": "umbilical"}\n')

    def stopped(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(assistant, "check", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(assistant, tmp_path, '{"id": 2, "question": "umbilical"}\n{"id": 3, "question": "a", "mode": "check"}\n')
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()] == old
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"in.jsonl", "out.jsonl"}


def test_files_that_cannot_be_read_or_written_are_named(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(QAError, match=r"none\.jsonl: .*name a JSON-lines file"):
        run_batch(assistant, tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    (tmp_path / "in.jsonl").write_text("", "utf-8")
    with pytest.raises(QAError, match="can't be written"):
        run_batch(assistant, tmp_path / "in.jsonl", tmp_path / "no" / "out.jsonl")


def test_questions_asked_together_get_the_answers_that_each_gets_alone(assistant: Assistant) -> None:
    questions = ["Any fever?", "", "Is albumin higher?", "Any fever?", "?!"]
    assert assistant.ask_all(questions) == [assistant.ask(question) for question in questions]
