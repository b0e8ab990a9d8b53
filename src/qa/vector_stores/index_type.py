"""Which FAISS index a number of vectors gets, and how hard it has to search to find what an exact search finds.

Up to FLAT_ROWS every vector is compared: exact, and fast enough. Beyond, the vectors are grouped around centroids
(IVF) and held as codes of 4 bits for every two numbers (product quantisation), which a processor compares 16 at a time;
a question looks into the nearest groups, and the best codes are scored again with the true vectors. How many groups is
not guessed: questions near the corpus' own vectors are searched exactly, and the least number that finds WANTED of the
true ten best is taken, with a margin. Vectors that such codes do not tell apart well enough are held with 8 bits a
number, at four times the memory and more of the time.
IVF and not HNSW: its building is the same from run to run on any number of threads, takes seconds where a graph of a
million vectors takes many minutes, and the codes of a million are 0.1 GB.
Source: Jegou et al. 2011 (inverted file, product quantisation), Andre et al. 2017 (codes in registers); faiss
`IndexIVFPQFastScan`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.vector_stores.protocol import best

FLAT_ROWS = 50_000  # rows up to which an exact search takes some 10 ms on one core
PROMISED = 0.98  # share of the ten nearest that a search finds
WANTED = 0.995  # what the calibration asks for
MARGIN = 1.25  # times the groups that it found enough: questions near no row at all need more (benchmarks/speed_growth.py)
TRIALS = 200  # questions of the calibration
TRAINED_ON = 64  # vectors a centroid: more take long and move the centroids little
NOISE = 0.7  # of the difference of two vectors, added to a third: as far from it as questions lie from sentences, 0.88 with e5
STEPS = 16  # parts of all groups in which the calibration tries how many are enough


@dataclass(frozen=True)
class IndexType:
    """A type of index as faiss' factory names it, the groups looked into, and the recall@10 of its calibration."""

    factory: str
    probes: int = 0
    recall: float = 1.0


def chosen(rows: int, dimension: int) -> list[str]:
    """Return the factory names of the index for so many vectors, to be tried in order: "Flat", or IVF with about sqrt(rows) groups."""
    if rows <= FLAT_ROWS:
        return ["Flat"]
    groups = 2 ** round(np.log2(np.sqrt(rows)))
    names = [f"IVF{groups},PQ{dimension // 2}x4fs", f"IVF{groups},SQ8"]
    return names if dimension % 2 == 0 else names[1:]


def build(vectors: np.ndarray, factory: str | None = None) -> tuple[Any, IndexType]:
    """Return a faiss index of unit rows float32 (n, d), trained, filled and calibrated, and its type."""
    names = [factory] if factory else chosen(*vectors.shape)
    for name in names:
        index, kind = _built(vectors, name)
        if kind.recall >= PROMISED:
            break
    return index, kind


def _built(vectors: np.ndarray, factory: str) -> tuple[Any, IndexType]:
    import faiss

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
    """Return the groups to look into for WANTED recall@10, with a margin, and the recall that they gave without it.

    All groups, if even these do not give it.
    """
    random = np.random.default_rng(0)
    at, one, other = (random.choice(len(vectors), min(TRIALS, len(vectors)), replace=False) for _ in range(3))
    near = vectors[at] + NOISE * (vectors[one] - vectors[other])  # the noise lies in the directions in which the vectors differ
    queries = (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)
    true = exact_rows(vectors, queries, 10)

    def recall(step: int) -> tuple[int, float]:
        probes = max(1, index.nlist * step // STEPS)
        found = rescored(index, vectors, queries, 10, probes)
        return probes, round(float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, true, strict=True)])), 4)

    low, high, enough = 1, STEPS, recall(STEPS)
    while low < high and enough[1] >= WANTED:  # the more groups, the more is found: halve the range
        middle = (low + high) // 2
        tried = recall(middle)
        if tried[1] >= WANTED:
            high, enough = middle, tried
        else:
            low = middle + 1
    return min(index.nlist, round(MARGIN * enough[0])), enough[1]


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
    return 2 * k + 400  # codes of 4 bits put the true ten within some hundred


def rescored(index: Any, vectors: np.ndarray, queries: np.ndarray, k: int, probes: int) -> list[np.ndarray]:
    """Return the k best rows of each query: found in the quantised index, put in order by the true vectors."""
    import faiss

    wanted = min(candidates(k), index.ntotal)
    params = faiss.SearchParametersIVF(nprobe=probes)  # type: ignore[call-arg]  # SWIG takes fields by name
    _, found = index.search(np.ascontiguousarray(queries, dtype=np.float32), wanted, params=params)
    chosen_rows = [row[row >= 0] for row in found]  # faiss pads a short result with row -1
    return [best(rows, np.asarray(vectors[rows]) @ query, k)[0] for rows, query in zip(chosen_rows, queries, strict=True)]
