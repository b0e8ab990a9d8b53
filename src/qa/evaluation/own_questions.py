"""The project's own questions and claims, asked of the assistant over its index -> measures of rankings, answers, verdicts."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from qa.evaluation.answer_measures import (
    Case,
    ClaimCase,
    answer_measures,
    by_kind,
    claim_measures,
    false_answers,
    rounded,
    selective,
)
from qa.evaluation.directions import answers_by_direction, searched_by_direction
from qa.evaluation.evaluation import Evaluation, grouped, ranking, refuse_unknown, result_of
from qa.evaluation.measures import paired_difference, per_query
from qa.evaluation.question_file import Question, QuestionFile
from qa.evaluation.trec import Run, make_run
from qa.text.preparation import language_of


def evaluate_questions(
    data: QuestionFile,
    assistant: Any,
    mode: str = "hybrid",
    without: frozenset[str] = frozenset(),
    answers: bool = True,
    directions: bool = True,
) -> Evaluation:
    """Return the measures of a question file; see `qa.evaluation.evaluate.evaluate`.

    Args:
        directions: measure the ranking of each direction as well, where the index has lines of both languages.
    """
    from qa.progress import Progress
    from qa.search.retrieval import PARTS

    refuse_unknown(without, PARTS)
    bars = Progress()
    unit_of = {passage.id: passage.unit for passage in assistant.index.passages}
    warnings = _unknown_labels(data.questions, set(unit_of.values()))
    started = time.perf_counter()
    found: dict[str, list[tuple[str, float]]] = {}
    cases: list[Case] = []
    wanted = answers and mode == "hybrid"
    for number, question in enumerate(data.questions, 1):
        found[question.id] = ranking(assistant.retriever, question, mode, without)
        if wanted:
            answer = _ask(assistant, question.text, question.history, without)
            units = tuple(unit_of.get(quote.passage, quote.passage) for quote in answer.quotes)
            best = units[0] if units else found[question.id][0][0] if found[question.id] else None
            cases.append(Case(question, answer, units, best))
        bars("questions", number, len(data.questions))
    claims: list[ClaimCase] = []
    for number, claim in enumerate(data.claims if wanted and not without else (), 1):
        claims.append(ClaimCase(claim, assistant.check(claim.text), language_of(claim.text)))
        bars("claims", number, len(data.claims))
    evaluation = measured_run(data, mode, without, make_run(found), cases, claims)
    result = evaluation.result
    if directions:
        result |= direction_measures(assistant, data.questions, mode, without)
    result |= {"seconds": {"questions": round(time.perf_counter() - started, 2)}, "warnings": warnings}
    for passage in assistant.index.passages:
        known = evaluation.texts.get(passage.unit)
        evaluation.texts[passage.unit] = f"{known} / {passage.text}" if known else passage.text
    return evaluation


def measured_run(data: QuestionFile, mode: str, without: frozenset[str], run: Run, cases: list[Case], claims: list[ClaimCase]) -> Evaluation:
    """Return the measures of a run over a question file, of its answers and of its verdicts."""
    qrels = {q.id: dict.fromkeys(sorted(q.units), 1) for q in data.questions}
    values = per_query(qrels, run)
    result = result_of(data.name, mode, without, values, {q.id: q.language for q in data.questions}, {})
    result["questions"] = len(data.questions)
    if cases:
        result |= {"answers": answer_measures(cases), "kinds": by_kind(cases), "false_answers": false_answers(cases), "selective": selective(cases)}
    if claims:
        result["claims"] = claim_measures(claims)
    return Evaluation(result, run, values, cases, claims, {}, {q.id: q.text for q in data.questions}, qrels)


def pooled(data: QuestionFile, evaluations: Sequence[Evaluation]) -> Evaluation:
    """Return the evaluations of several question files as one; `data` holds all of their questions and claims."""
    run = {query: hits for evaluation in evaluations for query, hits in evaluation.run.items()}
    cases = [case for evaluation in evaluations for case in evaluation.cases]
    claims = [case for evaluation in evaluations for case in evaluation.claims]
    return measured_run(data, "hybrid", frozenset(), run, cases, claims)


def _unknown_labels(questions: Sequence[Question], units: set[str]) -> list[str]:
    unknown = sorted({u for q in questions for u in q.units | q.units_ok} - units)
    return [f"{len(unknown)} labelled statements are not in this index ({', '.join(unknown[:3])} ...): wrong corpus?"] if unknown else []


def _ask(assistant: Any, text: str, history: Sequence[str], without: frozenset[str]) -> Any:
    if without:
        from qa.answering.answer import answer_question

        return answer_question(assistant.retriever, assistant.parts, text, tuple(history), "auto", without)
    return assistant.ask(text, history)


def direction_measures(
    assistant: Any, questions: Sequence[Question], mode: str = "hybrid", without: frozenset[str] = frozenset(), whole_bank: bool = True
) -> dict[str, Any]:
    """Return `by_direction`, and `cross_lingual_gap`: how much Success@1 falls where only the other language's lines can be found.

    The gap is paired: over the questions that have a right line in both languages, by language of the question.
    """
    asked = [question for question in questions if question.outcome == "answered"]
    found = searched_by_direction(assistant, asked, mode, without, whole_bank)
    if not found:
        return {}
    judged = answers_by_direction(assistant.index, asked)
    values = {direction: per_query(judged[direction], make_run(hits)) for direction, hits in found.items()}
    by_direction = {}
    for direction, own in values.items():
        queries = list(own["Success@1"])
        if queries:
            by_direction[direction] = {"queries": len(queries), **grouped(own, queries)}
    first = {direction: own["Success@1"] for direction, own in values.items()}
    pairs = {"zh": _paired(first["zh->zh"], first["zh->en"]), "en": _paired(first["en->en"], first["en->zh"])}
    pairs["all"] = pairs["zh"] + pairs["en"]
    gaps = {name: rounded(paired_difference([a for a, _ in both], [b for _, b in both])) for name, both in pairs.items()}
    return {"by_direction": by_direction, "cross_lingual_gap": gaps}


def _paired(same: Mapping[str, float], across: Mapping[str, float]) -> list[tuple[float, float]]:
    return [(same[q], across[q]) for q in same if q in across]
