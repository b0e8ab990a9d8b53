"""Gives the plain numbers of a list the unit of their neighbour: 3 and 6 months, 第3、7、14天, 31.4 vs 28.9 g/L."""

import re
from dataclasses import replace

from qa.quantities.quantity import Quantity, factor_of, rounded

LISTED = re.compile(r"\s?(?:[,、/]|and|or|和|与|或|及|对|vs\.?|versus|, and|, or)\s?(?:第|again)?\s?")
OF_THEM = re.compile(r"\s(?:of|in|out\sof)\s")  # by month 6, 9 of the 27
FEWEST_CELLS = 1_000_000  # so large a number without a unit counts cells
SHARE = re.compile(r"\s?/\s?")


def with_listed_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the plain numbers of a list the unit of their neighbour: 3 and 6 months, 第3、7、14天, 31.4 vs 28.9 g/L."""
    result = list(found)
    for at in range(len(result) - 2, -1, -1):
        this, following = result[at], result[at + 1]
        if this.kind == "number" and this.low < FEWEST_CELLS and following.kind not in ("number", "p value", "year", "date") and LISTED.fullmatch(text[this.end : following.start]):
            result[at] = _in_unit_of(this, following)
    for at in range(1, len(result)):
        this, previous = result[at], result[at - 1]
        if this.kind == "number" and previous.kind != "number" and LISTED.fullmatch(text[previous.end : this.start]):
            if previous.kind in ("duration", "bibliography", "laboratory value") and not OF_THEM.match(text, this.end):
                result[at] = _in_unit_of(this, previous)
    for at in range(1, len(result)):
        pair = result[at - 1], result[at]
        if all(q.kind == "number" and _is_count(text, q) for q in pair) and pair[0].low < pair[1].low:
            if SHARE.fullmatch(text[pair[0].end : pair[1].start]):  # 1/40: one patient of forty
                result[at - 1 : at + 1] = [replace(q, kind="patients", unit="patient", base="patient") for q in pair]
    patients = next((q for q in result if q.kind == "patients"), None)
    if patients:
        result = [_in_unit_of(q, patients) if q.kind == "number" and _is_count(text, q) else q for q in result]
    return result


def _is_count(text: str, quantity: Quantity) -> bool:
    whole = quantity.low == int(quantity.low) and quantity.deviation is None
    return whole and quantity.low >= 1 and not re.match(r"\s?[A-Za-z]+/|\.\d", text[quantity.end :]) and "-" not in quantity.shown


def _in_unit_of(this: Quantity, other: Quantity) -> Quantity:
    factor = factor_of(other)
    return replace(
        this, kind=other.kind, unit=other.unit, base=other.base, low=rounded(this.low * factor), high=rounded(this.high * factor)
    )
