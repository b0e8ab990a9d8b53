"""Question -> hits: every statement of the corpus scored by meaning, by the question bank and by words, then ranked.

A statement (unit) is one sentence in one or two languages. Its score is a weighted sum of
- dense: the best cosine of the mapped query with the mapped vectors of its lines;
- bank: the best cosine of the mapped query with the bank questions it answers (its dense score where it has none);
- lexical, bank_lexical: BM25 of its lines and of its bank questions;
- late: late interaction of the tokens of question and sentence, for the LATE_POOL best of the other parts;
- focus: whether it is about the study that the conversation is about.
The question is read without its typing errors (spelling). Every part can be switched off, for ablations. Weights were chosen on the dev questions (docs/quality.md).
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from qa.encoding.encoder import Encoder
from qa.indexing.index import Index
from qa.indexing.token_maps import late_interaction
from qa.records import Hit, Language
from qa.search.groups import Groups, largest
from qa.text.preparation import language_of, prepared

Mode = Literal["hybrid", "dense", "lexical"]
PARTS = ("bank", "maps", "lexical", "bank_lexical", "late", "focus", "spelling")
CANDIDATES = 400  # rows that each vector search contributes; a corpus of fewer rows is scored whole

# The maps know the bank's sentences and push all others away. A sentence without bank questions is scored by the
# encoder's own cosine, brought to the scale of the mapped one: e5 gives .78 to the unrelated and .92 to the same.
RAW_FLOOR, RAW_SLOPE = 0.78, 4.0
LATE_POOL = 20  # units that late interaction looks at


@dataclass(frozen=True)
class Weights:
    """The weight of each part of the score; `alone` is the share of a follow-up's own words against the whole talk."""

    dense: float = 0.5
    bank: float = 0.4
    lexical: float = 0.003
    bank_lexical: float = 0.008
    late: float = 0.8
    focus: float = 0.06
    alone: float = 0.6


@dataclass(frozen=True)
class Scores:
    """Scores of the candidate units of one question: positions in `Index.units`, totals and parts, all (c,)."""

    units: np.ndarray
    total: np.ndarray
    parts: dict[str, np.ndarray]
    raw: np.ndarray  # the query as the encoder gave it, (d,)
    bank_cosines: np.ndarray | None = None  # with every bank question, (q,), where all were compared

    @property
    def order(self) -> np.ndarray:
        """Candidate positions, best first; ties by the order of the corpus."""
        return np.lexsort((self.units, -self.total))


class Retriever:
    """Scores questions against one open index."""

    def __init__(self, index: Index, encoder: Encoder, weights: Weights | None = None) -> None:
        self.index = index
        self.encoder = encoder
        self.weights = weights or Weights()
        self._rows_of_unit = Groups(index.unit_of_row, len(index.units))
        self._questions_of_unit = Groups(index.unit_of_question, len(index.units))
        self.study_of_unit = np.array([index.passages[rows[0]].citations[0] for rows in self._rows_of_unit])

    def rows_of(self, unit: int) -> np.ndarray:
        """Return the passages (rows) of the unit at a position in `Index.units`."""
        return self._rows_of_unit[unit]

    def questions_of(self, unit: int) -> np.ndarray:
        """Return the bank questions (rows) that the unit at a position in `Index.units` answers."""
        return self._questions_of_unit[unit]

    def has_bank(self, unit: int) -> bool:
        """Return whether any bank question asks for the unit at a position in `Index.units`."""
        return len(self.questions_of(unit)) > 0

    def read(self, text: str, without: frozenset[str] = frozenset()) -> str:
        """Return a text as it is searched for: prepared, with its likely typing errors mended."""
        plain = prepared(text)
        return plain if "spelling" in without else self.index.spelling.corrected(plain)

    def encode(self, texts: list[str]) -> np.ndarray:
        """Return the query vectors of these texts as the encoder gives them, float32 (n, d)."""
        return self.encoder.encode(texts, "query")

    def encode_both(self, texts: list[str]) -> tuple[np.ndarray, list[np.ndarray | None]]:
        """Return the query vectors of these texts and their tokens for late interaction, None where that is not to be had."""
        both = getattr(self.encoder, "encode_both", None)
        if self.index.token_maps is None or both is None:
            return self.encode(texts), [None] * len(texts)
        vectors, tokens = both(texts, "query")
        return vectors, [self.index.token_maps.queries(rows) for rows in tokens]

    def scores(self, question: str, mode: Mode = "hybrid", history: tuple[str, ...] = (), without: frozenset[str] = frozenset()) -> Scores:
        """Return the scores of all candidate units for one question.

        With a history, the question is read twice: alone, and after the earlier questions; and the study that the
        earlier questions are about is preferred. So 「那副作用呢」 finds the side effects of that study.
        """
        earlier = [h for h in history if h.strip()]
        texts = [question] + ([" ".join([*earlier, question]), " ".join(earlier)] if earlier else [])
        plain = [self.read(t, without) for t in texts]
        nothing: tuple[np.ndarray, list[np.ndarray | None]] = np.zeros((len(texts), self.encoder.dimension), np.float32), [None] * len(texts)
        vectors, tokens = self.encode_both(plain) if mode != "lexical" else nothing
        found = [self.score_vector(t, v, mode, without, rows) for t, v, rows in zip(plain, vectors, tokens, strict=True)]
        if not earlier:
            return found[0]
        alone, joined, before = found
        both = np.union1d(alone.units, joined.units)
        share = self.weights.alone
        total = share * _spread(alone, both) + (1 - share) * _spread(joined, both)
        parts = {name: share * _spread(alone, both, name) + (1 - share) * _spread(joined, both, name) for name in alone.parts}
        if "focus" not in without and mode == "hybrid" and len(before.units):
            study = self.study_of_unit[before.units[before.order[0]]]
            parts["focus"] = (self.study_of_unit[both] == study).astype(np.float32)
            total = total + self.weights.focus * parts["focus"]
        return Scores(both, total, parts, alone.raw, alone.bank_cosines)

    def score_vector(
        self,
        text: str,
        vector: np.ndarray,
        mode: Mode = "hybrid",
        without: frozenset[str] = frozenset(),
        tokens: np.ndarray | None = None,
    ) -> Scores:
        """Return the scores of one prepared text whose raw vector, and tokens for late interaction, are known."""
        index, weights = self.index, self.weights
        query = vector if "maps" in without else index.maps.queries(vector[None])[0]
        rows = index.raw_vectors if "maps" in without else index.vectors
        bank_rows = index.raw_bank_vectors if "maps" in without else index.bank_vectors
        lexical = index.lexical.scores(text)
        use_bank = len(index.bank) > 0 and "bank" not in without and mode == "hybrid"
        units = self._candidates(query, text, use_bank, mode)
        parts: dict[str, np.ndarray] = {}
        bank_cosines = None
        if mode == "lexical":
            parts["lexical"] = self._rows_of_unit.best(lexical, units, 0.0)
            return Scores(units, parts["lexical"], parts, vector)
        parts["dense"] = self._rows_of_unit.best_cosine(rows, query, units)
        total = parts["dense"].copy()
        if mode == "hybrid":
            if use_bank:
                if len(units) == len(self._rows_of_unit):
                    bank_cosines = bank_rows @ query
                    bank = self._questions_of_unit.best(bank_cosines, units, np.nan)
                else:
                    bank = self._questions_of_unit.best_cosine(bank_rows, query, units)
                alone = np.isnan(bank)  # units that no bank question asks for: a user's own originals
                if alone.any() and "maps" not in without:
                    raw = self._rows_of_unit.best_cosine(index.raw_vectors, vector, units[alone])
                    parts["dense"][alone] = np.maximum(parts["dense"][alone], RAW_SLOPE * (raw - RAW_FLOOR))
                parts["bank"] = np.where(alone, parts["dense"], bank)
                total = weights.dense * parts["dense"] + weights.bank * parts["bank"]
            if "lexical" not in without:
                parts["lexical"] = self._rows_of_unit.best(lexical, units, 0.0)
                total = total + weights.lexical * parts["lexical"]
            if use_bank and "bank_lexical" not in without:
                parts["bank_lexical"] = self._questions_of_unit.best(index.bank_lexical.scores(text), units, 0.0)
                if "lexical" in parts:
                    parts["bank_lexical"] = np.where(alone, parts["lexical"], parts["bank_lexical"])
                total = total + weights.bank_lexical * parts["bank_lexical"]
            if tokens is not None and "late" not in without and len(units):
                parts["late"] = self._late(units, total, tokens)
                total = total + weights.late * parts["late"]
        return Scores(units, total, parts, vector, bank_cosines)

    def _late(self, units: np.ndarray, total: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """Return late interaction (c,): of the best units by the other parts; every other unit gets the least of these."""
        assert self.index.tokens is not None
        pool = np.lexsort((units, -total))[:LATE_POOL]
        chosen = [self._rows_of_unit[int(u)] for u in units[pool]]
        values = late_interaction(tokens, self.index.tokens, np.concatenate(chosen).tolist())
        found = largest(np.split(values, np.cumsum([len(rows) for rows in chosen])[:-1]), 0.0)
        late = np.full(len(units), found.min(), dtype=np.float32)
        late[pool] = found
        return late

    def _candidates(self, query: np.ndarray, text: str, use_bank: bool, mode: Mode) -> np.ndarray:
        """Return the units worth scoring, sorted: all of a small corpus, else the nearest by vector, bank and words."""
        index = self.index
        if index.store.embedded and len(index.passages) <= CANDIDATES * 5:
            return np.arange(len(index.units))
        words = index.lexical.terms_of(text)
        if mode == "lexical":
            rows, _ = index.store.search_words(words, CANDIDATES)
        elif mode == "dense":
            rows, _ = index.store.search(query, CANDIDATES)
        else:  # both pools whole: what is best of them is decided by all parts of the score
            rows, _ = index.store.hybrid(query, words, 2 * CANDIDATES, self.weights.lexical, CANDIDATES)
        found = [index.unit_of_row[rows]]
        if use_bank:
            questions, _ = index.bank_store.search(query, CANDIDATES)
            found.append(index.unit_of_question[questions])
        return np.unique(np.concatenate(found))

    def hits(self, scores: Scores, language: Language, k: int) -> list[Hit]:
        """Return the k best units as hits, each by its line in `language`, or its only line."""
        found = []
        for rank, at in enumerate(scores.order[:k], 1):
            rows = self._rows_of_unit[int(scores.units[at])]
            row = next((r for r in rows if self.index.passages[r].language == language), rows[0])
            parts = {name: float(values[at]) for name, values in scores.parts.items()}
            found.append(Hit(int(row), self.index.passages[row], float(scores.total[at]), rank, parts))
        return found

    def search(
        self,
        question: str,
        k: int = 10,
        mode: Mode = "hybrid",
        history: tuple[str, ...] = (),
        without: frozenset[str] = frozenset(),
    ) -> list[Hit]:
        """Return the k best statements for a question, best first; none for a question without letters or figures."""
        if not any(c.isalnum() for c in prepared(question)):
            return []
        return self.hits(self.scores(question, mode, history, without), language_of(question), k)


def _spread(scores: Scores, units: np.ndarray, part: str | None = None) -> np.ndarray:
    """Return scores (or one part) for a larger sorted set of units; a unit that was no candidate gets the lowest."""
    values = scores.total if part is None else scores.parts[part]
    spread = np.full(len(units), values.min() if len(values) else 0.0, dtype=np.float32)
    spread[np.searchsorted(units, scores.units)] = values
    return spread


def renumbered(hits: list[Hit]) -> list[Hit]:
    """Return the hits with ranks from 1 in their present order."""
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits, 1)]
