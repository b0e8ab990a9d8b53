"""Placed runs of a PDF page -> lines in reading order, column by column, without running heads and page numbers."""

import re
import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qa.raised import raised_text
from qa.text import CONTROL

# Fonts that share a glyph between a character and its radical make PDF writers record the radical: those of the block
# "CJK radicals supplement" have no NFKC form (source: Unicode's EquivalentUnifiedIdeograph.txt).
RADICALS = {
    0x2E81: "厂", 0x2E84: "乙", 0x2E88: "刀", 0x2E8B: "卩", 0x2E8C: "小", 0x2E8F: "尢", 0x2E92: "巳", 0x2E94: "彑", 0x2E95: "彐",
    0x2E97: "心", 0x2E98: "扌", 0x2E99: "攵", 0x2E9B: "旡", 0x2E9C: "日", 0x2E9D: "月", 0x2EA0: "民", 0x2EA1: "氵", 0x2EA3: "灬",
    0x2EA9: "王", 0x2EAA: "疋", 0x2EAB: "目", 0x2EAD: "礻", 0x2EAE: "竹", 0x2EAF: "糹", 0x2EB0: "纟", 0x2EB3: "罒", 0x2EB6: "羊",
    0x2EB7: "羊", 0x2EBB: "聿", 0x2EBC: "月", 0x2EBE: "艹", 0x2EC1: "虎", 0x2EC2: "衤", 0x2EC3: "覀", 0x2EC4: "西", 0x2EC5: "见",
    0x2EC6: "角", 0x2EC8: "讠", 0x2EC9: "贝", 0x2ECA: "足", 0x2ECB: "车", 0x2ECC: "辶", 0x2ECD: "辶", 0x2ECF: "阝", 0x2ED0: "钅",
    0x2ED1: "長", 0x2ED2: "镸", 0x2ED3: "长", 0x2ED4: "门", 0x2ED6: "阝", 0x2ED7: "雨", 0x2ED8: "青", 0x2ED9: "韦", 0x2EDA: "页",
    0x2EDB: "风", 0x2EDC: "飞", 0x2EDD: "食", 0x2EE0: "饣", 0x2EE2: "马", 0x2EE3: "骨", 0x2EE4: "鬼", 0x2EE5: "鱼", 0x2EE6: "鸟",
    0x2EE7: "卤", 0x2EE8: "麦", 0x2EE9: "黄", 0x2EEA: "黾", 0x2EEB: "斉", 0x2EEC: "齐", 0x2EED: "歯", 0x2EEE: "齿", 0x2EEF: "竜",
    0x2EF0: "龙", 0x2EF2: "亀",
}  # fmt: skip
COMPATIBLE = re.compile(r"[\u2e9f\u2ef3\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufb06]")  # radicals and ligatures with an NFKC form
BULLETS = re.compile(r"^[\uf0b7\uf0a7\uf06c\uf0d8\uf076\uf09f]\s*")  # of symbol fonts, in the private use area
WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u201c\u201d]"
WIDE_GAP = re.compile(rf"(?<={WIDE}) +(?={WIDE})")
PAGE_NUMBER = re.compile(
    r"[-\u2013\u2014\u00b7|\s]*(?:(?:page|p\.)\s*)?(?:\u7b2c\s*)?\d{1,4}(?:\s*\u9875)?(?:\s*(?:/|of|\u5171|,|\uff0c)+\s*(?:\u5171\s*)?\d{1,4}\s*\u9875?)?[-\u2013\u2014\u00b7|\s]*",
    re.IGNORECASE,
)
NARROW, BROAD = set("iljtfrI.,;:'|!()[] -"), set("mwMW@%&")
LEAST_COLUMN = 100.0  # points: a narrower "column" is one of a table
OUTER_LINES = 3  # lines at the top and at the bottom of a page among which running heads are looked for
REPEATED = 0.4  # share of pages on which a line stands at the same height: heads may differ on left and right pages


@dataclass(frozen=True)
class Line:
    """One line of one column; `x`, `end` and `y` in points from the lower left, `column` the left edge of its column."""

    text: str
    page: int
    x: float
    end: float
    y: float
    size: float
    column: float = 0.0
    right: float = 0.0


def page_lines(page: dict[str, Any], number: int) -> list[Line]:
    """Return the lines of one page (from 1) in reading order: each column from top to bottom, left to right."""
    pieces = _pieces(page["runs"], number)
    ordered = _by_columns(pieces)
    return [line for line in ordered if line.text]


def normal(text: str) -> str:
    """Return extracted text with radicals, ligatures and symbol-font bullets as the characters that they stand for."""
    text = COMPATIBLE.sub(lambda m: unicodedata.normalize("NFKC", m.group()), text.translate(RADICALS))
    return BULLETS.sub("\u2022 ", CONTROL.sub("", text.replace("\u00a0", " ")))


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is, in points; within a tenth for the usual fonts."""
    em = sum(1.0 if ord(c) > 0x2E7F or c in "\u201c\u201d\u2014\u2026" else 0.29 if c in NARROW else 0.83 if c in BROAD else 0.66 if c.isupper() else 0.51 for c in text)
    return em * size


def _pieces(runs: Sequence[Sequence[Any]], number: int) -> list[Line]:
    """Group runs by their baseline, and cut where a gap is wider than the spaces of a justified line."""
    if not runs:
        return []
    usual = statistics.median_low([size for _, _, size, text in runs for _ in range(min(len(text), 200))])
    rows: list[list[list[Any]]] = []
    small: list[list[Any]] = []
    for run in sorted(([*run] for run in runs), key=lambda r: (-r[1], r[0])):
        if run[2] < 0.85 * usual:
            small.append(run)
        elif rows and abs(rows[-1][0][1] - run[1]) <= 0.25 * min(rows[-1][0][2], run[2]):
            rows[-1].append(run)
        else:
            rows.append([run])
    alone: list[list[list[Any]]] = []
    for run in small:  # raised and lowered figures join the line that they stand in
        x, y, size, _ = run
        home = [
            row
            for row in rows
            if -0.4 * row[0][2] <= y - row[0][1] <= 0.7 * row[0][2]
            and any(r[0] <= x + 1 and -1.5 * r[2] - 0.15 * width_of(r[3], r[2]) <= x - r[0] - width_of(r[3], r[2]) <= 1.2 * r[2] for r in row)
        ]
        if home:
            row = min(home, key=lambda row: abs(row[0][1] - y))
            row.append(run)
        elif alone and abs(alone[-1][0][1] - y) <= 0.3 * size:
            alone[-1].append(run)
        else:
            alone.append([run])
    pieces = []
    for row in rows + alone:
        main = max(r[2] for r in row)
        current: list[list[Any]] = []
        for run in sorted(row, key=lambda r: r[0]):
            if current and _gap(current[-1], run) > 1.6 * main + 0.08 * (current[-1][0] - current[0][0]):
                pieces.append(_line(current, number))
                current = []
            current.append(run)
        pieces.append(_line(current, number))
    return pieces


def _gap(run: Sequence[Any], following: Sequence[Any]) -> float:
    return float(following[0] - run[0] - width_of(run[3], run[2]))


def _line(runs: list[list[Any]], number: int) -> Line:
    sizes: dict[tuple[float, float], int] = {}
    for _, y, size, piece in runs:
        sizes[size, y] = sizes.get((size, y), 0) + len(piece.strip())
    main, base = max(sizes, key=lambda place: (sizes[place], place))
    text = ""
    previous: list[Any] | None = None
    for run in runs:
        piece = normal(run[3])
        if previous is not None and not text.endswith(" ") and not piece.startswith(" ") and _gap(previous, run) > 0.8 * main + 0.1 * width_of(previous[3], previous[2]):
            text += " "
        raised = run[2] <= 0.87 * main and run[1] - base > 0.12 * main
        text += raised_text(piece, text) if raised else piece
        previous = run
    last = runs[-1]
    text = WIDE_GAP.sub("", re.sub(r"\s+", " ", text)).strip()
    return Line(text, number, runs[0][0], last[0] + width_of(last[3].rstrip(), last[2]), base, main)


def _by_columns(pieces: list[Line]) -> list[Line]:
    """Order lines by recursive cuts: find a gutter, read what is left of it before what is right of it.

    A line that crosses the gutter (a title, a wide table) parts the page into bands, each read on its own.
    """
    by_height = sorted(pieces, key=lambda p: (-p.y, p.x))
    gutter = _gutter(pieces)
    if gutter is None:
        return _joined_rows(by_height)
    ordered: list[Line] = []
    band: list[Line] = []

    def close() -> None:
        left = [p for p in band if p.x < gutter - 2]
        ordered.extend(_by_columns(left) + _by_columns([p for p in band if p.x >= gutter - 2]))
        band.clear()

    for piece in by_height:
        if _crosses(piece, gutter):
            close()
            ordered.extend(_joined_rows([piece]))
        else:
            band.append(piece)
    close()
    return ordered


def _crosses(piece: Line, gutter: float) -> bool:
    return piece.x < gutter - 2 and piece.end > gutter + 0.12 * (piece.end - piece.x)


def _gutter(pieces: list[Line]) -> float | None:
    """Return the left edge of a column that has another one beside it, or None."""
    if len(pieces) < 6:
        return None
    left, right = min(p.x for p in pieces), max(p.end for p in pieces)
    best: tuple[int, float] | None = None
    for edge in sorted({round(p.x, 1) for p in pieces}):
        if edge - left < LEAST_COLUMN or right - edge < LEAST_COLUMN:
            continue
        own = [p for p in pieces if edge - 2 <= p.x]
        at_edge = sum(abs(p.x - edge) <= 2 for p in own)
        if at_edge < 3 or sum(len(p.text) for p in own) < 12 * len(own):
            continue
        low, high = min(p.y for p in own), max(p.y for p in own)
        beside = [p for p in pieces if p.x < edge - 2 and low - 3 <= p.y <= high + 3]
        crossing = [p for p in beside if _crosses(p, edge)]
        beside_whole = len(beside) - len(crossing)
        # Text columns are full of text: rows of a table and the second half of a centred line are not.
        if beside_whole >= 3 and len(crossing) <= 0.25 * len(beside) and (best is None or at_edge > best[0]):
            best = (at_edge, edge)
    return best[1] if best else None


def _joined_rows(pieces: list[Line]) -> list[Line]:
    """Return the pieces of one column with its edges; pieces on one baseline (a table's row) become one line."""
    rows: list[Line] = []
    for piece in pieces:
        if rows and abs(rows[-1].y - piece.y) <= 0.3 * piece.size and piece.x >= rows[-1].x:
            rows[-1] = replace(rows[-1], text=f"{rows[-1].text}  {piece.text}", end=piece.end)
        else:
            rows.append(piece)
    if not rows:
        return []
    left, right = min(r.x for r in rows), max(r.end for r in rows)
    return [replace(row, column=left, right=right) for row in rows]


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
    least = max(2, REPEATED * sum(bool(lines) for lines in pages))
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
