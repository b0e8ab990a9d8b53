"""Which study a claim is about: what both have in common, rare things counting more, and how well all of it fits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from qa.claims.comparison.findings import Comparison
from qa.claims.comparison.relations import widened
from qa.claims.evidence import Source, sources_of
from qa.corpus.folder import Corpus
from qa.records import Hit
from qa.statements.statement import Statement
from qa.text.lexicon import concepts

CANDIDATES = 4  # studies that are compared in full
NAMING_WEIGHT = 3.0
NAMING = ("place", "journal", "name", "registration")
IDENTITY = ("place", "journal", "name", "registration", "year")  # what tells studies apart, and is rarely the claim itself
FRAME = ("negation:", "strength:", "direction:", "comparison:")  # how something is said, not what


@dataclass(frozen=True)
class Case:
    """One study as the candidate for a claim; `carried` over from the sentence before, where the claim names none itself.

    `late` is the late interaction of the claim with the likest sentence on the study, 0 where the hits tell none.
    """

    study: int
    score: float
    sources: list[Source]
    comparison: Comparison
    strange: float
    carried: bool = False
    late: float = 0.0


def candidate_studies(
    statement: Statement, hits: Sequence[Hit], corpus: Corpus, rows: dict[int, list[int]], previous: int | None
) -> list[tuple[int, float]]:
    """Return the likeliest studies with a score: what of the claim they have, rare things counting more, and the hits."""
    if previous is not None and not names_study(statement):
        return [(previous, 1.0)]  # "The cells came from ...": the study of the sentence before
    features = {number: _features(corpus, number, rows[number], statement.language) for number in sorted(rows)}
    wanted = _wanted(statement)
    spread = Counter(feature for found in features.values() for feature in wanted if feature in found)
    scores: dict[int, float] = {}
    for number, found in features.items():
        scores[number] = sum(w * log(1 + len(rows) / spread[f]) for f, w in wanted.items() if f in found)
    for hit in hits:
        for number in hit.passage.citations:
            scores[number] = scores.get(number, 0.0) + 1.0 / hit.rank
    if previous is not None:
        scores[previous] = scores.get(previous, 0.0) + 1.0
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    return [pair for pair in ranked if pair[1] > 0][:CANDIDATES]


def names_study(statement: Statement) -> bool:
    """Return whether a sentence says itself which study it is about, by a place, journal, name, number or year."""
    places = any(key.startswith(("place:", "journal:")) for key in statement.keys)
    return places or bool(statement.names) or any(f.role == "published" for f in statement.figures)


def _wanted(statement: Statement) -> dict[object, float]:
    wanted: dict[object, float] = {}
    for key in statement.keys:
        if not key.startswith((*FRAME, "arm:")) and not (key in concepts() and concepts()[key].generic):
            wanted[key] = 1.0
    for figure in statement.figures:
        if figure.quantity.kind not in ("times", "p value"):
            wanted[(figure.quantity.base, figure.quantity.low, figure.quantity.high)] = 0.7
    for word in statement.words:
        wanted[("word", word)] = 0.4
    for name in statement.names:
        wanted[("word", name.text.lower())] = 1.5
    return wanted


_FEATURES: dict[tuple[str, int, str], frozenset[object]] = {}


def _features(corpus: Corpus, number: int, rows: list[int], language: str) -> frozenset[object]:
    key = (corpus.digest, number, language)
    if key not in _FEATURES:
        if len(_FEATURES) > 4096:
            _FEATURES.clear()
        found: set[object] = set()
        for source in sources_of(corpus, number, rows, "zh" if language == "zh" else "en"):
            statement = source.statement
            found |= widened({i.key for i in statement.items if i.mood in ("stated", "hearsay", "wish")})
            found |= {(f.quantity.base, f.quantity.low, f.quantity.high) for f in statement.figures}
            found |= {("word", word) for word in statement.words}
            found |= {("word", name.text.lower()) for name in statement.names}
        _FEATURES[key] = frozenset(found)
    return _FEATURES[key]


def fit(case: Case) -> float:
    """How well a study fits a claim: a wrong place, journal or name speaks against it more than a wrong figure."""
    agreed, differing = case.comparison.of("agrees"), case.comparison.of("differs")
    identity = sum(1.0 for f in differing if f.kind in IDENTITY)
    unknown = case.comparison.of("undecided")
    identity += sum(1.0 for f in unknown if f.kind in IDENTITY) - sum(1.0 for f in agreed if f.kind in NAMING)
    near = max((f.near for f in (*agreed, *differing)), default=0.0)
    return case.score + 5 * near + len(agreed) - len(differing) - NAMING_WEIGHT * identity - 0.5 * len(unknown)
