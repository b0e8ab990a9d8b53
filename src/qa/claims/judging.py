"""Judges a claim: which study it is about, which of its sentences back it, where it differs, and what stays open.

Two layers are kept apart: what the review says of a study, and what the study's own digest, abstract or full text says.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

from qa.claims.comparison import Comparison, Finding, similarity, weigh
from qa.claims.evidence import Source, sources_of, study_rows
from qa.claims.statements import Statement, read_statement, widened
from qa.corpus.folder import Corpus
from qa.records import REVIEW, Difference, Hit, Verdict
from qa.text.lexicon import concepts, word_list
from qa.text.preparation import HAN
from qa.text.sentences import sentence_spans

LayerVerdict = Literal["supported", "differs", "not stated"]
CANDIDATES = 4  # studies that are compared in full
QUOTES = 3
LIKEST = 8  # sentences looked at for two items together
SCATTERED = 3  # agreeing items from which two at least must share a sentence
NO_FARTHER = 0.1  # by how much a backing sentence may be less like the claim than one of the other layer that contradicts it
SLACK = 1.5  # by how much a study that supports the claim may fit worse than one that does not
STRANGE, STRANGE_PER_FACT = 0.8, 0.8  # unknown words allowed in a supported claim, and more for every fact that agrees
STRANGE_ALONE = 0.3  # unknown words allowed where nothing but the study's identity is confirmed
SHARED = 0.6  # share of words by which a claim without any concept counts as a sentence of the study
ALONE = 0.4  # likeness at which a sentence may contradict a claim of which nothing else is confirmed
RELEVANT = 0.3  # likeness to the nearest sentence below which nothing is said to differ
NAMING_WEIGHT = 3.0
NAMING = ("place", "journal", "name", "registration")
IDENTITY = ("place", "journal", "name", "registration", "year")  # what tells studies apart, and is rarely the claim itself
FRAME = ("negation:", "strength:", "direction:", "comparison:")  # how something is said, not what


@dataclass(frozen=True)
class Judgement:
    """The result of one claim.

    `study` is the reference number, 0 for the review itself, None where none was found. `hits` are the one to three
    sentences that decide, best first; `marks` gives the spans to mark in each, `claim_marks` those in the claim.
    `review` and `source` are the verdicts of each layer alone.
    """

    verdict: Verdict
    study: int | None
    hits: tuple[Hit, ...]
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    review: LayerVerdict
    source: LayerVerdict
    notices: tuple[str, ...]
    claim_marks: tuple[tuple[int, int], ...] = ()
    marks: tuple[tuple[tuple[int, int], ...], ...] = ()


def compare(claim: str, sentence: str) -> Comparison:
    """Return how a claim stands to one sentence: what agrees, differs and can't be decided, with spans of both."""
    return weigh(read_statement(claim), [Source(None, "source", read_statement(sentence))])


def judge(claim: str, hits: Sequence[Hit], corpus: Corpus) -> Judgement:
    """Return whether the corpus supports a claim of one or more sentences.

    The hits are candidates, best first, from retrieval; they weigh in the choice of the study, and all of a study's
    sentences are then compared, for a claim may join what two of them say. Several sentences are supported together
    only if each is.
    """
    sentences = [claim[a:b] for a, b in sentence_spans(claim)] or [claim]
    offsets = [claim.index(text) for text in sentences]
    rows = study_rows(corpus)
    parts = []
    previous: int | None = None
    for sentence, offset in zip(sentences, offsets, strict=True):
        part = _judge_sentence(read_statement(sentence), hits, corpus, rows, previous)
        previous = part.study if part.study is not None else previous
        parts.append((part, offset))
    return parts[0][0] if len(parts) == 1 else _joined(parts)


@dataclass(frozen=True)
class _Case:
    """One study as the candidate for a claim."""

    study: int
    score: float
    sources: list[Source]
    comparison: Comparison
    strange: float


def _judge_sentence(
    statement: Statement, hits: Sequence[Hit], corpus: Corpus, rows: dict[int, list[int]], previous: int | None
) -> Judgement:
    cases = []
    for study, score in _candidates(statement, hits, corpus, rows, previous):
        sources = sources_of(corpus, study, rows[study], statement.language)
        comparison = weigh(statement, sources)
        cases.append(_Case(study, score, sources, comparison, _strange(statement, sources, comparison)))
    if not cases:
        return _nothing()
    supported = [case for case in cases if _verdict(statement, case) == "supported"]
    best = max(cases, key=lambda case: (_fit(case), case.score, -case.study))
    if supported:
        backed = max(supported, key=lambda case: (_fit(case), case.score, -case.study))
        best = backed if _fit(backed) >= _fit(best) - SLACK else best
    return _judgement(statement, best, hits, corpus)


def _candidates(
    statement: Statement, hits: Sequence[Hit], corpus: Corpus, rows: dict[int, list[int]], previous: int | None
) -> list[tuple[int, float]]:
    """Return the likeliest studies with a score: what of the claim they have, rare things counting more, and the hits."""
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


def _strange(statement: Statement, sources: list[Source], comparison: Comparison) -> float:
    """Return how much of the claim's free wording the study does not have: 1 for each English word, more for a concept
    of the word lists, less for a pair of Chinese characters, of which a word has several."""
    known = {word for source in sources for word in source.statement.words}
    known |= {part for word in known for part in word.split("-")}
    free = [word for word in statement.words if word not in known] if _spoken(statement, sources) else []
    soft = [f for f in comparison.findings if f.status == "undecided" and not f.hard]
    concepts_missing = sum(1.5 if f.kind == "topic" else 0.3 for f in soft)
    return sum(0.4 if HAN.match(word) else 1.0 for word in free) + concepts_missing


def _spoken(statement: Statement, sources: list[Source]) -> bool:
    """Return whether any sentence is in the claim's language, so that its free words can be looked for."""
    return any(source.row is not None and source.statement.language == statement.language for source in sources)


def _alike(statement: Statement, sources: list[Source]) -> bool:
    """Return whether one sentence has most of the words of a claim that names no concept, and denies as much."""
    for source in sources:
        shared = [word for word in statement.words if word in source.statement.words]
        if len(shared) >= 3 and len(shared) >= SHARED * len(statement.words):
            if _denials(statement) == _denials(source.statement):
                return True
    return False


def _denials(statement: Statement) -> int:
    return sum(1 for item in statement.items if item.key == "negation:not") % 2


def _fit(case: _Case) -> float:
    """How well a study fits a claim: a wrong place, journal or name speaks against it more than a wrong figure."""
    agreed, differing = case.comparison.of("agrees"), case.comparison.of("differs")
    identity = sum(1.0 for f in differing if f.kind in IDENTITY)
    unknown = case.comparison.of("undecided")
    identity += sum(1.0 for f in unknown if f.kind in IDENTITY) - sum(1.0 for f in agreed if f.kind in NAMING)
    near = max((f.near for f in (*agreed, *differing)), default=0.0)
    return case.score + 5 * near + len(agreed) - len(differing) - NAMING_WEIGHT * identity - 0.5 * len(unknown)


def _verdict(statement: Statement, case: _Case) -> LayerVerdict:
    findings = case.comparison.findings
    agreed = [f for f in findings if f.status == "agrees"]
    differing = [f for f in findings if f.status == "differs"]
    if differing:
        decided = len(agreed) + len(differing)
        related = agreed or any(f.near >= ALONE for f in differing)
        near = max(f.near for f in (*agreed, *differing))
        return "differs" if related and 2 * decided >= len(findings) and near >= RELEVANT else "not stated"
    if any(f.status == "undecided" and f.hard for f in findings):
        return "not stated"
    if not agreed:
        return "supported" if _alike(statement, case.sources) else "not stated"
    if len(agreed) >= SCATTERED and not _together(statement, case):
        return "not stated"
    facts = [f for f in agreed if f.kind not in IDENTITY]
    if not facts:  # only the place or journal is known: whatever else is said of it must be known too
        read = _spoken(statement, case.sources) or not statement.words
        return "supported" if read and case.strange <= STRANGE_ALONE else "not stated"
    return "supported" if case.strange <= STRANGE + STRANGE_PER_FACT * len(facts) else "not stated"


def _together(statement: Statement, case: _Case) -> bool:
    """Return whether one sentence confirms two items at least; else every item is from another one, and nothing joins them."""
    likest = sorted(case.sources, key=lambda source: -similarity(statement, source.statement))[:LIKEST]
    return any(len(weigh(statement, [source]).of("agrees")) > 1 for source in likest)


def _layer(statement: Statement, case: _Case, layer: str) -> LayerVerdict:
    own = [s for s in case.sources if s.layer in (layer, "record")]
    if not any(s.layer == layer for s in own):
        return "not stated"
    comparison = weigh(statement, own)
    return _verdict(statement, _Case(case.study, case.score, own, comparison, _strange(statement, own, comparison)))


def _judgement(statement: Statement, case: _Case, hits: Sequence[Hit], corpus: Corpus) -> Judgement:
    union = _verdict(statement, case)
    review, source = _layer(statement, case, "review"), _layer(statement, case, "source")
    if union == "supported" or _backed(statement, case, {"review": review, "source": source}):
        verdict: Verdict = "supported"
    else:
        verdict = "differs" if union == "differs" else "not_found"
    shown, marks = _hits(case, hits, corpus)
    return Judgement(
        verdict=verdict,
        study=case.study,
        hits=shown,
        differences=case.comparison.differences if verdict == "differs" else (),
        findings=case.comparison.findings,
        review=review,
        source=source,
        notices=_notices(statement, case, verdict, review, source),
        claim_marks=tuple(f.claim_span for f in case.comparison.findings if f.status == "differs"),
        marks=marks,
    )


def _backed(statement: Statement, case: _Case, layers: dict[str, LayerVerdict]) -> bool:
    """Return whether one layer alone supports the claim.

    What the review says and its source contradicts is supported, with a notice. What only the source's digest backs
    must be backed by sentences as near to the claim as those of the review that contradict it, and no figure may differ.
    """
    differing = case.comparison.of("differs")
    against = {f.claim_span: f.near for f in differing}
    counted = any(f.kind in ("number", "arm") for f in differing)
    for layer, verdict in layers.items():
        if verdict == "supported":
            own = weigh(statement, [s for s in case.sources if s.layer in (layer, "record")])
            agreed = {f.claim_span: f.near for f in own.of("agrees")}
            if layer == "review" and all(span in agreed for span in against):
                return True
            if not counted and all(agreed.get(span, 0.0) >= near - NO_FARTHER for span, near in against.items()):
                return True
    return False


def _hits(case: _Case, hits: Sequence[Hit], corpus: Corpus) -> tuple[tuple[Hit, ...], tuple[tuple[tuple[int, int], ...], ...]]:
    """Return up to three sentences that together decide most items, each next one chosen for what it adds."""
    by_row: dict[int, list[Finding]] = {}
    for finding in case.comparison.findings:
        if finding.row is not None and case.sources[finding.row].row is not None and finding.status != "undecided":
            by_row.setdefault(finding.row, []).append(finding)
    chosen: list[int] = []
    covered: set[tuple[int, int]] = set()
    while by_row and len(chosen) < QUOTES:
        gains = {i: {f.claim_span for f in found} - covered for i, found in by_row.items() if i not in chosen}
        if not gains:
            break
        best = max(gains, key=lambda i: (any(f.status == "differs" for f in by_row[i]), len(gains[i]), -i))
        if not gains[best]:
            break
        chosen.append(best)
        covered |= gains[best]
    known = {hit.row: hit for hit in hits}
    shown, marks = [], []
    for rank, at in enumerate(chosen, 1):
        row = case.sources[at].row
        assert row is not None
        score = known[row].score if row in known else 0.0
        shown.append(Hit(row, corpus.passages[row], score, rank))
        marks.append(tuple(f.source_span for f in by_row[at] if f.status == "differs" and f.source_span))
    return tuple(shown), tuple(marks)


def _notices(statement: Statement, case: _Case, verdict: Verdict, review: LayerVerdict, source: LayerVerdict) -> tuple[str, ...]:
    texts = word_list("check-notices")[statement.language]
    notices = []
    for finding in case.comparison.of("undecided"):
        if finding.about:
            notices.append(texts["about"].format(claimed=f"{finding.claimed} {finding.unit}".strip(), source=finding.source))
        elif finding.hard:
            notices.append(texts["not_stated"].format(claimed=f"{finding.claimed} {finding.unit}".strip(), study=case.study))
    if verdict == "supported" and case.study != REVIEW and any(s.layer == "source" for s in case.sources):
        if review == "supported" and source != "supported":
            own = weigh(statement, [s for s in case.sources if s.layer == "source"]).of("differs")
            for finding in own:
                notices.append(texts["source_differs"].format(study=case.study, source=finding.source, claimed=finding.claimed))
            if not own:
                notices.append(texts["source_silent"].format(study=case.study))
        elif source == "supported" and review == "differs":
            for finding in weigh(statement, [s for s in case.sources if s.layer == "review"]).of("differs"):
                notices.append(texts["review_differs"].format(study=case.study, source=finding.source))
    return tuple(dict.fromkeys(notices))


def _nothing() -> Judgement:
    return Judgement("not_found", None, (), (), (), "not stated", "not stated", ())


def _joined(parts: list[tuple[Judgement, int]]) -> Judgement:
    """Return the judgements of several sentences as one: the worst decides, and nothing found is left out."""
    order: dict[str, int] = {"differs": 0, "not_found": 1, "supported": 2}
    layers: dict[str, int] = {"differs": 0, "not stated": 1, "supported": 2}
    judgements = [part for part, _ in parts]
    shown: list[Hit] = []
    marks: list[tuple[tuple[int, int], ...]] = []
    for part in judgements:
        for hit, spans in zip(part.hits, part.marks, strict=True):
            if all(hit.row != other.row for other in shown) and len(shown) < QUOTES:
                shown.append(Hit(hit.row, hit.passage, hit.score, len(shown) + 1))
                marks.append(spans)
    return Judgement(
        verdict=min((p.verdict for p in judgements), key=order.__getitem__),
        study=next((p.study for p in judgements if p.study is not None), None),
        hits=tuple(shown),
        differences=tuple(dict.fromkeys(d for p in judgements for d in p.differences)),
        findings=tuple(f for p in judgements for f in p.findings),
        review=min((p.review for p in judgements), key=layers.__getitem__),
        source=min((p.source for p in judgements), key=layers.__getitem__),
        notices=tuple(dict.fromkeys(n for p in judgements for n in p.notices)),
        claim_marks=tuple((a + offset, b + offset) for p, offset in parts for a, b in p.claim_marks),
        marks=tuple(marks),
    )
