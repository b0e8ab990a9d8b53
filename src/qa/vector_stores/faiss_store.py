"""The embedded store: a FAISS index in this process, its vectors memory-mapped from the index folder."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from qa.vector_stores.entries import Entries, Terms
from qa.vector_stores.index_type import FLAT_ROWS, IndexType, build, candidates
from qa.vector_stores.protocol import Found, Only, best, in_parts, joined, rows_cited
from qa.vector_stores.row_reader import RowReader


class FaissStore:
    """Entries with a FAISS index over their vectors; made when it is first searched, unless it was written before.

    A quantised index only names candidates: every score that is returned is of the true vectors.
    """

    name = "faiss"
    embedded = True

    def __init__(self, entries: Entries, written: tuple[Path, IndexType] | None = None, factory: str | None = None) -> None:
        self.entries = entries
        self._written, self._factory = written, factory

    @cached_property
    def built(self) -> tuple[Any, IndexType]:
        """The FAISS index and its type."""
        if self._written is None:
            return build(self.entries.vectors, self._factory)
        import faiss

        path, kind = self._written
        return faiss.read_index(str(path), faiss.IO_FLAG_MMAP), kind

    @cached_property
    def _rows(self) -> RowReader:
        return RowReader(self.entries.vectors)

    @cached_property
    def cited(self) -> dict[int, np.ndarray]:
        """The rows of each citation number."""
        return rows_of(self.entries.citations)

    def count(self) -> int:
        return len(self.entries)

    def search(self, query: np.ndarray, k: int, only: Only = None) -> Found:
        if not len(self.entries) or k < 1:
            return best(np.zeros(0, np.int64), np.zeros(0, np.float32), 0)
        allowed = None if only is None else rows_cited(self.cited, only)
        if allowed is not None and len(allowed) <= FLAT_ROWS:  # few enough to compare them all
            return best(allowed, self._products(allowed, query), k)
        index, kind = self.built
        if kind.factory == "Flat" and allowed is None:
            scores, rows = index.search(np.ascontiguousarray(query[None], dtype=np.float32), min(k, index.ntotal))
            return best(rows[0][rows[0] >= 0], scores[0][rows[0] >= 0], k)  # faiss pads a short result with row -1
        rows = self._quantised(index, kind, query, min(candidates(k), index.ntotal), allowed)
        return best(rows, self._products(rows, query), k)

    def _quantised(self, index: Any, kind: IndexType, query: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
        import faiss

        choice: dict[str, Any] = {} if allowed is None else {"sel": faiss.IDSelectorBatch(allowed)}
        parameters: Any = faiss.SearchParametersIVF if kind.probes else faiss.SearchParameters
        params = parameters(**choice, **({"nprobe": kind.probes} if kind.probes else {}))
        _, rows = index.search(np.ascontiguousarray(query[None], dtype=np.float32), k, params=params)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def search_words(self, query: Terms, k: int, only: Only = None) -> Found:
        scores = self.entries.words.scores(query)
        rows = np.flatnonzero(scores > 0)
        if only is not None:
            rows = np.intersect1d(rows, rows_cited(self.cited, only), assume_unique=True)
        return best(rows, scores[rows], k)

    def hybrid(self, query: np.ndarray, words: Terms, k: int, weight: float, pool: int, only: Only = None) -> Found:
        return joined(self.search(query, pool, only), self.search_words(words, pool, only), weight, k)

    def read(self) -> Iterator[Entries]:
        return in_parts(self.entries)

    def _products(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        return np.asarray(self._rows.rows(rows) @ np.asarray(query, dtype=np.float32))


def rows_of(citations: Sequence[tuple[int, ...]]) -> dict[int, np.ndarray]:
    """Return the rows, increasing, of each citation number."""
    found: dict[int, list[int]] = {}
    for row, numbers in enumerate(citations):
        for number in dict.fromkeys(numbers):
            found.setdefault(number, []).append(row)
    return {number: np.array(rows, dtype=np.int64) for number, rows in found.items()}
