"""A corpus of three statements in two languages and one in Chinese only, for the tests that ask across languages."""

import json
from pathlib import Path

from conftest import ToyEncoder

from qa.answering.assistant import Assistant
from qa.evaluation.question_file import Question
from qa.indexing.build import build_index

EN = "# Title\n\nAlbumin rose.\nNobody had fever.\nMarrow was given.\n"
ZH = "# \u6807\u9898\n\n\u767d\u86cb\u767d\u5347\u9ad8\u4e86\u3002\n\u6ca1\u6709\u4eba\u53d1\u70ed\u3002\n\u7ed9\u7684\u662f\u9aa8\u9ad3\u3002\n"
ONLY_ZH = "# \u522b\u7684\n\n\u8fd8\u6709\u8110\u5e26\u3002\n"  # "there was umbilical cord as well"
BANK = [
    {"sentence": "Albumin rose.", "en": ["Did albumin rise?"], "zh": ["\u767d\u86cb\u767d\u5347\u4e86\u5417\uff1f"]},
    {"sentence": "\u6ca1\u6709\u4eba\u53d1\u70ed\u3002", "zh": ["\u6709\u6ca1\u6709\u4eba\u53d1\u70ed\uff1f"]},
]


def question(name: str, text: str, language: str, unit: str | None, history: tuple[str, ...] = ()) -> Question:
    units = frozenset({unit} if unit else ())
    return Question(name, text, history, language, "plain", "answered" if unit else "not_covered", units, frozenset(), frozenset({1}))  # type: ignore[arg-type]


QUESTIONS = [
    question("a-en", "What of albumin?", "en", "notes.md#1"),
    question("a-zh", "\u767d\u86cb\u767d\u600e\u6837\uff1f", "zh", "notes.md#1"),
    question("f-en", "Any fever?", "en", "notes.md#2"),
    question("u-zh", "\u8110\u5e26\u5462\uff1f", "zh", "other.zh.md#1"),
    question("none", "Is it raining?", "en", None),
]


def bilingual_assistant(folder: Path, encoder: ToyEncoder) -> Assistant:
    """Return an assistant over the corpus above; needs the fixture `quick_build`."""
    texts = folder / "texts"
    (texts / "questions").mkdir(parents=True)
    for name, text in (("notes.en.md", EN), ("notes.zh.md", ZH), ("other.zh.md", ONLY_ZH)):
        (texts / name).write_text(text, "utf-8")
    (texts / "questions" / "own.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in BANK), "utf-8")
    build_index(texts, folder / "index", encoder)
    return Assistant.open(folder / "index", texts, encoder)
