"""The page of figures: its template, its tables, and the command that writes it."""

import json
import re
from pathlib import Path

import pytest
from bilingual import QUESTIONS, bilingual_assistant

from qa.errors import DatasetError
from qa.evaluation import quality
from qa.evaluation.page import SLOT, filled, headline
from qa.evaluation.peers import MISSING, peers_table
from qa.evaluation.triage_check import Rate

ROOT = Path(__file__).parents[1]
TEMPLATE = (ROOT / "docs" / "quality.template.md").read_text("utf-8")


def estimated(value, n=10):
    return {"value": value, "low": value, "high": value, "n": n}


def test_names_in_braces_become_tables_and_figures():
    results = {"test": {"questions": 530, "answers": {"right_reply": {"all": estimated(0.5)}}, "selective": {"area": 0.25}}}
    page = filled("{{ first }}: {{test/questions}}, {{test/answers/right_reply/all}}, {{test/selective/area}}", {"first": "T"}, results)
    assert page == "T: 530, .500 [.500, .500], .250"


def test_a_name_that_stands_for_nothing_is_named():
    with pytest.raises(DatasetError, match='"test/nothing"'):
        filled("{{test/nothing}}", {}, {"test": {}})


def test_the_first_table_says_which_goals_are_reached():
    rows = [
        {"name": "more", "path": "a", "goal": 0.8},
        {"name": "less", "path": "b", "goal": 0.03, "lower": True},
        {"name": "no goal", "path": "b"},
        {"name": "never measured", "path": "c", "goal": 0.5},
    ]
    results = {split: {"a": estimated(0.8), "b": estimated(0.04), "c": {"value": None, "low": None, "high": None, "n": 0}} for split in ("test", "dev")}
    lines = [[cell.strip() for cell in line.split("|")[1:5]] for line in headline(rows, results).splitlines()[2:]]
    assert [(name, goal, reached) for name, goal, _, reached in lines] == [
        ("more", ">= .800", "yes"), ("less", "<= .030", "no"), ("no goal", "", ""), ("never measured", ">= .500", "-"),
    ]  # fmt: skip


def test_peers_that_were_not_measured_keep_their_place():
    assert peers_table(None) == MISSING
    table = peers_table({"questions": 5, "dataset": "test", "rows": [{"label": "Other", "setting": "chunks", "error": "not installed"}]})
    assert "| Other | chunks | not measured: not installed |" in table
    with pytest.raises(DatasetError, match="make them anew"):
        peers_table({"rows": [{"label": "Other"}]})


@pytest.fixture
def questions(tmp_path):
    """Two sets of questions, and claims beside one of them."""
    folder = tmp_path / "questions"
    folder.mkdir()
    rows = [{"id": q.id, "question": q.text, "language": q.language, "kind": "far" if q.id == "none" else q.kind, "outcome": q.outcome,
             "units": sorted(q.units), "citations": [1]} for q in QUESTIONS]  # fmt: skip
    claims = [{"id": "c", "claim": "Albumin rose.", "verdict": "supported", "citation": None, "altered": None},
              {"id": "d", "claim": "Albumin fell.", "verdict": "differs", "citation": None, "altered": "direction"}]  # fmt: skip
    for name, lines in (("test", rows), ("dev", rows), ("dev_b", [{**row, "id": f"b-{row['id']}"} for row in rows]), ("claims_test", claims), ("claims_dev", claims)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    goals = json.loads((ROOT / "tests" / "questions" / "goals.json").read_text("utf-8"))
    known = [row for row in goals if not re.match(r"kinds/(?!far)", row["path"])]
    (folder / "goals.json").write_text(json.dumps(known), "utf-8")
    return folder


@pytest.fixture
def toy(tmp_path, toy_encoder, quick_build, monkeypatch):
    """The command over a toy corpus, without what trains a model for minutes."""
    assistant = bilingual_assistant(tmp_path, toy_encoder)
    monkeypatch.setattr("qa.answering.assistant.Assistant.open", lambda index, corpus: assistant)
    for name in ("cross_validate", "unseen"):
        monkeypatch.setattr(quality, name, lambda encoder, folder, others: {(language, "caught"): Rate(1, 2) for language in ("zh", "en")})
    row = {"threshold": 0.5, "chosen": True, "dev_answerable": 0.1, "dev_unanswerable": 0.9, "test_answerable": 0.1, "test_unanswerable": 0.8, "test_right": 0.7}
    monkeypatch.setattr(quality, "operating_rows", lambda *a: [row])
    return assistant


def test_the_command_writes_the_page_and_prints_its_first_table(questions, toy, tmp_path, capsys):
    page = tmp_path / "quality.md"
    assert quality.main(["--questions", str(questions), "--template", str(ROOT / "docs" / "quality.template.md"), "--write", str(page)]) == 0
    printed = capsys.readouterr().out
    text = page.read_text("utf-8")
    assert printed.strip() in text
    assert not SLOT.search(text)
    for heading in ("test", "dev", "dev_b"):  # by set of questions
        assert f"\n| {heading} | 5 |" in text
    assert "| zh->en | both | 1 |" in text
    assert "| + refusal, triage |" in text
    assert "| .500 (chosen) | .100 |" in text


def test_without_a_page_only_the_first_table_is_measured_and_printed(questions, toy, capsys):
    assert quality.main(["--questions", str(questions)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| measure | goal | test | reached | dev (tuned on) |"
    assert len(lines) == 2 + len(json.loads((questions / "goals.json").read_text("utf-8")))


def test_what_cannot_be_measured_is_named_in_one_line(questions, capsys):
    (questions / "claims_other.jsonl").write_text("")
    for arguments, message in ((["--questions", str(questions)], "claims_other.jsonl would not be measured"), (["--questions", str(questions.parent)], "no test*.jsonl there")):
        assert quality.main(arguments) == 1
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1


def test_the_page_is_the_template_with_figures_filled_in():
    page = (ROOT / "docs" / "quality.md").read_text("utf-8")
    place = 0
    for prose in SLOT.split(TEMPLATE)[::2]:
        place = page.find(prose, place)
        assert place >= 0, f"docs/quality.md lacks: {prose.strip()[:80]}; run: python -m qa.evaluation.quality --write docs/quality.md"
        place += len(prose)


def test_a_higher_threshold_refuses_more_and_the_chosen_one_is_what_happened():
    from test_answer_measures import case

    from qa.evaluation.operating import _at

    cases = [
        case(said=("a#1",), confidence=0.9),
        case(said=("a#1",), confidence=0.6),
        case("not_covered", (), said=("x#1",), confidence=0.7),
        case("not_covered", (), best="x#1", confidence=0.2),
        case("emergency", (), got="emergency"),
    ]
    assert _at(cases, 0.5, 0.5) == {"test_answerable": 0.0, "test_unanswerable": 0.5, "test_right": 0.75}
    assert _at(cases, 0.8, 0.5) == {"test_answerable": 0.5, "test_unanswerable": 1.0, "test_right": 0.75}
    assert _at(cases, 0.1, 0.5) == {"test_answerable": 0.0, "test_unanswerable": 0.0, "test_right": 0.5}
