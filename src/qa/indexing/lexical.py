"""The lexical channel: BM25 over Chinese characters, their bigrams and Latin words (bm25s)."""

import json
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from qa.text.preparation import prepared, terms
from qa.vector_stores.entries import Words

K1, B = 1.5, 0.75


class Lexical:
    """A BM25 index; row i belongs to text i."""

    def __init__(self, engine: Any, vocabulary: dict[str, int], rows: int) -> None:
        self._engine = engine
        self.vocabulary = vocabulary
        self.rows = rows

    @classmethod
    def build(cls, texts: list[str]) -> "Lexical":
        """Return the index of these texts. A text without a single term keeps its row and never matches."""
        import bm25s

        tokens = [terms(prepared(text)) for text in texts]
        vocabulary = {term: i for i, term in enumerate(sorted({t for row in tokens for t in row}))}
        ids = [[vocabulary[t] for t in row] for row in tokens]
        engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        if vocabulary:
            engine.index(bm25s.tokenization.Tokenized(ids=ids, vocab=vocabulary), show_progress=False)
        return cls(engine, vocabulary, len(texts))

    def scores(self, query: str) -> np.ndarray:
        """Return float32 (rows,): the BM25 score of every row for a prepared query; zeros where no term is known."""
        ids = [self.vocabulary[t] for t in terms(query) if t in self.vocabulary]
        if not ids:
            return np.zeros(self.rows, dtype=np.float32)
        return np.asarray(self._engine.get_scores_from_ids(ids), dtype=np.float32)

    @cached_property
    def words(self) -> Words:
        """The weights of all terms in all rows, for a vector store; sharing memory with this index."""
        if not self.vocabulary:
            return Words(self.rows, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
        data = self._engine.scores
        return Words(self.rows, np.asarray(data["indptr"], np.int64), np.asarray(data["indices"], np.int32), np.asarray(data["data"], np.float32))

    def terms_of(self, query: str) -> dict[int, float]:
        """Return the known terms of a prepared query, each with how often it stands there."""
        found = Counter(self.vocabulary[t] for t in terms(query) if t in self.vocabulary)
        return {term: float(times) for term, times in found.items()}

    def save(self, folder: Path, name: str) -> None:
        """Write the arrays as plain .npy and the vocabulary as JSON, all under this name."""
        data = self._engine.scores if self.vocabulary else {"data": np.zeros(0), "indices": np.zeros(0), "indptr": np.zeros(1)}
        np.save(folder / f"{name}_scores.npy", np.asarray(data["data"], dtype=np.float32))
        np.save(folder / f"{name}_rows.npy", np.asarray(data["indices"], dtype=np.int32))
        np.save(folder / f"{name}_starts.npy", np.asarray(data["indptr"], dtype=np.int64))
        text = json.dumps({"rows": self.rows, "vocabulary": list(self.vocabulary)}, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text, "utf-8")

    @classmethod
    def load(cls, files: dict[str, Path], name: str) -> "Lexical":
        """Return the index that `save` wrote under this name, from the paths of all files by plain name."""
        import bm25s

        info = json.loads(files[f"{name}.json"].read_text("utf-8"))
        engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        engine.scores = {
            "data": np.load(files[f"{name}_scores.npy"], allow_pickle=False),
            "indices": np.load(files[f"{name}_rows.npy"], allow_pickle=False),
            "indptr": np.load(files[f"{name}_starts.npy"], allow_pickle=False),
            "num_docs": info["rows"],
        }
        engine.nonoccurrence_array = None  # the "lucene" variant has none; the loader of the library sets it too
        return cls(engine, {term: i for i, term in enumerate(info["vocabulary"])}, info["rows"])
