"""The ONNX graph of multilingual-e5-small, written from its weights file."""

from typing import Any

import numpy as np

from qa.encoding.weights import Weights

OPSET = 20  # the first with a Gelu operator
INSIDE = 1024  # values; a larger constant is handed to the session beside the graph


def build_graph(weights: Weights) -> tuple[bytes, dict[str, np.ndarray]]:
    """Return the serialised ONNX model (word embeddings + attention bias -> last hidden states) and its matrices by name.

    The matrices stand beside the model, not in it: a model that holds them is copied by every step of writing and
    reading it, and a cold start would need twice the memory.
    """
    from onnx import TensorProto, helper, numpy_helper

    size, heads = weights.sizes["hidden"], weights.sizes["heads"]
    width, epsilon = size // heads, weights.epsilon
    nodes: list[Any] = []
    constants: list[Any] = []
    matrices: dict[str, np.ndarray] = {}

    def constant(name: str, value: np.ndarray) -> str:
        value = np.ascontiguousarray(value)
        if value.size < INSIDE:
            constants.append(numpy_helper.from_array(value, name))
            return name
        matrices[name] = value
        named = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=value.shape, data_location=TensorProto.EXTERNAL)
        named.external_data.add(key="location", value=name)  # the format asks for a place; no file of that name is read
        constants.append(named)
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
    return bytes(model.SerializeToString()), matrices
