"""The verdict on a claim by one study, by one of its layers, and by both."""

from qa.claims.comparison.findings import Comparison
from qa.claims.comparison.weighing import similarity, weigh
from qa.claims.evidence import Source
from qa.claims.judgement.judgement import LayerVerdict
from qa.claims.judgement.studies import IDENTITY, Case
from qa.statements.statement import Statement
from qa.text.preparation import HAN

LIKEST = 8  # sentences looked at for two items together
SCATTERED = 3  # agreeing items from which two at least must share a sentence
NO_FARTHER = 0.1  # by how much a backing sentence may be less like the claim than one of the other layer that contradicts it
STRANGE, STRANGE_PER_FACT = 0.8, 0.8  # unknown words allowed in a supported claim, and more for every fact that agrees
CLOSE = 0.46  # late interaction from which a claim speaks of what a sentence speaks of; unrelated claims stay below
STRANGE_CLOSE = 2.5  # unknown words allowed beside these in a claim so close: other words for the same
STRANGE_ALONE = 0.3  # unknown words allowed where nothing but the study's identity is confirmed
SHARED = 0.6  # share of words by which a claim without any concept counts as a sentence of the study
COUNTED = 0.5  # likeness below which numbers alone, of nothing named, confirm nothing
ALONE = 0.4  # likeness at which a sentence may contradict a claim of which nothing else is confirmed
RELEVANT = 0.3  # likeness to the nearest sentence below which nothing is said to differ


def verdict_of(statement: Statement, case: Case) -> LayerVerdict:
    """Return whether the sentences of a case, taken together, support the claim or differ from it."""
    findings = case.comparison.findings
    agreed = [f for f in findings if f.status == "agrees"]
    differing = [f for f in findings if f.status == "differs"]
    if differing:
        decided = len(agreed) + len(differing)
        related = agreed or case.carried or any(f.near >= ALONE for f in differing)
        near = max(f.near for f in (*agreed, *differing))
        return "differs" if related and 2 * decided >= len(findings) and (case.carried or near >= RELEVANT) else "not stated"
    if any(f.status == "undecided" and f.hard for f in findings):
        return "not stated"
    if not agreed:
        return "supported" if _alike(statement, case.sources) else "not stated"
    if len(agreed) >= SCATTERED and not _together(statement, case):
        return "not stated"
    facts = [f for f in agreed if f.kind not in IDENTITY]
    if all(f.kind == "number" for f in agreed) and max(f.near for f in agreed) < COUNTED:
        return "not stated"
    if not facts:  # only the place or journal is known: whatever else is said of it must be known too
        read = _spoken(statement, case.sources) or not statement.words
        return "supported" if read and case.strange <= STRANGE_ALONE else "not stated"
    allowed = STRANGE + STRANGE_PER_FACT * len(facts) + (STRANGE_CLOSE if case.late >= CLOSE else 0.0)
    return "supported" if case.strange <= allowed else "not stated"


def layer_verdict(statement: Statement, case: Case, layer: str) -> LayerVerdict:
    """Return the verdict of the review alone, or of the study's own source alone."""
    own = [s for s in case.sources if s.layer in (layer, "record")]
    if not any(s.layer == layer for s in own):
        return "not stated"
    comparison = weigh(statement, own)
    return verdict_of(statement, Case(case.study, case.score, own, comparison, strangeness(statement, own, comparison), case.carried, case.late))


def is_backed(statement: Statement, case: Case, layers: dict[str, LayerVerdict]) -> bool:
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


def _together(statement: Statement, case: Case) -> bool:
    """Return whether one sentence confirms two items at least; else every item is from another one, and nothing joins them."""
    likest = sorted(case.sources, key=lambda source: -similarity(statement, source.statement))[:LIKEST]
    return any(len(weigh(statement, [source]).of("agrees")) > 1 for source in likest)


def strangeness(statement: Statement, sources: list[Source], comparison: Comparison) -> float:
    """Return how much of the claim's free wording the study does not have.

    1 for each English word, more for a concept of the word lists, less for a pair of Chinese characters, of which a word
    has several.
    """
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
