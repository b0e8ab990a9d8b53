"""Binds a measure to the direction that it takes, by distance."""

import re

from qa.text.lexicon import Mention

COMMA_COST, PASSED_COST, AGAINST_STYLE = 25, 30, 12  # characters: what a comma, another direction, odd order count for
LINK = re.compile(
    r"(?:[\s,、:/]|\b(?:and|or|the|in|of|both|serum|total|as well as|such as|including|like|for example|scores?|levels?|values?|measures?|counts?)\b"
    r"|和|与|及|以及|水平|等|评分|指标|的|反映|这些|还有|并|如|例如|比如|包括)*",
    re.IGNORECASE,
)
GLOSS = re.compile(r"\([^()]*\)")
BARE = ("more", "less", "fewer", "least", "most", "greater", "larger", "bigger", "longer", "shorter", "smaller")  # before a noun
BARE_REACH = 14
PREPOSITION = re.compile(r"\b(?:in|of|for|with|to|by)\b")
OR = re.compile(r"\s*(?:或|或者|or)\s*(?:有所|略有|slightly\s|even\s|a little\s)?")
REACH = 90  # characters beyond which a direction no longer belongs to a measure


def nearest_direction(text: str, measure: Mention, directions: list[Mention], measures: list[Mention]) -> Mention | None:
    """Return the direction that a measure takes, by distance; commas and passing another direction count as more."""
    best: tuple[float, int, Mention] | None = None
    for direction in directions:
        after = direction.start >= measure.end
        a, b = (measure.end, direction.start) if after else (direction.end, measure.start)
        touching = [m for m in measures if m.end == direction.start or (direction.end + 1 == m.start and text[direction.end] in " -")]
        if b < a or (direction.end - direction.start == 1 and touching and measure not in touching):
            continue
        between = text[a:b]
        if not after and text[direction.start : direction.end].lower() in BARE and (len(between) > BARE_REACH or PREPOSITION.search(between)):
            continue  # more steadily in fibrosis
        cost = float(len(between)) * (0.5 if between.isascii() else 1.0)
        rest = _after_list(text, measure, direction, measures)
        cost += COMMA_COST * sum(c in ",:" for c in rest)
        cost += PASSED_COST * sum(1 for d in directions if a <= d.start and d.end <= b and d is not direction)
        if after and ")" in between and between.count("(") < between.count(")") and ":" in between:
            continue  # (platelets and cells): how far bilirubin fell
        if "," in rest and any(_beside(text, m, direction) for m in measures if m is not measure):
            continue
        style = [m for m in (*measures, *directions) if not any(c in ",;" for c in text[min(m.end, measure.start) : measure.start])]
        first = min(style, key=lambda m: m.start, default=measure)
        cost += AGAINST_STYLE if (first.kind == "direction") == after else 0
        if (cost <= REACH or len(measures) == len(directions) == 1) and (best is None or cost < best[0]):
            best = (cost, direction.start, direction)
    return best[2] if best else None


def joined_directions(text: str, first: Mention | None, directions: list[Mention]) -> list[Mention]:
    """Return the directions that "or" joins to one: held steady or rose."""
    if first is None:
        return []
    found, end, linked = [], first.end, False
    for direction in directions:
        if direction.start < end:
            continue
        if OR.fullmatch(text, end, direction.start):
            linked = True
        elif text[end : direction.start].strip():
            break
        end = direction.end
        if linked:
            found.append(direction)
    return found


def is_closer(other: Mention, measure: Mention, direction: Mention) -> bool:
    """Return whether the same measure stands nearer to the direction, so that this mention is only part of a name."""
    if other is measure or other.keys[0] != measure.keys[0]:
        return False
    return abs(other.start - direction.start) < abs(measure.start - direction.start)


def _after_list(text: str, measure: Mention, direction: Mention, measures: list[Mention]) -> str:
    """Return what separates a measure's list from its direction: nothing of "albumin, PT and ALT" in "albumin, PT and ALT rose".

    Without a list it is all that stands between the two.
    """
    glosses = [m.span() for m in GLOSS.finditer(text)]
    measures = [m for m in measures if not any(a < m.start < b for a, b in glosses)]
    if direction.start >= measure.end:
        at = measure.end
        for other in sorted((m for m in measures if at <= m.start and m.end <= direction.start), key=lambda m: m.start):
            if LINK.fullmatch(GLOSS.sub("", text[at : other.start])) is None:
                break
            at = other.end
        return GLOSS.sub("", text[at : direction.start])
    at = measure.start
    for other in sorted((m for m in measures if m.end <= at and m.start >= direction.end), key=lambda m: -m.end):
        if LINK.fullmatch(GLOSS.sub("", text[other.end : at])) is None:
            break
        at = other.start
    return GLOSS.sub("", text[direction.end : at])


def _beside(text: str, measure: Mention, direction: Mention) -> bool:
    """Return whether a measure stands in the same segment as a direction, which then is its own."""
    a, b = (measure.end, direction.start) if direction.start >= measure.end else (direction.end, measure.start)
    return "," not in text[a:b]
