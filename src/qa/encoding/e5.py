"""The embedded encoder: tokeniser and ONNX graph of multilingual-e5-small, both made from the weights file.

Why ONNX Runtime and not torch at question time: a third of the latency, a tenth of the import time, and vectors that
do not depend on what else is in the batch. `qa.encoding.sentence_transformer` puts the same graph behind
sentence-transformers as well.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from qa.encoding.weights import Weights, dequantise, find_weights, read_weights

SPACE_MARK = "\u2581"  # SentencePiece's visible space
UNKNOWN_PENALTY = 10.0  # SentencePiece: an unknown character scores this far below the rarest piece
OPSET = 20  # the first with a Gelu operator


class Tokenizer:
    """SentencePiece unigram segmentation of XLM-RoBERTa, by dynamic programming over the vocabulary.

    Plain Python: it loads in a fifth of the time of the `tokenizers` package, and segments a sentence in a fraction
    of the time that encoding it takes. A test compares both, and the wheel's own engine, on values.
    """

    def __init__(self, weights: Weights) -> None:
        self.max_tokens = weights.sizes["max_tokens"]
        self.special = weights.special
        self._ids = {piece: i for i, piece in enumerate(weights.pieces)}
        for piece in ("<s>", "<pad>", "</s>", "<unk>", "<mask>"):
            self._ids.pop(piece, None)  # markup typed by a user is text, not a control token
        self._scores = weights.piece_scores.tolist()
        self._longest = max(map(len, self._ids))
        self._unknown = float(weights.piece_scores.min()) - UNKNOWN_PENALTY
        self._table = str.maketrans(weights.normalisation)

    def content(self, text: str) -> list[int]:
        """Return the token ids of a text, without the start and end tokens and without a limit."""
        plain = text.translate(self._table)
        plain = SPACE_MARK + SPACE_MARK.join(part for part in plain.split(" ") if part)
        best = [0.0] + [-1e30] * len(plain)
        origin = [0] * (len(plain) + 1)
        chosen = [0] * (len(plain) + 1)
        for start in range(len(plain)):
            base = best[start]
            for end in range(start + 1, min(len(plain), start + self._longest) + 1):
                piece = self._ids.get(plain[start:end])
                if piece is not None and base + self._scores[piece] > best[end]:
                    best[end], origin[end], chosen[end] = base + self._scores[piece], start, piece
            if base + self._unknown > best[start + 1]:
                best[start + 1], origin[start + 1] = base + self._unknown, start
                chosen[start + 1] = self.special["unk"]
        ids, at = [], len(plain)
        while at > 0:
            ids.append(chosen[at])
            at = origin[at]
        return ids[::-1]

    def encode(self, text: str) -> list[int]:
        """Return at most 512 token ids with start and end tokens; what is longer is cut at the end."""
        return [self.special["bos"], *self.content(text)[: self.max_tokens - 2], self.special["eos"]]


class E5:
    """Token vectors and mean-pooled unit vectors of texts, 384 dimensions, on CPU threads."""

    def __init__(self, threads: int | None = None) -> None:
        self.weights = read_weights(find_weights())
        self.tokenizer = Tokenizer(self.weights)
        self.dimension = self.weights.sizes["hidden"]
        self._threads = threads

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads that spin keep numpy waiting
        if self._threads:
            options.intra_op_num_threads = self._threads
        return onnxruntime.InferenceSession(build_graph(self.weights), options, providers=["CPUExecutionProvider"])

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


def build_graph(weights: Weights) -> bytes:
    """Return the serialised ONNX model: word embeddings + attention bias -> last hidden states."""
    from onnx import TensorProto, helper, numpy_helper

    size, heads = weights.sizes["hidden"], weights.sizes["heads"]
    width, epsilon = size // heads, weights.epsilon
    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def linear(x: str, name: str, columns: list[str], wide: int) -> str:
        matrix = np.concatenate([weights.matrix(f"{c}.w", wide) for c in columns])
        offset = np.concatenate([weights.vector(f"{c}.b") for c in columns])
        product = node("MatMul", [x, constant(f"{name}.w", matrix.T)], f"{name}.product")
        return node("Add", [product, constant(f"{name}.b", offset)], f"{name}.out")

    def normalised(x: str, name: str) -> str:
        inputs = [x, constant(f"{name}.w", weights.vector(f"{name}.w")), constant(f"{name}.b", weights.vector(f"{name}.b"))]
        return node("LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=epsilon)

    position = weights.vector("emb.pos").reshape(-1, size) + weights.vector("emb.type")[:size]
    constant("positions", position)
    for name, value in (("zero", [0]), ("one", [1]), ("two", [2])):
        constant(name, np.array(value, dtype=np.int64))
    constant("split", np.array([0, 0, 3 * heads, width], dtype=np.int64))
    constant("merge", np.array([0, 0, size], dtype=np.int64))
    constant("scale", np.array(1 / np.sqrt(width), dtype=np.float32))
    node("Shape", ["words"], "shape")
    node("Slice", ["shape", "one", "two"], "length")
    node("Slice", ["positions", "zero", "length", "zero"], "used")
    x = normalised(node("Add", ["words", "used"], "summed"), "emb.ln")
    for i in range(weights.sizes["layers"]):
        n = f"l{i}"
        qkv = node("Reshape", [linear(x, f"{n}.qkv", [f"{n}.q", f"{n}.k", f"{n}.v"], size), "split"], f"{n}.split")
        turned = node("Transpose", [qkv], f"{n}.turned", perm=[0, 2, 1, 3])
        q, k, v = (f"{n}.{part}" for part in ("query", "key", "value"))
        nodes.append(helper.make_node("Split", [turned], [q, k, v], axis=1, num_outputs=3))
        scaled = node("Mul", [q, "scale"], f"{n}.scaled")
        scores = node("MatMul", [scaled, node("Transpose", [k], f"{n}.kt", perm=[0, 1, 3, 2])], f"{n}.scores")
        share = node("Softmax", [node("Add", [scores, "bias"], f"{n}.masked")], f"{n}.share", axis=-1)
        mixed = node("Transpose", [node("MatMul", [share, v], f"{n}.mixed")], f"{n}.back", perm=[0, 2, 1, 3])
        attended = linear(node("Reshape", [mixed, "merge"], f"{n}.merged"), f"{n}.ao", [f"{n}.ao"], size)
        x = normalised(node("Add", [x, attended], f"{n}.residual1"), f"{n}.aln")
        inner = node("Gelu", [linear(x, f"{n}.fi", [f"{n}.fi"], size)], f"{n}.gelu")
        outer = linear(inner, f"{n}.fo", [f"{n}.fo"], weights.sizes["feed_forward"])
        x = normalised(node("Add", [x, outer], f"{n}.residual2"), f"{n}.oln")
    node("Identity", [x], "states")
    f32 = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "e5-small",
        [
            helper.make_tensor_value_info("words", f32, ["batch", "length", size]),
            helper.make_tensor_value_info("bias", f32, ["batch", 1, 1, "length"]),
        ],
        [helper.make_tensor_value_info("states", f32, ["batch", "length", size])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    return bytes(model.SerializeToString())
