"""How search grows with the corpus: synthetic vectors and words; nothing is encoded.

`python speed_growth.py N FOLDER` measures one size in this process and prints a row as JSON; `growth` runs each size so.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from timing import peak_megabytes, percentile, table

DIMENSION, WORDS, VOCABULARY = 384, 20, 20_000
QUESTIONS = 200
DIRECTIONS = 64  # in which the vectors differ, each less than the one before it, as those of encoders do; there are no clusters
NOISE = 0.2


def synthetic(rows: int, path: Path) -> np.ndarray:
    """Write unit vectors to an .npy file, in parts, and return the questions: further vectors of the same kind."""
    random = np.random.default_rng(1)
    scales = (1 / np.sqrt(1 + np.arange(DIRECTIONS))).astype(np.float32)
    plane = random.normal(size=(DIRECTIONS, DIMENSION)).astype(np.float32) * scales[:, None]

    def drawn(count: int) -> np.ndarray:
        made = random.normal(size=(count, DIRECTIONS)).astype(np.float32) @ plane
        made += NOISE * random.normal(size=(count, DIMENSION)).astype(np.float32)
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)

    vectors = np.lib.format.open_memmap(path, "w+", np.float32, (rows, DIMENSION))
    for start in range(0, rows, 50_000):
        vectors[start : start + 50_000] = drawn(min(50_000, rows - start))
    vectors.flush()
    return drawn(QUESTIONS)


def words(rows: int) -> Any:
    """Return the inverted lists of texts of twenty words."""
    from qa.vector_stores.entries import Words

    random = np.random.default_rng(2)
    terms = np.minimum(random.zipf(1.3, rows * WORDS), VOCABULARY) - 1
    keys = np.unique(terms.astype(np.int64) * rows + np.repeat(np.arange(rows), WORDS))
    starts = np.searchsorted(keys, np.arange(VOCABULARY + 1, dtype=np.int64) * rows)
    return Words(rows, starts, (keys % rows).astype(np.int32), random.random(len(keys)).astype(np.float32) + 0.1)


def build(rows: int, folder: Path) -> dict[str, Any]:
    """Write vectors, questions and, where the size asks for one, the FAISS index; return type and seconds."""
    from qa.indexing.stores import write_search

    queries = synthetic(rows, folder / "vectors.npy")
    np.save(folder / "queries.npy", queries)
    started = time.perf_counter()
    kind = write_search(folder, "passages", np.load(folder / "vectors.npy", mmap_mode="r"))
    return {"kind": kind, "build_seconds": time.perf_counter() - started}


def search(rows: int, folder: Path, kind: dict[str, Any]) -> dict[str, Any]:
    """Open what was built as an index does, search, and return times, recall@10 and memory."""
    from qa.indexing.stores import load_array
    from qa.vector_stores.entries import Entries
    from qa.vector_stores.faiss_store import FaissStore
    from qa.vector_stores.index_type import IndexType, exact_rows

    vectors, queries = load_array(folder / "vectors.npy"), np.load(folder / "queries.npy")
    entries = Entries(vectors, words(0 if rows > 100_000 else rows), [()] * 0)
    path = folder / "vectors.faiss"
    started = time.perf_counter()
    store = FaissStore(entries, (path, IndexType(**kind)) if path.is_file() else None)
    store.search(queries[0], 10)
    opening = time.perf_counter() - started
    seconds, found = [], []
    for query in queries:
        started = time.perf_counter()
        found.append(store.search(query, 10)[0])
        seconds.append(time.perf_counter() - started)
    memory = peak_megabytes()  # before the exact search reads every vector
    hybrid = []
    random = np.random.default_rng(3)
    store = FaissStore(Entries(vectors, words(rows), entries.citations), store._written)
    for query in queries[:50]:
        terms = {int(t): 1.0 for t in np.minimum(random.zipf(1.3, 6), VOCABULARY) - 1}
        started = time.perf_counter()
        store.hybrid(query, terms, 800, 0.004, 400)
        hybrid.append(time.perf_counter() - started)
    true = exact_rows(vectors, queries, 10)
    recall = float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, true, strict=True)]))
    return {
        "opening": opening,
        "p50": percentile(seconds, 50),
        "p95": percentile(seconds, 95),
        "hybrid": percentile(hybrid[1:], 50),
        "recall": recall,
        "memory": memory,
    }


def growth(sizes: list[int]) -> str:
    """Return the table of all sizes, each built and searched in processes of its own."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            results: dict[str, Any] = {}
            for phase in ("build", "search"):
                command = [sys.executable, __file__, phase, str(size), folder, json.dumps(results.get("kind"))]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise RuntimeError(f"growth, {size} rows, {phase}: {done.stderr.strip().splitlines()[-1:]}")
                results |= json.loads(done.stdout.splitlines()[-1])
        kind = results["kind"]
        name = kind["factory"] + (f", {kind['probes']} groups searched" if kind["probes"] else "")
        rows.append(
            [
                f"{size:,}",
                name,
                results["build_seconds"],
                results["opening"],
                results["p50"],
                results["p95"],
                results["hybrid"],
                results["recall"],
                results["memory"],
            ]
        )
    head = ["sentences (synthetic)", "index", "build s", "open s", "search p50 ms", "p95 ms", "hybrid, 800 rows, p50 ms", "recall@10", "memory MiB"]
    return table(head, rows)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    phase, size, place = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    print(json.dumps(build(size, place) if phase == "build" else search(size, place, json.loads(sys.argv[4]))))
