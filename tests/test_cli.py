"""The commands as a person meets them: help, exit codes, one clear line for what is wrong."""

import json
from pathlib import Path

import pytest

from qa.cli import build_parser, main

COMMANDS = ["index", "ask", "check", "batch", "search", "evaluate", "add", "remove", "fetch", "studies", "audit", "serve", "status"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    assert main([command, "--help"]) == 0
    assert "usage: qa " + command in capsys.readouterr().out


def test_no_command_is_a_usage_error(capsys):
    assert main([]) == 2
    assert main(["search", "x", "-k", "0"]) == 2
    assert "0 is below 1" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_one_line_and_exit_1(tmp_path, toy_encoder, capsys):
    assert main(["index", "--corpus", str(tmp_path / "none"), "--index", str(tmp_path / "index")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("qa: ")
    assert error.count("\n") == 1


def test_an_index_that_was_never_built_names_the_command(tmp_path, toy_encoder, capsys):
    assert main(["ask", "x", "--index", str(tmp_path / "index")]) == 1
    assert "qa index" in capsys.readouterr().err


def test_a_plain_review_is_indexed_and_answers(corpus, tmp_path, toy_encoder, quick_build, capsys):
    index = str(tmp_path / "index")
    assert main(["index", "--corpus", str(corpus), "--index", index]) == 0
    capsys.readouterr()
    assert main(["ask", "umbilical cells?", "--index", index, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    text = (corpus / "review.txt").read_text("utf-8")
    assert answer["outcome"] == "answered"
    assert answer["disclaimer"]
    for quote in answer["quotes"]:
        assert text[quote["start"] : quote["end"]] == quote["text"]
    assert answer["quotes"][0]["citations"] == [1]
    assert main(["status", "--index", index, "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["fits"] is True
    (corpus / "review.txt").write_text(text + "More.\n", "utf-8")
    assert main(["ask", "umbilical", "--index", index]) == 1
    assert "another state of the corpus" in capsys.readouterr().err


def test_the_readme_names_only_commands_that_exist():
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    lines = [line.split("#")[0].strip() for block in readme.split("```console")[1:] for line in block.split("```")[0].splitlines()]
    commands = [line for line in lines if line.startswith("qa ")]
    assert len(commands) >= 7
    parser = build_parser()
    for command in commands:
        import shlex

        parser.parse_args(shlex.split(command)[1:])


@pytest.mark.slow
def test_the_readmes_question_gets_its_answer(capsys):
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert main(["ask", "脐带干细胞打了能活得更久吗", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert answer["quotes"][0]["citations"] == [12]
    assert answer["quotes"][0]["text"] in readme
