"""What `faults.py` builds: a small review in two states, an original to add, questions, and an encoder without a model."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

DIMENSION = 48
SENTENCES = "".join(f"In year {year} the Alpha trial saw {year - 1960} people with a better result of kind {year % 7}.[1] " for year in range(2000, 2020))
OLD = f"""A review of cells for cirrhosis

Progress in 2019

The Alpha trial gave umbilical cells to 40 people.[1] Albumin rose in the cell group.
The Beta trial gave marrow cells to 12 women.[2] Nobody had fever.
{SENTENCES}

References

[1] Alpha A, Able B. Umbilical cells for cirrhosis: a randomized trial. Journal of Trials. 2019;3(2):11-20. doi:10.1000/alpha.1
[2] Beta B. Marrow cells in twelve women with cirrhosis. Journal of Trials. 2018;2(1):1-9. PMID: 20000002
"""
NEW = OLD.replace("Nobody had fever.", "Two women had fever.").replace("40 people", "44 people")
ADDED = "Marrow cells in twelve women with cirrhosis\n\nThe cells of twelve women came from the hip. All women were seen again after two years.\n"
QUESTIONS = ("How many people got umbilical cells?", "Did anybody have fever?", "Did albumin rise?", "Where did the cells of the women come from?", "2007?")


class WordEncoder:
    """A vector for each word, drawn from its digest; a text is their mean. No model, the same everywhere."""

    name, dimension, digest = "words", DIMENSION, "words-1"

    def encode(self, texts: Sequence[str], role: str, progress: Any = None) -> np.ndarray:
        rows = np.stack([sum((_word(w) for w in text.lower().split()), _word("")) for text in texts]) if texts else np.zeros((0, DIMENSION))
        return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def _word(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.strip(".,?[]").encode("utf-8", "replace")).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=DIMENSION)


def quick_training() -> None:
    """Train triage once instead of in every build: it has nothing to do with what is broken here."""
    from qa.indexing import build
    from qa.safety.training import train_triage
    from qa.settings import shipped_corpus

    model, few = train_triage(WordEncoder(), shipped_corpus() / "safety"), build.read_negatives()[:3]
    build.train_triage = lambda *a, **k: model  # type: ignore[assignment]
    build.read_negatives = lambda: few  # type: ignore[assignment]
