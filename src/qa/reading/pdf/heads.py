"""Leaves running heads, running feet and page numbers out of the lines of a PDF."""

import re
from collections.abc import Iterable

from qa.reading.pdf.lines import Line

PAGE_NUMBER = re.compile(
    r"[-\u2013\u2014\u00b7|\s]*(?:(?:page|p\.)\s*)?(?:\u7b2c\s*)?\d{1,4}(?:\s*\u9875)?(?:\s*(?:/|of|\u5171|,|\uff0c)+\s*(?:\u5171\s*)?\d{1,4}\s*\u9875?)?[-\u2013\u2014\u00b7|\s]*",
    re.IGNORECASE,
)
OUTER_LINES = 3  # lines at the top and at the bottom of a page among which running heads are looked for
FEW_PAGES = 5  # in a file of fewer, a line at the same place on two pages is a running head; otherwise on three


def without_running_heads(pages: list[list[Line]], heights: Iterable[float]) -> list[list[Line]]:
    """Return the pages without page numbers and without lines that stand at the same place on many pages.

    Only lines in the outer tenth of the page, or set off from the body by a gap, are running heads or feet. A whole
    sentence counts as repeated only if it is the same to the last figure.
    """
    outer = [_outer(lines, height) for lines, height in zip(pages, heights, strict=True)]
    seen: dict[tuple[str, int], set[int]] = {}
    for at, lines in enumerate(pages):
        for i in outer[at]:
            key, step = _place(lines[i])
            for near in (step - 1, step, step + 1):
                seen.setdefault((key, near), set()).add(at)
    least = 2 if sum(bool(lines) for lines in pages) < FEW_PAGES else 3
    return [
        [
            line
            for i, line in enumerate(lines)
            if i not in outer[at] or not (PAGE_NUMBER.fullmatch(line.text) or len(seen[_place(line)]) >= least)
        ]
        for at, lines in enumerate(pages)
    ]


def _outer(lines: list[Line], height: float) -> set[int]:
    """Return the positions of the lines that may be running heads or feet."""
    found: set[int] = set()
    by_height = sorted(range(len(lines)), key=lambda i: -lines[i].y)
    for order in (by_height, by_height[::-1]):
        for place, i in enumerate(order[:OUTER_LINES]):
            inner = next((lines[j].y for j in order[place + 1 :] if abs(lines[j].y - lines[i].y) > 2), None)
            marginal = lines[i].y > 0.9 * height or lines[i].y < 0.1 * height
            if marginal or (inner is not None and abs(lines[i].y - inner) > 2.2 * lines[i].size):
                found.update(j for j in order[: place + 1] if abs(lines[j].y - lines[i].y) <= 2 or j in found)
    return found


def _place(line: Line) -> tuple[str, int]:
    """Return a line's text, its figures masked unless it is a sentence, and its height in steps of 4 points."""
    whole = line.text.endswith(("\u3002", ".", "!", "?", "\uff01", "\uff1f"))
    return line.text if whole else re.sub(r"\d+", "#", line.text), round(line.y / 4)
