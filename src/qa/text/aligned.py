"""Prepared text whose every character knows where it stood, so that what was found can be marked in the original."""

import re
import unicodedata
from dataclasses import dataclass

from qa.text.preparation import CONTROL, HAN, simplified

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
SIGNS = {"⁺": "+", "⁻": "-", "₊": "+", "’": "'", "‘": "'", "′": "'", "~": "~", "～": "~", "〜": "~", "µ": "μ"}
DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")


@dataclass(frozen=True)
class Aligned:
    """`text` prepared for comparison; character i of it stems from `original[origins[i]]`."""

    text: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text that `text[start:end]` came from."""
        if start >= end:
            return (0, 0)
        return (self.origins[start], self.origins[end - 1] + 1)


def aligned(original: str) -> Aligned:
    """Return the text cleaned, NFKC and Simplified, with superscript digits after figures written as `^7`.

    NFKC alone would turn 10⁷ into 107. Runs of white space become one blank.
    """
    chars: list[str] = []
    origins: list[int] = []
    for at, char in enumerate(original):
        if "!" <= char <= "\u007e" or "\u4e00" <= char <= "\u9fff":  # nearly every character stands for itself
            chars.append(char)
            origins.append(at)
            continue
        for piece in _prepared_char(char, original[at - 1] if at else ""):
            if piece.isspace():
                if not chars or chars[-1] == " ":
                    continue
                piece = " "
            chars.append(piece)
            origins.append(at)
    text = "".join(chars)
    if HAN.search(text):
        plain = simplified(text)
        text = plain if len(plain) == len(text) else "".join(_one(simplified(c), c) for c in chars)
    return Aligned(text, tuple(origins))


def _prepared_char(char: str, before: str) -> str:
    if CONTROL.match(char):
        return ""
    if char in SUPERSCRIPTS:
        starts = before.isdigit() and before not in SUPERSCRIPTS
        return ("^" if starts else "") + SUPERSCRIPTS[char]
    if char in SIGNS:
        return ("^" if char == "⁻" and before.isdigit() else "") + SIGNS[char]
    if DASHES.match(char):
        return "-"
    return unicodedata.normalize("NFKC", char)


def _one(converted: str, char: str) -> str:
    return converted if len(converted) == 1 else char
