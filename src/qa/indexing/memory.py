"""What a build remembers of the previous one: vectors and tokens of texts that have not changed."""

import hashlib
import json
from collections.abc import Container, Sequence
from pathlib import Path

import numpy as np

from qa.encoding.encoder import PREPARATION, Encoder, Progress, Role
from qa.errors import QAError
from qa.indexing import store
from qa.indexing.index import embedded_text
from qa.indexing.serial import passage_from
from qa.indexing.token_maps import PassageTokens, TokenMaps

TOKEN_BATCH = 512  # passages whose full token vectors are in memory at once, if the encoder does not ask for more


class Memory:
    """An encoder that remembers: texts of the previous build are not encoded again. Used for everything in a build."""

    def __init__(self, encoder: Encoder, old: dict[str, np.ndarray] | None = None, old_tokens: dict[str, np.ndarray] | None = None) -> None:
        self.name, self.dimension, self.digest = encoder.name, encoder.dimension, encoder.digest
        self.used: dict[str, np.ndarray] = {}  # what this build needed, by key
        self._encoder, self._old, self._old_tokens = encoder, old or {}, old_tokens or {}

    @classmethod
    def of_index(cls, encoder: Encoder, folder: Path, maps: TokenMaps | None) -> "Memory":
        """Return the memory of the index in a folder; an empty one if there is no index, or it is of another encoder."""
        try:
            manifest = store.read_manifest(folder)
            made_by = manifest["encoder"]
            if (made_by["weights"], made_by["preparation"]) != (encoder.digest, PREPARATION):
                return cls(encoder)
            files = store.checked_files(folder, manifest)
            keys = json.loads(files["memory.json"].read_text("utf-8"))
            old = dict(zip(keys, np.load(files["memory.npy"], allow_pickle=False), strict=True))
            if maps is None or manifest["learned"].get("token_maps") != maps.digest:
                return cls(encoder, old)
            tokens = PassageTokens(np.load(files["tokens.npy"], allow_pickle=False), np.load(files["token_starts.npy"], allow_pickle=False))
            rows = [json.loads(line) for line in files["passages.jsonl"].read_text("utf-8").splitlines()]
            passage_keys = [key_of("passage", embedded_text(passage_from(row))) for row in rows]
            return cls(encoder, old, {key: tokens.passage(at) for at, key in enumerate(passage_keys)})
        except (QAError, KeyError, ValueError, OSError):
            return cls(encoder)  # nothing usable to start from: everything is encoded, and the folder is written anew

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        """Return the vectors of these texts, as the encoder would."""
        keys = [key_of(role, text) for text in texts]
        known = {**self._old, **self.used}
        missing = _first_of_each(keys, known)
        if missing:
            fresh = self._encoder.encode([texts[i] for i in missing], role, progress)
            known.update((keys[i], row) for i, row in zip(missing, fresh, strict=True))
        return self._recalled(keys, known)

    def encode_passages(self, texts: Sequence[str], maps: TokenMaps | None, progress: Progress | None = None) -> tuple[np.ndarray, PassageTokens]:
        """Return the vectors of these passages and, with token maps, their mapped tokens; one pass of the encoder for both."""
        if maps is None:
            return self.encode(texts, "passage", progress), PassageTokens.of([], 0)
        keys = [key_of("passage", text) for text in texts]
        known, tokens = dict(self._old), dict(self._old_tokens)
        missing = _first_of_each(keys, {key for key in known if key in tokens})
        size = getattr(self._encoder, "token_batch", TOKEN_BATCH)
        for start in range(0, len(missing), size):
            part = missing[start : start + size]
            fresh, rows = self._encoder.encode_both([texts[i] for i in part], "passage")  # type: ignore[attr-defined]  # _token_maps asked
            known.update((keys[i], row) for i, row in zip(part, fresh, strict=True))
            tokens.update((keys[i], maps.passages(row)) for i, row in zip(part, rows, strict=True))
            if progress:
                progress(start + len(part), len(missing))
        return self._recalled(keys, known), PassageTokens.of([tokens[key] for key in keys], maps.passage.shape[1])

    def _recalled(self, keys: list[str], known: dict[str, np.ndarray]) -> np.ndarray:
        self.used.update((key, known[key]) for key in keys)
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, self.dimension), dtype=np.float32)


def key_of(role: Role, text: str) -> str:
    """Return the key by which a text encoded in a role is remembered."""
    return hashlib.sha256(f"{role}\0{text}".encode()).hexdigest()[:24]


def _first_of_each(keys: list[str], known: Container[str]) -> list[int]:
    """Return the position of the first of each key that is not known."""
    return sorted({key: i for i, key in reversed(list(enumerate(keys))) if key not in known}.values())
