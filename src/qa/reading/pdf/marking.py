"""Finds a sentence among the characters of a page, and the boxes that mark it.

The sentence was read by other code, in reading order, with hyphens joined; the page's characters come in the order of
the file. So only letters and figures are compared, and a sentence may stand in several pieces.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from qa.reading.pdf.picture import Character
from qa.text.preparation import HAN

LEAST_HAN, LEAST = 4, 10  # letters of the shortest piece that counts: shorter ones stand anywhere on a page
ENOUGH = 0.6  # share of a sentence's letters that must be found, or nothing is marked


@dataclass(frozen=True)
class Box:
    """A rectangle over a run of characters, in shares of the page's width and height, from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


def marked_boxes(
    sentence: str, page: Sequence[Character], following: Sequence[Character]
) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """Return the boxes of a sentence on the page where it begins, and on the page after it if it goes on there.

    One box for each line of print, in reading order. Both are empty where the sentence is not found.
    """
    wanted, _ = _letters([sentence])
    if not wanted:
        return (), ()
    least = LEAST_HAN if HAN.search(sentence) else LEAST
    here, rows = _letters([c.text for c in page])
    pieces = _whole(wanted, here)
    if pieces:
        return _boxes(pieces, page, rows), ()
    there, next_rows = _letters([c.text for c in following])
    begun = _longest(wanted, here)
    for length in range(begun, max(0, begun - least), -1):  # a running foot may go on like the sentence does
        rest = _whole(wanted[length:], there)
        if rest:
            return _boxes(_whole(wanted[:length], here, last=True), page, rows), _boxes(rest, following, next_rows)
    pieces = _pieces(wanted, here, least)
    if sum(end - start for start, end in pieces) < ENOUGH * len(wanted):
        return (), ()
    return _boxes(pieces, page, rows), ()


def _letters(texts: Sequence[str]) -> tuple[str, list[int]]:
    """Return the letters and figures of texts in one form, and for each the position of the text it comes from."""
    folded: list[str] = []
    rows: list[int] = []
    for row, text in enumerate(texts):
        for character in unicodedata.normalize("NFKC", text).casefold():
            if character.isalnum():
                folded.append(character)
                rows.append(row)
    return "".join(folded), rows


def _whole(wanted: str, text: str, last: bool = False) -> list[tuple[int, int]]:
    at = text.rfind(wanted) if last else text.find(wanted)
    return [(at, at + len(wanted))] if at >= 0 else []


def _longest(wanted: str, text: str) -> int:
    """Return the length of the longest beginning of `wanted` that stands in a text."""
    low, high = 0, len(wanted)
    while low < high:  # every beginning of a part that is there is there too
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wanted[:middle] in text else (low, middle - 1)
    return low


def _pieces(wanted: str, text: str, least: int) -> list[tuple[int, int]]:
    """Return where the parts of a sentence stand, longest beginnings first; a part goes after the one before if it can."""
    found: list[tuple[int, int]] = []
    at = after = 0
    while at < len(wanted):
        length = _longest(wanted[at:], text)
        if length < least:
            at += 1
            continue
        piece = wanted[at : at + length]
        start = text.find(piece, after)
        start = start if start >= 0 else text.find(piece)
        found.append((start, start + length))
        at, after = at + length, start + length
    return found


def _boxes(pieces: Sequence[tuple[int, int]], characters: Sequence[Character], rows: Sequence[int]) -> tuple[Box, ...]:
    lines: list[list[Character]] = []
    for start, end in pieces:
        run: list[Character] = []
        for character in characters[rows[start] : rows[end - 1] + 1]:
            if run and not _same_line(run[-1], character):
                lines.append(run)
                run = []
            run.append(character)
        lines.append(run)
    boxes = []
    for line in lines:
        left, top = min(c.left for c in line), min(c.top for c in line)
        right, bottom = max(c.right for c in line), max(c.bottom for c in line)
        boxes.append(Box(round(left, 4), round(top, 4), round(right - left, 4), round(bottom - top, 4)))
    return tuple(boxes)


def _same_line(before: Character, after: Character) -> bool:
    """Return whether a character stands on the line of the one before it, and in the same column.

    On a page that is shown turned the line runs up or down.
    """
    high, wide = (min(c.bottom - c.top for c in (before, after)), min(c.right - c.left for c in (before, after)))
    across = min(before.bottom, after.bottom) - max(before.top, after.top) > 0.3 * high
    along = min(before.right, after.right) - max(before.left, after.left) > 0.3 * wide
    if across and not along:
        return -high < after.left - before.right < 3 * high
    if along and not across:  # a gap of less than a line: the last character of one line may stand over the next one's first
        return max(after.top - before.bottom, before.top - after.bottom) < 0.2 * high
    return across
