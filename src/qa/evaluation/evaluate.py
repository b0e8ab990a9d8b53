"""Judgements + hits -> measures: `qa evaluate`. Stands beside the pipeline; only the command line imports it.

Two kinds of data set: a BEIR folder (its documents are indexed in memory and ranked by the default pipeline for a corpus
without a bank) and the project's own question file (asked of the assistant over its index: rankings, answers, claims).
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa.errors import DatasetError, UsageError
from qa.evaluation.beir import Dataset, is_beir, read_beir
from qa.evaluation.evaluation import DEPTH, Evaluation, refuse_unknown, result_of
from qa.evaluation.measures import per_query
from qa.evaluation.own_questions import evaluate_questions
from qa.evaluation.question_file import read_question_file
from qa.evaluation.trec import make_run
from qa.text.preparation import language_of


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
        answers: False measures the ranking of a question file alone, without its directions.

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
    return evaluate_questions(read_question_file(dataset), assistant, mode, without, answers, answers)


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
    result = result_of(dataset.name, mode, without, values, languages, directions)
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
