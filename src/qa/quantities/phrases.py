"""Finds quantities said without a numeral (half a year, 一半, twice), and words that make a number a limit or an estimate."""

import re
from functools import cache
from typing import NamedTuple

from qa.quantities.numerals import han_value
from qa.quantities.quantity import Quantity, Relation, written
from qa.text.lexicon import word_list

ONCE = re.compile(r"\b(?:given|injected|infused|received|treated|only|just|transplanted|dosed|at|or)\sonce|once(?:\s(?:or|a|per|every|daily|weekly)|[.,;)]|$)")


class Phrase(NamedTuple):
    """A fixed expression that is a quantity."""

    words: str
    pattern: re.Pattern[str]
    language: str
    kind: str
    value: float
    unit: str


@cache
def known_phrases() -> tuple[Phrase, ...]:
    """Return the fixed expressions of the word list, Chinese first, the longest of each language first."""
    data, found = word_list("quantities"), []
    for language in ("zh", "en"):
        edge = r"\b" if language == "en" else ""
        rows = [
            *((w, "percentage", float(v), "%") for w, v in data["parts"][language].items()),
            *((w, "duration", float(v[0]), v[1]) for w, v in data["spans"][language].items()),
            *((w, "times", float(v), "time") for w, v in data["once"][language].items()),
        ]
        for words, *rest in sorted(rows, key=lambda row: -len(row[0])):
            found.append(Phrase(words, re.compile(f"{edge}{re.escape(words)}{edge}"), language, *rest))
    return tuple(found)


def phrases(text: str) -> list[Quantity]:
    """Return the fixed expressions of a prepared text that are quantities, in order, the longest where they overlap."""
    data, found = word_list("quantities"), []
    lower = text.lower()
    for words, pattern, language, kind, value, unit in (phrase for phrase in known_phrases() if phrase.words in lower):
        for match in pattern.finditer(lower):
            start, end = match.span()
            if language == "zh" and start and lower[start - 1] in (*data["digits"], *data["places"]):
                continue  # 三十年 does not hold 十年
            if lower[:start].endswith("and ") and words in ("a half", "a quarter"):
                continue  # two and a half million
            if words == "once" and not ONCE.search(lower, max(0, start - 14), end + 4):
                continue  # once cirrhosis has set in
            relation = relation_of(text, start, end)
            found.append(Quantity(kind, value, value, unit, unit, relation, start, end, text[start:end], None, written(value)))
    found += [*fractions(text), *_and_a_half(text)]
    kept: list[Quantity] = []
    for quantity in sorted(found, key=lambda q: (q.start, -q.end)):
        if not overlaps(quantity, [(k.start, k.end) for k in kept]):
            kept.append(quantity)
    return kept


def fractions(text: str) -> list[Quantity]:
    """Return the Chinese fractions of a prepared text as percentages: 百分之三十七, 百分之54.5, 三分之二."""
    if "分之" not in text:
        return []
    data, found = word_list("quantities"), []
    digit = "".join(data["digits"])
    chars = digit + "".join(data["places"])
    for match in re.finditer(rf"([{chars}]+)分之([{chars}]+(?:点[{digit}]+)?|\d+(?:\.\d+)?)", text):
        whole, part = han_value(match.group(1)), han_value(match.group(2)) if match.group(2)[0] in chars else float(match.group(2))
        if whole and part is not None:
            value = round(100 * part / whole, 3)
            relation = relation_of(text, match.start(), match.end())
            found.append(Quantity("percentage", value, value, "%", "%", relation, *match.span(), match.group(), None, written(value)))
    return found


def _and_a_half(text: str) -> list[Quantity]:
    """Return Chinese lengths of time with a half in them, half points, and numbered days: 两个半月, 半分, 第28日."""
    data, found = word_list("quantities"), []
    chars = "".join([*data["digits"], *data["places"]])
    for match in re.finditer(rf"([{chars}]+|\d+)个半(月|年)|(?<![一-鿿]个)半分(?![之成开裂])|第\s?([{chars}]+|\d+)\s?日", text):
        half, unit, day = match.groups()
        written_number = half or day
        value = (float(written_number) if written_number.isdigit() else han_value(written_number) or 0.0) if written_number else 0.5
        if half:
            months = (value + 0.5) * (12 if unit == "年" else 1)
            found.append(_phrase(text, "duration", months, "month", match.span()))
        else:
            found.append(_phrase(text, "duration" if day else "score", value, "day" if day else "point", match.span()))
    return found


def _phrase(text: str, kind: str, value: float, unit: str, span: tuple[int, int]) -> Quantity:
    return Quantity(kind, value, value, unit, unit, relation_of(text, *span), *span, text[slice(*span)], None, written(value))


def overlaps(quantity: Quantity, spans: list[tuple[int, int]]) -> bool:
    """Return whether a quantity shares a character with any span."""
    return any(quantity.start < b and quantity.end > a for a, b in spans)


def relation_of(text: str, start: int, end: int) -> Relation:
    """Return what the words around a number at `[start:end]` make of it: a limit, an estimate, or the number itself."""
    data = word_list("quantities")
    before, after = text[max(0, start - 18) : start].lower(), text[end : end + 10].lower()
    if re.search(r"[≥>]\s?$", before):
        return ">"
    if re.search(r"[≤<]\s?$", before):
        return "<"
    for relation, table in data["relations"].items():
        if any(before.endswith(w) for w in table["zh"]) or any(w in before and re.search(rf"\b{re.escape(w)}\s?(?:the\s|a\s|第)?$", before) for w in table["en"]):
            return relation  # type: ignore[no-any-return]
    for relation, table in data["after"].items():
        inner = text[start:end]
        if any(after.startswith(w) for w in table["zh"]) or any(w in after and re.match(rf"\s?{re.escape(w)}\b", after) for w in table["en"]):
            return relation  # type: ignore[no-any-return]
        if any(w in inner for w in table["zh"] if w in "多余") or any(w in inner for w in table["en"] if w.endswith("odd")):
            return relation  # type: ignore[no-any-return]
    return "="
