"""Compares what changed: the direction of a measure, of the same arm and time."""

from collections.abc import Sequence

from qa.claims.comparison.findings import Finding, Status, original_words, span_in, usable
from qa.claims.comparison.relations import exclusive
from qa.claims.comparison.sides import of_both, opposite_side, other_side, swapped
from qa.claims.evidence import Source
from qa.statements.changes import OPPOSITE, Change
from qa.statements.statement import Statement
from qa.text.lexicon import concepts, is_a

BEFORE = 1.5  # what it counts against a sentence that it speaks of the time before treatment and the claim does not, or the reverse


def compare_change(claim: Statement, change: Change, sources: Sequence[Source], near: list[float]) -> Finding:
    """Return what a change of the claim finds; `near` is the likeness of each source to the claim."""
    times, early = _times(claim, change), _is_early(claim, change)
    ranked: list[tuple[float, int, Change, Status, str]] = []
    for row, source in enumerate(sources):
        for other in source.statement.changes:
            if not usable(source, other.mood):
                continue
            exact = other.measure == change.measure
            if not exact and not is_a(other.measure, change.measure):
                continue  # ALT falling shows that a transaminase fell; transaminases falling does not show that ALT did
            context = 2.0 * near[row] + (0.5 if exact else 0.0)
            context += _overlap(times, _times(source.statement, other)) - (BEFORE if early != _is_early(source.statement, other) else 0.0)
            context += _arm_overlap(change, other)
            status, kind = _directions(change, other)
            if status == "differs" and (early != _is_early(source.statement, other) or _is_other_question(change, other)):
                status, kind = "undecided", ""
            if status == "differs" and not exact and not (kind == "arm" and is_a(other.measure, change.measure)):
                continue
            ranked.append((context, row, other, status, kind))
    words = original_words(claim, change.start, change.end)
    span = claim.prepared.span(change.start, change.end)
    decided = [r for r in ranked if r[3] != "undecided"]
    if not decided:
        return Finding("direction", "undecided", words, claim_span=span, hard=_is_hard(change))
    best = max(decided, key=lambda r: (round(r[0], 6), r[3] == "agrees", -r[1]))
    agree = max((r for r in decided if r[3] == "agrees"), key=lambda r: (r[0], -r[1]), default=None)
    if agree and agree[0] >= best[0] - 0.25:
        best = agree
    _, row, other, status, kind = best
    source = sources[row]
    return Finding(
        kind, status, words, original_words(source.statement, other.start, other.end), "", span, span_in(source, other.start, other.end), row,
        near=near[row],
    )  # fmt: skip


def _is_hard(change: Change) -> bool:
    """Return whether a change must be confirmed; one of a generic or of no real measure may stay open."""
    return not concepts()[change.measure].generic and not change.measure.startswith("topic:")


def _is_other_question(change: Change, other: Change) -> bool:
    """Return whether one says that groups do not differ, and the other how a measure went, with nothing compared."""
    for one, two in ((change, other), (other, change)):
        alike = one.negated and one.signs == frozenset("0")
        if alike and not two.references and not two.graded and not two.signs & {"0"}:
            return True
    return False


def _times(statement: Statement, change: Change) -> frozenset[tuple[str, float, float]]:
    figures = [f for f in statement.figures if f.quantity.kind == "duration" and f.clause == change.clause]
    bound = [f for f in figures if change.measure in f.content] or figures
    return frozenset((f.quantity.base, f.quantity.low, f.quantity.high) for f in bound)


def _is_early(statement: Statement, change: Change) -> bool:
    """Return whether a change is said of the time before treatment."""
    return any(item.key == "topic:baseline" and item.clause == change.clause and item.start < change.word[0] for item in statement.items)


def _overlap(one: frozenset[tuple[str, float, float]], other: frozenset[tuple[str, float, float]]) -> float:
    if not one or not other:
        return 0.0
    return 1.5 if one & other else -1.5


def _arm_overlap(change: Change, other: Change) -> float:
    shared = (change.subjects | change.references) & (other.subjects | other.references)
    return 0.5 * min(2, len(shared)) + (1.0 if change.focus and other.focus else 0.0)


def _directions(change: Change, other: Change) -> tuple[Status, str]:
    """Return whether two changes of one measure agree, and the kind of difference if they don't."""
    signs, flipped = change.signs, False
    if swapped(change, other) or opposite_side(change, other):
        signs, flipped = frozenset(OPPOSITE[s] for s in signs), True
    elif other_side(change, other) or of_both(change, other):
        return "undecided", ""
    if change.focus and other.focus and not (change.focus & other.focus):
        if any(exclusive(a, b) or a.split(":")[0] == b.split(":")[0] for a in change.focus for b in other.focus):
            return "differs", next(iter(sorted(change.focus))).split(":")[0]
    if len(signs) > 2 and not (len(other.signs) > 2 or other.references) and signs & other.signs:
        return "undecided", ""  # that two differ is not shown by one having improved
    if change.negated and other.negated and signs != other.signs:
        return "undecided", ""  # not better is not the same as not worse
    if not signs & other.signs:
        if {"u", "d"} & (signs | other.signs) and {"+", "-"} & (signs | other.signs) and not ({"0"} & (signs | other.signs)):
            return "undecided", ""
        if flipped and change.signs & other.signs:
            return "differs", "arm"
        denied = change.negated != other.negated or frozenset("0") in (signs, other.signs)
        return "differs", "negation" if denied else "direction"
    weak = {"trend", "limited", "transient"}
    if "significant" in change.strength and weak & other.strength and not weak & change.strength and "significant" not in other.strength:
        return "differs", "direction"
    if "significant" in other.strength and weak & change.strength and not weak & other.strength:
        return "differs", "direction"
    if {"lasting"} & change.strength and {"transient"} & other.strength:
        return "differs", "direction"
    return "agrees", "direction"
