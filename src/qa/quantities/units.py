"""Finds the unit beside a number: 27 Iranian patients, 12个月, month 6. The units are `corpus/lexicon/quantities.json`."""

import re
from dataclasses import dataclass
from functools import cache

from qa.quantities.numerals import Number
from qa.text.lexicon import word_list

ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
FEWEST_CELLS = 1000
WORDS_BETWEEN = re.compile(r"[\s-](?:(?!\d|one\b|two\b|three\b|four\b|five\b|one-|two-|three-|and\b|or\b|to\b|of\b|in\b|at\b|was\b|were\b|each\b|every\b|per\b|a\b|this\b|any\b|had\b|have\b|underwent\b|received\b|got\b|died\b|did\b|given\b|who\b|that\b|after\b|before\b|during\b|for\b|from\b|by\b|than\b|since\b|until\b|between\b|with\b|against\b|on\b)[A-Za-z'+-]+\s){1,3}")
MANY = 100_000  # so many are cells where cells are named after them: eighty million of their own marrow cells
CELLS_OF = re.compile(r"\s(?:of\s)?(?:[A-Za-z'+-]+\s){0,6}?cells\b|(?:自己|自体|本人|骨髓|脐带|的|间充质|干){1,6}细胞", re.IGNORECASE)
OF_GROUP = re.compile(r"[\s-](?:groups?|arms?|cohorts?|levels?|steps?|tiers?)\b", re.IGNORECASE)
COUNTED = ("patients", "times", "trials", "groups", "databases", "cells", "duration")


@dataclass(frozen=True)
class Unit:
    """A unit as the word list has it: one `unit` is `factor` times `base`."""

    kind: str
    unit: str
    base: str
    factor: float


@cache
def units() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, Unit]]:
    """Return the pattern of units after a number, of units before one, and the unit of each form."""
    table: dict[str, Unit] = {}
    before: list[str] = []
    for row in word_list("quantities")["units"]:
        unit = Unit(row["kind"], row["unit"], row.get("base", row["unit"]), float(row["factor"]))
        for form in [*row["zh"], *row["en"]]:
            table.setdefault(form.lower(), unit)
        before += row["en"] if row.get("before") else []
    forms = sorted(table, key=lambda form: (-len(form), form))
    han = [re.escape(f) for f in forms if not f[0].isascii() or not f[0].isalpha()]
    latin = [re.escape(f).replace(r"\ ", r"[\s-]") for f in forms if f[0].isascii() and f[0].isalpha()]
    after = rf"(?:(?P<han>{'|'.join(han)})|(?P<latin>{'|'.join(latin)})(?:s|es)?(?![A-Za-z]))"
    earlier = rf"\b(?P<unit>{'|'.join(sorted(map(re.escape, before), key=len, reverse=True))})s?(?:\s|-|\s\()(?:the\s)?$"
    return re.compile(after, re.IGNORECASE), re.compile(earlier, re.IGNORECASE), table


def unit_after(text: str, number: Number, end: int) -> tuple[Unit, int] | None:
    """Return the unit that follows, and where it ends. Up to three words may stand between: 27 Iranian patients."""
    pattern, _, table = units()
    rest = ORDINAL.match(text, end)
    at = rest.end() if rest else end
    gloss = re.compile(r"\s?\([^)]{1,40}\)\s?").match(text, at)  # 1 x 10^6 (one million) cells
    at += 1 if text[at : at + 1] in ("多", "余", "几", "来") else 0  # 30多项
    starts = [at, *([at + 1] if text[at : at + 1] in ("-", " ") else []), *([gloss.end()] if gloss else [])]
    match = next((m for m in (pattern.match(text, s) for s in starts) if m), None)
    if match is None and number.form != "han":
        words = WORDS_BETWEEN.match(text, at)
        for blank in re.finditer(r"(?<=[\s-])", text[at : words.end()]) if words else ():
            candidate = pattern.match(text, at + blank.start())
            kind = _table_kind(table, candidate) if candidate and candidate["latin"] else ""
            if candidate and kind == "times" and OF_GROUP.match(text, candidate.end()):
                continue  # four single-dose cohorts
            if kind in COUNTED and not (kind == "cells" and number.value < FEWEST_CELLS):
                match = candidate
                break
    if match is None and number.value >= MANY:
        match = CELLS_OF.match(text, at)
        return (table["cells"], at) if match else None
    if match is None:
        return None
    form = re.sub(r"[\s-]", " ", (match["han"] or match["latin"]).lower())
    unit = table.get(form) or table.get(form.replace(" ", "-")) or table[(match["han"] or match["latin"]).lower()]
    return unit, match.end()


def _table_kind(table: dict[str, Unit], match: re.Match[str]) -> str:
    """Return the kind of the unit that a match names."""
    form = match["latin"].lower()
    unit = table.get(form) or table.get(re.sub(r"[\s-]", " ", form)) or table.get(re.sub(r"[\s-]", "-", form))
    return unit.kind if unit else ""
