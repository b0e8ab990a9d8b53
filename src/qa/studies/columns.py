"""Lays out text in columns of a terminal, where a Chinese character takes two places."""

from collections.abc import Sequence

GAP, ELLIPSIS = "  ", "\u2026"
NEVER_FIRST = "\uff0c\u3002\uff1b\uff1a\u3001\uff09\u300d\u300b\uff01\uff1f,.;:)!?%"


def width(text: str) -> int:
    """Return how many places of a terminal a text takes."""
    from wcwidth import wcswidth

    return max(0, int(wcswidth(text)))


def wrapped(text: str, places: int) -> list[str]:
    """Return the lines of a text that fit into so many places, at least one line.

    Latin words stay whole where they fit; a closing mark is not put at the start of a line.
    """
    lines, line = [], ""
    for unit in _units(" ".join(text.split())):
        if line and width(line + unit.rstrip()) > places:
            if unit in NEVER_FIRST and len(line) > 1:
                line, unit = line[:-1], line[-1] + unit
            lines.append(line.rstrip())
            line = ""
        while width(unit) > places and len(unit) > 1:  # a word longer than the column
            cut = next(i for i in range(len(unit), 0, -1) if width(unit[:i]) <= places or i == 1)
            lines.append(unit[:cut])
            unit = unit[cut:]
        line += unit.lstrip() if not line else unit
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _units(text: str) -> list[str]:
    """Return what may not be broken: a Latin word with the space after it, or one wide character."""
    units: list[str] = []
    word = ""
    for character in text:
        if width(character) == 2:
            units += [word] if word else []
            units.append(character)
            word = ""
        else:
            word += character
            if character == " ":
                units.append(word)
                word = ""
    return [*units, word] if word else units


def clipped(text: str, places: int, most: int) -> list[str]:
    """Return the first lines of a wrapped text, at most so many, ending with an ellipsis where more would follow."""
    lines = wrapped(text, places)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width(last + ELLIPSIS) > places:
        last = last[:-1]
    return [*lines[: most - 1], last + ELLIPSIS]


def table(rows: Sequence[Sequence[str]], places: Sequence[int], most: int = 4) -> str:
    """Return rows as lines with columns of the given widths in places; a cell that is longer goes on below.

    The first row is the heading: a rule is drawn under it. No cell takes more than `most` lines.
    """
    lines: list[str] = []
    for number, row in enumerate(rows):
        cells = [clipped(cell, size, most) for cell, size in zip(row, places, strict=True)]
        for at in range(max(len(cell) for cell in cells)):
            parts = [cell[at] if at < len(cell) else "" for cell in cells]
            padded = [part + " " * (size - width(part)) for part, size in zip(parts, places, strict=True)]
            lines.append(GAP.join(padded).rstrip())
        if number == 0:
            lines.append(GAP.join("-" * size for size in places))
    return "\n".join(lines)
