"""Measures with their uncertainty: retrieval measures of ir_measures, intervals, a paired test, selective answering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.errors import QAError

RETRIEVAL = ("R@1", "R@3", "R@5", "RR@10", "nDCG@10", "Success@1", "Success@3")
SEED = 20251222
RESAMPLES = 2000
ROUNDS = 10000
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` cases with its 95 % interval; all None where there is no case."""

    value: float | None
    low: float | None
    high: float | None
    n: int


def per_query(qrels: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Return each measure's value for every query that has a relevant document, by measure and query.

    A query without a result, or missing from the run, has 0: it never vanishes from a mean.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise QAError("the measures come from ir_measures, which is not installed; install it with: pip install ir_measures") from error

    judged = {q: dict(grades) for q, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    values = {name: dict.fromkeys(judged, 0.0) for name in RETRIEVAL}
    if not judged:
        return values
    measures = [ir_measures.parse_measure(name) for name in RETRIEVAL]
    scored = {q: dict(run[q]) for q in judged if run.get(q)}
    for metric in ir_measures.iter_calc(measures, judged, scored):
        values[str(metric.measure)][metric.query_id] = float(metric.value)
    return values


def estimate(values: Sequence[float], seed: int = SEED) -> Estimate:
    """Return the mean with its bootstrap interval (percentiles of 2,000 resamples of the cases).

    Where all cases are 0, or all are 1, every resample is the same, which would claim certainty: Wilson's interval is
    given there instead. Source: Efron & Tibshirani 1993; Wilson 1927.
    """
    n = len(values)
    if n == 0:
        return Estimate(None, None, None, 0)
    array = np.asarray(values, dtype=np.float64)
    mean = float(array.mean())
    if np.all(array == array[0]):
        return Estimate(mean, *(wilson(mean, n) if mean in (0.0, 1.0) else (mean, mean)), n)
    low, high = np.quantile(_resampled_means(array, seed), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(mean, float(low), float(high), n)


def difference(first: Sequence[float], second: Sequence[float], seed: int = SEED) -> Estimate:
    """Return mean(first) - mean(second) of two independent groups, with its bootstrap interval."""
    if not len(first) or not len(second):
        return Estimate(None, None, None, 0)
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    spread = _resampled_means(a, seed) - _resampled_means(b, seed + 1)
    low, high = np.quantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(a.mean() - b.mean()), float(low), float(high), len(a) + len(b))


def paired_difference(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """Return mean(first - second) of two systems over the same cases in the same order, with its bootstrap interval.

    Where no case differs, the interval reaches as far to both sides as Wilson's for a share of none.
    """
    differences = [a - b for a, b in zip(first, second, strict=True)]
    if differences and not any(differences):
        most = wilson(0.0, len(differences))[1]
        return Estimate(0.0, -most, most, len(differences))
    return estimate(differences)


def _resampled_means(values: np.ndarray, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    means = np.empty(RESAMPLES)
    for start in range(0, RESAMPLES, 200):  # 200 at a time: a data set of 10,000 queries stays below 20 MB
        means[start : start + 200] = values[random.integers(0, len(values), (200, len(values)))].mean(axis=1)
    return means


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % score interval of a share of n cases."""
    z = 1.959964
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return (0.0 if share == 0 else centre - half), (1.0 if share == 1 else centre + half)


def randomisation_test(first: Sequence[float], second: Sequence[float], seed: int = SEED) -> float:
    """Return the two-sided p-value that two systems, measured on the same queries in the same order, are equal.

    Signs of the differences are flipped at random 10,000 times; with 16 differing queries or fewer, in every way.
    Source: Smucker, Allan & Carterette 2007.
    """
    differences = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    differences = differences[differences != 0]
    if not len(differences):
        return 1.0
    observed = abs(differences.sum()) - 1e-12
    if len(differences) <= 16:
        signs = 1 - 2 * ((np.arange(2 ** len(differences))[:, None] >> np.arange(len(differences))) & 1)
        return float(np.mean(np.abs(signs @ differences) >= observed))
    random = np.random.default_rng(seed)
    hits = 0
    for _ in range(0, ROUNDS, 500):
        signs = random.integers(0, 2, (500, len(differences))) * 2 - 1
        hits += int(np.sum(np.abs(signs @ differences) >= observed))
    return (hits + 1) / (ROUNDS + 1)


def risk_coverage(confidence: Sequence[float], right: Sequence[bool]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coverage, risk and threshold, each (n,): if only the most confident cases are answered, how many are wrong.

    `coverage[i]` is the share (i + 1) / n of cases answered, `risk[i]` the share of wrong ones among them. Cases of
    equal confidence can't be told apart, so each counts as their mean. Source: El-Yaniv & Wiener 2010.
    """
    scores = np.asarray(confidence, dtype=np.float64)
    wrong = 1.0 - np.asarray(right, dtype=np.float64)
    n = len(scores)
    order = np.argsort(-scores, kind="stable")
    scores, wrong = scores[order], wrong[order]
    _, group = np.unique(-scores, return_inverse=True)
    if n:
        wrong = (np.bincount(group, weights=wrong) / np.bincount(group))[group]
    counts = np.arange(1, n + 1)
    return counts / max(n, 1), np.cumsum(wrong) / counts, scores


def area_under_risk_coverage(confidence: Sequence[float], right: Sequence[bool]) -> float | None:
    """Return the mean risk over all coverages, 0 at best; None without cases. Source: Geifman & El-Yaniv 2017."""
    risk = risk_coverage(confidence, right)[1]
    return float(risk.mean()) if len(risk) else None


def area_under_roc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return how often a positive case scores above a negative one, ties by half; None where either is missing."""
    if not len(positive) or not len(negative):
        return None
    a, b = np.asarray(positive, dtype=np.float64)[:, None], np.asarray(negative, dtype=np.float64)[None, :]
    return float(np.mean((a > b) + 0.5 * (a == b)))


@dataclass(frozen=True)
class Bin:
    """Cases of similar confidence: their mean confidence, the share that is right, and how many they are."""

    confidence: float
    right: float
    n: int


def reliability(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> tuple[list[Bin], float | None]:
    """Return bins of equal numbers of cases by rising confidence, and the expected calibration error over them.

    Source: Naeini et al. 2015 (equal-mass bins as in Nixon et al. 2019).
    """
    scores, truth = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if not len(scores):
        return [], None
    order = np.argsort(scores, kind="stable")
    found = [Bin(float(scores[part].mean()), float(truth[part].mean()), len(part)) for part in np.array_split(order, min(bins, len(order))) if len(part)]
    error = sum(b.n * abs(b.confidence - b.right) for b in found) / len(scores)
    return found, float(error)
