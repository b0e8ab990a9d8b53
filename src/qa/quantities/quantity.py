"""A quantity as a record, and when two of them agree.

They are comparable only where their units convert exactly: 12 months are a year and 2 weeks are 14 days, but 24 weeks
and 6 months are only about the same, and `same_value` leaves that open.
"""

from dataclasses import dataclass
from typing import Literal

from qa.text.lexicon import word_list

Relation = Literal["=", ">", "<", "~"]
DAYS_A_MONTH = 30.4375
NEAR = 0.1  # share by which days and months may differ and still be called "about the same"
SIGNED = {"number", "score", "percentage", "laboratory value"}  # what can be a change, written with its sign
LIMITED = ("patients", "percentage", "trials", "cells", "number")


@dataclass(frozen=True)
class Quantity:
    """A number of the text at `[start:end]` of the original, unit included.

    `low` and `high` are equal unless it is a range. Values are in `base` units ("day", "month", "cell", ...), `unit`
    is the one written; a date is year * 10000 + month * 100 + day, zeros where not given. `deviation` follows ±.
    """

    kind: str
    low: float
    high: float
    unit: str
    base: str
    relation: Relation
    start: int
    end: int
    text: str
    deviation: float | None = None
    shown: str = ""

    def value(self) -> str:
        """Return the number as people write it, in `unit`, without the unit."""
        return self.shown


def same_value(claimed: Quantity, source: Quantity) -> bool | None:
    """Return whether two quantities of one kind agree; None where their units can't be converted exactly but come near.

    A limit (more than 4 weeks) agrees with an equal limit or number, not with the opposite one; an "about" agrees with
    what rounds to it.
    """
    if {claimed.kind, source.kind} <= {"year", "date"}:
        return _same_date(claimed, source)
    if claimed.base != source.base and "" not in (claimed.base, source.base):
        if {claimed.base, source.base} == {"day", "month"}:
            days = [q.low * (DAYS_A_MONTH if q.base == "month" else 1) for q in (claimed, source)]
            ends = [q.high * (DAYS_A_MONTH if q.base == "month" else 1) for q in (claimed, source)]
            near = all(abs(a - b) <= NEAR * max(a, b) for a, b in (days, ends))
            return (claimed.relation == "~" or None) if near else False  # roughly two months are 8 weeks
        return False
    if {claimed.relation, source.relation} == {"<", ">"}:
        return False
    if claimed.kind == source.kind == "p value" and claimed.relation != "=" and claimed.low != source.low:
        return source.relation in ("=", claimed.relation) and (source.low < claimed.low) == (claimed.relation == "<")
    if claimed.low == claimed.high == source.high and (source.low == 0 or source.low == 1 == source.low / factor_of(source)):
        return True  # by day 90, from day 0 to day 90; for 5 days, on days 1 to 5
    if {claimed.kind, source.kind} <= SIGNED and claimed.low == claimed.high and source.low == source.high == -claimed.low:
        return True  # shorter by 3.02, a difference of -3.02
    if {claimed.kind, source.kind} <= SIGNED and 0 < claimed.low < claimed.high and (-claimed.high, -claimed.low) == (source.low, source.high):
        return True  # 1.85 to 16.47 lower, an interval from -16.47 to -1.85
    if claimed.low == source.low and claimed.high == source.high:
        return claimed.deviation is None or source.deviation is None or claimed.deviation == source.deviation
    if claimed.low != claimed.high or source.low != source.high:
        return False
    if claimed.relation in "<>" and source.relation == "=" and claimed.kind in LIMITED:
        near = abs(source.low - claimed.low) <= 0.25 * claimed.low  # "more than 500" for 513
        return near and (source.low > claimed.low) == (claimed.relation == ">")
    if claimed.relation == "~" or source.relation == "~":
        return _rounds_to(source.low, claimed.low) or _rounds_to(claimed.low, source.low)
    return False


def _same_date(claimed: Quantity, source: Quantity) -> bool:
    for a, b in ((claimed.low, source.low), (claimed.high, source.high)):
        for part in (10000, 100, 1):
            x, y = int(a // part) % (10000 if part == 10000 else 100), int(b // part) % (10000 if part == 10000 else 100)
            if x and y and x != y:
                return False
    return True


def _rounds_to(exact: float, rough: float) -> bool:
    """Return whether the exact value gives the rough one when rounded to as many figures as the rough one has."""
    if not rough or not exact:
        return exact == rough
    figures = len(f"{rough:.10g}".replace("-", "").replace(".", "").strip("0")) or 1
    return abs(float(f"{exact:.{figures}g}") - rough) < 1e-9 * abs(rough) or abs(exact - rough) <= 0.02 * abs(rough)


def factor_of(quantity: Quantity) -> float:
    """Return how many base units the unit of a quantity is, 1 where it is not in the table."""
    return next((float(row["factor"]) for row in word_list("quantities")["units"] if row["unit"] == quantity.unit), 1.0)


def rounded(value: float) -> float:
    """Return a value without the last digits, in which conversions of units differ."""
    return float(f"{value:.10g}")


def written(value: float) -> str:
    """Return a number as people write it."""
    if 1e6 <= abs(value) < float("inf"):  # hundreds of digits in a row are no number that can be written out
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}×10^{int(exponent)}"
    return f"{value:.10g}"
