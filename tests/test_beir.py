"""Reading BEIR folders: as published, with the small departures that are about, and what is refused."""

import json

import pytest

from qa.errors import DatasetError
from qa.evaluation.beir import is_beir, read_beir


def write(folder, corpus, queries, **qrels):
    (folder / "qrels").mkdir(exist_ok=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    for name, text in qrels.items():
        (folder / "qrels" / f"{name}.tsv").write_text(text, "utf-8")
    return folder


CORPUS = [{"_id": "d1", "title": "Liver", "text": "A liver."}, {"_id": 2, "title": "", "text": "\u809d\u810f\u3002\u2028\u4e8c"}]
QUERIES = [{"_id": "q1", "text": "liver?"}, {"_id": "q2", "text": "\u809d?"}, {"_id": "q3", "text": "not judged"}]
HEAD = "query-id\tcorpus-id\tscore\n"


def test_a_published_folder_is_read_with_titles_before_texts(tmp_path):
    data = read_beir(write(tmp_path, CORPUS, QUERIES, test=HEAD + "q1\td1\t1\nq2\t2\t2\n"))
    assert data.documents == {"d1": "Liver A liver.", "2": "\u809d\u810f\u3002\u2028\u4e8c"}  # a line separator inside a text ends no line
    assert data.queries == {"q1": "liver?", "q2": "\u809d?"}  # only judged ones
    assert data.qrels == {"q1": {"d1": 1}, "q2": {"2": 2}}
    assert (data.split, data.warnings) == ("test", [])
    assert is_beir(tmp_path)


def test_the_test_split_is_the_default_and_others_go_by_name(tmp_path):
    write(tmp_path, CORPUS, QUERIES, test=HEAD + "q1\td1\t1\n", dev=HEAD + "q2\t2\t1\n")
    assert list(read_beir(tmp_path).queries) == ["q1"]
    assert list(read_beir(tmp_path, "dev").queries) == ["q2"]
    with pytest.raises(DatasetError, match='no split "train"; there is: dev, test'):
        read_beir(tmp_path, "train")


def test_one_file_of_any_name_will_do_and_several_are_read_together(tmp_path):
    write(tmp_path, CORPUS, QUERIES, zh=HEAD + "q2\t2\t1\n")
    assert read_beir(tmp_path).split == "zh"
    write(tmp_path, CORPUS, QUERIES, en=HEAD + "q1\td1\t1\n")
    assert sorted(read_beir(tmp_path).queries) == ["q1", "q2"]


@pytest.mark.parametrize("text", ["q1\td1\t1\n", "q1\t0\td1\t1\n", "q1 0 d1 1\n", "\ufeff" + HEAD.replace("\n", "\r\n") + "q1\td1\t1\r\n"])
def test_judgements_without_a_header_in_trecs_columns_or_with_windows_line_ends_are_read(tmp_path, text):
    assert read_beir(write(tmp_path, CORPUS, QUERIES, test=text)).qrels == {"q1": {"d1": 1}}


def test_what_would_skew_a_measure_is_reported(tmp_path):
    corpus = [*CORPUS, {"_id": "q1", "text": "an id like a query's"}]
    data = read_beir(write(tmp_path, corpus, QUERIES, test=HEAD + "q1\tgone\t1\nq2\t2\t0\n"))
    assert [warning.split(" ")[0] for warning in data.warnings] == ['"gone"', '"q2"', '"q1"']


@pytest.mark.parametrize(
    "corpus, queries, qrels, message",
    [
        (CORPUS, QUERIES, HEAD + "q9\td1\t1\n", '"q9" of queries.jsonl'),
        (CORPUS, QUERIES, HEAD + "q1\td1\t1\nq2\n", "test.tsv, line 3"),
        ([{"_id": "d1"}], QUERIES, HEAD, "corpus.jsonl, line 1"),
        ([{"_id": "d1", "text": 5}], QUERIES, HEAD, "corpus.jsonl, line 1"),
        (CORPUS, [{"text": "no id"}], HEAD, "queries.jsonl, line 1"),
        ([CORPUS[0], CORPUS[0]], QUERIES, HEAD, 'line 2: the id "d1" stands on an earlier line'),
        ([], QUERIES, HEAD, "has no line"),
    ],
)
def test_a_damaged_folder_is_refused_with_the_place(tmp_path, corpus, queries, qrels, message):
    with pytest.raises(DatasetError) as error:
        read_beir(write(tmp_path, corpus, queries, test=qrels))
    assert message in str(error.value)


def test_missing_files_and_broken_lines_are_refused(tmp_path):
    with pytest.raises(DatasetError, match="no corpus.jsonl"):
        read_beir(tmp_path)
    write(tmp_path, CORPUS, QUERIES)
    with pytest.raises(DatasetError, match="no qrels"):
        read_beir(tmp_path)
    write(tmp_path, CORPUS, QUERIES, test=HEAD)
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1"\n')
    with pytest.raises(DatasetError, match=r"corpus\.jsonl, line 1: not JSON"):
        read_beir(tmp_path)
    (tmp_path / "corpus.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match="UTF-8"):
        read_beir(tmp_path)
