"""Text preparation that questions and corpus share, so that both sides of every comparison are prepared alike."""

import re
import unicodedata
from functools import cache
from typing import Any

from qa.records import Language

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
TOKEN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z0-9]+(?:[.\-][a-z0-9]+)*[+%]?")


def clean(text: str) -> str:
    """Return a user's text without control, zero-width and direction characters and without lone surrogates."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"\s+", " ", CONTROL.sub("", text)).strip()


@cache
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplified(text: str) -> str:
    """Return Traditional Chinese characters as Simplified ones; everything else is unchanged."""
    return str(_simplifier().convert(text)) if HAN.search(text) else text


def is_traditional(text: str) -> bool:
    """Return whether a text is written in Traditional characters."""
    return bool(HAN.search(text)) and simplified(text) != text


def prepared(text: str) -> str:
    """Return a question or sentence as it is embedded and matched: cleaned, NFKC (full-width forms), Simplified."""
    return simplified(unicodedata.normalize("NFKC", clean(text)))


def language_of(text: str) -> Language:
    """Return the language of a text: Chinese where a tenth of its letters, or more, are Chinese characters.

    A Chinese question full of Latin abbreviations (「UC-MSC对MELD有用吗」) is Chinese.
    """
    han = len(HAN.findall(text))
    latin = len(LATIN_WORD.findall(text))
    return "zh" if han and han >= 0.1 * (han + latin) else "en"


def terms(text: str) -> list[str]:
    """Return the lexical terms of a prepared text: Latin words and figures, Chinese characters and their bigrams."""
    found: list[str] = []
    for run in TOKEN.findall(text.lower()):
        if HAN.match(run):
            found.extend(run)
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            found.append(stem(run))
    return found


def stem(word: str) -> str:
    """Return an English word without a plural or verb ending. Wrong for some: `series` gives `sery`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        if len(word) - len(ending) >= 4 and word.endswith(ending) and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


def folded(text: str) -> str:
    """Return only the letters and figures of a text, lower case: for comparing sentences whatever their punctuation."""
    return "".join(c for c in prepared(text).lower() if c.isalnum())
