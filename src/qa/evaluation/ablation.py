"""What each part of the ranking adds (`qa evaluate --ablate`): built up part after part, then the whole without each.

Every row has its intervals, and beside them the paired difference to the row that it is compared with.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qa.evaluation.answer_measures import Case, answer_measures, by_language, rounded
from qa.evaluation.beir import is_beir, read_beir
from qa.evaluation.directions import retriever_over
from qa.evaluation.evaluate import chosen_encoder, evaluate_beir
from qa.evaluation.evaluation import Evaluation, ranking, result_of
from qa.evaluation.measures import paired_difference, per_query, randomisation_test
from qa.evaluation.own_questions import evaluate_questions
from qa.evaluation.question_file import Question, QuestionFile, read_question_file
from qa.evaluation.trec import make_run

Row = tuple[str, dict[str, Any]]
ORDER = ("lexical", "bank", "maps", "bank_lexical", "late", "focus")  # in which parts are added; any further one follows
WHOLE = "all parts"


def ablation(dataset: Path, assistant: Any = None, split: str | None = None, encoder: Any = None) -> list[Row]:
    """Return (name, result) of BM25 alone, the encoder alone, then part after part added, and the whole without each part.

    `result["adds"]` says what a row adds to Success@1 `over` another row, with an interval and the p-value of a paired
    randomisation test. For a question file see `question_ablation`.
    """
    if not is_beir(dataset):
        return question_ablation(read_question_file(dataset), assistant)
    from qa.search.plain import PARTS, PlainIndex

    data = read_beir(dataset, split)
    encoder = chosen_encoder(assistant, encoder)
    index = PlainIndex.build(data.documents, encoder)  # once for all variants

    def run(mode: str, without: frozenset[str]) -> Evaluation:
        return evaluate_beir(data, encoder, mode, without, index)

    built = _built_up(run, PARTS)
    whole = built[-1][1]
    rows = [(name, _against(e, over)) for (name, e), over in zip(built, [None, *built], strict=False)]
    return rows + [(f"without {part}", _against(run("hybrid", frozenset({part})), (WHOLE, whole))) for part in PARTS]


def _built_up(run: Callable[[str, frozenset[str]], Evaluation], parts: Sequence[str]) -> list[tuple[str, Evaluation]]:
    rows = [("BM25 alone", run("lexical", frozenset())), ("encoder alone", run("hybrid", frozenset(parts)))]
    rows += [(f"+ {part}", run("hybrid", frozenset(parts[n:]))) for n, part in enumerate(parts, 1)]
    return rows


def _against(evaluation: Evaluation, over: tuple[str, Evaluation] | None) -> dict[str, Any]:
    """Return the result with what it adds to Success@1 over another run of the same queries."""
    if over is None:
        return evaluation.result
    mine, theirs = (list(e.values["Success@1"].values()) for e in (evaluation, over[1]))
    return evaluation.result | {"adds": {"to": "Success@1", "over": over[0], **_paired(mine, theirs)}}


def _paired(mine: Sequence[float], theirs: Sequence[float]) -> dict[str, Any]:
    return {**rounded(paired_difference(mine, theirs)), "p": round(randomisation_test(mine, theirs), 4)}


def question_ablation(data: QuestionFile, assistant: Any, answered: Sequence[Case] = ()) -> list[Row]:
    """Return the rows for the project's own questions.

    `encoder alone` embeds the bare sentence; `+ context` puts its study and section in front, as the index does. The
    ranking alone replies to everything with its first statement; `+ refusal, triage` is the assistant's whole answer.
    `result["right_reply"]` is the share of all questions with the right reply, answerable or not.

    Args:
        answered: the assistant's cases for these questions, if they have been asked already.
    """
    from qa.search.retrieval import PARTS

    assistant = assistant.remembering()
    parts = tuple(sorted(PARTS, key=lambda part: ORDER.index(part) if part in ORDER else len(ORDER)))
    lines = assistant.encoder.encode([passage.text for passage in assistant.index.passages], "passage")
    bare = retriever_over(assistant.retriever, replace(assistant.index, raw_vectors=lines, vectors=lines))

    def run(mode: str, without: frozenset[str], retriever: Any = None) -> Evaluation:
        return ranked(data, retriever or assistant.retriever, mode, without)

    built = _built_up(run, parts)
    built[1:2] = [("encoder alone", run("hybrid", frozenset(parts), bare)), ("+ context", built[1][1])]
    rows = [(name, _against(e, over)) for (name, e), over in zip(built, [None, *built], strict=False)]
    whole = built[-1][1]
    cases = list(answered) or evaluate_questions(replace(data, claims=[]), assistant, directions=False).cases
    rows.append(("+ refusal, triage", _with_refusal(whole, cases, built[-1][0])))
    rows += [(f"without {part}", _against(run("hybrid", frozenset({part})), (WHOLE, whole))) for part in parts]
    return rows


def ranked(data: QuestionFile, retriever: Any, mode: str, without: frozenset[str]) -> Evaluation:
    """Return the measures of a ranking that replies to every question with the statement that stands first."""
    found = {question.id: ranking(retriever, question, mode, without) for question in data.questions}
    run = make_run(found)
    qrels = {q.id: dict.fromkeys(sorted(q.units), 1) for q in data.questions}
    values = per_query(qrels, run)
    values["right_reply"] = {q.id: _first_is_right(q, found[q.id]) for q in data.questions}
    result = result_of(data.name, mode, without, values, {q.id: q.language for q in data.questions}, {})
    result["right_reply"] = by_language((q.language, values["right_reply"][q.id]) for q in data.questions)
    return Evaluation(result, run, values, qrels=qrels)


def _first_is_right(question: Question, hits: Sequence[tuple[str, float]]) -> float:
    right = question.units | (question.units_ok if question.outcome == "not_covered" else frozenset())
    return float(bool(hits) and hits[0][0] in right)


def _with_refusal(whole: Evaluation, cases: Sequence[Case], over: str) -> dict[str, Any]:
    """Return the row of the assistant's answers: what deciding when to be silent adds to the right replies."""
    from qa.evaluation.answer_measures import right_reply

    replies: Mapping[str, float] = {case.question.id: right_reply(case) or 0.0 for case in cases}
    before = whole.values["right_reply"]
    adds = {"to": "right reply", "over": over, **_paired([replies[q] for q in before], list(before.values()))}
    return whole.result | {"right_reply": answer_measures(cases)["right_reply"], "adds": adds}
