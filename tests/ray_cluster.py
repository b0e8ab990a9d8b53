"""Embeds texts on a Ray cluster of two nodes, started here, and prints what came of it as JSON; run by test_many.py in a process of its own."""

import json
import os
import signal
from pathlib import Path

import numpy as np
from ray.cluster_utils import Cluster

from qa.encoding import cluster
from qa.encoding.encoder import EmbeddedEncoder
from qa.encoding.many import spread
from qa.errors import EncoderError

MARK = "QA_TEST_OF_RAY"  # in the environment of every process of this cluster
TEXTS = [f"{n} patients with cirrhosis, followed for {n % 7} years" for n in range(40)] + ["\ud800", "", "肝硬化" * 200]


def kill_a_worker() -> bool:
    """Kill one process of this cluster that embeds; whether there was one."""
    for folder in Path("/proc").iterdir():
        try:
            ours = f"{MARK}={os.getpid()}".encode() in (folder / "environ").read_bytes().split(b"\0")
            if ours and b"MapWorker" in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
                return True
        except (OSError, ValueError):  # not a process, or one that has ended
            continue
    return False


def main() -> None:
    os.environ[MARK] = str(os.getpid())
    cluster.BATCH = 4
    encoder = EmbeddedEncoder()
    nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    nodes.add_node(num_cpus=1)
    found: dict[str, object] = {}
    with spread(encoder, ray=nodes.address) as many:
        found["workers"] = many.workers
        vectors, tokens = many.encode_both(TEXTS, "query")
        plain, plain_tokens = encoder.encode_both(TEXTS, "query")
        found["the same vectors"] = np.array_equal(vectors, plain)
        found["the same token vectors"] = all(np.array_equal(a, b) for a, b in zip(tokens, plain_tokens, strict=True))
        killed: list[bool] = []
        vectors = many.encode(TEXTS, "passage", lambda done, total: killed.append(not any(killed) and kill_a_worker()))
        found["a worker was lost"] = any(killed)
        found["the same vectors without it"] = np.array_equal(vectors, encoder.encode(TEXTS, "passage"))
        many.digest = "another"
        try:
            many.encode(TEXTS, "query")
        except EncoderError as error:
            found["refused"] = str(error)
    nodes.shutdown()
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
