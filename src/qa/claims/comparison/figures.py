"""Compares figures: of the figures that a source gives, which stands for the claim's, and whether it is the same."""

from collections.abc import Sequence
from dataclasses import replace

from qa.claims.comparison.bound import FINDINGS, of_same_thing
from qa.claims.comparison.derived import derived_from, miss
from qa.claims.comparison.findings import NUMBER_CONTEXT, Finding, Status, span_in, usable
from qa.claims.comparison.relations import conflict, widened
from qa.claims.evidence import Source
from qa.quantities.quantity import Quantity, same_value
from qa.statements.figures import Figure
from qa.statements.statement import Statement

NEARLY = 0.15  # by how much less like the claim a sentence may be whose value is of the claim's own arm
CLEARLY_NEARER = 0.3  # by how much a sentence must be more like the claim for its period to count instead
ALIKE = 0.5  # how near for a length of time, of which a study has many
VERY_ALIKE = 0.75  # how near where the claim's count is bound to an arm and the other to none
LOOSE = ("duration", "patients", "times", "p value", "number")  # of which a study has many: only a sentence much like the claim contradicts
PLACED = ("duration", "patients", "percentage", "cells", "laboratory value", "score")
COUNTABLE = ("age", "number", "patients", "trials", "groups", "times", "score", "laboratory value", "percentage", "cells", "dose per kg", "databases")
Ranked = tuple[float, int, Figure, bool | None]  # how well it fits, its row, the figure, whether it is the same value


def compare_figure(claim: Statement, figure: Figure, sources: Sequence[Source], near: list[float]) -> Finding:
    """Return what a figure of the claim finds; `near` is the likeness of each source to the claim."""
    quantity = figure.quantity
    ranked: list[Ranked] = []
    for row, source in enumerate(sources):
        for other in source.statement.figures:
            if not _comparable(figure, other) or not usable(source, other.mood, figure.mood):
                continue
            context = 2.0 * near[row] + _figure_context(figure, other)
            equals = same_value(quantity, other.quantity) or _spans(quantity, other, source.statement)
            ranked.append((context, row, other, equals))
    if quantity.kind == "date" and any(r[2].quantity.kind == "date" for r in ranked):
        ranked = [r for r in ranked if r[2].quantity.kind == "date"]  # a bare year does not confirm a day
    claimed, span = quantity.value(), claim.prepared.span(quantity.start, quantity.end)
    kind = _figure_kind(figure)
    unit = quantity.unit if quantity.kind not in ("year", "date", "number", "p value") else ""
    equal = max((r for r in ranked if r[3]), key=lambda r: (r[0], -r[1]), default=None)
    rivals = [r for r in ranked if r[3] is False and _same_sort(figure, r[2]) and of_same_thing(claim, figure, sources[r[1]].statement, r[2])]
    unlike = max(rivals, key=lambda r: (r[0], bool(widened(set(figure.arms)) & widened(set(r[2].arms))), -r[1]), default=None)
    if equal and not (unlike and (_outweighs(figure, unlike, equal, near) or _displaces(claim, figure, unlike, equal, sources, near))):
        return _figure_found(kind, "agrees", claimed, unit, span, sources, equal, near[equal[1]])
    derived = derived_from(claim, figure, sources)
    if derived and not equal:
        return _figure_found(kind, "agrees", claimed, unit, span, sources, (0.0, derived[0], derived[1], True), near[derived[0]])
    open_ = max((r for r in ranked if r[3] is None and not (unlike and r[2].quantity.kind != quantity.kind)), key=lambda r: (r[0], -r[1]), default=None)
    if open_ and (not unlike or open_[0] >= unlike[0] - 1):
        finding = _figure_found(kind, "undecided", claimed, unit, span, sources, open_, near[open_[1]])
        return replace(finding, about=True)
    if unlike and _is_against(figure, unlike, near):
        elsewhere = equal is not None and figure.arms and equal[2].arms and not widened(set(figure.arms)) & widened(set(equal[2].arms))
        if equal and (elsewhere or conflict(figure.population, equal[2].population)):
            kind = "arm"
        elif figure.quantity.kind == "date" and int(unlike[2].quantity.low // 10000) == int(quantity.low // 10000):
            kind = "date"
        return _figure_found(kind, "differs", claimed, unit, span, sources, unlike, near[unlike[1]])
    unheard = quantity.kind == "groups" and not any(f.quantity.kind == "groups" for s in sources for f in s.statement.figures)
    trivial = unheard or (quantity.kind == "times" and quantity.low == quantity.high <= 2)
    return Finding(kind, "undecided", claimed, unit=unit, claim_span=span, hard=not trivial)


def _spans(quantity: Quantity, other: Figure, statement: Statement) -> bool | None:
    """Return True where a claimed range runs from one to another value that the sentence lists, else what equality says."""
    if quantity.kind == "percentage" and other.quantity.kind == "patients":
        counts = [f.quantity.low for f in statement.figures if f.quantity.kind == "patients"]
        return any(part and abs(100 * part / other.quantity.low - quantity.low) < miss(quantity.low) for part in counts if part < other.quantity.low) or None
    if quantity.kind in ("year", "date") and other.role == "period" and quantity.low == quantity.high in (other.quantity.low, other.quantity.high):
        return True  # from 2010-10, followed from 2010-10 to 2017-10
    if quantity.low < quantity.high and other.quantity.low in (quantity.low, quantity.high):
        ends = {f.quantity.low for f in statement.figures if f.quantity.kind == other.quantity.kind}
        if {quantity.low, quantity.high} <= ends:
            return True
    return same_value(quantity, other.quantity)


def _comparable(figure: Figure, other: Figure) -> bool:
    one, two = figure.quantity.kind, other.quantity.kind
    if {one, two} <= {"year", "date"}:
        return figure.role == other.role
    if one == "percentage" and two == "patients":
        return not any(c.isdigit() for c in figure.quantity.text)  # a third: nine of 27
    if one == two == "bibliography":
        return figure.quantity.base == other.quantity.base
    if one == two:
        return ("interval" in (figure.role, other.role)) <= (figure.role == other.role)
    return "number" in (one, two) and {one, two} <= set(COUNTABLE)


def _same_sort(figure: Figure, other: Figure) -> bool:
    """A number without a unit may agree with any count, but only one of its own sort or measure can contradict it."""
    if figure.quantity.kind != other.quantity.kind and "number" in (figure.quantity.kind, other.quantity.kind):
        return any(key.startswith(FINDINGS) for key in figure.content & other.content) or "patients" in (figure.quantity.kind, other.quantity.kind)
    return figure.quantity.kind == other.quantity.kind or figure.role in ("published", "period")


def _figure_kind(figure: Figure) -> str:
    if figure.quantity.kind in ("year", "date"):
        return "year"
    return "number"


def _figure_context(figure: Figure, other: Figure) -> float:
    context = 0.0
    if figure.role == "published":
        return context
    if figure.arms and other.arms:
        context += 2.0 if widened(set(figure.arms)) & widened(set(other.arms)) else -3.0 if conflict(figure.arms, other.arms) else 0.0
    if figure.content and other.content:
        context += 2.0 if widened(set(figure.content)) & widened(set(other.content)) else -1.0
    if figure.population and other.population:
        context += 1.0 if figure.population & other.population else -2.0 if conflict(figure.population, other.population) else 0.0
    if figure.quantity.unit == other.quantity.unit:
        context += 0.5
    return context


def _outweighs(figure: Figure, unlike: Ranked, equal: Ranked, near: list[float]) -> bool:
    """Return whether another value stands for the same arm or measure, where the equal one stands for another."""
    other, same = unlike[2], equal[2]
    if figure.arms and conflict(figure.arms, same.arms) and widened(set(figure.arms)) & widened(set(other.arms)):
        return True
    bound = bool(widened(set(figure.arms)) & widened(set(other.arms)))
    own = bool(widened(set(figure.arms)) & widened(set(same.arms)))
    if figure.arms and not own and bound and near[unlike[1]] >= near[equal[1]] - NEARLY:
        return True
    if figure.population and conflict(figure.population, same.population) and figure.population & other.population:
        return unlike[0] > equal[0]
    if figure.role == "published":
        return False
    if figure.role == "period" and near[unlike[1]] > near[equal[1]] + CLEARLY_NEARER:
        return True
    apart = figure.content and same.content and not (widened(set(figure.content)) & widened(set(same.content)))
    together = widened(set(figure.content)) & widened(set(other.content))
    return bool(apart and together and unlike[0] > equal[0] + 1.0 and near[unlike[1]] >= near[equal[1]])


def _displaces(claim: Statement, figure: Figure, unlike: Ranked, equal: Ranked, sources: Sequence[Source], near: list[float]) -> bool:
    """Return whether a sentence much more like the claim has another value in the place of the claim's.

    It is in its place where the claim has the sentence's other figures of the kind, and only this one not.
    """
    if figure.quantity.kind not in PLACED or near[unlike[1]] < near[equal[1]] + NEARLY or near[unlike[1]] < ALIKE:
        return False
    return _is_odd_one(claim, figure, sources[unlike[1]].statement, 2)


def _is_odd_one(claim: Statement, figure: Figure, statement: Statement, fewest: int) -> bool:
    """Return whether claim and sentence have as many figures of a kind, all the same but for this one."""
    own = [f.quantity for f in claim.figures if f.quantity.kind == figure.quantity.kind and f.role == figure.role]
    others = [f.quantity for f in statement.figures if f.quantity.kind == figure.quantity.kind and f.role == figure.role]
    if len(own) != len(others) or len(own) < fewest:
        return False
    strange = []
    for quantity in sorted(own, key=lambda q: q is figure.quantity):  # each value counts once: days 3, 3 and 14 are not 3, 7 and 14
        match = next((o for o in others if same_value(quantity, o)), None)
        if match is None:
            strange.append(quantity)
        else:
            others.remove(match)
    return len(strange) == 1 and strange[0] is figure.quantity


def _is_against(figure: Figure, unlike: Ranked, near: list[float]) -> bool:
    """Return whether another value is said of the same thing, so that the claim's is wrong and not merely unheard of."""
    other = unlike[2]
    if figure.quantity.kind in ("year", "date"):
        return True
    if figure.quantity.kind == "patients" and figure.arms and not other.arms:
        return near[unlike[1]] >= VERY_ALIKE  # of an arm, beside a count of everybody
    shared = figure.content & other.content
    if figure.arms & other.arms or any(key.startswith(FINDINGS) for key in shared) or (shared and figure.quantity.kind == "duration"):
        return True
    if figure.quantity.kind == "patients" and not figure.arms | figure.population:
        return near[unlike[1]] >= NUMBER_CONTEXT  # everybody
    return near[unlike[1]] >= (ALIKE if figure.quantity.kind in LOOSE else NUMBER_CONTEXT)


def _figure_found(
    kind: str, status: Status, claimed: str, unit: str, span: tuple[int, int], sources: Sequence[Source], best: Ranked, near: float
) -> Finding:
    _, row, figure, _ = best
    quantity = figure.quantity
    shown = quantity.value() if quantity.unit == unit or not unit else f"{quantity.value()} {quantity.unit}".strip()
    where = span_in(sources[row], quantity.start, quantity.end)
    is_follow_up = kind == "number" and quantity.kind == "duration" and status == "differs"
    return Finding(kind, status, claimed, shown, unit, span, where, row, near=near, is_follow_up=is_follow_up)
