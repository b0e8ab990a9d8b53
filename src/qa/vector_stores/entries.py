"""What a vector store holds of each row: a unit vector, the weights of its words, the numbers it is cited by.

Row i is passage i (or bank question i) of the index. Texts stay in the index folder: a store finds rows, and nothing else.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Terms = Mapping[int, float]  # term -> weight: how often a question has it, or what it is worth in a row


@dataclass(frozen=True)
class Words:
    """Inverted lists: term t weighs values[i] in row rows[i] for i from starts[t] to starts[t + 1].

    Attributes:
        count: rows, those without any term included.
        starts: int64 (terms + 1,).
        rows: int32 (entries,).
        values: float32 (entries,), never 0.
    """

    count: int
    starts: np.ndarray
    rows: np.ndarray
    values: np.ndarray

    @classmethod
    def of_rows(cls, rows: Sequence[Terms]) -> "Words":
        """Return the inverted lists of rows that are given as term -> weight."""
        terms = np.array([term for row in rows for term in sorted(row)], dtype=np.int64)
        values = np.array([row[term] for row in rows for term in sorted(row)], dtype=np.float32)
        owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        order = np.argsort(terms, kind="stable")
        size = int(terms.max()) + 1 if len(terms) else 0
        starts = np.concatenate([[0], np.cumsum(np.bincount(terms, minlength=size))])
        return cls(len(rows), starts.astype(np.int64), owner[order].astype(np.int32), values[order])

    @cached_property
    def by_row(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Starts int64 (count + 1,), terms int32 and weights float32 row by row, terms of a row in increasing order."""
        terms = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))
        order = np.lexsort((terms, self.rows))
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.rows, minlength=self.count))]).astype(np.int64)
        return starts, terms[order], np.asarray(self.values, dtype=np.float32)[order]

    def row(self, at: int) -> dict[int, float]:
        """Return the terms of one row with their weights."""
        starts, terms, values = self.by_row
        part = slice(starts[at], starts[at + 1])
        return dict(zip(terms[part].tolist(), values[part].tolist(), strict=True))

    def scores(self, query: Terms) -> np.ndarray:
        """Return float32 (count,): the inner product of a query with every row. BM25 if the weights are BM25's."""
        found = np.zeros(self.count, dtype=np.float32)
        for term, weight in query.items():
            if 0 <= term < len(self.starts) - 1:
                part = slice(self.starts[term], self.starts[term + 1])
                found[self.rows[part]] += np.float32(weight) * self.values[part]
        return found


@dataclass(frozen=True)
class Entries:
    """Rows of a store: unit vectors float32 (n, d), their words, and the citation numbers of each."""

    vectors: np.ndarray
    words: Words
    citations: Sequence[tuple[int, ...]]

    def __len__(self) -> int:
        return len(self.vectors)

    def part(self, start: int, stop: int) -> "Entries":
        """Return the rows from `start` to `stop`, renumbered from 0."""
        stop = min(stop, len(self))
        words = Words.of_rows([self.words.row(at) for at in range(start, stop)])
        return Entries(np.asarray(self.vectors[start:stop]), words, self.citations[start:stop])


class Digest:
    """A SHA-256 of rows that come in parts; equal for equal rows, however they are parted."""

    def __init__(self) -> None:
        self._parts = [hashlib.sha256() for _ in range(6)]
        self.count = 0

    def add(self, entries: Entries) -> None:
        """Take the next rows."""
        starts, terms, values = entries.words.by_row
        numbers = [sorted(numbers) for numbers in entries.citations]
        columns = (
            np.asarray(entries.vectors, dtype="<f4"),
            np.diff(starts).astype("<i8"),
            terms.astype("<i8"),
            values.astype("<f4"),
            np.array([len(row) for row in numbers], dtype="<i8"),
            np.array([number for row in numbers for number in row], dtype="<i8"),
        )
        for part, column in zip(self._parts, columns, strict=True):
            part.update(np.ascontiguousarray(column).tobytes())
        self.count += len(entries)

    def hexdigest(self) -> str:
        """Return the digest of all rows so far."""
        return hashlib.sha256(b"".join(part.digest() for part in self._parts)).hexdigest()


def digest_of(parts: Iterator[Entries]) -> tuple[int, str]:
    """Return how many rows there are, and their digest."""
    digest = Digest()
    for part in parts:
        digest.add(part)
    return digest.count, digest.hexdigest()
