"""A large corpus embedded by several processes of this machine: the multi-process pool of sentence-transformers.

Every process builds the model for itself and takes the next texts when it is done. The vectors are those of the plain
encoder, in the order of the texts.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from qa.encoding.encoder import EmbeddedEncoder, Encoder, Progress, Role, SentenceTransformerEncoder
from qa.errors import EncoderError

CHUNK = 64  # texts that a process takes at once; fewer are not worth starting processes for
CHUNKS = 8  # for each process, between two reports of progress
PROMPT = {"query": "query", "passage": "document"}  # our role -> the library's name of its prompt


class Pool:
    """Processes that run one sentence-transformers model each; started by the first texts, ended by `close`."""

    def __init__(self, model: Any, workers: int) -> None:
        self.model, self.workers = model, workers

    @cached_property
    def processes(self) -> dict[str, Any]:
        """The library's pool: its queues and its processes."""
        return dict(self.model.start_multi_process_pool(["cpu"] * self.workers))

    @contextmanager
    def used(self) -> Iterator[dict[str, Any]]:
        """Yield the library's pool; EncoderError if one of its processes is lost, after which `close` is all that is left to do."""
        try:
            yield self.processes
        except (RuntimeError, OSError) as error:  # what the library raises when a process died, or can't be started
            reason = str(error).splitlines()[0].removesuffix(" Stop the pool and start a new one before retrying.")
            raise EncoderError(f"a process that embeds texts was lost ({reason}); if memory ran out, use fewer: qa index --workers 1") from error

    def close(self) -> None:
        """End the processes."""
        if "processes" in self.__dict__:
            self.model.stop_multi_process_pool(self.processes)
            del self.processes


class PooledEmbedded:
    """The embedded encoder in a pool: bit for bit the vectors and token vectors of `EmbeddedEncoder`."""

    def __init__(self, encoder: EmbeddedEncoder, workers: int) -> None:
        from qa.encoding.sentence_transformer import as_sentence_transformer

        self.name, self.dimension, self.digest = encoder.name, encoder.dimension, encoder.digest
        self._encoder = encoder
        self._prompts = {role: len(encoder.model.tokenizer.content(f"{role}:")) for role in PROMPT}
        threads = max(1, (os.cpu_count() or 1) // workers)
        self.pool = Pool(as_sentence_transformer(encoder, threads), workers)

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        """Return what the encoder's `encode` returns."""
        if len(texts) < CHUNK:
            return self._encoder.encode(texts, role, progress)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for part, found in self._parts(texts, role, "sentence_embedding", progress):
            vectors[part] = found
        return vectors

    def encode_both(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return what the encoder's `encode_both` returns."""
        if len(texts) < CHUNK:
            return self._encoder.encode_both(texts, role, progress)
        vectors, tokens = np.zeros((len(texts), self.dimension), dtype=np.float32), []
        for part, found in self._parts(texts, role, None, progress):
            vectors[part] = np.stack([row["sentence_embedding"].numpy() for row in found])
            for row in found:  # without the start mark, the prompt and the end mark
                inner = row["token_embeddings"].numpy()[1 + self._prompts[role] : int(row["attention_mask"].sum()) - 1]
                tokens.append(inner / np.maximum(np.linalg.norm(inner, axis=1, keepdims=True), 1e-12))
        return vectors, tokens

    def _parts(self, texts: Sequence[str], role: Role, output: str | None, progress: Progress | None) -> Iterator[tuple[slice, Any]]:
        size = CHUNK * CHUNKS * self.pool.workers
        for start in range(0, len(texts), size):
            part = slice(start, min(start + size, len(texts)))
            with self.pool.used() as processes:
                found = self.pool.model.encode(list(texts[part]), prompt_name=PROMPT[role], output_value=output, pool=processes, chunk_size=CHUNK)
            yield part, found
            if progress:
                progress(part.stop, len(texts))


class _PooledModel:
    """What `SentenceTransformerEncoder` asks of its model, encoded in a pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool.model, name)

    def encode_query(self, texts: list[str], **options: Any) -> Any:
        with self._pool.used() as processes:
            return self._pool.model.encode_query(texts, pool=processes, chunk_size=self._chunk(texts), **options)

    def encode_document(self, texts: list[str], **options: Any) -> Any:
        with self._pool.used() as processes:
            return self._pool.model.encode_document(texts, pool=processes, chunk_size=self._chunk(texts), **options)

    def _chunk(self, texts: list[str]) -> int:
        return max(1, min(CHUNK, -(-len(texts) // (2 * self._pool.workers))))


@contextmanager
def pooled(encoder: Encoder, workers: int) -> Iterator[Encoder]:
    """Yield an encoder that gives what this one gives, computed by so many processes; they end with the block.

    Raises:
        EncoderError: the encoder is not one that other processes can open, or one of them is lost.
    """
    if isinstance(encoder, EmbeddedEncoder):
        spread = PooledEmbedded(encoder, workers)
        try:
            yield spread
        finally:
            spread.pool.close()
    elif isinstance(encoder, SentenceTransformerEncoder):
        pool = Pool(encoder._model, workers)
        try:
            yield SentenceTransformerEncoder(encoder.name, model=_PooledModel(pool))
        finally:
            pool.close()
    else:
        raise EncoderError(f'the encoder "{encoder.name}" can\'t be run in other processes; leave --workers out')
