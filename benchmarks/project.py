"""The one place where the benchmarks import the project, each part only when it is asked for.

A peer's process must not pay for our answering code, nor ours for torch: so nothing is imported at the top.
"""

from pathlib import Path
from typing import Any

PROMPTS = {"query": "query: ", "passage": "passage: "}  # multilingual-e5 was trained with these


def assistant(index: Path, corpus: Path) -> Any:
    """Return the project's own assistant over an index folder; QAError with the mending command if it can't be opened."""
    from qa.answering.assistant import Assistant

    return Assistant.open(index, corpus)


def encoder() -> Any:
    """Return the embedded encoder behind sentence-transformers, as every peer gets it."""
    from qa.encoding.encoder import EmbeddedEncoder
    from qa.encoding.sentence_transformer import as_sentence_transformer

    return as_sentence_transformer(EmbeddedEncoder())


def token_counter() -> Any:
    """Return a function from a text to the tokens that it has, and the number of tokens that the encoder reads of it."""
    from qa.encoding.encoder import EmbeddedEncoder
    from qa.text.preparation import prepared

    tokenizer = EmbeddedEncoder().model.tokenizer
    room = tokenizer.max_tokens - 2 - len(tokenizer.content(PROMPTS["passage"].strip()))

    def count(text: str) -> tuple[int, int]:
        tokens = len(tokenizer.content(prepared(text)))
        return tokens, min(tokens, room)

    return count


def questions(path: Path) -> list[Any]:
    """Return the labelled questions of a file, as `qa evaluate` reads them; DatasetError names every bad line."""
    from qa.evaluation.question_file import read_question_file

    return list(read_question_file(path).questions)


def by_language(pairs: Any) -> dict[str, dict[str, Any]]:
    """Return mean, 95 % bootstrap interval and n for all, zh and en, from (language, value) pairs; None is left out."""
    from qa.evaluation.answer_measures import by_language as measured

    return measured(pairs)


def default_corpus() -> Path:
    """Return `QA_CORPUS`, or the project's own corpus."""
    from qa.settings import default_corpus as folder

    return folder()


def language_of(text: str) -> str:
    """Return "zh" or "en"."""
    from qa.text.preparation import language_of as language

    return str(language(text))


def errors() -> type[Exception]:
    """Return the base of the project's own exceptions."""
    from qa.errors import QAError

    return QAError
