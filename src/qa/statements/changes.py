"""Binds directions to measures: what rose, fell, improved or did not change, in whom, and against whom."""

import re
from dataclasses import dataclass

from qa.statements.binding import is_closer, joined_directions, nearest_direction
from qa.statements.clauses import Mood, Segment, phrase_pattern
from qa.statements.compared import ENTITIES, compared_with
from qa.statements.directions import EQUALITY, is_found, is_noun, is_open
from qa.text.lexicon import Mention, concepts

GRADED = re.compile(r"[更较越]|er\b|more|less|better|worse", re.IGNORECASE)
SIGNS = {"up": "u", "down": "d", "better": "+", "worse": "-", "same": "0"}
OPPOSITE = {"+": "-", "-": "+", "u": "d", "d": "u", "0": "0"}


@dataclass(frozen=True)
class Change:
    """A measure and how it changed.

    `signs` are the directions that the words allow: + better, - worse, u up, d down (where no direction is the good
    one), 0 no difference. "Did not improve" allows 0 and -. A `graded` word says more of one than of another (higher,
    更低). `strength` are degrees as keys. `subjects` are compared with `references`; `focus` is what the change is mainly
    or only said of.
    """

    measure: str
    signs: frozenset[str]
    strength: frozenset[str]
    subjects: frozenset[str]
    references: frozenset[str]
    focus: frozenset[str]
    negated: bool
    start: int
    end: int
    word: tuple[int, int]
    segment: int
    clause: int
    mood: Mood
    graded: bool


def changes_of(text: str, parts: list[Segment], found: list[Mention], negated: set[Mention]) -> tuple[Change, ...]:
    """Return the changes that a prepared text states, each measure with its direction."""
    efficacy = concepts()["measure:efficacy"]
    changes: list[Change] = []
    for clause in sorted({s.clause for s in parts}):
        own = [s for s in parts if s.clause == clause]
        start, end = own[0].start, own[-1].end
        inside = [m for m in found if start <= m.start < end]
        directions = [m for m in inside if m.kind == "direction"]
        directions = [d for d in directions if not is_noun(text, d, directions) and not is_open(text, parts, d)]
        measures = [m for m in inside if _is_measured(m) and not _within_other(m, inside)]
        compared = compared_with(text, own, inside)
        measures = measures or [m for m in inside if m.kind == "topic" and not m.concept.generic]
        if directions and not measures and any(key.startswith("arm:") for key in compared):
            measures = [Mention(efficacy, directions[0].start, directions[0].start)]  # two were no better than one
        chosen = {measure: nearest_direction(text, measure, directions, measures) for measure in measures}
        pairs = [(m, d) for m, first in chosen.items() for d in (first, *joined_directions(text, first, directions))]
        for measure, direction in pairs:
            if direction and any(is_closer(other, measure, direction) for other, d in chosen.items() if d == direction):
                continue
            if direction and _of_groups(text, parts, inside, measure, direction):
                continue
            if direction is None or (measure.kind == "event" and measure in negated):
                continue
            if measure.keys[0] == "event:safety" and direction.keys[0] not in EQUALITY:
                continue
            at = next(i for i, s in enumerate(parts) if s.start <= measure.start < s.end)
            words_at = next(s for s in parts if s.start <= direction.start < s.end)
            if direction.keys[0] == "direction:difference" and direction not in negated and not is_found(text, inside, direction):
                continue  # "the difference" alone states nothing
            subjects = _keys(inside, ENTITIES, words_at.start, words_at.end) - compared
            if not subjects:
                subjects = _keys(inside, ENTITIES, start, end) - compared
            elif not any(key.startswith("arm:") for key in subjects):
                subjects |= {k for k in _keys(inside, ENTITIES, start, end) - compared if k.startswith("arm:")}
            changes.append(
                Change(
                    measure=measure.keys[0],
                    signs=_signs(measure, direction, direction in negated),
                    strength=_strength(inside, own, words_at, [*measures, *directions]),
                    subjects=frozenset(subjects),
                    references=frozenset(compared),
                    focus=_focus(text, inside, start, end),
                    negated=direction in negated,
                    start=min(measure.start, direction.start),
                    end=max(measure.end, direction.end),
                    word=(direction.start, direction.end),
                    segment=at,
                    clause=clause,
                    mood=parts[at].mood,
                    graded=GRADED.search(text[direction.start : direction.end]) is not None,
                )
            )
    return tuple(changes)


def _of_groups(text: str, parts: list[Segment], inside: list[Mention], measure: Mention, direction: Mention) -> bool:
    """Return whether a likeness is one of the groups before treatment and not of a measure: two arms alike at baseline."""
    segment = next(s for s in parts if s.start <= direction.start < s.end)
    early = any("topic:baseline" in m.keys and segment.start <= m.start < segment.end for m in inside)
    return early and direction.keys[0] in EQUALITY and not segment.start <= measure.start < segment.end


def _within_other(mention: Mention, others: list[Mention]) -> bool:
    return any(o is not mention and o.start <= mention.start and mention.end <= o.end and (o.end - o.start) > (mention.end - mention.start) for o in others)


def _keys(found: list[Mention], kinds: tuple[str, ...], start: int, end: int) -> set[str]:
    return {key for m in found if m.kind in kinds and start <= m.start < end and not m.concept.generic for key in m.keys}


def _is_measured(mention: Mention) -> bool:
    """Return whether a mention can rise or fall: measures, and how often events happen."""
    return mention.kind in ("measure", "event")


def _signs(measure: Mention, direction: Mention, negated: bool) -> frozenset[str]:
    word = direction.keys[0].removeprefix("direction:")
    good = concepts()[measure.keys[0]].good
    if word in ("differs", "difference"):
        return frozenset("0") if negated else frozenset("+-ud")
    if word == "kept":
        return frozenset("0+u")
    sign = SIGNS[word]
    if sign in "ud" and good:
        sign = "+" if good == word else "-"
    if negated:
        return frozenset("+-ud") if sign == "0" else frozenset({"0", OPPOSITE[sign]})
    return frozenset(sign)


def _strength(inside: list[Mention], own: list[Segment], segment: Segment, bound: list[Mention]) -> frozenset[str]:
    """Return the degrees stated in the direction's segment, and in those after it that speak of nothing else."""
    reach = segment.end
    for following in own[own.index(segment) + 1 :]:
        if any(following.start <= m.start < following.end for m in bound):
            break
        reach = following.end
    keys = {m.keys[0] for m in inside if m.kind == "strength" and segment.start <= m.start < reach}
    return frozenset(key.removeprefix("strength:") for key in keys)


def _focus(text: str, inside: list[Mention], start: int, end: int) -> frozenset[str]:
    keys: set[str] = set()
    for cue in phrase_pattern("statements", "focus").finditer(text, start, end):
        near = [m for m in inside if m.kind in ("arm", "disease", "route") and 0 <= m.start - cue.end() <= 25]
        if near:
            first = min(m.start for m in near)
            keys |= {key for m in near if m.start == first for key in m.keys}
    return frozenset(keys)
