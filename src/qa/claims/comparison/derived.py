"""Figures that no sentence prints but one sentence adds up to: 64 and 59 patients are 123, twice 120 million are 240 million."""

import re
from collections.abc import Sequence

from qa.claims.comparison.findings import usable
from qa.claims.evidence import Source
from qa.quantities.quantity import DAYS_A_MONTH
from qa.statements.figures import Figure
from qa.statements.statement import Statement

IN_ALL = re.compile(r"一共|总共|合计|总计|共计|累计|加起来|总量|共|in total|in all|altogether|a total of|total|overall|combined", re.IGNORECASE)
THE_REST = re.compile(r"其余|剩下|剩余|余下|另外|the rest|remaining|the others?", re.IGNORECASE)
COUNTS = ("patients", "trials")
PART = 0.5  # percentage points by which a share may miss the counts it stands for
WHOLE_YEARS = 12.0  # months by which a time from year to year may miss, as neither end names its month


def derived_from(claim: Statement, figure: Figure, sources: Sequence[Source]) -> tuple[int, Figure] | None:
    """Return the source and a figure of it from which a claimed figure follows, None where it follows from none."""
    for row, source in enumerate(sources):
        others = [f for f in source.statement.figures if usable(source, f.mood, figure.mood)]
        for test in (_sum, _product, _share, _span):
            found = test(claim, figure, others)
            if found:
                return row, found
    return None


def _sum(claim: Statement, figure: Figure, others: Sequence[Figure]) -> Figure | None:
    """Return the first of the counts of a sentence that together are the claimed one, or of a whole and its part that leave it."""
    own = figure.quantity
    if own.kind not in COUNTS or own.low != own.high:
        return None
    counts = [f for f in others if f.quantity.kind == own.kind and f.quantity.low == f.quantity.high and f.quantity.relation == "="]
    values = [f.quantity.low for f in counts]
    if len(values) >= 2 and sum(values) == own.low:
        return counts[0]
    if len(values) == 2 and abs(values[0] - values[1]) == own.low and THE_REST.search(claim.prepared.text):
        return counts[0]
    return None


def _product(claim: Statement, figure: Figure, others: Sequence[Figure]) -> Figure | None:
    """Return the dose of a sentence that, as often as it was given, is the claimed total."""
    if figure.quantity.kind not in ("cells", "number") or not IN_ALL.search(claim.prepared.text):
        return None
    doses = [f for f in others if f.quantity.kind == "cells"]
    times = [f.quantity.low for f in others if f.quantity.kind == "times"]
    return next((f for f in doses for n in times if n > 1 and f.quantity.low * n == figure.quantity.low == figure.quantity.high), None)


def _share(claim: Statement, figure: Figure, others: Sequence[Figure]) -> Figure | None:
    """Return the first of two counts of a sentence whose share is the claimed percentage."""
    if figure.quantity.kind != "percentage":
        return None
    counts = [f for f in others if f.quantity.kind in COUNTS and f.quantity.low > 0]
    for part in counts:
        for whole in counts:
            if part.quantity.low < whole.quantity.low and abs(100 * part.quantity.low / whole.quantity.low - figure.quantity.low) < miss(figure.quantity.low):
                return part
    return None


def miss(share: float) -> float:
    """Return the percentage points by which a share may miss the counts it stands for: fewer where it gives decimals."""
    return PART if share == int(share) or abs(3 * share - round(3 * share)) < 0.01 else PART / 5


def _span(claim: Statement, figure: Figure, others: Sequence[Figure]) -> Figure | None:
    """Return the period of a sentence that is as long as claimed."""
    own = figure.quantity
    if own.kind != "duration" or own.low != own.high or figure.role:
        return None
    months = own.low / (DAYS_A_MONTH if own.base == "day" else 1.0)
    for other in others:
        if other.role != "period" or other.quantity.low == other.quantity.high:
            continue
        first, last = (divmod(int(value) // 100, 100) for value in (other.quantity.low, other.quantity.high))
        long = 12.0 * (last[0] - first[0]) + (last[1] - first[1] if first[1] and last[1] else 0)
        if long and (abs(long - months) <= 1 if first[1] and last[1] else 0 <= months - long <= WHOLE_YEARS):
            return other
    return None
