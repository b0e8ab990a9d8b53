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


def sentence_digest(sentence: str) -> str:
    """Return the digest by which bank lines name a sentence: of its letters and figures only."""
    return hashlib.sha256(folded(sentence).encode()).hexdigest()[:24]


def read_bank(path: Path) -> dict[str, list[str]]:
    """Return questions by sentence digest from a JSON-lines file.

    A line is `{"sentence": ...}` or `{"sentence_digest": ...}` with `"questions"`, or `"zh"` and `"en"`, lists of
    texts. All bad lines are reported at once, as CorpusError.
    """
    bank: dict[str, list[str]] = {}
    bad: list[str] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            key = row.get("sentence_digest") or sentence_digest(row["sentence"])
            questions = [q for name in ("questions", "zh", "en") for q in row.get(name, [])]
            if not all(isinstance(q, str) and q.strip() for q in questions):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError):
            bad.append(str(number))
            continue
        bank.setdefault(key, []).extend(questions)
    if bad:
        raise CorpusError(
            f'{path.name}, line {", ".join(bad[:10])}: each line needs "sentence" (or "sentence_digest") and lists of '
            'texts "zh" and "en" (or "questions"); mend the file and run: qa index'
        )
    return bank


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
