"""Late interaction, learned: two small maps and a weight for the tokens of a question and those of a sentence.

A pooled vector blurs "albumin" and "pre-albumin", or what the control group got and what the cell group got; the token
vectors that pooling throws away still tell them apart. Each token of a question looks for its best partner in a
sentence, and the learned weights say which tokens matter. Trained by `python -m qa.evaluation.token_training` on the
question bank; the result is shipped, and holds for the encoder it was trained with only.
Source: Khattab & Zaharia 2020, ColBERT (MaxSim); here the encoder is frozen and only 0.1 million weights are learned.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from qa.errors import CorpusError
from qa.settings import shipped_corpus

FILE = "token_maps.npz"
GATE_SCALE = 10.0  # brings the gate of unit rows into the range in which softplus bends
NAMES = ("query", "passage", "gate", "offset", "encoder")


@dataclass(frozen=True)
class TokenMaps:
    """Maps of query and passage tokens, float32 (d, k); gate (d,) and offset of the query's token weights."""

    query: np.ndarray
    passage: np.ndarray
    gate: np.ndarray
    offset: float
    encoder: str  # the digest of the weights they were trained with

    @cached_property
    def digest(self) -> str:
        """A digest of the values, recorded in the index."""
        parts = (self.query, self.passage, self.gate, np.array([self.offset], dtype=np.float32))
        return hashlib.sha256(b"".join(np.ascontiguousarray(p).tobytes() for p in parts)).hexdigest()

    def passages(self, tokens: np.ndarray) -> np.ndarray:
        """Return mapped passage tokens, float16 unit rows (tokens, k)."""
        return _unit(tokens.astype(np.float32) @ self.passage).astype(np.float16)

    def queries(self, tokens: np.ndarray) -> np.ndarray:
        """Return mapped query tokens times their weights, float32 (tokens, k): a sum of best products is the score."""
        plain = tokens.astype(np.float32)
        weights = np.logaddexp(0.0, GATE_SCALE * (plain @ self.gate) + self.offset)
        return np.asarray(_unit(plain @ self.query) * (weights / max(float(weights.sum()), 1e-6))[:, None], dtype=np.float32)


@dataclass(frozen=True)
class PassageTokens:
    """The mapped tokens of all passages (tokens, k), one after another; passage i is rows starts[i]:starts[i + 1].

    float16 on disk; float32 in an opened index that fits in memory, for converting them is slower than multiplying them.
    """

    rows: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, tokens: Sequence[np.ndarray], width: int) -> "PassageTokens":
        """Return the tokens of these passages, packed."""
        starts = np.cumsum([0, *map(len, tokens)])
        return cls(np.concatenate([np.zeros((0, width), np.float16), *tokens]), starts.astype(np.int64))

    def passage(self, at: int) -> np.ndarray:
        """Return the tokens of passage `at`, (tokens, k)."""
        return self.rows[self.starts[at] : self.starts[at + 1]]

    def take(self, passages: Sequence[int]) -> "PassageTokens":
        """Return the tokens of these passages, in this order."""
        return PassageTokens.of([self.passage(int(at)) for at in passages], self.rows.shape[1])


def late_interaction(query: np.ndarray, tokens: PassageTokens, passages: Sequence[int]) -> np.ndarray:
    """Return float32 (passages,): for each passage the sum over query tokens of the best weighted product, at most 1.

    Args:
        query: `TokenMaps.queries` of the question. A question or a passage without tokens scores 0.
    """
    scores = np.zeros(len(passages), dtype=np.float32)
    chosen = [tokens.passage(int(at)) for at in passages]
    filled = [i for i, rows in enumerate(chosen) if len(rows)]
    if filled and len(query):
        flat = np.concatenate([chosen[i] for i in filled]).astype(np.float32, copy=False)
        starts = np.cumsum([0, *(len(chosen[i]) for i in filled[:-1])])
        scores[filled] = np.maximum.reduceat(query @ flat.T, starts, axis=1).sum(axis=0)
    return scores


@cache
def shipped_token_maps() -> TokenMaps | None:
    """Return the shipped token maps, None where the project has none; CorpusError if the file is damaged."""
    path = shipped_corpus() / FILE
    return read_token_maps(path) if path.is_file() else None


def read_token_maps(path: Path) -> TokenMaps:
    """Return the token maps of a file; CorpusError if it is damaged."""
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as arrays:
            query, passage, gate = (arrays[name].astype(np.float32) for name in NAMES[:3])
            return TokenMaps(query, passage, gate, float(arrays["offset"]), str(arrays["encoder"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise CorpusError(f"{path}: can't be read ({error}); restore it from the project") from error


def write_token_maps(path: Path, maps: TokenMaps) -> None:
    """Write token maps, the matrices as float16."""
    with path.open("wb") as handle:
        np.savez(
            handle,
            query=maps.query.astype(np.float16),
            passage=maps.passage.astype(np.float16),
            gate=maps.gate.astype(np.float32),
            offset=np.float32(maps.offset),
            encoder=np.array(maps.encoder),
        )


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12))
