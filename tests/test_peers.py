"""The benchmark against other frameworks counts what it says. No peer is installed here: a fake one stands in."""

import importlib.util
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import ToyEncoder

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
MODULES = ("harness", "project", "table", "worker", "peers")

ALPHA = "Umbilical cells: survival rose in the Alpha trial."
FEVER = "Fever was seen twice in the Alpha trial."
BETA = "The Beta trial took marrow."


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules of the benchmark, loaded from their files and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    before = dict(sys.modules)
    yield SimpleNamespace(**{name: load(name) for name in MODULES})
    for name in [name for name, module in sys.modules.items() if str(getattr(module, "__file__", "")).startswith(str(BENCHMARKS))]:
        del sys.modules[name]
    sys.modules.update({name: before[name] for name in MODULES if name in before})


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def sentences(bench: SimpleNamespace) -> list[Any]:
    return [
        bench.harness.Sentence(ALPHA, "studies/01.md#1", "studies/01.en.md", (1,)),
        bench.harness.Sentence(FEVER, "studies/01.md#2", "studies/01.en.md", (1,)),
        bench.harness.Sentence(BETA, "studies/02.md#1", "studies/02.en.md", (2,)),
    ]


def question(unit: str | None, study: int, language: str = "en", history: tuple[str, ...] = ()) -> SimpleNamespace:
    outcome = "answered" if unit else "not_covered"
    return SimpleNamespace(outcome=outcome, units=frozenset({unit} if unit else ()), citations=frozenset({study}), language=language, history=history)


def fake_peer(entries: Sequence[Any], encoder: ToyEncoder) -> Any:
    """A peer in a line: the nearest entries by the toy encoder, ties by position."""
    vectors = encoder.encode([entry.text for entry in entries], "passage")
    return lambda text: [int(row) for row in np.argsort(-(vectors @ encoder.encode([text], "query")[0]), kind="stable")[:3]]


def measured(bench: SimpleNamespace, entries: Sequence[Any], questions: Sequence[Any], rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    replies = [bench.harness.Reply(tuple(own), 0.002) for own in rows]
    return bench.harness.measures(questions, replies, bench.harness.held(entries, sentences(bench)), bench.project.by_language)


def one_each(bench: SimpleNamespace) -> list[Any]:
    return [bench.harness.Entry(s.text, s.file) for s in sentences(bench)]


def test_the_fake_peer_is_right_where_its_nearest_sentence_answers(bench: SimpleNamespace) -> None:
    entries = one_each(bench)
    ask = fake_peer(entries, ToyEncoder())
    asked = [ask("Who had fever?"), ask("Was marrow used?"), ask("Did women live?")]
    assert [rows[0] for rows in asked] == [1, 2, 0]  # "women" is on no sentence's axis: all tie, the first comes first
    questions = [question("studies/01.md#2", 1), question("studies/02.md#1", 2), question("studies/02.md#1", 2)]
    found = measured(bench, entries, questions, asked)
    assert found["right_sentence@1"]["all"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["right_sentence@3"]["all"]["value"] == 1.0  # three entries, three asked for: it is always among them
    assert found["right_study@1"]["all"]["value"] == pytest.approx(2 / 3, abs=1e-4)


def test_the_right_study_can_be_named_by_a_wrong_sentence(bench: SimpleNamespace) -> None:
    found = measured(bench, one_each(bench), [question("studies/01.md#1", 1)], [[1, 2]])
    assert (found["right_sentence@1"]["all"]["value"], found["right_study@1"]["all"]["value"]) == (0.0, 1.0)


def test_a_chunk_is_right_only_if_the_sentence_stands_whole_in_it(bench: SimpleNamespace) -> None:
    whole = bench.harness.Entry(f"# Alpha\n\n{ALPHA.replace(' ', chr(10))}\n{FEVER[:10]}", "studies/01.en.md")
    cut = bench.harness.Entry(FEVER[10:], "studies/01.en.md")
    questions = [question("studies/01.md#1", 1), question("studies/01.md#2", 1), question("studies/01.md#2", 1)]
    found = measured(bench, [whole, cut], questions, [[0], [0], [1]])
    assert found["right_sentence@1"]["all"] == {**found["right_sentence@1"]["all"], "value": pytest.approx(1 / 3, abs=1e-4), "n": 3}
    assert found["right_study@1"]["all"]["value"] == 1.0  # the piece without a whole sentence is about its file's study


def test_the_same_words_in_another_file_are_not_the_sentence(bench: SimpleNamespace) -> None:
    stray = bench.harness.Entry(ALPHA, "studies/02.en.md")
    found = measured(bench, [stray], [question("studies/01.md#1", 1)], [[0]])
    assert (found["right_sentence@1"]["all"]["value"], found["right_study@1"]["all"]["value"]) == (0.0, 0.0)


def test_a_question_without_a_reply_counts_as_wrong_and_as_refused(bench: SimpleNamespace) -> None:
    questions = [question("studies/01.md#1", 1), question("studies/01.md#1", 1), question(None, 0), question(None, 0)]
    found = measured(bench, one_each(bench), questions, [[0], [], [], [2]])
    assert (found["right_sentence@1"]["all"]["value"], found["right_sentence@1"]["all"]["n"]) == (0.5, 2)
    assert (found["answerable_answered"]["all"]["value"], found["unanswerable_answered"]["all"]["value"]) == (0.5, 0.5)


def test_languages_and_follow_ups_are_counted_apart(bench: SimpleNamespace) -> None:
    questions = [question("studies/01.md#1", 1, "zh"), question("studies/01.md#1", 1, "en", ("And Alpha?",)), question("studies/01.md#1", 1)]
    found = measured(bench, one_each(bench), questions, [[0], [2], [0]])
    values = {name: found["right_sentence@1"][name]["value"] for name in ("all", "zh", "en")}
    assert values == {"all": pytest.approx(2 / 3, abs=1e-4), "zh": 1.0, "en": 0.5}
    assert (found["alone_right_sentence@1"]["en"]["value"], found["alone_right_sentence@1"]["all"]["n"]) == (1.0, 2)


@pytest.mark.parametrize("row", [-1, 3])
def test_an_entry_that_does_not_exist_is_an_error(bench: SimpleNamespace, row: int) -> None:
    with pytest.raises(ValueError, match="adapter"):  # FAISS pads short results with -1, and entries[-1] is a real text
        measured(bench, one_each(bench), [question("studies/01.md#1", 1)], [[row]])


def test_a_missing_reply_is_an_error(bench: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match="2 questions, but 1 replies"):
        measured(bench, one_each(bench), [question(None, 0), question(None, 0)], [[0]])


def test_what_is_longer_than_the_encoder_reads_is_reported(bench: SimpleNamespace) -> None:
    entries = [bench.harness.Entry("ab" * 5, "f"), bench.harness.Entry("ab" * 10, "f")]
    found = bench.harness.texts(entries, bench.harness.held(entries, []), [], lambda text: "en", lambda text: (len(text), min(len(text), 15)))
    # 10 of 10 and 15 of 20 characters are read: 5 of 30 are not; the mean length is (10 + 20) / 2
    assert found["en"] == {"entries": 2, "mean_characters": 15.0, "unread": pytest.approx(5 / 30, abs=1e-4)}
    assert found["zh"] == {"entries": 0, "mean_characters": None, "unread": None}


def test_sentences_that_no_chunk_holds_whole_are_reported(bench: SimpleNamespace) -> None:
    entries = [bench.harness.Entry(ALPHA + FEVER[:10], "studies/01.en.md"), bench.harness.Entry(BETA, "studies/02.en.md")]
    holdings = bench.harness.held(entries, sentences(bench))
    found = bench.harness.texts(entries, holdings, sentences(bench), lambda text: "en", lambda text: (1, 1))
    assert found["whole_sentences"] == pytest.approx(2 / 3, abs=1e-4)  # FEVER is cut apart


def test_the_table_shows_every_row_and_why_one_could_not_be_measured(bench: SimpleNamespace) -> None:
    entries = one_each(bench)
    found = measured(bench, entries, [question("studies/01.md#1", 1), question(None, 0)], [[0], [1]])
    cut = bench.harness.texts(entries, bench.harness.held(entries, sentences(bench)), sentences(bench), lambda text: "en", lambda text: (1, 1))
    facts = {"cold_start_seconds": 1.2, "cold_start_cpu_seconds": 0.8, "peak_megabytes": 100, "load": 7.0}
    good = {"label": "Fake", "setting": "sentences", **facts, "measures": found, "texts": cut}
    bad = {"label": "Gone", "setting": "chunks", "error": "build: No module named 'gone'"}
    results = {"rows": [good, bad], "outcomes": {"answered": 1, "not_covered": 1}, "questions": 2, "dataset": "toy", "follow_ups": 0, "cores": 2}
    lines = bench.table.table(results).split("\n")
    assert lines[0].count("|") == lines[2].count("|") == lines[3].count("|")
    assert "| Fake | sentences (3) |" in lines[2] and "1.00 [0.21, 1.00]" in lines[2]  # Wilson's interval of 1 of 1
    assert "| \u2013 / \u2013 |" in lines[2]  # no Chinese question: a dash, not a zero
    assert "not measured: build: No module named 'gone'" in lines[3]
    assert "load 7.0 to 7.0 on 2 cores" in lines[-1]


def test_a_limited_run_is_spread_over_the_file(bench: SimpleNamespace) -> None:
    assert bench.peers.spread(list(range(10)), 3) == [0, 3, 6]
    assert bench.peers.spread([1, 2], None) == bench.peers.spread([1, 2], 5) == [1, 2]


def test_every_listed_peer_has_an_adapter_that_loads_without_the_peer(bench: SimpleNamespace) -> None:
    for name in bench.peers.PEERS:
        peer = load(f"peer_{name}")
        assert peer.LABEL and set(peer.SETTINGS) <= {"sentences", "chunks"}
        assert hasattr(peer, "open_own") or all(hasattr(peer, part) for part in ("chunk", "build", "open_index"))


def test_a_worker_asks_each_question_and_writes_times_and_memory(bench: SimpleNamespace, tmp_path: Path) -> None:
    entries = one_each(bench)
    bench.worker.write_entries(tmp_path / "entries.json", entries)
    assert bench.worker.read_entries(tmp_path / "entries.json") == entries
    peer = SimpleNamespace(open_own=lambda index, corpus: lambda text, history: fake_peer(entries, ToyEncoder())(text))
    asked = [{"text": "Who had fever?", "history": []}, {"text": "marrow?", "history": ["fever?"]}]
    bench.worker._ask(peer, tmp_path, {"index": "x", "corpus": "y", "questions": asked}, started=0.0)
    written = json.loads((tmp_path / "asked.json").read_text("utf-8"))
    assert [reply["rows"][0] for reply in written["replies"]] == [1, 2]
    assert written["facts"]["peak_megabytes"] > 1 and written["facts"]["cold_start_seconds"] > 0
