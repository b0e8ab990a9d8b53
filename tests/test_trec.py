"""Run files: a line for every query, strictly falling scores, and a round trip through ir_measures' own reader."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import DatasetError, UsageError
from qa.evaluation.trec import NOTHING, make_run, read_run, strictly_decreasing, write_run


def test_equal_scores_become_strictly_decreasing_and_keep_the_order():
    scores = strictly_decreasing([("b", 0.5), ("a", 0.5), ("c", 0.5)])
    assert list(scores) == ["b", "a", "c"]
    assert scores["b"] > scores["a"] > scores["c"] > 0.4999


@given(st.lists(st.floats(-1e6, 1e6, width=32), max_size=30))
def test_scores_fall_even_as_32_bit_floats(values):
    hits = [(str(i), value) for i, value in enumerate(sorted(values, reverse=True))]
    written = np.array(list(strictly_decreasing(hits).values()), dtype=np.float32)
    assert np.all(np.diff(written) < 0)


def test_a_document_that_is_listed_twice_counts_once():
    assert list(strictly_decreasing([("a", 2.0), ("a", 1.0), ("b", 0.5)])) == ["a", "b"]


def test_every_query_has_a_line_and_ranks_count_from_1(tmp_path):
    run = make_run({"q1": [("d1", 0.9), ("d2", 0.9)], "q2": []})
    write_run(tmp_path / "run.txt", run, "qa")
    lines = (tmp_path / "run.txt").read_text().splitlines()
    assert lines == ["q1 Q0 d1 1 0.9 qa", "q1 Q0 d2 2 0.8999999 qa", f"q2 Q0 {NOTHING} 1 0.0 qa"]


def test_a_run_file_is_read_back_as_it_was_and_ir_measures_reads_the_same(tmp_path):
    import ir_measures

    run = make_run({"q1": [("d1", 12.5), ("d2", 12.5), ("d3", -1.0)], "q2": [("d1", 0.1)]})
    path = tmp_path / "run.txt"
    write_run(path, run, "qa")
    back = read_run(path)
    assert {q: list(scores) for q, scores in back.items()} == {q: list(scores) for q, scores in run.items()}
    theirs = [(line.query_id, line.doc_id) for line in ir_measures.read_trec_run(str(path))]
    assert theirs == [("q1", "d1"), ("q1", "d2"), ("q1", "d3"), ("q2", "d1")]


def test_a_damaged_run_file_is_refused_with_its_line(tmp_path):
    path = tmp_path / "run.txt"
    path.write_text("q1 Q0 d1 1 0.9 qa\nq1 Q0 d2\n")
    with pytest.raises(DatasetError, match="line 2"):
        read_run(path)
    path.write_text("\n")
    with pytest.raises(DatasetError, match="holds no line"):
        read_run(path)
    with pytest.raises(DatasetError, match="can't be read"):
        read_run(tmp_path / "missing.txt")
    with pytest.raises(UsageError, match="can't be written"):
        write_run(tmp_path / "no" / "such" / "folder.txt", {}, "qa")
