"""Judgements + hits -> measures: `qa evaluate`. Stands beside the pipeline; only the command line imports it.

Two kinds of data set: a BEIR folder (its documents are indexed in memory and ranked by the default pipeline for a corpus
without a bank) and the project's own question file (asked of the assistant over its index: rankings, answers, claims).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import DatasetError, UsageError
from qa.evaluation.answer_measures import (
    Case,
    ClaimCase,
    answer_measures,
    by_kind,
    claim_measures,
    rounded,
    selective,
)
from qa.evaluation.beir import Dataset, is_beir, read_beir
from qa.evaluation.measures import RETRIEVAL, estimate, per_query
from qa.evaluation.question_file import QuestionFile, read_question_file
from qa.evaluation.trec import Run, make_run
from qa.text.preparation import language_of

DEPTH = 100  # documents of a run for each query


@dataclass
class Evaluation:
    """One measured run. `result` is what `--json` prints; the rest is for run files, comparisons and the report."""

    result: dict[str, Any]
    run: Run
    values: dict[str, dict[str, float]]
    cases: list[Case] = field(default_factory=list)
    claims: list[ClaimCase] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    qrels: dict[str, dict[str, int]] = field(default_factory=dict)


def evaluate(
    dataset: Path,
    assistant: Any = None,
    mode: str = "hybrid",
    without: frozenset[str] = frozenset(),
    split: str | None = None,
    encoder: Any = None,
    answers: bool = True,
) -> Evaluation:
    """Return the measures of one data set.

    Args:
        assistant: answers the questions of a question file; a BEIR folder needs none.
        mode: "hybrid", "dense" or "lexical" ranking. Answers are measured in "hybrid" only.
        without: parts of the ranking to leave out (`known_parts`).
        split: which judgements of a BEIR folder.
        encoder: for a BEIR folder, by default that of the assistant, or `QA_ENCODER`.
        answers: False measures the ranking of a question file alone.

    Raises:
        DatasetError: the data set can't be used. UsageError: an unknown part.
    """
    if is_beir(dataset):
        return evaluate_beir(read_beir(dataset, split), chosen_encoder(assistant, encoder), mode, without)
    if dataset.is_dir():
        raise DatasetError(f"{dataset}: no corpus.jsonl in this folder; a BEIR folder holds corpus.jsonl, queries.jsonl and qrels/*.tsv")
    if not dataset.is_file():
        raise DatasetError(f"{dataset}: no such data set; give a BEIR folder or a question file such as tests/questions/dev.jsonl")
    if assistant is None:
        raise UsageError(f"{dataset}: a question file is asked of an assistant, and none is open")
    return _evaluate_questions(read_question_file(dataset), assistant, mode, without, answers)


def chosen_encoder(assistant: Any, encoder: Any) -> Any:
    """Return the given encoder, or the assistant's, or the default one."""
    from qa.encoding.encoder import open_encoder

    return encoder or (assistant.encoder if assistant is not None else open_encoder())


def evaluate_beir(dataset: Dataset, encoder: Any, mode: str, without: frozenset[str], index: Any = None) -> Evaluation:
    """Return the measures of a BEIR data set; `index` is a `PlainIndex` of its documents, made here if there is none yet."""
    from qa.progress import Progress
    from qa.search.plain import PARTS, PlainIndex, PlainRetriever

    refuse_unknown(without, PARTS)
    bars = Progress()
    started = time.perf_counter()
    if index is None and mode == "lexical":  # BM25 alone needs no vectors
        index = PlainIndex.words_only(dataset.documents)
    elif index is None:
        index = PlainIndex.build(dataset.documents, encoder, lambda done, total: bars("documents", done, total))
    indexed = time.perf_counter()
    questions = list(dataset.queries.values())
    found = PlainRetriever(index, encoder).search_all(questions, DEPTH, mode, without, lambda done, total: bars("queries", done, total))
    searched = time.perf_counter()
    run = make_run(dict(zip(dataset.queries, found, strict=True)))
    values = per_query(dataset.qrels, run)
    languages = {q: language_of(text) for q, text in dataset.queries.items()}
    target = {name: language_of(text) for name, text in dataset.documents.items()}
    directions = {q: f"{languages[q]}->{_language_of_relevant(dataset.qrels[q], target)}" for q in dataset.queries}
    result = _result(dataset.name, mode, without, values, languages, directions)
    result |= {
        "split": dataset.split,
        "documents": len(dataset.documents),
        "seconds": {"documents": round(indexed - started, 2), "queries": round(searched - indexed, 2)},
        "warnings": dataset.warnings,
    }
    return Evaluation(result, run, values, texts=dataset.documents, queries=dataset.queries, qrels=dataset.qrels)


def _language_of_relevant(grades: Mapping[str, int], languages: Mapping[str, str]) -> str:
    found = {languages[d] for d, grade in grades.items() if grade > 0 and d in languages}
    return found.pop() if len(found) == 1 else "both" if found else "none"


def _evaluate_questions(data: QuestionFile, assistant: Any, mode: str, without: frozenset[str], answers: bool) -> Evaluation:
    from qa.progress import Progress
    from qa.search.retrieval import PARTS

    refuse_unknown(without, PARTS)
    bars = Progress()
    unit_of = {passage.id: passage.unit for passage in assistant.index.passages}
    unknown = sorted({u for q in data.questions for u in q.units | q.units_ok} - set(unit_of.values()))
    warnings = [f"{len(unknown)} labelled statements are not in this index ({', '.join(unknown[:3])} ...): wrong corpus?"] if unknown else []
    started = time.perf_counter()
    found: dict[str, list[tuple[str, float]]] = {}
    cases: list[Case] = []
    measured = answers and mode == "hybrid"
    for number, question in enumerate(data.questions, 1):
        hits = _search(assistant, question.text, question.history, mode, without)
        found[question.id] = [(hit.passage.unit, hit.score) for hit in hits]
        if measured:
            answer = _ask(assistant, question.text, question.history, without)
            units = tuple(unit_of.get(quote.passage, quote.passage) for quote in answer.quotes)
            best = units[0] if units else hits[0].passage.unit if hits else None
            cases.append(Case(question, answer, units, best))
        bars("questions", number, len(data.questions))
    claims: list[ClaimCase] = []
    for number, claim in enumerate(data.claims if measured and not without else (), 1):
        claims.append(ClaimCase(claim, assistant.check(claim.text), language_of(claim.text)))
        bars("claims", number, len(data.claims))
    run = make_run(found)
    qrels = {q.id: dict.fromkeys(sorted(q.units), 1) for q in data.questions}
    values = per_query(qrels, run)
    languages: dict[str, str] = {q.id: q.language for q in data.questions}
    result = _result(data.name, mode, without, values, languages, {})
    result |= {"questions": len(data.questions), "seconds": {"questions": round(time.perf_counter() - started, 2)}, "warnings": warnings}
    if cases:
        result |= {"answers": answer_measures(cases), "kinds": by_kind(cases), "selective": selective(cases)}
    if claims:
        result["claims"] = claim_measures(claims)
    texts: dict[str, str] = {}
    for passage in assistant.index.passages:
        texts[passage.unit] = f"{texts[passage.unit]} / {passage.text}" if passage.unit in texts else passage.text
    return Evaluation(result, run, values, cases, claims, texts, {q.id: q.text for q in data.questions}, qrels)


def _search(assistant: Any, text: str, history: Sequence[str], mode: str, without: frozenset[str]) -> Any:
    if without:
        return assistant.retriever.search(text, DEPTH, mode, tuple(history), without)
    return assistant.search(text, DEPTH, mode, history)


def _ask(assistant: Any, text: str, history: Sequence[str], without: frozenset[str]) -> Any:
    if without:
        from qa.answering.answer import answer_question

        return answer_question(assistant.retriever, assistant.parts, text, tuple(history), "auto", without)
    return assistant.ask(text, history)


def refuse_unknown(without: frozenset[str], parts: Sequence[str]) -> None:
    """Raise UsageError for a name that is no part of this ranking."""
    unknown = sorted(without - set(parts))
    if unknown:
        raise UsageError(f"--without {','.join(unknown)}: no such part of this ranking; there is: {', '.join(parts)}")


def _result(
    name: str,
    mode: str,
    without: frozenset[str],
    values: Mapping[str, Mapping[str, float]],
    languages: Mapping[str, str],
    directions: Mapping[str, str],
) -> dict[str, Any]:
    measured = list(next(iter(values.values())))
    result: dict[str, Any] = {"dataset": name, "queries": len(measured), "mode": mode, **_group(values, measured), "without": sorted(without)}
    for key, groups in (("by_language", languages), ("by_direction", directions)):
        names = sorted({groups[q] for q in measured if q in groups})
        result[key] = {name: {"queries": len(own), **_group(values, own)} for name in names if (own := [q for q in measured if groups[q] == name])}
    return result


def _group(values: Mapping[str, Mapping[str, float]], queries: Sequence[str]) -> dict[str, Any]:
    estimates = {name: rounded(estimate([values[name][q] for q in queries])) for name in RETRIEVAL}
    return {
        "measures": {name: found["value"] for name, found in estimates.items()},
        "intervals": {name: [found["low"], found["high"]] for name, found in estimates.items()},
    }
