"""Plots as inline SVG, drawn by hand: a report then needs no plotting library, no script and no file beside it."""

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 460, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 44
BAR = 22  # height of one bar's row


def _frame(title: str, content: str, height: int = HEIGHT) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>{content}</svg>'


def _x(value: float) -> float:
    return round(LEFT + value * (WIDTH - LEFT - RIGHT), 1)


def _y(value: float) -> float:
    return round(HEIGHT - BOTTOM - value * (HEIGHT - TOP - BOTTOM), 1)


def _text(x: float, y: float, text: str, anchor: str = "middle", kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _axes(across: str, up: str) -> str:
    parts = []
    for step in range(6):
        value = step / 5
        parts.append(f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(value)}" y2="{_y(value)}"/>')
        parts.append(_text(_x(0) - 6, _y(value) + 4, f"{value:.1f}", "end"))
        parts.append(_text(_x(value), _y(0) + 16, f"{value:.1f}"))
    parts.append(_text(_x(0.5), HEIGHT - 8, across, kind="axis"))
    middle = _y(0.5)
    parts.append(f'<text class="axis" x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(up)}</text>')
    return "".join(parts)


def line_plot(title: str, across: str, up: str, points: Sequence[tuple[float, float]], marked: tuple[float, float] | None = None, mark: str = "") -> str:
    """Return a line through points of the unit square, with one point marked and named."""
    line = " ".join(f"{_x(a)},{_y(b)}" for a, b in points)
    content = _axes(across, up) + (f'<polyline class="line" points="{line}"/>' if points else "")
    if marked is not None:
        content += f'<circle class="mark" cx="{_x(marked[0])}" cy="{_y(marked[1])}" r="5"/>'
        content += _text(_x(marked[0]), _y(marked[1]) - 9, mark, "end" if marked[0] > 0.6 else "start")
    return _frame(title, content)


def reliability_plot(title: str, across: str, up: str, bins: Sequence[tuple[float, float, int]]) -> str:
    """Return bins of (confidence, share right, cases) against the diagonal; the area of a dot grows with its cases."""
    most = max((n for _, _, n in bins), default=1)
    content = _axes(across, up) + f'<line class="diagonal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>'
    for confidence, right, n in bins:
        at = min(1.0, max(0.0, confidence))
        content += f'<circle class="dot" cx="{_x(at)}" cy="{_y(right)}" r="{3 + 6 * (n / most) ** 0.5:.1f}"><title>{n}</title></circle>'
    return _frame(title, content)


def bar_plot(title: str, bars: Sequence[tuple[str, float, float, float, str]]) -> str:
    """Return horizontal bars with interval whiskers: (name, value, low, high, note), shares from 0 to 1."""
    left, right = 190, WIDTH - 96
    height = TOP + BAR * len(bars) + 24

    def at(value: float) -> float:
        return round(left + value * (right - left), 1)

    parts = []
    for step in range(6):
        parts.append(f'<line class="grid" x1="{at(step / 5)}" x2="{at(step / 5)}" y1="{TOP}" y2="{height - 22}"/>')
        parts.append(_text(at(step / 5), height - 6, f"{step / 5:.1f}"))
    for i, (name, value, low, high, note) in enumerate(bars):
        top = TOP + i * BAR
        middle = top + BAR / 2
        parts.append(_text(left - 6, middle + 4, name, "end"))
        parts.append(f'<rect class="bar" x="{left}" y="{top + 4}" width="{max(0.0, at(value) - left):.1f}" height="{BAR - 8}"/>')
        parts.append(f'<line class="whisker" x1="{at(low)}" x2="{at(high)}" y1="{middle}" y2="{middle}"/>')
        parts.append(_text(right + 8, middle + 4, note, "start"))
    return _frame(title, "".join(parts), height)
