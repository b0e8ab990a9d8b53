"""The directions of reported outcomes as inline SVG: a row for each study, a column for each group of measures.

Each direction has a shape of its own beside its colour, so that nobody needs to tell colours apart.
"""

from markupsafe import Markup

from qa.indexing.index import Index
from qa.studies.outcomes import DIRECTIONS, MeasureGroup, OutcomeMatrix, outcome_matrix
from qa.studies.words import study_words
from qa.web.interface import Interface
from qa.web.timeline import numbers_table

LEFT, HEAD, COLUMN, LANE, FOOT = 214, 58, 60, 30, 44  # points of the picture
LONGEST_LABEL = 22  # Latin letters; a Chinese character is as wide as two
SIZE = 7  # half the height of a shape
STEP = 18  # between the shapes of one cell
SHAPES = {  # points around the middle, in units of SIZE
    "improved": "0,-1 1,0.8 -1,0.8",
    "worsened": "0,1 1,-0.8 -1,-0.8",
    "no difference": "-0.85,-0.85 0.85,-0.85 0.85,0.85 -0.85,0.85",
    "mixed": "0,-1.1 1.1,0 0,1.1 -1.1,0",
}


def outcome_plot_html(index: Index, words: Interface) -> Markup:
    """Return the plot with the same in words as a table below; nothing where no study lists outcomes."""
    matrix = outcome_matrix(index.studies)
    if not matrix.studies:
        return Markup("")
    without = words("matrix_none", numbers=" ".join(f"[{number}]" for number in matrix.without)) if matrix.without else ""
    return Markup(
        '<section class="plot"><h3>{title}</h3><p class="plot-about">{}</p><div class="plot-box" tabindex="0" role="group" '
        'aria-label="{title}">{}</div>{}{}</section>'
    ).format(
        words("matrix_about", studies=len(matrix.studies), groups=len(matrix.groups)),
        _svg(index, matrix, words),
        Markup('<p class="plot-about">{}</p>').format(without) if without else "",
        _table(index, matrix, words),
        title=words("matrix"),
    )


def _label(index: Index, number: int, words: Interface) -> str:
    label = words.script(str(index.studies[number].get(f"label_{words.content}") or ""))
    wide = 0
    for i, character in enumerate(label):
        wide += 2 if ord(character) > 0x2E80 else 1
        if wide > LONGEST_LABEL:
            return f"[{number}] {label[:i]}\u2026"
    return f"[{number}] {label}"


def _svg(index: Index, matrix: OutcomeMatrix, words: Interface) -> Markup:
    width = LEFT + COLUMN * len(matrix.groups) + 6
    height = HEAD + LANE * len(matrix.studies) + FOOT
    parts = Markup("")
    for i, group in enumerate(matrix.groups):
        parts += _heading(words.script(group.names[words.content]), LEFT + COLUMN * i + COLUMN / 2)
    for row, number in enumerate(matrix.studies):
        y = HEAD + LANE * row
        parts += Markup('<line class="grid" x1="0" x2="{}" y1="{y}" y2="{y}"/><text class="axis" x="{}" y="{}" text-anchor="end">{}</text>').format(
            width, LEFT - 8, y + LANE / 2 + 4, _label(index, number, words), y=y
        )
        for i, group in enumerate(matrix.groups):
            parts += _cell(matrix, number, group, LEFT + COLUMN * i + COLUMN / 2, y + LANE / 2, words)
    parts += _key(height - 16, words)
    about = words("matrix_about", studies=len(matrix.studies), groups=len(matrix.groups))
    return Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-labelledby="matrix-title matrix-about">'
        '<title id="matrix-title">{}</title><desc id="matrix-about">{}</desc>{}</svg>'
    ).format(words("matrix"), about, parts, w=width, h=height)


def _heading(text: str, x: float) -> Markup:
    if " " not in text and len(text) > 4 and text[-1] > "\u2e80":  # Chinese may break anywhere
        text = f"{text[: len(text) // 2]}\n{text[len(text) // 2 :]}"
    lines = text.replace(", ", ",\n").replace(" liver ", " liver\n").split("\n")
    spans = Markup("").join(
        Markup('<tspan x="{}" y="{}">{}</tspan>').format(x, HEAD - 12 - 14 * (len(lines) - 1 - i), line)
        for i, line in enumerate(lines)
    )
    return Markup('<text class="label" text-anchor="middle">{}</text>').format(spans)


def _cell(matrix: OutcomeMatrix, number: int, group: MeasureGroup, x: float, y: float, words: Interface) -> Markup:
    directions = matrix.directions(number, group.id)
    if not directions:
        return Markup("")
    tip = Markup("<title>{}</title>").format("\n".join(_said(matrix, number, group, words)))
    shapes = Markup("").join(
        shape(name, x + STEP * (i - (len(directions) - 1) / 2), y) for i, name in enumerate(directions)
    )
    return Markup("<g>{}{}</g>").format(tip, shapes)


def _said(matrix: OutcomeMatrix, number: int, group: MeasureGroup, words: Interface) -> list[str]:
    """Return the outcomes of a cell in words: measure and direction."""
    lang, text = words.content, study_words()
    said = []
    for outcome in matrix.cells.get((number, group.id), ()):
        direction = text.named("directions", outcome.get("direction") or "not reported", lang)
        said.append(words.script(text("outcome", lang, measure=outcome.get(f"measure_{lang}") or "", direction=direction)))
    return said


def shape(direction: str, x: float, y: float) -> Markup:
    """Return the sign of a direction; a hollow circle for one that is not reported, or not known here."""
    kind = "direction-" + (direction if direction in DIRECTIONS else "not reported").replace(" ", "-")
    if direction not in SHAPES:
        return Markup('<circle class="{} hollow" cx="{}" cy="{}" r="{}"/>').format(kind, round(x, 1), round(y, 1), SIZE - 1)
    pairs = [point.split(",") for point in SHAPES[direction].split()]
    points = " ".join(f"{x + SIZE * float(a):.1f},{y + SIZE * float(b):.1f}" for a, b in pairs)
    return Markup('<polygon class="{}" points="{}"/>').format(kind, points)


def _key(y: float, words: Interface) -> Markup:
    parts, x = Markup(""), LEFT
    for name in DIRECTIONS:
        said = words.script(study_words().named("directions", name, words.content))
        parts += shape(name, x, y) + Markup('<text class="label" x="{}" y="{}">{}</text>').format(x + 13, y + 4, said)
        x += 140
    return parts


def _table(index: Index, matrix: OutcomeMatrix, words: Interface) -> Markup:
    head = Markup('<th scope="col">{}</th>').format(words("study"))
    for group in matrix.groups:
        head += Markup('<th scope="col">{}</th>').format(words.script(group.names[words.content]))
    body = Markup("")
    for number in matrix.studies:
        cells = Markup('<th scope="row" data-label="{}">{}</th>').format(words("study"), _label(index, number, words))
        for group in matrix.groups:
            said = Markup("<br>").join(_said(matrix, number, group, words)) or words("not_measured")
            cells += Markup('<td data-label="{}">{}</td>').format(words.script(group.names[words.content]), said)
        body += Markup("<tr>{}</tr>").format(cells)
    return numbers_table(head, body, words)
