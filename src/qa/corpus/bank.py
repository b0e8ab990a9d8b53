"""The question bank: for each quotable sentence, the questions that people ask and it answers.

Matching question to question is the strongest lever there is (docs/quality.md). A bank line belongs to a sentence by
the sentence's own words or by their digest, so a bank can be shipped for a text that may not be: whoever has that
text has its bank as well, and an edited sentence drops its questions instead of keeping wrong ones.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from qa.errors import CorpusError
from qa.records import Language
from qa.text.preparation import folded, language_of


@dataclass(frozen=True)
class BankQuestion:
    """One question of the bank; `unit` names the statement that answers it, as `Passage.unit`."""

    text: str
    language: Language
    unit: str


@dataclass(frozen=True)
class BankLine:
    """One line of a bank file: the digest of the sentence it belongs to, as whom it `names` it, and its own `text`."""

    number: int
    digest: str
    questions: tuple[str, ...]
    names: str
    text: str


def sentence_digest(sentence: str) -> str:
    """Return the digest by which bank lines name a sentence: of its letters and figures only."""
    return hashlib.sha256(folded(sentence).encode()).hexdigest()[:24]


def read_bank(path: Path) -> dict[str, list[str]]:
    """Return questions by sentence digest from a JSON-lines file; CorpusError as `read_bank_lines`."""
    bank: dict[str, list[str]] = {}
    for line in read_bank_lines(path):
        bank.setdefault(line.digest, []).extend(line.questions)
    return bank


def read_bank_lines(path: Path) -> list[BankLine]:
    """Return the lines of a JSON-lines file that are not blank, in their order.

    A line is `{"sentence": ...}` or `{"sentence_digest": ...}` with `"questions"`, or `"zh"` and `"en"`, lists of
    texts. All bad lines are reported at once, as CorpusError.
    """
    found: list[BankLine] = []
    bad: list[str] = []
    for number, line in enumerate(path.read_text("utf-8-sig").split("\n"), 1):  # U+2028 in a text ends no line
        if line.strip():
            try:
                found.append(_bank_line(number, line))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                bad.append(str(number))
    if bad:
        raise CorpusError(
            f'{path.name}, line {", ".join(bad)}: each line needs "sentence" (or "sentence_digest") and lists of '
            'texts "zh" and "en" (or "questions"); mend the file, then run qa index, or qa add again'
        )
    return found


def _bank_line(number: int, line: str) -> BankLine:
    row = json.loads(line)
    named = row.get("sentence_digest") or row["sentence"]
    lists = [row.get(name, []) for name in ("questions", "zh", "en")]
    questions = tuple(q for given in lists for q in given)
    if not all(isinstance(given, list) for given in lists) or not all(isinstance(q, str) and q.strip() for q in questions):
        raise TypeError
    if not isinstance(named, str) or not folded(named):
        raise TypeError
    return BankLine(number, row.get("sentence_digest") or sentence_digest(named), questions, named, line.strip())


def bank_questions(bank: dict[str, list[str]], units: dict[str, str]) -> list[BankQuestion]:
    """Return the questions whose sentence is in the corpus, without duplicates, in a fixed order.

    Args:
        bank: questions by sentence digest.
        units: the unit of every sentence of the corpus, by sentence digest.
    """
    found: dict[tuple[str, str], BankQuestion] = {}
    for key, questions in bank.items():
        if key in units:
            for text in questions:
                found.setdefault((folded(text), units[key]), BankQuestion(text.strip(), language_of(text), units[key]))
    return sorted(found.values(), key=lambda q: (q.unit, q.text))
