"""How search grows with the corpus: synthetic vectors and words, made from the real ones of an index; nothing is encoded.

A synthetic vector is a real one plus the difference of two real neighbours elsewhere (b + a - c), scaled to length 1. So the
vectors keep what makes real ones hard to search: one common direction, spread along few others, and groups. Questions
are made the same way from real vectors that no row is made of.
`python speed_growth.py PHASE N FOLDER` runs one phase of one size in this process and prints a row as JSON.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from timing import peak_megabytes, percentile, table

WORDS, VOCABULARY = 20, 20_000
QUESTIONS = 200
PLACES, NEIGHBOURS = 2000, 50  # real vectors, and the nearest of each, whose differences are added
HELD_BACK = 5  # every fifth real vector is for questions only


def real_vectors(index: Path) -> np.ndarray:
    """Return every vector that an index folder remembers: its sentences, bank questions and examples, unit rows."""
    from qa.indexing import store

    return np.asarray(np.load(store.checked_files(index, store.read_manifest(index))["memory.npy"], allow_pickle=False))


def sampler(real: np.ndarray) -> Callable[[np.ndarray, int, int], np.ndarray]:
    """Return a function (real vectors to start from, how many, seed) -> synthetic unit rows."""
    random = np.random.default_rng(1)
    places = random.choice(len(real), min(PLACES, len(real)), replace=False)
    near = np.argsort(-(real[places] @ real.T), axis=1)[:, 1 : NEIGHBOURS + 1]

    def drawn(start: np.ndarray, count: int, seed: int) -> np.ndarray:
        chance = np.random.default_rng(seed)
        at = chance.integers(0, len(places), count)
        away = real[near[at, chance.integers(0, near.shape[1], count)]] - real[places[at]]
        made = start[chance.integers(0, len(start), count)] + away
        return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)

    return drawn


def synthetic(rows: int, path: Path, real: np.ndarray) -> np.ndarray:
    """Write unit vectors to an .npy file, in parts, and return the questions."""
    drawn = sampler(real)
    kept = np.arange(len(real)) % HELD_BACK > 0
    vectors = np.lib.format.open_memmap(path, "w+", np.float32, (rows, real.shape[1]))
    for part, start in enumerate(range(0, rows, 50_000)):
        vectors[start : start + 50_000] = drawn(real[kept], min(50_000, rows - start), 10 + part)
    vectors.flush()
    return drawn(real[~kept], QUESTIONS, 2)


def write_words(rows: int, folder: Path) -> None:
    """Write the inverted lists of texts of twenty words, drawn by Zipf's law."""
    random = np.random.default_rng(3)
    terms = np.minimum(random.zipf(1.3, rows * WORDS), VOCABULARY) - 1
    keys = np.unique(terms.astype(np.int64) * rows + np.repeat(np.arange(rows), WORDS))
    np.save(folder / "starts.npy", np.searchsorted(keys, np.arange(VOCABULARY + 1, dtype=np.int64) * rows))
    np.save(folder / "rows.npy", (keys % rows).astype(np.int32))
    np.save(folder / "values.npy", random.random(len(keys)).astype(np.float32) + 0.1)


def build(rows: int, folder: Path, index: Path) -> dict[str, Any]:
    """Write vectors, questions, words and, where the size asks for one, the FAISS index; return type and seconds."""
    from qa.indexing.stores import write_search

    np.save(folder / "queries.npy", synthetic(rows, folder / "vectors.npy", real_vectors(index)))
    write_words(rows, folder)
    started = time.perf_counter()
    kind = write_search(folder, "passages", np.load(folder / "vectors.npy", mmap_mode="r"))
    return {"kind": kind, "build_seconds": time.perf_counter() - started}


def search(rows: int, folder: Path, kind: dict[str, Any]) -> dict[str, Any]:
    """Open what was built as an index does, search, and return times, recall@10 and memory."""
    from qa.indexing.stores import load_array
    from qa.vector_stores.entries import Entries, Words
    from qa.vector_stores.faiss_store import FaissStore
    from qa.vector_stores.index_type import IndexType, exact_rows

    queries = np.load(folder / "queries.npy")
    path = folder / "vectors.faiss"
    started = time.perf_counter()
    words = Words(rows, *(load_array(folder / f"{name}.npy") for name in ("starts", "rows", "values")))
    entries = Entries(load_array(folder / "vectors.npy"), words, [])
    store = FaissStore(entries, (path, IndexType(**kind)) if path.is_file() else None)
    store.search(queries[0], 10)
    opening = time.perf_counter() - started
    seconds, found = [], []
    for query in queries:
        started = time.perf_counter()
        found.append(store.search(query, 10)[0])
        seconds.append(time.perf_counter() - started)
    hybrid = []
    random = np.random.default_rng(4)
    for query in queries[:50]:
        terms = {int(t): 1.0 for t in np.minimum(random.zipf(1.3, 6), VOCABULARY) - 1}
        started = time.perf_counter()
        store.hybrid(query, terms, 10, 0.004, 100)
        hybrid.append(time.perf_counter() - started)
    memory = peak_megabytes()  # before the exact search reads every vector
    true = exact_rows(entries.vectors, queries, 10)
    recall = float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, true, strict=True)]))
    return {
        "opening": opening,
        "p50": percentile(seconds, 50),
        "p95": percentile(seconds, 95),
        "hybrid": percentile(hybrid[1:], 50),
        "recall": recall,
        "memory": memory,
    }


def growth(sizes: list[int], index: Path) -> str:
    """Return the table of all sizes, each built and searched in processes of its own, from the vectors of an index folder."""
    rows = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            results: dict[str, Any] = {}
            for phase in ("build", "search"):
                command = [sys.executable, __file__, phase, str(size), folder, str(index), json.dumps(results.get("kind"))]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise RuntimeError(f"growth, {size} rows, {phase}: {done.stderr.strip().splitlines()[-1:]}")
                results |= json.loads(done.stdout.splitlines()[-1])
        kind = results["kind"]
        name = kind["factory"] + (f", {kind['probes']} groups searched" if kind["probes"] else "")
        figures = [results[key] for key in ("build_seconds", "opening", "p50", "p95", "hybrid", "recall", "memory")]
        rows.append([f"{size:,}", name, *figures])
    head = ["sentences (synthetic)", "index", "build s", "open s", "search p50 ms", "p95 ms", "hybrid p50 ms", "recall@10", "memory MiB"]
    return table(head, rows)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    phase, size, place = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    print(json.dumps(build(size, place, Path(sys.argv[4])) if phase == "build" else search(size, place, json.loads(sys.argv[5]))))
