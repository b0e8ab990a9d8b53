"""Asking across languages: the same questions put to the lines of one language only.

The project's corpus has most statements in Chinese and English, so an ordinary answer never has to cross. A direction
such as zh->en asks in Chinese where only English lines can be found; a statement without an English line is no answer
there. The study headings, the bank and the maps are those of the index.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from qa.evaluation.evaluation import ranking
from qa.evaluation.question_file import Question
from qa.indexing.index import Index
from qa.indexing.lexical import Lexical
from qa.records import Language

LANGUAGES: tuple[Language, Language] = ("zh", "en")


def some_rows(whole: Lexical, rows: np.ndarray) -> Lexical:
    """Return a lexical index of these rows, in this order; their scores are those that they have in the whole."""
    part = copy(whole)
    vars(part).pop("words", None)  # computed from the whole
    part.rows = len(rows)
    if whole.vocabulary:
        position = np.full(whole.rows, -1, dtype=np.int64)
        position[rows] = np.arange(len(rows))
        data = whole._engine.scores
        new = position[data["indices"]]
        kept = new >= 0
        starts = np.concatenate([[0], np.cumsum(kept)])[data["indptr"]]  # of each term's weights among those kept
        engine = copy(whole._engine)
        engine.scores = {"data": data["data"][kept], "indices": new[kept].astype(data["indices"].dtype), "indptr": starts, "num_docs": len(rows)}
        part._engine = engine
    return part


def one_language(index: Index, language: Language, whole_bank: bool = True) -> Index:
    """Return the index with the lines of one language alone.

    Args:
        whole_bank: keep the bank questions of both languages, as the product has them; False leaves those of
            `language`, as if nobody had ever written a question in the other one.
    """
    rows = np.array([i for i, passage in enumerate(index.passages) if passage.language == language], dtype=np.int64)
    kept = {index.passages[i].unit for i in rows}
    asked = [i for i, question in enumerate(index.bank) if question.unit in kept and (whole_bank or question.language == language)]
    questions = np.array(asked, dtype=np.int64)
    return replace(
        index,
        manifest={key: value for key, value in index.manifest.items() if key != "search"},  # its search files hold all rows
        passages=[index.passages[i] for i in rows],
        raw_vectors=index.raw_vectors[rows],
        vectors=index.vectors[rows],
        lexical=some_rows(index.lexical, rows),
        bank=[index.bank[i] for i in questions],
        raw_bank_vectors=index.raw_bank_vectors[questions],
        bank_vectors=index.bank_vectors[questions],
        bank_lexical=some_rows(index.bank_lexical, questions),
        tokens=index.tokens.take(rows.tolist()) if index.tokens else None,
    )


def retriever_over(retriever: Any, index: Index) -> Any:
    """Return a retriever of the same kind, with the same encoder and weights, over another index."""
    return type(retriever)(index, retriever.encoder, retriever.weights)


def searched_by_direction(
    assistant: Any, questions: Sequence[Question], mode: str, without: frozenset[str], whole_bank: bool = True
) -> dict[str, dict[str, list[tuple[str, float]]]]:
    """Return, for each direction and question id, the best (unit, score); a question stands in two directions.

    Empty where the corpus has one language only, or where the assistant has no opened index.
    """
    index = assistant.index
    if not isinstance(index, Index) or {passage.language for passage in index.passages} != set(LANGUAGES):
        return {}
    over = {language: retriever_over(assistant.retriever, one_language(index, language, whole_bank)) for language in LANGUAGES}
    found: dict[str, dict[str, list[tuple[str, float]]]] = {f"{a}->{b}": {} for a, b in (("zh", "zh"), ("en", "en"), ("zh", "en"), ("en", "zh"))}
    for question in questions:
        for language, retriever in over.items():
            found[f"{question.language}->{language}"][question.id] = ranking(retriever, question, mode, without)
    return found


def answers_by_direction(index: Index, questions: Sequence[Question]) -> dict[str, dict[str, dict[str, int]]]:
    """Return judgements by direction: of each question the right statements that have a line in the language searched."""
    has = {language: {p.unit for p in index.passages if p.language == language} for language in LANGUAGES}
    found: dict[str, dict[str, dict[str, int]]] = {f"{a}->{b}": {} for a in LANGUAGES for b in LANGUAGES}
    for question in questions:
        for language in LANGUAGES:
            found[f"{question.language}->{language}"][question.id] = dict.fromkeys(sorted(question.units & has[language]), 1)
    return found
