"""Joins numbers with their ±, range and unit to quantities, and leaves out numbers that are part of a name."""

import re

from qa.quantities.lists import with_listed_units
from qa.quantities.numerals import Number
from qa.quantities.phrases import relation_of
from qa.quantities.quantity import Quantity, Relation, rounded, written
from qa.quantities.units import FEWEST_CELLS, ORDINAL, Unit, unit_after, units

RANGE = re.compile(r"\s?(?:-|~|up to|to|至|到|through|或至)\s?(?:第|the\s)?")
PLUS_MINUS = re.compile(r"\s?(?:±|\+/-|\+-)\s?")
P_VALUE = re.compile(
    r"(?<![A-Za-z])p[\s-]?(?:值|values?)?\s?(?:均|都|只|仅|就|was|were|is|of|being|came\sto)?\s?"
    r"(?P<sign>[<>=≤≥]|是|为|等于|小于|低于|不到|不足|大于|高于|超过|below|under|less\sthan|lower\sthan|above|over|more\sthan|greater\sthan)?\s?$",
    re.IGNORECASE,
)
BELOW, ABOVE = re.compile(r"[<≤]|小于|低于|不|below|under|l(?:ess|ower)", re.IGNORECASE), re.compile(r"[>≥]|大于|高于|超过|above|over|more|greater", re.IGNORECASE)
PER_KG = re.compile(r"(?:每|/)\s?(?:公斤|千克|kg)(?:体重)?\s?(?:约|给|打|输|用)?$", re.IGNORECASE)
SUBSTANCE_PER_KG = {"μg": Unit("drug dose", "μg/kg", "μg/kg", 1), "mg": Unit("drug dose", "mg/kg", "μg/kg", 1000)}
FEWEST_CELLS_ALONE = 1_000_000  # nothing else here is so many
FEWEST_ALONE = 13  # a smaller number in words without a unit is an article or counts what is named elsewhere
DID = re.compile(
    r"\s(?:of\s(?:those|them|these|the|whom)|had|were|was|got|died|received|developed|could|underwent|dropped|left|stopped|withdrew|moved|never)\b"
)
AGED = re.compile(r"(?:\b(?:younger|older) than|\bage[sd]?\b(?:\s(?:of|from|between|over|under|above|below|at least))*|年龄(?:在|为|超过|大于|小于)?)\s?$", re.IGNORECASE)
OF_MANY = re.compile(r"\s(?:in|of|out of)\s(?:the\s|every\s)?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|a hundred)\b", re.IGNORECASE)


def measured(text: str, free: list[Number]) -> list[Quantity]:
    """Return the numbers with ±, ranges and units joined; in a list the last unit counts for all, or the first before it."""
    at = 0
    bare: list[Quantity] = []
    while at < len(free):
        number = free[at]
        if bare and number.start < bare[-1].end:
            at += 1
            continue  # 五十六个百分点 holds no hundred
        low = high = number.value
        end, deviation, used = number.end, None, 1
        first = unit_after(text, number, end)
        if at + 1 < len(free):
            gap = text[end : free[at + 1].start]
            if re.fullmatch(r"\s?\(", gap) and free[at + 1].value == number.value:
                gloss, used = free[at + 1].end, 2  # 5 x 10^7 (fifty million)
                end = gloss + 1 if text[gloss : gloss + 1] == ")" else end
            elif PLUS_MINUS.fullmatch(gap):
                deviation, end, used = free[at + 1].value, free[at + 1].end, 2
                first = None
            elif _is_range(text, number, free[at + 1], first):
                high, end, used = free[at + 1].value, free[at + 1].end, 2
        last = free[at + used - 1]
        unit = unit_after(text, last, end)
        if unit and unit[0].kind == "duration" and re.match(r"半(?!年|个)", text[unit[1] :]):
            low, high, unit = low + 0.5, high + 0.5, (unit[0], unit[1] + 1)  # 两年半
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
    lead = P_VALUE.search(text[:start]) if unit is None and 0 <= low <= 1 else None
    if lead:
        sign = lead["sign"] or "="
        relation: Relation = "<" if BELOW.match(sign) else ">" if ABOVE.match(sign) else "="
        shown = ("" if relation == "=" else relation) + written(low)
        return Quantity("p value", low, high, "", "", relation, lead.start(), end, text[lead.start() : end], None, shown)
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
    if number.form == "word" and found is None and (OF_MANY.match(text, end) or (number.value >= 2 and DID.match(text, end))):
        found = Unit("patients", "patient", "patient", 1)  # one in forty, nine of those, three were
    if number.form != "digits" and found is None and number.value < (FEWEST_ALONE if number.form == "word" else FEWEST_CELLS):
        return None
    if found and _is_idiom(text, number, found):
        return None
    if AGED.search(text[:start]) and (found is None or (found.unit == "year" and low < 120)):
        found = Unit("age", "year old", "year old", 1)
    if PER_KG.search(text[:start]) and (found is None or found.kind == "cells"):
        found = Unit("dose per kg", "cell/kg", "cell/kg", 1)
    elif found and found.unit in SUBSTANCE_PER_KG and PER_KG.search(text[:start]):
        found = SUBSTANCE_PER_KG[found.unit]  # 每公斤15微克
    if text[number.start - 1 : number.start] == "第" and not (found and found.kind == "duration"):
        if not re.match(r"[、,]\s?\d", text[end:]):
            return None
    if found is None:
        found = Unit("cells", "cell", "cell", 1) if low >= FEWEST_CELLS_ALONE else Unit("number", "", "", 1)
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
    if re.search(r"(?:type|phase|grade|class|PLA|version|v|ref\.?|no\.|RevMan|SPSS|SAS|Stata|Prism|版本)\s?#?$", before, re.IGNORECASE):
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
