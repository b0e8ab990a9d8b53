"""The best value of each group: a statement has several lines, and several questions that ask for it."""

from collections.abc import Iterator, Sequence

import numpy as np

BLOCK = 32  # values a block, in `highest`


class Groups:
    """The positions that belong to each of `count` units; position i belongs to `owner[i]`."""

    def __init__(self, owner: np.ndarray, count: int) -> None:
        self._order = np.argsort(owner, kind="stable")
        self._sizes = np.bincount(owner, minlength=count)
        self._of = np.split(self._order, np.cumsum(self._sizes)[:-1])

    def __getitem__(self, unit: int) -> np.ndarray:
        return self._of[unit]

    def __iter__(self) -> Iterator[np.ndarray]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def best(self, values: np.ndarray, units: np.ndarray, empty: float) -> np.ndarray:
        """Return float32 (c,): for each of these units the largest of its values; `empty` where it has none.

        Args:
            values: (n,), one for each position; units: sorted.
        """
        if len(units) == len(self._of):  # all of them, which is every question of a small corpus
            return _largest(values[self._order], self._sizes, empty)
        chosen = [self._of[u] for u in units]
        return largest([values[positions] for positions in chosen], empty)

    def best_cosine(self, vectors: np.ndarray, query: np.ndarray, units: np.ndarray) -> np.ndarray:
        """Return `best` of the cosines of unit rows with a unit query; only those that are needed are computed."""
        if len(units) == len(self._of):
            return self.best(vectors @ query, units, np.nan)
        return largest([vectors[self._of[u]] @ query for u in units], np.nan)


def highest(values: np.ndarray, count: int) -> np.ndarray:
    """Return the positions of the `count` largest values, largest first, ties by position; all where there are fewer.

    The maxima of blocks give a limit that the wanted values reach and few others do: a tenth of the time of `argpartition`.
    """
    if len(values) <= count * BLOCK:
        found = np.arange(len(values))
    else:
        whole = len(values) // BLOCK * BLOCK
        maxima = values[:whole].reshape(-1, BLOCK).max(axis=1)
        found = np.flatnonzero(values >= np.partition(maxima, len(maxima) - count)[-count]) if len(maxima) >= count else np.arange(len(values))
    return found[np.lexsort((found, -values[found]))][:count]


def largest(runs: Sequence[np.ndarray], empty: float) -> np.ndarray:
    """Return float32 (runs,): the largest value of each run; `empty` where a run has none."""
    values = np.concatenate(runs) if len(runs) else np.zeros(0, np.float32)
    return _largest(values, np.array([len(run) for run in runs], dtype=np.int64), empty)


def _largest(values: np.ndarray, sizes: np.ndarray, empty: float) -> np.ndarray:
    result = np.full(len(sizes), empty, dtype=np.float32)
    filled = sizes > 0
    if filled.any():
        result[filled] = np.maximum.reduceat(values, (np.cumsum(sizes) - sizes)[filled])
    return result
