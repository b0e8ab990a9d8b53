"""An encoder that remembers: what is encoded together, or asked for many times, is encoded once."""

from collections.abc import Sequence
from copy import copy

import numpy as np

from qa.encoding.encoder import Encoder, Progress, Role


def remembering(encoder: Encoder) -> Encoder:
    """Return an encoder of the same kind with the same vectors, which encodes each text once. Holds them all in memory."""
    known: dict[tuple[Role, str], np.ndarray] = {}
    original = encoder.encode

    def encode(texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if (role, text) not in known]
        if new:
            known.update(zip(((role, text) for text in new), original(new, role, progress), strict=True))
        rows = [known[role, text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, encoder.dimension), dtype=np.float32)

    both: dict[tuple[Role, str], tuple[np.ndarray, np.ndarray]] = {}

    def encode_both(texts: Sequence[str], role: Role, progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        new = [text for text in dict.fromkeys(texts) if (role, text) not in both]
        if new:
            vectors, tokens = encoder.encode_both(new, role, progress)  # type: ignore[attr-defined]  # only set where there is one
            both.update(zip(((role, text) for text in new), zip(vectors, tokens, strict=True), strict=True))
        found = [both[role, text] for text in texts]
        return np.stack([vector for vector, _ in found]), [tokens for _, tokens in found]

    remembered = copy(encoder)  # a copy stays of its kind: code that asks for token vectors finds them
    vars(remembered)["encode"] = encode
    if hasattr(encoder, "encode_both"):
        vars(remembered)["encode_both"] = encode_both
    return remembered
