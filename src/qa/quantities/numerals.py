"""Finds numbers in prepared text: Arabic, Chinese (二百一十九, 1.2亿) and English words (two hundred and nineteen)."""

import re
from dataclasses import dataclass
from functools import cache

from qa.text.lexicon import word_list

EXPONENT = r"(?:\s?[x×*·]\s?10(?:\s?\^\s?(-?\d{1,2})|e(\d{1,2})|([4-9]|1[0-2])(?!\d))|e\+?(\d{1,2}))"
IDENTIFIER = re.compile(r"10\.\d{4,}/\S+|https?://\S+|(?<![A-Za-z])[A-Z]{2,}[A-Z-]*\d{3,}|(?<!\d)\d{4}-\d{6}-\d{2}|PM(?:C?ID)[\s:]*(?:PMC)?\d+")
ARABIC = re.compile(
    r"(?<![A-Za-z0-9_.^])(?P<sign>[-+])?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:(?:\.|·(?!\s?10(?:\s?\^|e)))\d+)?|\.\d+)"
    rf"(?P<exponent>{EXPONENT})?"
)
POWER = re.compile(r"(?<![\d.^])10\^(\d{1,2})")
SLOPPY_TEN = 10  # "10e7 cells" is how many write 10^7


@dataclass(frozen=True)
class Number:
    """A number at `text[start:end]`; `form` tells how it is written."""

    value: float
    start: int
    end: int
    form: str  # "digits" | "han" | "word"


def numbers(text: str) -> list[Number]:
    """Return the numbers of a prepared text, in order, without those inside names (CD133+, NCT01741090, IL-6)."""
    found = [*_arabic(text), *_han(text), *_words(text)]
    found.sort(key=lambda n: (n.start, -n.end))
    kept: list[Number] = []
    for number in found:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return kept


def _arabic(text: str) -> list[Number]:
    found = []
    names = [match.span() for match in IDENTIFIER.finditer(text)]
    for match in ARABIC.finditer(text):
        start, end = match.span()
        if any(a <= start < b for a, b in names):
            continue
        value = float(match["number"].replace(",", "").replace("·", "."))
        power = next((int(g) for g in match.groups()[3:] if g), None) if match["exponent"] else None
        if match["exponent"] and "10" not in match["exponent"] and value == SLOPPY_TEN:
            value = 1.0
        bare = POWER.match(text, match.start("number"))
        if bare:
            value, power, end = 1.0, int(bare.group(1)), bare.end()
        value *= 10.0 ** (power or 0)
        if match["sign"] and not _is_sign(text, start):
            start += 1
        elif match["sign"] == "-":
            value = -value
        if _in_name(text, start, end):
            continue
        value, end = _scaled(text, value, end)
        found.append(Number(_tidy(value), start, end, "digits"))
    return found


def _is_sign(text: str, at: int) -> bool:
    """A hyphen is a minus only after a blank, a bracket, a comparison or Chinese; in 13-75 it is a range."""
    before = text[:at].rstrip()[-1:]
    touching = text[at - 1 : at]
    return not touching or touching in " ((=<>≤≥,,、:/±" and not before.isdigit() or not (touching.isascii() and touching.isalnum())


def _in_name(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:] == "-" and before[:1].isalpha() and before[:1].isascii():
        return not re.search(r"(?:day|week|month|year)-$", text[:start], re.IGNORECASE)
    if after[:1] == "+" and before[-1:].isascii() and before[-1:].isalpha():
        return True
    return bool(re.match(r"[A-Za-z]\d", after)) or (before[-1:] == "/" and text[: start - 1][-1:].isalpha())


def _scaled(text: str, value: float, end: int) -> tuple[float, int]:
    """Apply 万, 亿, 千万 or million written after a number in figures."""
    data = word_list("quantities")
    rest = text[end:]
    match = re.match(rf"\s?([十百千]?)({'|'.join(data['myriads'])})|\s?([百千])(?=[\u4e00-\u9fff])", rest)
    if match:
        factor = data["places"].get(match.group(1) or match.group(3) or "", 1) * data["myriads"].get(match.group(2) or "", 1)
        return value * factor, end + match.end()
    match = re.match(rf"[\s-]({'|'.join(data['scales'])})s?\b", rest, re.IGNORECASE)
    return (value * data["scales"][match.group(1).lower()], end + match.end()) if match else (value, end)


def _han(text: str) -> list[Number]:
    data = word_list("quantities")
    chars = "".join([*data["digits"], *data["places"], *data["myriads"]])
    found = []
    for match in re.finditer(rf"[{chars}]+(?:点[{''.join(data['digits'])}]+)?(?!分之)", text):
        value = han_value(match.group())
        if value is not None:
            found.append(Number(value, match.start(), match.end(), "han"))
    return found


def han_value(numeral: str) -> float | None:
    """Return the value of a Chinese numeral, or None: 二百一十九 is 219, 一五三 is 153, 五千万 is 50,000,000."""
    data = word_list("quantities")
    digits, places, myriads = data["digits"], data["places"], data["myriads"]
    whole, _, decimals = numeral.partition("点")
    if whole and all(c in digits for c in whole):
        value = float(int("".join(str(digits[c]) for c in whole)))
    else:
        total = section = 0.0
        digit: float | None = None
        for char in whole:
            if char in digits:
                digit = digits[char]
            elif char in places:
                section += (1 if digit is None else digit) * places[char]
                digit = None
            else:
                lower = total >= myriads[char]  # 一亿五千万: the second adds to the first
                total = total * (1 if lower else myriads[char]) + (section + (digit or 0)) * myriads[char]
                if not total:
                    return None
                section, digit = 0.0, None
        left_out = re.search(rf"([{''.join(places)}{''.join(myriads)}])[{''.join(digits)}]$", whole)
        if left_out and left_out.group(1) != "十":
            digit = (digit or 0) * {**places, **myriads}[left_out.group(1)] / 10  # 一亿五, 两百五
        value = total + section + (digit or 0)
    if decimals:
        value += float("0." + "".join(str(digits[c]) for c in decimals))
    return value


@cache
def _word_pattern() -> re.Pattern[str]:
    data = word_list("quantities")
    word = "|".join(sorted([*data["words"], *data["scales"]], key=len, reverse=True))
    scale = "|".join(data["scales"])
    part = rf"half\san?(?:\s(?:{scale}))?|(?:a\s)?quarter\sof\sa\s(?:{scale})"
    return re.compile(rf"\b(?:(?:minus|negative)\s)?(?:{part}|(?:{word})(?:[\s-](?:and\s)?(?:{word}))*(?:\sand\sa\shalf(?:\s(?:{scale}))?)?)\b", re.IGNORECASE)


def _words(text: str) -> list[Number]:
    data = word_list("quantities")
    found = []
    for match in _word_pattern().finditer(text):
        total = current = 0.0
        words = re.split(r"[\s-]+", match.group().lower())
        for word in words:
            if word in ("half", "quarter"):
                current += 0.5 if word == "half" else 0.25
            elif word in data["words"]:
                current += data["words"][word]
            elif word == "hundred":
                current = (current or 1) * data["scales"][word]
            elif word in data["scales"]:
                total += (current or 1) * data["scales"][word]
                current = 0.0
        sign = -1 if words[0] in ("minus", "negative") else 1
        found.append(Number(sign * (total + current), match.start(), match.end(), "word"))
    return found


def _tidy(value: float) -> float:
    return float(f"{value:.10g}")
