"""`qa evaluate` from data set to table, JSON, run file, comparison and report."""

import json
from html.parser import HTMLParser

import pytest
from counting_encoder import CountingEncoder
from small_assistant import SmallAssistant

from qa.cli import main
from qa.commands import workspace
from qa.errors import DatasetError, UsageError
from qa.evaluation.ablation import ablation
from qa.evaluation.comparison import compare
from qa.evaluation.evaluate import evaluate
from qa.evaluation.report import report
from qa.evaluation.trec import NOTHING, read_run, write_run

QUESTIONS = [
    {"id": "number", "question": "How many people were treated in Alpha", "outcome": "answered", "units": ["studies/01.md#1"], "citations": [1]},
    {"id": "zh", "question": "\u4e59\u8bd5\u9a8c\u7ed9\u4e86\u4ec0\u4e48\u7ec6\u80de", "outcome": "answered", "units": ["studies/02.md#1"], "citations": [2]},
    {"id": "follow", "question": "And fever", "history": ["the Alpha trial"], "outcome": "answered", "units": ["studies/01.md#2"], "citations": [1]},
    {"id": "wrong", "question": "Alpha trial marrow", "outcome": "answered", "units": ["studies/02.md#1"], "citations": [2]},
    {"id": "far", "question": "Weather tomorrow", "outcome": "not_covered", "units": [], "kind": "far"},
    {"id": "sos", "question": "He is vomiting blood", "outcome": "emergency", "units": [], "kind": "emergency"},
]
CLAIMS = [
    {"id": "c1", "claim": "The Alpha trial treated 40 people.", "verdict": "supported", "citation": 1, "altered": None},
    {"id": "c2", "claim": "The Alpha trial treated 90 people.", "verdict": "differs", "citation": None, "altered": "number"},
]


@pytest.fixture
def questions(tmp_path):
    rows = [{"kind": "plain", "language": "zh" if row["id"] == "zh" else "en", **row} for row in QUESTIONS]
    for name, lines in (("dev.jsonl", rows), ("claims_dev.jsonl", CLAIMS)):
        (tmp_path / name).write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return tmp_path / "dev.jsonl"


@pytest.fixture
def beir(tmp_path):
    """Three documents and four queries; the last query has no letter, so nothing is found for it."""
    folder = tmp_path / "toy-set"
    (folder / "qrels").mkdir(parents=True)
    documents = {"d-liver": "liver", "d-cell": "cell blood", "d-zh": "\u7ec6\u80de"}
    queries = {"q1": "liver?", "q2": "cell", "q3": "\u7ec6\u80de\uff1f", "q4": "?"}
    for name, texts in (("corpus", documents), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps({"_id": k, "text": v}, ensure_ascii=False) + "\n" for k, v in texts.items()), "utf-8")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td-liver\t1\nq2\td-zh\t1\nq3\td-zh\t1\nq4\td-liver\t1\n")
    return folder


def test_a_beir_folder_gives_measures_by_language_and_direction(beir):
    result = evaluate(beir, mode="dense", encoder=CountingEncoder()).result
    # cosines: q1 finds d-liver first; q2 and q3 find d-zh (cell alone: 1) before d-cell (1/sqrt 2); q4 finds nothing
    assert result["queries"] == 4
    assert result["measures"]["R@1"] == 0.75
    assert (result["dataset"], result["mode"], result["documents"]) == ("toy-set", "dense", 3)
    assert {name: group["measures"]["Success@1"] for name, group in result["by_direction"].items()} == {"en->en": 0.5, "en->zh": 1.0, "zh->zh": 1.0}
    assert {name: group["queries"] for name, group in result["by_language"].items()} == {"en": 3, "zh": 1}


def test_modes_and_parts_change_the_ranking(beir):
    encoder = CountingEncoder()
    lexical = evaluate(beir, mode="lexical", encoder=encoder)
    assert list(lexical.run["q2"]) == ["d-cell"]  # the Chinese document shares no word
    assert lexical.run["q4"] == {NOTHING: 0.0}
    whole, bare = (evaluate(beir, encoder=encoder, without=frozenset(w)).run["q1"]["d-liver"] for w in ((), ("lexical", "late")))
    assert whole > bare
    with pytest.raises(UsageError, match="--without bank: no such part of this ranking; there is: lexical, late, languages"):
        evaluate(beir, encoder=encoder, without=frozenset({"bank"}))


def test_questions_give_ranking_answer_and_claim_measures(questions):
    evaluation = evaluate(questions, SmallAssistant())
    result = evaluation.result
    assert result["queries"] == 4  # the answerable ones are ranked and measured
    assert set(evaluation.run) == {row["id"] for row in QUESTIONS}  # all have a line
    assert result["measures"]["Success@1"] == 0.75
    answers = {name: by["all"]["value"] for name, by in result["answers"].items()}
    assert answers["right_sentence@1"] == 0.75
    assert answers["refusal_recall"] == answers["triage_recall"] == answers["follow_ups@1"] == 1.0
    assert answers["over_triage"] == 0.0
    assert answers["right_reply"] == pytest.approx(5 / 6, abs=1e-4)  # the one answered by another sentence is wrong
    assert result["false_answers"]["far"]["all"]["value"] == 0.0
    assert result["claims"]["confusion"]["differs"] == {"supported": 0, "differs": 1, "not_found": 0}
    assert result["claims"]["right_confirmed"]["all"]["value"] == 1.0


def test_a_mode_other_than_hybrid_measures_the_ranking_alone(questions):
    result = evaluate(questions, SmallAssistant(), mode="lexical").result
    assert "answers" not in result
    assert "claims" not in result


def test_labels_of_another_corpus_are_reported(questions):
    questions.write_text(questions.read_text("utf-8").replace("studies/02.md#1", "studies/77.md#1"), "utf-8")
    assert "1 labelled statements are not in this index" in evaluate(questions, SmallAssistant()).result["warnings"][0]


def test_a_run_compared_with_itself_is_equal_and_with_a_worse_one_is_not(beir, tmp_path):
    encoder = CountingEncoder()
    dense = evaluate(beir, mode="dense", encoder=encoder)
    write_run(tmp_path / "dense.txt", dense.run, "qa")
    same = compare(dense, tmp_path / "dense.txt")["measures"]["R@1"]
    assert (same["difference"]["value"], same["p"]) == (0.0, 1.0)
    write_run(tmp_path / "lexical.txt", evaluate(beir, mode="lexical", encoder=encoder).run, "qa")
    worse = compare(dense, tmp_path / "lexical.txt")["measures"]["R@1"]
    assert worse["difference"]["value"] == 0.25  # one query of four
    by_language = compare(dense, tmp_path / "lexical.txt")["by_language"]
    assert {name: part["queries"] for name, part in by_language.items()} == {"zh": 1, "en": 3}
    assert sum(part["queries"] * part["measures"]["R@1"]["difference"]["value"] for part in by_language.values()) == pytest.approx(1, abs=1e-3)
    (tmp_path / "other.txt").write_text("zz Q0 d 1 1.0 x\n")
    with pytest.raises(DatasetError, match="names none of the 4 queries"):
        compare(dense, tmp_path / "other.txt")


def test_the_ablation_builds_the_ranking_up_and_takes_each_part_away(beir):
    rows = ablation(beir, encoder=CountingEncoder())
    assert [name for name, _ in rows] == [
        "BM25 alone", "encoder alone", "+ lexical", "+ late", "+ languages", "without lexical", "without late", "without languages",
    ]  # fmt: skip
    assert [result["without"] for _, result in rows][1] == ["languages", "late", "lexical"]
    adds = {name: (result["adds"]["over"], result["adds"]["value"]) for name, result in rows[1:]}
    first = {name: result["measures"]["Success@1"] for name, result in rows}
    assert adds["encoder alone"] == ("BM25 alone", pytest.approx(first["encoder alone"] - first["BM25 alone"]))
    assert adds["without late"][0] == "all parts"
    assert all(0 < result["adds"]["p"] <= 1 for _, result in rows[1:])


class Links(HTMLParser):
    """Collects everything a page would load."""

    def __init__(self):
        super().__init__()
        self.loaded, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loaded += [value for name, value in attrs if name in ("src", "href", "srcset", "data")]


@pytest.mark.parametrize("kind", ["questions", "beir"])
def test_the_report_stands_alone_and_shows_plots_and_misses(kind, request, tmp_path):
    dataset = request.getfixturevalue(kind)
    evaluation = evaluate(dataset, SmallAssistant(), encoder=CountingEncoder())
    page = report(evaluation)
    links = Links()
    links.feed(page)
    assert links.loaded == []
    assert "script" not in links.tags
    assert links.tags.count("svg") == (3 if kind == "questions" else 1)
    assert links.tags.count("article") >= 1
    if kind == "questions":
        assert "Alpha trial marrow" in page  # the question that was answered wrongly, with what was quoted
        assert "The Alpha trial treated 40 people." in page


def test_a_report_escapes_what_it_read(questions):
    questions.write_text(questions.read_text("utf-8").replace("Alpha trial marrow", "Alpha trial <script>marrow</script>"), "utf-8")
    page = report(evaluate(questions, SmallAssistant()))
    assert "<script>" not in page
    assert "&lt;script&gt;marrow" in page


def test_the_command_prints_the_contracts_json_as_its_last_line(questions, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(workspace, "open_assistant", lambda index, corpus: SmallAssistant())
    files = {name: tmp_path / f"out.{name}" for name in ("run", "html", "labels")}
    code = main(["evaluate", str(questions), "--json", "--run", str(files["run"]), "--report", str(files["html"]), "--labels", str(files["labels"])])
    assert code == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["dataset"], result["queries"], result["mode"]) == ("dev", 4, "hybrid")
    assert {"R@1", "R@3", "R@5", "RR@10", "nDCG@10", "Success@1"} <= set(result["measures"])
    assert len(read_run(files["run"])) == len(QUESTIONS)
    assert files["html"].read_text("utf-8").startswith("<!doctype html>")
    assert [json.loads(line)["id"] for line in files["labels"].read_text("utf-8").splitlines()] == ["c1", "c2"]


def test_the_command_prints_tables_and_an_ablation(beir, capsys, monkeypatch):
    monkeypatch.setattr("qa.encoding.encoder.open_encoder", lambda: CountingEncoder())
    assert main(["evaluate", str(beir)]) == 0
    out = capsys.readouterr().out
    assert "| queries | n | R@1 |" in out
    assert "| en->zh | 1 |" in out
    assert main(["evaluate", str(beir), "--ablate"]) == 0
    assert "| without late |" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, code, message",
    [
        (["nowhere"], 1, "no such data set"),
        (["."], 1, "no corpus.jsonl in this folder"),
        (["{beir}", "--split", "train"], 1, 'no split "train"'),
        (["{beir}", "--without", "nonsense"], 2, "no such part"),
        (["{beir}", "--compare", "missing.txt"], 1, "can't be read as a run file"),
        (["{beir}", "--run", "no/such/folder/run.txt"], 2, "can't be written"),
    ],
)
def test_what_cant_be_done_is_said_in_one_line(beir, tmp_path, capsys, monkeypatch, arguments, code, message):
    monkeypatch.setattr("qa.encoding.encoder.open_encoder", lambda: CountingEncoder())
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *(text.format(beir=beir) for text in arguments)]) == code
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error


@pytest.mark.slow
def test_no_score_is_worse_than_what_stands_beside_the_questions():
    """`tests/questions/expected.json` has the scores and their tolerance; `python tests/fill_expected.py` writes them anew."""
    from fill_expected import EXPECTED, measured, scores_of

    expected = json.loads(EXPECTED.read_text("utf-8"))
    worse = []
    for row in expected["datasets"]:
        found = scores_of(measured(row["file"]), row["scores"])
        for path, score in row["scores"].items():
            assert score is not None, f"{EXPECTED.name}: {row['file']} {path} was never measured; run: python tests/fill_expected.py"
            loss = (found[path] - score) * (1 if path in expected["lower_is_better"] else -1)
            if loss > row["tolerance"]:
                worse.append(f"{row['file']} {path}: {found[path]}, expected {score} within {row['tolerance']}")
    assert worse == []
