"""The same vectors from many processes: here, or on a cluster. Whatever builds an index can use it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from qa.encoding.encoder import Encoder


@contextmanager
def spread(encoder: Encoder, workers: int | None = None, ray: str | None = None) -> Iterator[Encoder]:
    """Yield an encoder with the vectors of this one, computed by many processes until the block ends; this one, if nothing asks for many.

    Args:
        workers: processes; without a cluster, on this machine. By default one, on a cluster one for each core.
        ray: the address of a Ray cluster, by default `QA_RAY`; "" is none. See `qa.encoding.cluster.on_cluster`.

    Raises:
        EncoderError: the cluster can't be reached, or processes are lost.
    """
    address = os.environ.get("QA_RAY", "") if ray is None else ray
    if address:
        from qa.encoding.cluster import on_cluster

        with on_cluster(encoder, address, workers) as many:
            yield many
    elif workers and workers > 1:
        from qa.encoding.pool import pooled

        with pooled(encoder, workers) as many:
            yield many
    else:
        yield encoder
