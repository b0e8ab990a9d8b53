"""What each part adds, over the project's own kind of questions."""

import pytest
from bilingual import QUESTIONS, bilingual_assistant

from qa.evaluation.ablation import question_ablation, ranked
from qa.evaluation.question_file import QuestionFile
from qa.evaluation.tables import ablation_rows
from qa.search.retrieval import PARTS

DATA = QuestionFile("toy", QUESTIONS, [])


@pytest.fixture
def assistant(tmp_path, toy_encoder, quick_build):
    return bilingual_assistant(tmp_path, toy_encoder)


def test_the_ranking_is_built_up_from_the_bare_sentence_to_the_whole_answer(assistant):
    rows = dict(question_ablation(DATA, assistant))
    names = list(rows)
    assert names[:3] == ["BM25 alone", "encoder alone", "+ context"]
    assert set(names[3 : 3 + len(PARTS)]) == {f"+ {part}" for part in PARTS}
    assert names[3 + len(PARTS)] == "+ refusal, triage"
    assert set(names[4 + len(PARTS) :]) == {f"without {part}" for part in PARTS}
    assert rows["+ context"]["adds"]["over"] == "encoder alone"
    assert {rows[f"without {part}"]["adds"]["over"] for part in PARTS} == {"all parts"}


def test_each_row_adds_the_paired_difference_to_the_row_before(assistant):
    rows = question_ablation(DATA, assistant)
    before = rows[0][1]["measures"]["Success@1"]
    for _, result in rows[1 : 3 + len(PARTS)]:
        assert result["adds"]["value"] == pytest.approx(result["measures"]["Success@1"] - before, abs=1e-3)
        before = result["measures"]["Success@1"]


def test_a_ranking_alone_has_every_question_without_an_answer_wrong(assistant):
    result = ranked(DATA, assistant.retriever, "hybrid", frozenset()).result
    assert result["measures"]["Success@1"] == 1.0
    assert result["right_reply"]["all"]["value"] == pytest.approx(4 / 5)  # of five questions the last has no answer


def test_the_encoder_alone_reads_the_bare_sentence_and_context_its_study_too(assistant, toy_encoder):
    asked = len(toy_encoder.encoded)
    question_ablation(DATA, assistant)
    assert {p.text for p in assistant.index.passages} <= set(toy_encoder.encoded[asked:])
    assert all(p.context for p in assistant.index.passages)  # what the index embedded in front of them


def test_the_table_shows_intervals_and_p_values(assistant):
    head, rows = ablation_rows(question_ablation(DATA, assistant))
    assert head[-3:] == ("right reply", "adds", "p")
    assert all("[" in row[1] for row in rows)
    assert rows[0][-2:] == ("", "")
    assert {len(row) for row in rows} == {len(head)}
