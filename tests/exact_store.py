"""The vector store as plain numpy says it: every row compared, nothing clever. What the real stores are held against."""

from collections.abc import Iterator

import numpy as np

from qa.vector_stores.entries import Entries


class ExactStore:
    name = "numpy"
    embedded = True

    def __init__(self, entries: Entries) -> None:
        self.entries = entries

    def count(self) -> int:
        return len(self.entries)

    def _sorted(self, scores: dict[int, float], k: int) -> tuple[np.ndarray, np.ndarray]:
        order = sorted(scores, key=lambda row: (-scores[row], row))[:k]
        return np.array(order, dtype=np.int64), np.array([scores[row] for row in order], dtype=np.float32)

    def _allowed(self, only: frozenset[int] | None) -> list[int]:
        return [row for row, numbers in enumerate(self.entries.citations) if only is None or only & set(numbers)]

    def _cosines(self, query: np.ndarray, only: frozenset[int] | None) -> dict[int, float]:
        return {row: float(self.entries.vectors[row] @ query) for row in self._allowed(only)}

    def _words(self, query: dict[int, float], only: frozenset[int] | None) -> dict[int, float]:
        sums = {row: sum(self.entries.words.row(row).get(t, 0.0) * w for t, w in query.items()) for row in self._allowed(only)}
        return {row: value for row, value in sums.items() if value > 0}

    def search(self, query: np.ndarray, k: int, only: frozenset[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        return self._sorted(self._cosines(query, only), k)

    def search_words(self, query: dict[int, float], k: int, only: frozenset[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
        return self._sorted(self._words(query, only), k)

    def hybrid(
        self, query: np.ndarray, words: dict[int, float], k: int, weight: float, pool: int, only: frozenset[int] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        near, shared = self.search(query, pool, only), self.search_words(words, pool, only)
        total: dict[int, float] = {}
        for row, score in zip(*near, strict=True):
            total[int(row)] = float(score)
        for row, score in zip(*shared, strict=True):
            total[int(row)] = total.get(int(row), 0.0) + weight * float(score)
        return self._sorted(total, k)

    def read(self) -> Iterator[Entries]:
        for start in range(0, len(self.entries), 7):  # not the size of parts that the others use
            yield self.entries.part(start, start + 7)
