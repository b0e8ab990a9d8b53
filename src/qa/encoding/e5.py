"""The embedded encoder: tokeniser and ONNX graph of multilingual-e5-small, both made from the weights file.

Why ONNX Runtime and not torch at question time: a third of the latency, a tenth of the import time, and vectors that
do not depend on what else is in the batch. `qa.encoding.sentence_transformer` puts the same graph behind
sentence-transformers as well.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from qa.encoding.graph import build_graph
from qa.encoding.tokenizer import Tokenizer
from qa.encoding.weights import dequantise, find_weights, read_weights


class E5:
    """Token vectors and mean-pooled unit vectors of texts, 384 dimensions, on CPU threads."""

    def __init__(self, threads: int | None = None) -> None:
        self.weights = read_weights(find_weights())
        self.tokenizer = Tokenizer(self.weights)
        self.dimension = self.weights.sizes["hidden"]
        self._threads = threads
        self._matrices: dict[str, np.ndarray] = {}

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads that spin keep numpy waiting
        if self._threads:
            options.intra_op_num_threads = self._threads
        graph, self._matrices = build_graph(self.weights)  # kept: the session reads what it did not repack where it lies
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(matrix) for matrix in self._matrices.values()]
        options.add_external_initializers(list(self._matrices), values)
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def tokens(self, batch: Sequence[Sequence[int]]) -> np.ndarray:
        """Return float32 (texts, longest, 384): last hidden states; rows past a text's length are zero."""
        longest = max(map(len, batch))
        ids = np.full((len(batch), longest), self.tokenizer.special["pad"])
        mask = np.zeros((len(batch), longest), dtype=np.float32)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1.0
        packed = self.weights.packed("emb.word", self.dimension)
        unique, inverse = np.unique(ids, return_inverse=True)
        words = dequantise(packed[unique])[inverse.reshape(ids.shape)]
        bias = np.where(mask[:, None, None, :] > 0, np.float32(0), np.float32(-1e9))
        (states,) = self._session.run(None, {"words": words, "bias": bias})
        return np.asarray(states * mask[:, :, None])

    def pooled(self, batch: Sequence[Sequence[int]]) -> np.ndarray:
        """Return float32 (texts, 384): mean of each text's token vectors, scaled to length 1."""
        return mean_pool(self.tokens(batch), np.array([len(tokens) for tokens in batch]))


def mean_pool(states: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return unit rows: the mean over the first `lengths[i]` token vectors of text i."""
    mean = states.sum(axis=1, dtype=np.float64) / lengths[:, None]
    unit = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
    return np.asarray(unit, dtype=np.float32)
