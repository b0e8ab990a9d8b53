"""Finds calendar dates and years in prepared text: 2017年3月9日, 20 March 2015, 2015-2017年, October 2010 to October 2017."""

import re
from dataclasses import dataclass
from functools import cache

from qa.text.lexicon import word_list

YEAR = r"(?:19|20)\d\d"
TO = r"\s?(?:-|~|to|至|到|and|与|through|until)\s?"


@dataclass(frozen=True)
class Date:
    """A date or a span of dates at `text[start:end]`; low and high are year * 10000 + month * 100 + day, zeros where open.

    `kind` is "year" for a bare year, "date" where a month is given. `shown` is as people write it: 2017-03-09.
    """

    kind: str
    low: float
    high: float
    start: int
    end: int
    shown: str


@cache
def _patterns() -> list[re.Pattern[str]]:
    months = "|".join(sorted(word_list("quantities")["months"], key=len, reverse=True))
    month = rf"(?P<name>{months})\.?"
    return [
        re.compile(rf"(?P<y>{YEAR})\s?年\s?(?P<m>\d{{1,2}})\s?月(?:[上中下]旬)?(?:\s?\(?(?P<d>\d{{1,2}})\s?[日号]\)?)?(?:份|间)?"),
        re.compile(rf"(?<![A-Za-z0-9.])(?P<y>{YEAR})[-/.](?P<m>0?[1-9]|1[0-2])(?:[-/.](?P<d>[0-3]?\d))?(?![\d-])"),
        re.compile(rf"(?<![A-Za-z0-9.])(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\s(?:of\s)?{month},?\s(?P<y>{YEAR})\b", re.IGNORECASE),
        re.compile(rf"\b{month}\s(?P<d>[0-3]?\d)(?:st|nd|rd|th)?,?\s(?P<y>{YEAR})\b", re.IGNORECASE),
        re.compile(rf"\b{month},?\s(?:of\s)?(?P<y>{YEAR})\b", re.IGNORECASE),
        re.compile(r"(?<![\d年])(?P<m>\d{1,2})\s?月\s?(?P<d>\d{1,2})\s?[日号]"),
        re.compile(rf"(?<![A-Za-z0-9.])(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\s(?:of\s)?{month}(?![a-z])(?!,?\s\d{{4}})", re.IGNORECASE),
        re.compile(rf"(?<![\d/×^])(?<!\d[.,])(?P<y>{YEAR})(?!\d|[.,/]\d|%|\s?(?:例|名|位|人|个|次|patients|people|cells|×))"),
    ]


def dates(text: str) -> list[Date]:
    """Return the dates of a prepared text, in order; two dates joined by "to" are one span of time."""
    found: list[Date] = []
    for pattern in _patterns():
        for match in pattern.finditer(text):
            if not any(match.start() < d.end and match.end() > d.start for d in found):
                found.append(_date(match))
    found.sort(key=lambda d: d.start)
    found = [_with_year_mark(text, d) for d in found]
    joined: list[Date] = []
    for date in found:
        previous = joined[-1] if joined else None
        if previous and previous.low == previous.high and _joins(text, previous, date):
            shown = f"{previous.shown}-{date.shown}" if previous.kind == "year" else f"{previous.shown} - {date.shown}"
            joined[-1] = Date(previous.kind, previous.low, date.high, previous.start, date.end, shown)
        else:
            joined.append(date)
    return joined


def _joins(text: str, first: Date, second: Date) -> bool:
    gap = text[first.end : second.start]
    if not re.fullmatch(TO, gap) or second.low < first.low or first.kind != second.kind:
        return False
    if gap.strip() in ("and", "与"):
        return bool(re.search(r"(?:between|在|于)\s?$", text[: first.start], re.IGNORECASE))
    return True


def _with_year_mark(text: str, date: Date) -> Date:
    mark = re.match(r"\s?年[间底初末]?", text[date.end :]) if date.kind == "year" else None
    return Date(date.kind, date.low, date.high, date.start, date.end + mark.end(), date.shown) if mark else date


def _date(match: re.Match[str]) -> Date:
    parts = match.groupdict()
    year = int(parts.get("y") or 0)
    named = (parts.get("name") or "").lower()
    month = word_list("quantities")["months"][named] if named else int(parts.get("m") or 0)
    day = int(parts.get("d") or 0)
    value = float(year * 10000 + month * 100 + day)
    shown = "-".join(text for text in (f"{year}" if year else "", f"{month:02}" if month else "", f"{day:02}" if day else "") if text)
    return Date("date" if month else "year", value, value, match.start(), match.end(), shown)
