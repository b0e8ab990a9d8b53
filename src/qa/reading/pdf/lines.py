"""Placed runs of a PDF page -> lines in reading order, column by column."""

import re
import statistics
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from qa.reading.pdf.glyphs import WIDE_GAP, normal, width_of
from qa.reading.raised import raised_text

LEAST_COLUMN = 100.0  # points: a narrower "column" is one of a table
LEAST_REPEATED = 6  # characters of a text printed twice: shorter ones may well be said twice
LEAST_TEXT = 8  # characters of an average line of a column: a table's cells have fewer


@dataclass(frozen=True)
class Line:
    """One line of one column, in points from the lower left; `column` is the left edge of the column that it is in."""

    text: str
    page: int
    x: float
    end: float
    y: float
    size: float
    column: float


@dataclass
class _Run:
    """A stretch of text in one font; `order` is its place in the file: neighbours are written one after the other."""

    x: float
    y: float
    size: float
    text: str
    order: int

    @property
    def end(self) -> float:
        return self.x + width_of(self.text, self.size)


@dataclass
class _Piece:
    """Runs on one baseline without a gap between them: a line of a column, or a part of one."""

    runs: list[_Run]

    @property
    def x(self) -> float:
        return self.runs[0].x

    @property
    def end(self) -> float:
        return max(run.end for run in self.runs)

    @property
    def characters(self) -> int:
        return sum(len(run.text) for run in self.runs)

    @cached_property
    def main(self) -> tuple[float, float]:
        """The size and the baseline of most of its characters."""
        weights: dict[tuple[float, float], int] = {}
        for run in self.runs:
            weights[run.size, run.y] = weights.get((run.size, run.y), 0) + len(run.text.strip())
        return max(weights, key=lambda place: (weights[place], place))

    @property
    def size(self) -> float:
        return self.main[0]

    @property
    def y(self) -> float:
        return self.main[1]


def page_lines(page: dict[str, Any], number: int) -> list[Line]:
    """Return the lines of one page (from 1) in reading order: each column from top to bottom, left to right."""
    return [line for line in _by_columns(_pieces(_runs(page["runs"])), number) if line.text]


def _runs(placed: list[list[Any]]) -> list[_Run]:
    """Return the runs at their places. One with the place of the run before follows it: only the font changed there.

    A text that is printed twice at one place, to look bold, is taken once.
    """
    runs: list[_Run] = []
    origin: tuple[float, float] | None = None
    printed: set[tuple[float, float, str]] = set()
    for order, (x, y, size, text, rise) in enumerate(placed):
        text = normal(text)
        follows = origin == (x, y) and bool(runs)
        place = (round(x), round(y), text)
        again = text == runs[-1].text if follows else place in printed
        if not text or (again and len(text) >= LEAST_REPEATED):
            continue
        origin = (x, y)
        printed.add(place)
        runs.append(_Run(runs[-1].end if follows else x, y + rise, size, text, order))
    return runs


def _pieces(runs: list[_Run]) -> list[_Piece]:
    """Group runs by their baseline, and cut where a gap is, or where the file goes on elsewhere in between."""
    if not runs:
        return []
    usual = statistics.median_low([run.size for run in runs for _ in range(min(len(run.text), 200))])
    rows: list[list[_Run]] = []
    small: list[_Run] = []
    for run in sorted(runs, key=lambda r: (-r.y, r.x)):
        if run.size < 0.85 * usual:
            small.append(run)
        elif rows and abs(rows[-1][0].y - run.y) <= 0.25 * min(rows[-1][0].size, run.size):
            rows[-1].append(run)
        else:
            rows.append([run])
    alone: list[list[_Run]] = []
    for run in small:  # raised and lowered figures join the line that they stand in
        home = [row for row in rows if any(_is_attached(run, other) for other in row)]
        if home:
            min(home, key=lambda row: abs(row[0].y - run.y)).append(run)
        elif alone and abs(alone[-1][0].y - run.y) <= 0.3 * run.size:
            alone[-1].append(run)
        else:
            alone.append([run])
    pieces: list[_Piece] = []
    for row in rows + alone:
        row.sort(key=lambda r: (r.x, r.order))
        current = [row[0]]
        for run in row[1:]:
            gap = run.x - current[-1].end
            if gap > 0.9 * usual + 0.05 * (current[-1].end - current[-1].x) or abs(run.order - current[-1].order) != 1:
                pieces.append(_Piece(current))
                current = []
            current.append(run)
        pieces.append(_Piece(current))
    return pieces


def _is_attached(small: _Run, run: _Run) -> bool:
    """Return whether a small run follows another one, raised or lowered, within what widths can be off."""
    gap = small.x - run.end
    slack = 0.15 * (run.end - run.x)
    return (
        -0.4 * run.size <= small.y - run.y <= 0.7 * run.size
        and -1.5 * run.size - slack <= gap <= 1.2 * run.size + slack
        and small.x > run.x
    )


def _by_columns(pieces: list[_Piece], number: int) -> list[Line]:
    """Order pieces by recursive cuts: find a gutter, read what is left of it before what is right of it.

    A line that crosses the gutter (a title, a wide table) parts the page into bands, each read on its own.
    """
    gutter = _gutter(pieces)
    if gutter is None:
        return _lines(pieces, number)
    ordered: list[Line] = []
    left: list[_Piece] = []
    right: list[_Piece] = []
    crossing: list[_Piece] = []

    def close() -> None:
        ordered.extend(_by_columns(left, number) + _by_columns(right, number))
        left.clear()
        right.clear()

    for piece in sorted(pieces, key=lambda p: (-p.y, p.x)):
        if _crosses(piece, gutter):
            if left or right:
                close()
            crossing.append(piece)
        else:
            if crossing:
                ordered.extend(_lines(crossing, number))
                crossing.clear()
            (left if piece.x < gutter - 2 else right).append(piece)
    ordered.extend(_lines(crossing, number))
    close()
    return ordered


def _crosses(piece: _Piece, gutter: float) -> bool:
    return piece.x < gutter - 2 and piece.end > gutter + 0.12 * (piece.end - piece.x)


def _gutter(pieces: list[_Piece]) -> float | None:
    """Return the left edge of a column that has another one beside it, or None."""
    if len(pieces) < 6:
        return None
    left, right = min(p.x for p in pieces), max(p.end for p in pieces)
    best: tuple[int, float] | None = None
    for edge in sorted({round(p.x, 1) for p in pieces}):
        if edge - left < LEAST_COLUMN or right - edge < LEAST_COLUMN:
            continue
        own = [p for p in pieces if p.x >= edge - 2]
        at_edge = [p for p in own if p.x - edge <= 2]
        if len(at_edge) < 3 or sum(p.characters for p in at_edge) < LEAST_TEXT * len(at_edge):
            continue  # the cells of a table
        low, high = min(p.y for p in own), max(p.y for p in own)
        beside = [p for p in pieces if p.x < edge - 2 and low - 3 <= p.y <= high + 3]
        crossing = sum(_crosses(p, edge) for p in beside)
        if len(beside) - crossing >= 3 and crossing <= 0.25 * len(beside) and (best is None or len(at_edge) > best[0]):
            best = (len(at_edge), edge)
    return best[1] if best else None


def _lines(pieces: list[_Piece], number: int) -> list[Line]:
    """Return the lines of one column; pieces on one baseline (a table's row, a justified line) become one line."""
    rows: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: (-p.y, p.x)):
        if rows and abs(rows[-1].y - piece.y) <= 0.3 * min(rows[-1].size, piece.size):
            rows[-1] = _Piece(sorted(rows[-1].runs + piece.runs, key=lambda r: (r.x, r.order)))
        else:
            rows.append(piece)
    left = min((row.x for row in rows), default=0.0)
    return [Line(_text(row), number, row.x, row.end, row.y, row.size, left) for row in rows]


def _text(row: _Piece) -> str:
    text = ""
    previous: _Run | None = None
    for run in row.runs:
        if previous is not None and not text.endswith(" ") and not run.text.startswith(" "):
            following = run.order == previous.order + 1  # pypdf has put a space where there is one
            gap = run.x - previous.end
            if gap > (0.8 * row.size + 0.1 * (previous.end - previous.x) if following else 0.2 * row.size):
                text += " "
        raised = run.size <= 0.87 * row.size and run.y - row.y > 0.12 * row.size
        text += raised_text(run.text, text) if raised else run.text
        previous = run
    return WIDE_GAP.sub("", re.sub(r"\s+", " ", text)).strip()
