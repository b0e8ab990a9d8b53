"""What a vector store can be asked, and what all stores share: how rows are chosen and how two rankings are joined."""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np

from qa.vector_stores.entries import Entries, Terms

Found = tuple[np.ndarray, np.ndarray]  # rows int64 (m,), scores float32 (m,): best first, ties by row
Only = frozenset[int] | None  # citation numbers that a row must have one of; None for all rows
PART = 1000  # rows that are moved at once


class VectorStore(Protocol):
    """Rows that can be searched by vector and by words. Safe to share between threads.

    Every method raises StoreError when the store can't be reached or does not hold what the index says.
    """

    name: str
    embedded: bool  # whether it lives in this process; the vectors of a small corpus are then simply compared

    def count(self) -> int:
        """Return the number of rows."""
        ...

    def search(self, query: np.ndarray, k: int, only: Only = None) -> Found:
        """Return the k rows with the greatest inner product, float32 (d,) against each; fewer if there are fewer."""
        ...

    def search_words(self, query: Terms, k: int, only: Only = None) -> Found:
        """Return the k rows with the greatest sum of shared words; a row that shares none is not among them."""
        ...

    def hybrid(self, query: np.ndarray, words: Terms, k: int, weight: float, pool: int, only: Only = None) -> Found:
        """Return the k best rows by vector + weight x words, of the best `pool` rows by each.

        A row that only one of the two rankings has in its pool counts 0 for the other.

        Args:
            weight: of a word score beside an inner product, 0 to 1.
        """
        ...

    def read(self) -> Iterator[Entries]:
        """Yield all rows in order, in parts; for migration and its check."""
        ...


def best(rows: np.ndarray, scores: np.ndarray, k: int) -> Found:
    """Return the k best of these rows, best first; ties by row, at the end of the list too."""
    if len(scores) > k > 0:
        limit = np.partition(scores, len(scores) - k)[len(scores) - k]
        rows, scores = rows[scores >= limit], scores[scores >= limit]
    order = np.lexsort((rows, -scores))[: max(0, k)]
    return np.asarray(rows[order], dtype=np.int64), np.asarray(scores[order], dtype=np.float32)


def joined(by_vector: Found, by_words: Found, weight: float, k: int) -> Found:
    """Return the k best rows of two rankings by the weighted sum of their scores, as `VectorStore.hybrid` says."""
    rows = np.union1d(by_vector[0], by_words[0])
    total = np.zeros(len(rows), dtype=np.float32)
    total[np.searchsorted(rows, by_vector[0])] += by_vector[1]
    total[np.searchsorted(rows, by_words[0])] += np.float32(weight) * by_words[1]
    return best(rows, total, k)


def rows_cited(citations: dict[int, np.ndarray], only: frozenset[int]) -> np.ndarray:
    """Return the rows, increasing, that have one of these citation numbers."""
    parts = [citations[number] for number in sorted(only) if number in citations]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


def in_parts(entries: Entries, report: Callable[[int, int], None] | None = None) -> Iterator[Entries]:
    """Yield entries in parts of at most 1,000 rows; none for no rows."""
    for start in range(0, len(entries), PART):
        yield entries.part(start, start + PART)
        if report:
            report(min(start + PART, len(entries)), len(entries))
