"""Single rows of a large array that lies in a file: read, not mapped.

A page of a mapped file that was touched counts as memory of the process until the system wants it back, and the system
maps fifteen more around it: a few hundred searches among a million vectors would seem to hold all of them.
"""

import mmap
import os
import weakref

import numpy as np


class RowReader:
    """Gives rows of an array float32 (n, d); those of a memory-mapped file are read from it, at some 2 us a row."""

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = vectors
        self._file: int | None = None
        if isinstance(vectors, np.memmap) and isinstance(vectors.base, mmap.mmap) and vectors.flags.c_contiguous and hasattr(os, "pread"):
            self._file = os.open(str(vectors.filename), os.O_RDONLY)  # held open: a file that is replaced stays readable
            weakref.finalize(self, os.close, self._file)

    def rows(self, rows: np.ndarray) -> np.ndarray:
        """Return float32 (m, d): these rows, in this order; ValueError if the file was cut short."""
        if self._file is None:
            return np.asarray(self._vectors[rows])
        start, width = int(self._vectors.offset), self._vectors.strides[0]  # type: ignore[attr-defined]  # a memmap, asked above
        parts = b"".join([os.pread(self._file, width, start + width * row) for row in rows.tolist()])
        return np.frombuffer(parts, dtype=self._vectors.dtype).reshape(len(rows), self._vectors.shape[1])
