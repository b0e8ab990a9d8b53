"""An encoder that can be worked out by hand: one axis for each keyword, so a text's vector counts its keywords."""

from collections.abc import Sequence

import numpy as np

AXES = ("liver", "cell", "blood", "fever", "\u809d", "\u7ec6\u80de")  # the last two: liver, cell in Chinese
MEANING = {"\u809d": "liver", "\u7ec6\u80de": "cell"}  # Chinese words share an axis with their English one


class CountingEncoder:
    name = "counting"
    dimension = 4
    digest = "counting"

    def __init__(self) -> None:
        self.encoded = 0  # texts that token vectors were asked for

    def _tokens(self, text: str) -> np.ndarray:
        axes = list(AXES[:4])
        found = [axes.index(MEANING.get(word, word)) for word in AXES for _ in range(text.lower().count(word))]
        return np.eye(4, dtype=np.float32)[found]

    def encode(self, texts: Sequence[str], role: str, progress=None) -> np.ndarray:
        sums = np.array([self._tokens(text).sum(axis=0) for text in texts], dtype=np.float32).reshape(len(texts), 4)
        if progress:
            progress(len(texts), len(texts))
        return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)

    def token_vectors(self, texts: Sequence[str], role: str) -> list[np.ndarray]:
        self.encoded += len(texts)
        return [self._tokens(text) for text in texts]
