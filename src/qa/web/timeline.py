"""The studies by year as inline SVG: a row and a colour for each type of study, the area of a circle for its patients."""

from typing import Any

from markupsafe import Markup

from qa.answering.wording import read_wording
from qa.indexing.index import Index
from qa.web.interface import Interface

LEFT, TOP, YEAR, LANE, FOOT = 196, 12, 65, 66, 66  # points of the picture: names, head, one year, one row, years and key
LARGEST = 20.0  # radius of the largest study
SMALLEST = 3.5
UNKNOWN = "unknown"
TYPES = (  # from strong to weak designs; `staff.css` has a colour for each
    "systematic review and meta-analysis",
    "randomized trial",
    "randomized trial protocol",
    "nonrandomized comparative study",
    "retrospective cohort",
    "single-arm trial",
    "case report",
    "narrative review",
    UNKNOWN,
)
LONGEST_NAME = 26  # Latin letters on a line; a Chinese character is as wide as two
KEY_SIZES = (10, 100, 400)  # patients


def timeline_html(index: Index, words: Interface) -> Markup:
    """Return the plot with its numbers as a table below; nothing where no study has a year."""
    rows = [_row(number, facts) for number, facts in sorted(index.studies.items()) if facts.get("year")]
    if not rows:
        return Markup("")
    sized = [row for row in rows if row["n"]]
    years = [row["year"] for row in rows]
    about = ""
    if sized:
        largest = max(sized, key=lambda row: row["n"])
        about = words(
            "timeline_about",
            count=len(rows),
            first=min(years),
            last=max(years),
            number=largest["number"],
            most=largest["n"],
            unknown=len(rows) - len(sized),
        )
    return Markup('<section class="plot"><h3>{}</h3><div class="plot-box" tabindex="0" role="group" aria-label="{}">{}</div>{}</section>').format(
        words("timeline"), words("timeline"), _svg(rows, about, words), _table(index, rows, words)
    )


def _row(number: int, facts: dict[str, Any]) -> dict[str, Any]:
    kind = facts.get("study_type") or UNKNOWN
    return {"number": number, "year": int(facts["year"]), "kind": kind if kind in TYPES else UNKNOWN, "n": facts.get("n_total")}


def radius(count: int, most: int) -> float:
    """Return the radius of a circle whose area grows with the number of patients; the largest study has 20 points."""
    return float(round(max(SMALLEST, LARGEST * float(count / most) ** 0.5), 1))


def _svg(rows: list[dict[str, Any]], about: str, words: Interface) -> Markup:
    first, last = min(row["year"] for row in rows), max(row["year"] for row in rows)
    lanes = [kind for kind in TYPES if any(row["kind"] == kind for row in rows)]
    width, height = LEFT + YEAR * (last - first + 1), TOP + LANE * len(lanes) + FOOT
    most = max((row["n"] or 0 for row in rows), default=0) or 1
    parts = Markup("")
    for i, kind in enumerate(lanes):
        y = TOP + LANE * i
        parts += Markup('<line class="grid" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(LEFT, width, y=y + LANE)
        parts += _name(words.script(read_wording().study_type(None if kind == UNKNOWN else kind, words.content)), y + LANE / 2)
    for year in range(first, last + 1):
        x = LEFT + YEAR * (year - first) + YEAR / 2
        parts += Markup('<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>').format(x, TOP + LANE * len(lanes) + 20, year)
        for i, kind in enumerate(lanes):
            own = [row for row in rows if row["year"] == year and row["kind"] == kind]
            for place, row in enumerate(own):
                across = x + (place - (len(own) - 1) / 2) * min(40, YEAR / len(own))
                parts += _dot(row, across, TOP + LANE * i + 28, most, bool(place % 2), words)
    return Markup(
        '<svg viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-labelledby="timeline-title timeline-about">'
        '<title id="timeline-title">{}</title><desc id="timeline-about">{}</desc>{}{}</svg>'
    ).format(words("timeline"), about, parts, _key(most, height, words), w=width, h=height)


def _name(text: str, y: float) -> Markup:
    """Return a row's name at its left, on two lines where it is long."""
    words, lines = text.replace("\uff0c", "\uff0c ").split(" "), [""]  # Chinese may break after its comma
    for word in words:
        joined = f"{lines[-1]} {word}".strip().replace("\uff0c ", "\uff0c")
        wide = sum(2 if ord(c) > 0x2E80 else 1 for c in joined)
        if wide > LONGEST_NAME and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = joined
    spans = Markup("").join(
        Markup('<tspan x="{}" y="{}">{}</tspan>').format(LEFT - 10, y + 4 + 15 * (i - (len(lines) - 1) / 2), line)
        for i, line in enumerate(lines)
    )
    return Markup('<text class="axis" text-anchor="end">{}</text>').format(spans)


def _dot(row: dict[str, Any], x: float, y: float, most: int, above: bool, words: Interface) -> Markup:
    """Return the sign of a study with its number and patients below it, or above where a neighbour has that place."""
    kind, count = TYPES.index(row["kind"]), row["n"]
    label = f"[{row['number']}] {count}" if count else f"[{row['number']}]"
    said = words("timeline_size", count=count) if count else words("timeline_unsized")
    if count:
        shape = Markup('<circle class="design-{}" cx="{}" cy="{}" r="{}">{}</circle>')
        drawn = shape.format(kind, round(x, 1), y, radius(count, most), _tip(row, said))
    else:
        points = f"{x:.1f},{y - 7} {x + 7:.1f},{y} {x:.1f},{y + 7} {x - 7:.1f},{y}"
        drawn = Markup('<polygon class="design-{} hollow" points="{}">{}</polygon>').format(kind, points, _tip(row, said))
    at = y - (radius(count, most) if count else 7) - 4 if above else y + 34
    return drawn + Markup('<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>').format(round(x, 1), at, label)


def _tip(row: dict[str, Any], said: str) -> Markup:
    return Markup("<title>[{}] {}: {}</title>").format(row["number"], row["year"], said)


def _key(most: int, height: int, words: Interface) -> Markup:
    """Return what the sizes mean."""
    parts, x = Markup(""), LEFT + 20
    for count in [size for size in KEY_SIZES if size <= most] or [most]:
        parts += Markup('<circle class="key" cx="{}" cy="{}" r="{}"/><text class="label" x="{}" y="{}">{}</text>').format(
            x, height - 22, radius(count, most), x + 24, height - 18, words("timeline_size", count=count)
        )
        x += 130
    points = f"{x},{height - 29} {x + 7},{height - 22} {x},{height - 15} {x - 7},{height - 22}"
    return parts + Markup('<polygon class="key hollow" points="{}"/><text class="label" x="{}" y="{}">{}</text>').format(
        points, x + 14, height - 18, words("timeline_unsized")
    )


def _table(index: Index, rows: list[dict[str, Any]], words: Interface) -> Markup:
    names = ("year", "study", "study_type", "n_total")
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(words(name)) for name in names)
    body = Markup("")
    for row in sorted(rows, key=lambda row: (row["year"], row["number"])):
        label = index.studies[row["number"]].get(f"label_{words.content}") or ""
        kind = read_wording().study_type(None if row["kind"] == UNKNOWN else row["kind"], words.content)
        cells = (row["year"], f"[{row['number']}] {words.script(label)}", words.script(kind), row["n"] or words("not_stated"))
        body += Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<td data-label="{}">{}</td>').format(words(name), cell) for name, cell in zip(names, cells, strict=True)
            )
        )
    return numbers_table(head, body, words)


def numbers_table(head: Markup, body: Markup, words: Interface) -> Markup:
    """Return the numbers of a plot as a table that opens below it."""
    return Markup(
        '<details class="plot-numbers"><summary>{}</summary><div class="table-box" tabindex="0" role="group" aria-label="{}"><table>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div></details>"
    ).format(words("numbers_as_table"), words("numbers_as_table"), head, body)
