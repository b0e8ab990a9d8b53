"""A large corpus embedded on several machines: Ray Data hands texts to workers that open the same encoder, one on each core.

This package must be installed on every machine of the cluster, in the same version. A worker that is lost is started
again, twice; the vectors are those of the plain encoder, in the order of the texts.
"""

import logging
import os
import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from qa.encoding.encoder import Encoder, Progress, Role, open_encoder
from qa.errors import EncoderError

BATCH = 64  # texts that a worker takes at once; fewer are not worth starting workers for
KNOCK = 5.0  # seconds until a cluster that does not answer counts as down
AGAIN = 2  # times that a lost worker is started again, and its batch tried again


class Worker:
    """What runs on a core of the cluster: an encoder, opened once. What is wrong with it travels as a column."""

    def __init__(self, name: str, digest: str, role: Role, with_tokens: bool) -> None:
        self.role, self.with_tokens, self.problem = role, with_tokens, ""
        try:
            self.encoder = open_encoder(name, 1)
            if self.encoder.digest != digest:
                self.problem = f'a machine of the cluster has other weights of the encoder "{name}" than this one; install the same versions on both'
        except EncoderError as error:
            self.problem = f"on a machine of the cluster: {error}"

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return vectors, and with tokens those of each text as bytes, for a batch of rows and texts."""
        if self.problem:
            return {"row": batch["row"], "problem": np.array([self.problem] * len(batch["row"]))}
        texts = [text.decode("utf-8", "surrogatepass") for text in batch["text"]]
        if not self.with_tokens:
            return {"row": batch["row"], "vector": self.encoder.encode(texts, self.role)}
        vectors, tokens = self.encoder.encode_both(texts, self.role)  # type: ignore[attr-defined]  # asked by RayEncoder
        return {"row": batch["row"], "vector": vectors, "tokens": np.array([row.tobytes() for row in tokens], dtype=object)}


class RayEncoder:
    """An encoder whose texts are encoded by the workers of a Ray cluster that this process has joined."""

    token_batch = 4096  # texts whose token vectors are asked for at once: each time workers are started anew

    def __init__(self, encoder: Encoder, workers: int) -> None:
        self._encoder = encoder
        self.name, self.dimension, self.digest = encoder.name, encoder.dimension, encoder.digest
        self.workers = workers
        if hasattr(encoder, "encode_both"):  # code that asks for token vectors finds them where there are any
            self.encode_both = self._encode_both

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> np.ndarray:
        """Return what the encoder's `encode` returns."""
        if len(texts) < BATCH:
            return self._encoder.encode(texts, role, progress)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for rows, found, _ in self._batches(texts, role, False, progress):
            vectors[rows] = found
        return vectors

    def _encode_both(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return what the encoder's `encode_both` returns."""
        if len(texts) < BATCH:
            both: tuple[np.ndarray, list[np.ndarray]] = self._encoder.encode_both(texts, role, progress)  # type: ignore[attr-defined]  # asked above
            return both
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tokens = [np.zeros((0, self.dimension), np.float32)] * len(texts)
        for rows, found, inner in self._batches(texts, role, True, progress):
            vectors[rows] = found
            for row, raw in zip(rows.tolist(), inner, strict=True):
                tokens[row] = np.frombuffer(raw, dtype=np.float32).reshape(-1, self.dimension)
        return vectors, tokens

    def _batches(self, texts: Sequence[str], role: Role, with_tokens: bool, progress: Progress | None) -> Iterator[tuple[np.ndarray, np.ndarray, Any]]:
        import ray.data

        items = [{"row": row, "text": text.encode("utf-8", "surrogatepass")} for row, text in enumerate(texts)]
        batches = -(-len(items) // BATCH)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the two bounds: without them Ray tries for ever; it has no other way yet
            embedded = ray.data.from_items(items, override_num_blocks=batches).map_batches(
                Worker,
                fn_constructor_args=(self.name, self.digest, role, with_tokens),
                batch_size=BATCH,
                compute=ray.data.ActorPoolStrategy(size=min(self.workers, batches)),
                num_cpus=1,
                max_restarts=AGAIN,
                max_task_retries=AGAIN,
            )
        done = 0
        with _clear_errors():
            for batch in embedded.iter_batches(batch_size=None, batch_format="numpy"):
                if "problem" in batch:
                    raise EncoderError(str(batch["problem"][0]))
                yield batch["row"], batch["vector"], batch.get("tokens")
                done += len(batch["row"])
                if progress:
                    progress(done, len(texts))
        if done != len(texts):
            raise EncoderError(f"the Ray cluster returned {done} of {len(texts)} vectors; look at its logs and run qa index again")


@contextmanager
def on_cluster(encoder: Encoder, address: str, workers: int | None = None) -> Iterator[Encoder]:
    """Yield an encoder that gives what this one gives, computed on the Ray cluster at an address; it is left with the block.

    Args:
        address: "HOST:PORT", "ray://HOST:PORT", "auto" for the cluster of this machine, "local" for a new one on it.
        workers: by default one for each core of the cluster.

    Raises:
        EncoderError: Ray is not installed, the cluster can't be reached, or workers are lost again and again.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is reported to anybody
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise EncoderError(f"--ray needs Ray ({error}); install it with: pip install 'liver-stem-cell-qa[ray]'") from error
    try:
        _knock(address)
        ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, include_dashboard=False if address == "local" else None)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise EncoderError(f'no Ray cluster at "{address}" ({_reason(error)}); start one with: ray start --head') from error
    try:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # every error is raised; its traceback on stderr says nothing more
        cores = ray.cluster_resources().get("CPU", 1)  # type: ignore[no-untyped-call]
        yield RayEncoder(encoder, workers or max(1, int(cores)))
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raise OSError if nobody listens at "HOST:PORT" or "ray://HOST:PORT": Ray itself would try for minutes."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK):
            pass


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn Ray's errors into one line that names what happened on the worker."""
    import ray.exceptions

    try:
        yield
    except ray.exceptions.RayError as error:
        raise EncoderError(f"embedding on the Ray cluster failed ({_reason(error)}); look at its logs and run qa index again") from error


def _reason(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
