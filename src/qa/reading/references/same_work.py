"""Whether two references are the same work, and two reference lists the same list."""

from difflib import SequenceMatcher
from typing import Any

from qa.text.preparation import folded, language_of

ALIKE = 0.85  # of the letters of two titles; editions of one title differ in hyphens, Greek letters and subtitles
FEWEST_SHARED = 3
SAME_SHARE = 0.6  # of a list's entries; a list copied by hand has a few that were retyped
TITLES = ("title", "title-en", "title-zh")


def same_title(first: str, second: str) -> bool | None:
    """Return whether two titles are of one work, or None if that can't be told: one is missing, or a translation."""
    a, b = folded(first), folded(second)
    if not a or not b or language_of(first) != language_of(second):
        return None
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) >= 20 and longer.startswith(shorter):  # one of them without its subtitle
        return True
    return SequenceMatcher(None, a, b, autojunk=False).ratio() >= ALIKE


def same_work(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Return whether two CSL-JSON items name the same work: the same DOI or PMID, or the same title."""
    for key in ("DOI", "PMID"):
        if first.get(key) and str(first[key]).lower() == str(second.get(key) or "").lower():
            return True
    titles = [(str(first.get(a) or ""), str(second.get(b) or "")) for a in TITLES for b in TITLES]
    return any(same_title(a, b) for a, b in titles)


def same_list(first: dict[int, dict[str, Any]], second: dict[int, dict[str, Any]]) -> bool:
    """Return whether two reference lists give the same works the same numbers."""
    shared = [number for number in first if number in second]
    if len(shared) < min(FEWEST_SHARED, len(first)):
        return False
    alike = sum(same_work(first[number], second[number]) for number in shared)
    return alike >= SAME_SHARE * len(first) and alike > 0
