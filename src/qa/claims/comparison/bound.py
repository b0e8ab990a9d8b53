"""Whether two figures are said of the same thing, so that one contradicts the other: same arm, measure, time, kind."""

from dataclasses import dataclass

from qa.claims.comparison.relations import conflict, widened
from qa.quantities.quantity import Quantity, same_value
from qa.statements.figures import Figure
from qa.statements.statement import Statement
from qa.text.lexicon import concepts

TIMED = ("laboratory value", "percentage", "score", "number", "p value")  # what differs from one check-up to the next
DATED = ("year", "date")
FINDINGS = ("measure:", "event:")


@dataclass(frozen=True)
class Setting:
    """What the clause of a figure speaks of: arms, measures and events, diseases and stages, lengths of time."""

    arms: frozenset[str]
    measures: frozenset[str]
    population: frozenset[str]
    times: tuple[Quantity, ...]


def setting_of(statement: Statement, figure: Figure) -> Setting:
    """Return what the clause of a figure speaks of."""
    keys = [i.key for i in statement.items if i.clause == figure.clause and not (i.key in concepts() and concepts()[i.key].generic)]
    return Setting(
        arms=frozenset(k for k in keys if k.startswith("arm:")),
        measures=frozenset(k for k in keys if k.startswith(FINDINGS)),
        population=frozenset(k for k in keys if k.startswith(("disease:", "stage:"))),
        times=tuple(f.quantity for f in statement.figures if f.quantity.kind == "duration" and f.clause == figure.clause and f is not figure),
    )


def of_same_thing(claim: Statement, figure: Figure, statement: Statement, other: Figure) -> bool:
    """Return whether another value of a source's figure would contradict the claim's: nothing sets the two apart.

    What sets them apart: another arm, measure, population or time; a range beside a single value; a unit that measures
    something else; a value that another figure of the claim has already.
    """
    own, its = figure.quantity, other.quantity
    if {own.kind, its.kind} & set(DATED) or figure.role == "published":
        return True
    if not _alike_in_form(own, its) or (own.kind == "duration" and not _alike_in_length(figure, other)):
        return False
    if conflict(figure.arms, other.arms) or conflict(figure.population, other.population):
        return False
    bound = (figure.arms & other.arms) | (figure.population & other.population)
    if not bound and any(f is not figure and f.quantity.kind == its.kind and same_value(f.quantity, its) for f in claim.figures):
        return False
    if own.kind == its.kind == "times" and (_is_one_of_several(claim, figure) or _is_one_of_several(statement, other)):
        return False
    if own.kind == "patients" and bool(_findings(figure.content)) != bool(_findings(other.content)):
        return False  # of those who died, beside all
    mine, theirs = setting_of(claim, figure), setting_of(statement, other)
    if "number" in (own.kind, its.kind) and (mine.measures or theirs.measures) and not mine.measures & theirs.measures:
        return False
    if own.kind == "p value" and mine.arms and theirs.arms and mine.arms != theirs.arms:
        return False  # of another comparison
    if not (figure.arms & other.arms) and conflict(mine.arms, theirs.arms):
        return False
    if not (figure.population & other.population) and conflict(mine.population, theirs.population):
        return False
    if _disjoint(figure.content, other.content) or (not (figure.content & other.content) and _disjoint(mine.measures, theirs.measures)):
        return False
    if own.kind in TIMED and mine.times and theirs.times:
        return any(same_value(a, b) is not False for a in mine.times for b in theirs.times)
    return True


def _alike_in_form(own: Quantity, its: Quantity) -> bool:
    """Return whether both are single values or both ranges, with a deviation if the claim gives one, in units of one sort."""
    if own.kind in TIMED and (own.low == own.high) != (its.low == its.high):
        return False  # an interval beside an estimate
    if own.deviation is not None and its.deviation is None:
        return False
    if own.low != own.high and (own.low < 0) != (its.low < 0):
        return False  # a range of changes beside a range of values
    if own.kind == "laboratory value" and own.base != its.base and own.unit and its.unit:
        return own.low == its.low  # the same number in another unit is an error, another number another thing
    return True


def _alike_in_length(figure: Figure, other: Figure) -> bool:
    """Return whether two lengths of time can be meant as the same one: in the same unit, or the same number in another."""
    own, its = figure.quantity, other.quantity
    return own.unit == its.unit or own.shown == its.shown or bool(figure.content & other.content)


def _is_one_of_several(statement: Statement, figure: Figure) -> bool:
    """Return whether "once" is one of the times that a sentence lists: once at the start and once at month 3."""
    times = [f for f in statement.figures if f.quantity.kind == "times"]
    return figure.quantity.low == figure.quantity.high == 1 and len(times) > 1


def _findings(keys: frozenset[str]) -> set[str]:
    return {key for key in keys if key.startswith(FINDINGS)}


def _disjoint(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether both name measures or events, and no two of them lie within each other."""
    a, b = _findings(one), _findings(other)
    return bool(a and b) and not (widened(a) & b or widened(b) & a)
