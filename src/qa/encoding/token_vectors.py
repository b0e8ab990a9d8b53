"""Vectors and token vectors of many texts from one pass of the encoder.

Late interaction wants the token vectors that pooling throws away. Keeping them while the passages are embedded costs
memory instead of a second pass; what does not fit in the budget is encoded again when it is asked for.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from qa.encoding.encoder import Encoder, Progress, Role

BUDGET = 768 * 1024 * 1024  # bytes: 2,600 texts of 400 tokens as float16


class TokenVectors:
    """The token vectors of a list of texts by position, float16 unit rows (tokens, d); each from memory or encoded anew."""

    def __init__(self, encoder: Any, texts: Sequence[str], role: Role, budget: int = BUDGET) -> None:
        self._encoder, self._texts, self._role, self._left = encoder, texts, role, budget
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()

    def keep(self, row: int, tokens: np.ndarray) -> None:
        """Remember the token vectors of one text; the oldest are dropped when the budget is used up."""
        small = tokens.astype(np.float16)
        if row in self._kept:
            self._left += self._kept.pop(row).nbytes
        self._kept[row] = small
        self._left -= small.nbytes
        while self._left < 0 and len(self._kept) > 1:
            self._left += self._kept.popitem(last=False)[1].nbytes

    def of(self, rows: Sequence[int]) -> list[np.ndarray]:
        """Return the token vectors of these texts, in this order."""
        found = {row: self._kept[row] for row in rows if row in self._kept}
        missing = sorted({row for row in rows if row not in found})
        if missing:
            vectors = self._encoder.token_vectors([self._texts[row] for row in missing], self._role)
            for row, tokens in zip(missing, vectors, strict=True):
                found[row] = tokens.astype(np.float16)
                self.keep(row, found[row])
        return [found[row] for row in rows]


def encode_with_tokens(
    encoder: Encoder, texts: Sequence[str], role: Role, progress: Progress | None = None, budget: int = BUDGET
) -> tuple[np.ndarray, TokenVectors | None]:
    """Return float32 (n, d) unit rows, equal to `encoder.encode`, and the token vectors of the texts.

    None in place of token vectors for an encoder that has none (`QA_ENCODER`): its ranking goes without late interaction.
    """
    from qa.encoding.encoder import EmbeddedEncoder

    if not isinstance(encoder, EmbeddedEncoder):
        tokens = TokenVectors(encoder, texts, role, budget) if hasattr(encoder, "token_vectors") else None
        return encoder.encode(texts, role, progress), tokens
    kept = TokenVectors(encoder, texts, role, budget)
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    done = 0
    for batch, some, tokens_of in encoder.batches(texts, role):
        vectors[batch] = some
        for i, row in zip(batch, tokens_of, strict=True):
            kept.keep(i, row)
        done += len(batch)
        if progress:
            progress(done, len(texts))
    return vectors, kept
