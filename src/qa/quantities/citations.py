"""Finds volume, issue and pages where a source is cited: 2018;23(8):681-683, 第21卷第5期693-696页, vol. 19 no. 24."""

import re

from qa.quantities.quantity import Quantity, written

PAGES = r"(?P<first>\d+)(?:\s?(?:[-~至到]|to|through)\s?(?P<last>\d+))?"
PATTERNS = [
    re.compile(rf"(?<![\d.])(?P<volume>\d{{1,3}})\s?\((?P<issue>\d{{1,3}})\)\s?:\s?{PAGES}(?=[\s.,:;)]|$|[\u4e00-\u9fff])"),
    re.compile(rf"(?:(?<=(?:19|20)\d\d;)|(?<=(?:19|20)\d\d[;,]\s))(?P<volume>\d{{1,3}})(?:\s?\((?P<issue>\d{{1,3}})\)|\s?:\s?{PAGES})(?=[\s.,:;)]|$|[\u4e00-\u9fff])"),
    re.compile(
        r"第?\s?(?P<volume>\d{1,3})\s?卷(?:[\s,、的]{0,2}第?\s?(?P<issue>\d{1,3})\s?期)?"
        rf"(?:[\s,、]{{0,2}}(?:第|起止页码?|页码|页)(?:为|是|:)?\s?{PAGES}\s?页?|[\s,、]{{0,2}}(?P<from>\d+)\s?[-~至到]\s?(?P<to>\d+)\s?页)?"
    ),
    re.compile(r"(?:(?:19|20)\d\d\s?年\s?第)\s?(?P<issue>\d{1,3})\s?期"),
    re.compile(r"\bvol(?:ume|\.)?\s?(?P<volume>\d{1,3})(?:[\s,]{1,2}(?:no\.?|number|issue|iss\.)\s?(?P<issue>\d{1,3}))?", re.IGNORECASE),
    re.compile(rf"\b(?:pp?\.|pp|pages?)\s?{PAGES}", re.IGNORECASE),
    re.compile(r"\barticle\s(?:no\.?\s|number\s)?(?P<first>\d+)\b", re.IGNORECASE),
    re.compile(rf"(?:起止页码?|页码)(?:为|是|:)?\s?{PAGES}|第\s?(?P<from>\d+)\s?[-~至到]\s?(?P<to>\d+)\s?页"),
]


def citations(text: str) -> list[Quantity]:
    """Return the volumes, issues and pages of a prepared text, in order; a shortened last page is completed (681-3)."""
    found: list[Quantity] = []
    for pattern in PATTERNS:
        for match in pattern.finditer(text):
            if any(q.start < match.end() and match.start() < q.end for q in found):
                continue
            groups = {name: value for name, value in match.groupdict().items() if value}
            for unit in ("volume", "issue"):
                if unit in groups:
                    found.append(_part(text, unit, float(groups[unit]), float(groups[unit]), match.span(unit)))
            first, last = ("first", "last") if "first" in groups else ("from", "to")
            if first in groups:
                low, high = groups[first], groups.get(last, groups[first])
                high = low[: len(low) - len(high)] + high if len(high) < len(low) else high
                end = match.end(last) if last in groups else match.end(first)
                found.append(_part(text, "page", float(low), max(float(low), float(high)), (match.start(first), end)))
    return sorted(found, key=lambda q: q.start)


def _part(text: str, unit: str, low: float, high: float, span: tuple[int, int]) -> Quantity:
    shown = "-".join(dict.fromkeys((written(low), written(high))))
    return Quantity("bibliography", low, high, unit, unit, "=", *span, text[slice(*span)], None, shown)
