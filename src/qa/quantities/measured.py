"""Joins numbers with their ±, range and unit to quantities, and leaves out numbers that are part of a name."""

import re

from qa.quantities.lists import with_listed_units
from qa.quantities.numerals import Number
from qa.quantities.phrases import relation_of
from qa.quantities.quantity import Quantity, Relation, rounded, written
from qa.quantities.units import FEWEST_CELLS, ORDINAL, Unit, unit_after, units

RANGE = re.compile(r"\s?(?:-|~|to|至|到|through|或至)\s?(?:第|the\s)?")
PLUS_MINUS = re.compile(r"\s?(?:±|\+/-|\+-)\s?")
PER_KG = re.compile(r"(?:每|/)\s?(?:公斤|千克|kg)(?:体重)?\s?(?:约)?$", re.IGNORECASE)
AGED = re.compile(r"(?:\b(?:younger|older) than|\bage[sd]?\b(?:\s(?:of|from|between|over|under|above|below|at least))*|年龄(?:在|为|超过|大于|小于)?)\s?$", re.IGNORECASE)
OF_MANY = re.compile(r"\s(?:in|of|out of)\s(?:the\s|every\s)?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|a hundred)\b", re.IGNORECASE)


def measured(text: str, free: list[Number]) -> list[Quantity]:
    """Return the numbers with ±, ranges and units joined; in a list the last unit counts for all, or the first before it."""
    at = 0
    bare: list[Quantity] = []
    while at < len(free):
        number = free[at]
        low = high = number.value
        end, deviation, used = number.end, None, 1
        first = unit_after(text, number, end)
        if at + 1 < len(free):
            gap = text[end : free[at + 1].start]
            if PLUS_MINUS.fullmatch(gap):
                deviation, end, used = free[at + 1].value, free[at + 1].end, 2
                first = None
            elif _is_range(text, number, free[at + 1], first):
                high, end, used = free[at + 1].value, free[at + 1].end, 2
        last = free[at + used - 1]
        unit = unit_after(text, last, end)
        quantity = _quantity(text, number, low, high, deviation, end, unit, last)
        if quantity is not None:
            bare.append(quantity)
        at += used
    return with_listed_units(text, bare)


def _is_range(text: str, first: Number, second: Number, unit: tuple[Unit, int] | None) -> bool:
    """A range has its unit once or twice: 13-75个月, 从第13个月到第75个月, the 13th to the 75th month."""
    gap = text[unit[1] if unit and unit[1] <= second.start else first.end : second.start]
    rest = ORDINAL.match(gap)
    gap = gap[rest.end() :] if rest else gap
    between = re.search(r"\bbetween\b[^,;.]{0,12}$", text[: first.start], re.IGNORECASE)
    if between and re.fullmatch(r"\s?and\s(?:month\s|week\s|day\s)?", gap):
        return second.value > first.value
    label = r"(?:month|week|day|year)s?\s"
    match = re.fullmatch(rf"{RANGE.pattern}(?:{label})?", gap)
    return bool(match) and second.value > first.value


def _quantity(
    text: str, number: Number, low: float, high: float, deviation: float | None, end: int, unit: tuple[Unit, int] | None, last: Number
) -> Quantity | None:
    start = number.start
    lead = re.search(r"(?<![A-Za-z])p\s?(?:值|value)?\s?(?:of\s)?(?P<sign>[<>=≤≥])\s?$", text[:start], re.IGNORECASE)
    if lead:
        relation: Relation = "<" if lead["sign"] in "<≤" else ">" if lead["sign"] in ">≥" else "="
        return Quantity("p value", low, high, "", "", relation, lead.start(), end, text[lead.start() : end], None, text[lead["sign"] and lead.start("sign") : end])  # type: ignore[index]
    if number.form == "digits" and _is_label(text, start, end, unit):
        return None
    labelled = re.search(r"(?<![A-Za-z])n\s?=\s?$", text[:start], re.IGNORECASE)
    _, earlier, table = units()
    before = earlier.search(text[:start])
    if unit and unit[0].kind == "cells" and high < FEWEST_CELLS:
        unit = None
    if labelled:
        found: Unit | None = Unit("patients", "patient", "patient", 1)
        start = labelled.start()
    elif unit and not (unit[0].kind == "duration" and _is_year_number(low) and unit[0].unit == "year"):
        found, end = unit
    elif before and not unit:
        found, start = table[before["unit"].lower()], before.start()
    else:
        found = None
    if number.form != "digits" and found is None:
        if not OF_MANY.match(text, end):
            return None
        found = Unit("patients", "patient", "patient", 1)  # one in forty patients
    if found and _is_idiom(text, number, found):
        return None
    if AGED.search(text[:start]) and (found is None or (found.unit == "year" and low < 120)):
        found = Unit("age", "year old", "year old", 1)
    if PER_KG.search(text[:start]) and (found is None or found.kind == "cells"):
        found = Unit("dose per kg", "cell/kg", "cell/kg", 1)
    if text[number.start - 1 : number.start] == "第" and not (found and found.kind == "duration"):
        if not re.match(r"[、,]\s?\d", text[end:]):
            return None
    if found is None:
        found = Unit("number", "", "", 1)
    relation = relation_of(text, number.start, end)
    scale = found.factor if found.unit == found.base else 1  # 三成 is shown as 30 %
    shown = "-".join(dict.fromkeys(written(value * scale) for value in (low, high)))
    if deviation is not None:
        shown += f" ± {written(deviation)}"
    return Quantity(
        found.kind, rounded(low * found.factor), rounded(high * found.factor), found.unit, found.base, relation, start, end,
        text[start:end], deviation, shown,
    )  # fmt: skip


def _is_year_number(value: float) -> bool:
    return 1900 <= value <= 2100


def _is_label(text: str, start: int, end: int, unit: tuple[Unit, int] | None) -> bool:
    """Return whether the number is part of a name: a table, a group's number, a hospital's number, 15-minute tests."""
    before, after = text[max(0, start - 14) : start], text[end : end + 14]
    if re.search(r"(?:type|phase|grade|class|PLA|version|v|ref\.?|no\.)\s?#?$", before, re.IGNORECASE):
        return True
    if unit is None and re.search(r"(?:table|group|figure|article|number|arm|表|图|组|型)\s?#?$", before, re.IGNORECASE):
        return not re.search(r"[.±]", text[start : end + 2])
    if re.match(r"(?:st|nd|rd|th)?\s(?:\w+\s)?(?:hospital|medical|affiliated)|(?:医院|中心医院|医大)", after, re.IGNORECASE):
        return True
    return bool(re.search(r"第$", before) and re.match(r"(?:医院|组|类|附属|军医|人民|阶段|卷|期)", after))


def _is_idiom(text: str, number: Number, unit: Unit) -> bool:
    """一项, 一个 and the like are articles, not counts; 两组 refers to groups named elsewhere."""
    if number.form == "han" and unit.kind in ("trials", "cells") and number.value <= 2:
        return True
    if unit.kind == "groups" and number.form == "han":
        return not re.search(r"(?:分|为|成|设|有|到|共)[^,。]{0,3}$", text[: number.start])
    if unit.kind == "groups":
        return bool(re.search(r"\b(?:the|both|between|these|than|other|in)\s$", text[: number.start], re.IGNORECASE))
    if number.form != "han":
        return False
    return unit.kind == "percentage" and not re.search(r"[约近有达超过]$|[,,、。]$|^$", text[max(0, number.start - 1) : number.start])
