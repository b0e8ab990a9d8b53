"""Which FAISS index a number of vectors gets, and how hard it has to search to find what an exact search finds.

Up to FLAT_ROWS every vector is compared: exact, and fast enough. Beyond, the vectors are grouped around centroids
(IVF) and held with 8 bits a number; a question looks into the nearest groups. How many is not guessed: questions near
the corpus' own vectors are searched exactly, and the number grows until WANTED of the true ten best are found.
IVF and not HNSW: its building is the same from run to run on any number of threads, takes a quarter of the memory
of the vectors, and can be opened memory-mapped.
Source: Jegou et al. 2011 (inverted file); faiss `IndexIVFScalarQuantizer`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.vector_stores.protocol import best

FLAT_ROWS = 50_000  # rows up to which an exact search takes some 10 ms on one core
WANTED = 0.99  # share of the ten nearest that the calibration asks for
TRIALS = 200  # questions of the calibration
TRAINED_ON = 64  # vectors a centroid: more take long and move the centroids little
NOISE = 0.5  # length of what is added to a vector to make a question near it


@dataclass(frozen=True)
class IndexType:
    """A type of index as faiss' factory names it, the groups looked into, and the recall@10 that these gave."""

    factory: str
    probes: int = 0
    recall: float = 1.0


def chosen(rows: int) -> str:
    """Return the factory name of the index for so many rows: "Flat", or IVF with about 4 x sqrt(rows) groups."""
    if rows <= FLAT_ROWS:
        return "Flat"
    groups = 2 ** round(np.log2(4 * np.sqrt(rows)))
    return f"IVF{groups},SQ8"


def build(vectors: np.ndarray, factory: str | None = None) -> tuple[Any, IndexType]:
    """Return a faiss index of unit rows float32 (n, d), trained, filled and calibrated, and its type."""
    import faiss

    factory = factory or chosen(len(vectors))
    if factory == "Flat":
        flat = faiss.IndexFlatIP(vectors.shape[1])
        flat.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return flat, IndexType("Flat")
    index: Any = faiss.index_factory(vectors.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
    index.cp.max_points_per_centroid = TRAINED_ON
    spaced = np.linspace(0, len(vectors) - 1, min(len(vectors), TRAINED_ON * index.nlist)).astype(np.int64)
    index.train(np.ascontiguousarray(vectors[spaced], dtype=np.float32))
    for start in range(0, len(vectors), 50_000):
        index.add(np.ascontiguousarray(vectors[start : start + 50_000], dtype=np.float32))
    probes, recall = calibrated(index, vectors)
    return index, IndexType(factory, probes, recall)


def calibrated(index: Any, vectors: np.ndarray) -> tuple[int, float]:
    """Return the least power of two of groups to look into for WANTED recall@10, and the recall it gave."""
    random = np.random.default_rng(0)
    near = np.asarray(vectors[random.choice(len(vectors), min(TRIALS, len(vectors)), replace=False)])
    noise = random.normal(size=near.shape)
    queries = (near + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float32)
    true = exact_rows(vectors, queries, 10)
    probes, recall = 1, 0.0
    while True:
        found = rescored(index, vectors, queries, 10, probes)
        recall = float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, true, strict=True)]))
        if recall >= WANTED or probes >= index.nlist:
            return probes, round(recall, 4)
        probes = min(2 * probes, index.nlist)


def exact_rows(vectors: np.ndarray, queries: np.ndarray, k: int) -> list[np.ndarray]:
    """Return the k nearest rows of each query by comparing all; reads the vectors in parts."""
    rows = [np.zeros(0, np.int64)] * len(queries)
    scores = [np.zeros(0, np.float32)] * len(queries)
    for start in range(0, len(vectors), 50_000):
        products = queries @ np.asarray(vectors[start : start + 50_000]).T
        for i, row in enumerate(products):
            here = best(np.arange(start, start + len(row)), row, k)
            rows[i], scores[i] = best(np.concatenate([rows[i], here[0]]), np.concatenate([scores[i], here[1]]), k)
    return rows


def candidates(k: int) -> int:
    """Return how many rows are asked of a quantised index for k rows scored with the true vectors."""
    return 2 * k + 20


def rescored(index: Any, vectors: np.ndarray, queries: np.ndarray, k: int, probes: int) -> list[np.ndarray]:
    """Return the k best rows of each query: found in the quantised index, put in order by the true vectors."""
    import faiss

    wanted = min(candidates(k), index.ntotal)
    params = faiss.SearchParametersIVF(nprobe=probes)  # type: ignore[call-arg]  # SWIG takes fields by name
    _, found = index.search(np.ascontiguousarray(queries, dtype=np.float32), wanted, params=params)
    chosen_rows = [row[row >= 0] for row in found]  # faiss pads a short result with row -1
    return [best(rows, np.asarray(vectors[rows]) @ query, k)[0] for rows, query in zip(chosen_rows, queries, strict=True)]
