"""Finds quantities in Chinese and English: numbers with their unit, their meaning, ranges and limits.

Two quantities are comparable only where their units convert exactly: 12 months are a year and 2 weeks are 14 days,
but 24 weeks and 6 months are only about the same, and `same_value` leaves that open.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from qa.quantities.dates import dates
from qa.quantities.numerals import Number, numbers
from qa.text.aligned import aligned
from qa.text.lexicon import word_list

Relation = Literal["=", ">", "<", "~"]
RANGE = re.compile(r"\s?(?:-|~|to|至|到|through|或至)\s?(?:第|the\s)?")
PLUS_MINUS = re.compile(r"\s?(?:±|\+/-|\+-)\s?")
LISTED = re.compile(r"\s?(?:[,、/]|and|or|和|与|或|及|对|vs\.?|versus|, and|, or)\s?(?:第|again)?\s?")
DAYS_A_MONTH = 30.4375
NEAR = 0.1  # share by which days and months may differ and still be called "about the same"
ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
PER_KG = re.compile(r"(?:每|/)\s?(?:公斤|千克|kg)(?:体重)?\s?(?:约)?$", re.IGNORECASE)
AGED = re.compile(r"(?:\b(?:younger|older) than|\bage[sd]?\b(?:\s(?:of|from|between|over|under|above|below|at least))*|年龄(?:在|为|超过|大于|小于)?)\s?$", re.IGNORECASE)
ONCE = re.compile(r"\b(?:given|injected|infused|received|treated|only|just|transplanted|dosed|at|or)\sonce|once(?:\s(?:or|a|per|every|daily|weekly)|[.,;)]|$)")
OF_MANY = re.compile(r"\s(?:in|of|out of)\s(?:the\s|every\s)?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|a hundred)\b", re.IGNORECASE)
SHARE = re.compile(r"\s?/\s?")
FEWEST_CELLS = 1000
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


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return every quantity of a text, in order; spans are of the text as given."""
    prepared = aligned(text)
    return tuple(
        replace(q, start=span[0], end=span[1], text=text[span[0] : span[1]])
        for q in quantities_of(prepared.text)
        for span in [prepared.span(q.start, q.end)]
    )


def quantities_of(text: str) -> list[Quantity]:
    """Return the quantities of a prepared text, in order; spans are of that text."""
    found = [
        Quantity(d.kind, d.low, d.high, d.kind, d.kind, "=", d.start, d.end, text[d.start : d.end], None, d.shown)
        for d in dates(text)
    ]
    taken = [(q.start, q.end) for q in found]
    for phrase in _phrases(text):
        if not _overlaps(phrase, taken):
            found.append(phrase)
            taken.append((phrase.start, phrase.end))
    free = [n for n in numbers(text) if not any(n.start < b and n.end > a for a, b in taken)]
    found += _measured(text, free)
    return sorted(found, key=lambda q: (q.start, q.end))


def _overlaps(quantity: Quantity, spans: list[tuple[int, int]]) -> bool:
    return any(quantity.start < b and quantity.end > a for a, b in spans)


def _phrases(text: str) -> list[Quantity]:
    """Fixed expressions: half a year, 一半, twice."""
    data, found = word_list("quantities"), []
    lower = text.lower()
    for language in ("zh", "en"):
        edge = r"\b" if language == "en" else ""
        tables = [
            *((w, "percentage", float(v), "%", "%") for w, v in data["parts"][language].items()),
            *((w, "duration", float(v[0]), v[1], v[1]) for w, v in data["spans"][language].items()),
            *((w, "times", float(v), "time", "time") for w, v in data["once"][language].items()),
        ]
        for words, kind, value, unit, base in sorted(tables, key=lambda row: -len(row[0])):
            for match in re.finditer(f"{edge}{re.escape(words)}{edge}", lower):
                start, end = match.span()
                if language == "zh" and start and lower[start - 1] in (*data["digits"], *data["places"]):
                    continue  # 三十年 does not hold 十年
                if words == "once" and not ONCE.search(lower, max(0, start - 14), end + 4):
                    continue  # once cirrhosis has set in
                relation = _relation(text, start, end)
                found.append(Quantity(kind, value, value, unit, base, relation, start, end, text[start:end], None, _number(value)))
    kept: list[Quantity] = []
    for quantity in sorted(found, key=lambda q: (q.start, -q.end)):
        if not _overlaps(quantity, [(k.start, k.end) for k in kept]):
            kept.append(quantity)
    return kept


@dataclass(frozen=True)
class _Unit:
    kind: str
    unit: str
    base: str
    factor: float


@cache
def _units() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, _Unit]]:
    """Return the pattern of units after a number, of units before one, and the unit of each form."""
    table: dict[str, _Unit] = {}
    before: list[str] = []
    for row in word_list("quantities")["units"]:
        unit = _Unit(row["kind"], row["unit"], row.get("base", row["unit"]), float(row["factor"]))
        for form in [*row["zh"], *row["en"]]:
            table.setdefault(form.lower(), unit)
        before += row["en"] if row.get("before") else []
    forms = sorted(table, key=lambda form: (-len(form), form))
    han = [re.escape(f) for f in forms if not f[0].isascii() or not f[0].isalpha()]
    latin = [re.escape(f).replace(r"\ ", r"[\s-]") for f in forms if f[0].isascii() and f[0].isalpha()]
    after = rf"(?:(?P<han>{'|'.join(han)})|(?P<latin>{'|'.join(latin)})(?:s|es)?(?![A-Za-z]))"
    earlier = rf"\b(?P<unit>{'|'.join(sorted(map(re.escape, before), key=len, reverse=True))})s?(?:\s|-|\s\()(?:the\s)?$"
    return re.compile(after, re.IGNORECASE), re.compile(earlier, re.IGNORECASE), table


def _unit_after(text: str, number: Number, end: int) -> tuple[_Unit, int] | None:
    """Return the unit that follows, and where it ends. Up to three words may stand between: 27 Iranian patients."""
    pattern, _, table = _units()
    rest = ORDINAL.match(text, end)
    at = rest.end() if rest else end
    gloss = re.compile(r"\s?\([^)]{1,40}\)\s?").match(text, at)  # 1 x 10^6 (one million) cells
    at += 1 if text[at : at + 1] in ("多", "余", "几") else 0  # 30多项
    starts = [at, *([at + 1] if text[at : at + 1] in ("-", " ") else []), *([gloss.end()] if gloss else [])]
    match = next((m for m in (pattern.match(text, s) for s in starts) if m), None)
    if match is None and number.form != "han":
        gap = re.compile(r"[\s-](?:(?!\d|and\b|or\b|to\b|of\b|in\b|at\b|was\b|were\b|each\b|every\b|per\b|a\b|this\b|any\b|had\b|have\b|underwent\b|received\b|got\b|died\b|did\b|given\b|who\b|that\b|after\b|before\b|during\b|for\b|from\b|by\b|than\b|since\b|until\b|between\b|with\b|against\b|on\b)[A-Za-z'+-]+\s){1,3}")
        words = gap.match(text, at)
        while words and match is None:
            inner = re.finditer(r"(?<=[\s-])", text[at : words.end()])
            for blank in inner:
                candidate = pattern.match(text, at + blank.start())
                kind = _table_kind(table, candidate) if candidate and candidate["latin"] else ""
                if kind in COUNTED and not (kind == "cells" and number.value < FEWEST_CELLS):
                    match = candidate
                    break
            words = None
    if match is None:
        return None
    form = re.sub(r"[\s-]", " ", (match["han"] or match["latin"]).lower())
    unit = table.get(form) or table.get(form.replace(" ", "-")) or table[(match["han"] or match["latin"]).lower()]
    return unit, match.end()


COUNTED = ("patients", "times", "trials", "groups", "databases", "cells", "duration")


def _table_kind(table: dict[str, _Unit], match: re.Match[str]) -> str:
    """Return the kind of the unit that a match names."""
    form = match["latin"].lower()
    unit = table.get(form) or table.get(re.sub(r"[\s-]", " ", form)) or table.get(re.sub(r"[\s-]", "-", form))
    return unit.kind if unit else ""


def _measured(text: str, free: list[Number]) -> list[Quantity]:
    """Return the numbers with ±, ranges and units joined; in a list the last unit counts for all, or the first before it."""
    at = 0
    bare: list[Quantity] = []
    while at < len(free):
        number = free[at]
        low = high = number.value
        end, deviation, used = number.end, None, 1
        first = _unit_after(text, number, end)
        if at + 1 < len(free):
            gap = text[end : free[at + 1].start]
            if PLUS_MINUS.fullmatch(gap):
                deviation, end, used = free[at + 1].value, free[at + 1].end, 2
                first = None
            elif _is_range(text, number, free[at + 1], first):
                high, end, used = free[at + 1].value, free[at + 1].end, 2
        last = free[at + used - 1]
        unit = _unit_after(text, last, end)
        quantity = _quantity(text, number, low, high, deviation, end, unit, last)
        if quantity is not None:
            bare.append(quantity)
        at += used
    return _with_listed_units(text, bare)


def _is_range(text: str, first: Number, second: Number, unit: tuple[_Unit, int] | None) -> bool:
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
    text: str, number: Number, low: float, high: float, deviation: float | None, end: int, unit: tuple[_Unit, int] | None, last: Number
) -> Quantity | None:
    start = number.start
    lead = re.search(r"(?<![A-Za-z])p\s?(?:值|value)?\s?(?:of\s)?(?P<sign>[<>=≤≥])\s?$", text[:start], re.IGNORECASE)
    if lead:
        relation: Relation = "<" if lead["sign"] in "<≤" else ">" if lead["sign"] in ">≥" else "="
        return Quantity("p value", low, high, "", "", relation, lead.start(), end, text[lead.start() : end], None, text[lead["sign"] and lead.start("sign") : end])  # type: ignore[index]
    if number.form == "digits" and _is_label(text, start, end, unit):
        return None
    labelled = re.search(r"(?<![A-Za-z])n\s?=\s?$", text[:start], re.IGNORECASE)
    _, earlier, table = _units()
    before = earlier.search(text[:start])
    if unit and unit[0].kind == "cells" and high < FEWEST_CELLS:
        unit = None
    if labelled:
        found: _Unit | None = _Unit("patients", "patient", "patient", 1)
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
        found = _Unit("patients", "patient", "patient", 1)  # one in forty patients
    if found and _is_idiom(text, number, found):
        return None
    if AGED.search(text[:start]) and (found is None or (found.unit == "year" and low < 120)):
        found = _Unit("age", "year old", "year old", 1)
    if PER_KG.search(text[:start]) and (found is None or found.kind == "cells"):
        found = _Unit("dose per kg", "cell/kg", "cell/kg", 1)
    if text[number.start - 1 : number.start] == "第" and not (found and found.kind == "duration"):
        if not re.match(r"[、,]\s?\d", text[end:]):
            return None
    if found is None:
        found = _Unit("number", "", "", 1)
    relation = _relation(text, number.start, end)
    scale = found.factor if found.unit == found.base else 1  # 三成 is shown as 30 %
    shown = "-".join(dict.fromkeys(_number(value * scale) for value in (low, high)))
    if deviation is not None:
        shown += f" ± {_number(deviation)}"
    return Quantity(
        found.kind, _round(low * found.factor), _round(high * found.factor), found.unit, found.base, relation, start, end,
        text[start:end], deviation, shown,
    )  # fmt: skip


def _is_year_number(value: float) -> bool:
    return 1900 <= value <= 2100


def _is_label(text: str, start: int, end: int, unit: tuple[_Unit, int] | None) -> bool:
    """Return whether the number is part of a name: a table, a group's number, a hospital's number, 15-minute tests."""
    before, after = text[max(0, start - 14) : start], text[end : end + 14]
    if re.search(r"(?:type|phase|grade|class|PLA|version|v|ref\.?|no\.)\s?#?$", before, re.IGNORECASE):
        return True
    if unit is None and re.search(r"(?:table|group|figure|article|number|arm|表|图|组|型)\s?#?$", before, re.IGNORECASE):
        return not re.search(r"[.±]", text[start : end + 2])
    if re.match(r"(?:st|nd|rd|th)?\s(?:\w+\s)?(?:hospital|medical|affiliated)|(?:医院|中心医院|医大)", after, re.IGNORECASE):
        return True
    return bool(re.search(r"第$", before) and re.match(r"(?:医院|组|类|附属|军医|人民|阶段|卷|期)", after))


def _is_idiom(text: str, number: Number, unit: _Unit) -> bool:
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


def _relation(text: str, start: int, end: int) -> Relation:
    data = word_list("quantities")
    before, after = text[max(0, start - 18) : start].lower(), text[end : end + 10].lower()
    if re.search(r"[≥>]\s?$", before):
        return ">"
    if re.search(r"[≤<]\s?$", before):
        return "<"
    for relation, table in data["relations"].items():
        if any(before.endswith(w) for w in table["zh"]) or any(re.search(rf"\b{re.escape(w)}\s?(?:the\s|a\s|第)?$", before) for w in table["en"]):
            return relation  # type: ignore[no-any-return]
    for relation, table in data["after"].items():
        inner = text[start:end]
        if any(after.startswith(w) for w in table["zh"]) or any(re.match(rf"\s?{re.escape(w)}\b", after) for w in table["en"]):
            return relation  # type: ignore[no-any-return]
        if any(w in inner for w in table["zh"] if w in "多余") or any(w in inner for w in table["en"] if w.endswith("odd")):
            return relation  # type: ignore[no-any-return]
    return "="


def _with_listed_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the plain numbers of a list the unit of their neighbour: 3 and 6 months, 第3、7、14天, 31.4 vs 28.9 g/L."""
    result = list(found)
    for at in range(len(result) - 2, -1, -1):
        this, following = result[at], result[at + 1]
        if this.kind == "number" and following.kind not in ("number", "p value", "year", "date") and LISTED.fullmatch(text[this.end : following.start]):
            result[at] = _in_unit_of(this, following)
    for at in range(1, len(result)):
        this, previous = result[at], result[at - 1]
        if this.kind == "number" and previous.kind != "number" and LISTED.fullmatch(text[previous.end : this.start]):
            if previous.kind in ("duration", "bibliography", "laboratory value"):
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
    factor = _factor(other)
    return replace(
        this, kind=other.kind, unit=other.unit, base=other.base, low=_round(this.low * factor), high=_round(this.high * factor)
    )


def _factor(quantity: Quantity) -> float:
    return next((float(row["factor"]) for row in word_list("quantities")["units"] if row["unit"] == quantity.unit), 1.0)


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
            return None if near else False
        return False
    if {claimed.relation, source.relation} == {"<", ">"}:
        return False
    if claimed.low == claimed.high == source.high and (source.low == 0 or source.low == 1 == source.low / _factor(source)):
        return True  # by day 90, from day 0 to day 90; for 5 days, on days 1 to 5
    if claimed.kind == source.kind == "number" and claimed.low == claimed.high and source.low == source.high == -claimed.low:
        return True  # shorter by 3.02, a difference of -3.02
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


def _round(value: float) -> float:
    return float(f"{value:.10g}")


def _number(value: float) -> str:
    if 1e6 <= abs(value) < float("inf"):  # hundreds of digits in a row are no number that can be written out
        mantissa, exponent = f"{value:.3e}".split("e")
        return f"{float(mantissa):g}×10^{int(exponent)}"
    return f"{value:.10g}"

