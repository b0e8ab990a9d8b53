"""Measures triage: what it catches and what it stops for nothing, by language, with intervals.

`python -m qa.evaluation.triage_check [FOLDER]` prints the cross-validation over the safety folder's own examples and
the result on `unseen.jsonl`, lines that never train. Run it after every edit of the folder.
"""

import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from qa.corpus.folder import read_corpus
from qa.encoding.encoder import Encoder, open_encoder
from qa.errors import QAError
from qa.indexing.build import read_negatives
from qa.indexing.memory import Memory
from qa.safety.rules import Rules, read_rules
from qa.safety.training import Example, beside, fit, other_rows, others_of, read_examples, rows_of, train_triage
from qa.safety.triage import TriageModel, pieces, triage
from qa.settings import default_corpus, default_index

FOLDS = 5
OUTCOMES = {"emergency": "card", "despair": "card", "personal_advice": "personal", None: "none"}


@dataclass(frozen=True)
class Rate:
    """`count` of `total` lines, with the Wilson 95 % interval."""

    count: int
    total: int

    @property
    def interval(self) -> tuple[float, float]:
        """The interval, in [0, 1]; (0, 1) where there are no lines."""
        if not self.total:
            return 0.0, 1.0
        z, n, share = 1.96, self.total, self.count / self.total
        middle, spread = share + z * z / (2 * n), z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
        return max(0.0, (middle - spread) / (1 + z * z / n)), min(1.0, (middle + spread) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.count}/{self.total} = {self.count / max(self.total, 1):.3f} [{low:.3f}, {high:.3f}]"


def outcome(text: str, encoder: Encoder, model: TriageModel | None, rules: Rules) -> str:
    """Return "card" (emergency or despair), "personal" or "none" for a text."""
    vectors = encoder.encode(pieces(text), "query") if model else None
    return OUTCOMES[triage(text, vectors, model, rules).label]


def rates(examples: Sequence[Example], outcomes: Sequence[str]) -> dict[tuple[str, str], Rate]:
    """Return, by language and measure, how many lines: what is caught, and what is stopped for nothing."""
    pairs = Counter((e.language, e.label, got) for e, got in zip(examples, outcomes, strict=True))
    totals = Counter((e.language, e.label) for e in examples)
    table: dict[tuple[str, str], Rate] = {}
    for language in ("zh", "en"):
        for name, label, got in (
            ("emergency caught", "emergency", "card"),
            ("despair caught", "despair", "card"),
            ("personal caught", "personal", "personal"),
            ("study question given a card", "none", "card"),
            ("study question called personal", "none", "personal"),
            ("personal question given a card", "personal", "card"),
        ):
            table[language, name] = Rate(pairs[language, label, got], totals[language, label])
    return table


def cross_validate(encoder: Encoder, folder: Path, others: Sequence[str]) -> dict[tuple[str, str], Rate]:
    """Return the rates over the examples, each judged by a model that was not trained on it.

    The patterns are the same for all parts: they were written beside the examples, so these rates flatter them.

    Args:
        others: what triage learns to let pass, as `qa.safety.training.others_of` returns it.
    """
    examples, rules = read_examples(folder / "examples.jsonl"), read_rules(folder)
    vectors, features, classes = rows_of(examples, encoder, rules)
    let_pass = other_rows(others, encoder, rules)
    part = np.array([int(hashlib.sha256(e.text.encode()).hexdigest(), 16) % FOLDS for e in examples])
    found = [""] * len(examples)
    for k in range(FOLDS):
        model = fit(*beside((vectors[part != k], features[part != k], classes[part != k]), let_pass))
        for i in np.flatnonzero(part == k):
            texts = pieces(examples[i].text)
            rows = encoder.encode(texts, "query") if len(texts) > 1 else vectors[i : i + 1]
            found[i] = OUTCOMES[triage(examples[i].text, rows, model, rules).label]
    return rates(examples, found)


def unseen(encoder: Encoder, folder: Path, others: Sequence[str]) -> dict[tuple[str, str], Rate]:
    """Return the rates over `unseen.jsonl`, with the model that all examples train."""
    examples, rules = read_examples(folder / "unseen.jsonl"), read_rules(folder)
    model = train_triage(encoder, folder, others)
    return rates(examples, [outcome(example.text, encoder, model, rules) for example in examples])


def main(arguments: Sequence[str]) -> int:
    """Print both tables; 1 with one line on stderr where the folder can't be used."""
    folder = Path(arguments[0] if arguments else "corpus/safety")
    try:
        encoder = Memory.of_index(open_encoder(), default_index(), None)  # knows the bank's questions
        bank = [question.text for question in read_corpus(default_corpus()).bank]
        others = others_of(read_negatives(), bank)
        for title, measure in ((f"{FOLDS}-fold cross-validation", cross_validate), ("unseen lines", unseen)):
            print(title)  # noqa: T201 - the command's result
            for (language, name), rate in measure(encoder, folder, others).items():
                print(f"  {language}  {name:32} {rate}")  # noqa: T201
    except QAError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
