"""Binds directions to measures: what rose, fell, improved or did not change, in whom, and against whom."""

import re
from dataclasses import dataclass

from qa.claims.clauses import Mood, Segment, phrase_pattern
from qa.text.lexicon import Mention, concepts, word_list

ENTITIES = ("arm", "route", "cell type", "cell source", "disease")
COMMA_COST, PASSED_COST, AGAINST_STYLE = 25, 30, 12  # characters: what a comma, another direction, odd order count for
LINK = re.compile(
    r"(?:[\s,、:/]|\b(?:and|or|the|in|of|both|serum|total|as well as|such as|including|like|for example|scores?|levels?|values?|measures?|counts?)\b"
    r"|和|与|及|以及|以及|水平|等|评分|指标|的|反映|这些|还有|并|如|例如|比如|包括)*",
    re.IGNORECASE,
)
GLOSS = re.compile(r"\([^()]*\)")
FRAMED = re.compile(r"[与和同跟]")
CLOSING = ("相比", "相较", "比较", "对比")
NOMINAL = re.compile(r"幅度|程度|速度|的?幅|\s(?:alike|equally|similarly|to a similar)\b")
THE = re.compile(r"\b(?:the|a|an|this|its)\s$", re.IGNORECASE)
NO_MORE_THAN = re.compile(r"\s(?:in|between)\s(?:the\s|how\s(?:far|much)\s)?(?:\w+\s){0,2}$")
GRADED = re.compile(r"[更较越]|er\b|more|less|better|worse", re.IGNORECASE)
EQUALITY = ("direction:same", "direction:differs", "direction:difference")
STRESSED = re.compile(r"(?:显著|明显|均|都|也|则|要)([高低大小长短])(?=[,、。;了得)\s]|$)")
ADJECTIVAL = re.compile(r"较[高低多少大小长短好差快慢强弱早晚重轻新]")
BARE = ("more", "less", "fewer", "least", "most", "greater", "larger", "bigger", "longer", "shorter", "smaller")  # before a noun
BARE_REACH = 14
PREPOSITION = re.compile(r"\b(?:in|of|for|with|to|by)\b")
OR = re.compile(r"\s*(?:或|或者|or)\s*(?:有所|略有|slightly\s|even\s|a little\s)?")
STRONG_REACH = 25
REACH = 90  # characters beyond which a direction no longer belongs to a measure
SIGNS = {"up": "u", "down": "d", "better": "+", "worse": "-", "same": "0"}
OPPOSITE = {"+": "-", "-": "+", "u": "d", "d": "u", "0": "0"}


@dataclass(frozen=True)
class Change:
    """A measure and how it changed.

    `signs` are the directions that the words allow: + better, - worse, u up, d down (where no direction is the good
    one), 0 no difference. "Did not improve" allows 0 and -. A
    `graded` word says more of one than of another (higher, 更低). `strength` are degrees as keys. `subjects` are compared
    with `references`; `focus` is what the change is mainly or only said of.
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
    efficacy = concepts()["measure:efficacy"]
    changes: list[Change] = []
    for clause in sorted({s.clause for s in parts}):
        own = [s for s in parts if s.clause == clause]
        start, end = own[0].start, own[-1].end
        inside = [m for m in found if start <= m.start < end]
        directions = [m for m in inside if m.kind == "direction"]
        directions = [d for d in directions if not _is_noun(text, d, directions) and not _is_open(text, parts, d)]
        measures = [m for m in inside if _is_measured(m) and not _within_other(m, inside)]
        compared = _compared(text, own, inside)
        measures = measures or [m for m in inside if m.kind == "topic" and not m.concept.generic]
        if directions and not measures and any(key.startswith("arm:") for key in compared):
            measures = [Mention(efficacy, directions[0].start, directions[0].start)]  # two were no better than one
        if directions and not measures and any(key.startswith("arm:") for key in compared):
            measures = [Mention(efficacy, directions[0].start, directions[0].start)]  # two were no better than one
        chosen = {measure: _nearest(text, measure, directions, measures) for measure in measures}
        pairs = [(m, d) for m, first in chosen.items() for d in (first, *_joined(text, first, directions))]
        for measure, direction in pairs:
            if direction and any(_closer(other, measure, direction) for other, d in chosen.items() if d == direction):
                continue
            if direction is None or (measure.kind == "event" and measure in negated):
                continue
            if measure.keys[0] == "event:safety" and direction.keys[0] not in EQUALITY:
                continue
            at = next(i for i, s in enumerate(parts) if s.start <= measure.start < s.end)
            words_at = next(s for s in parts if s.start <= direction.start < s.end)
            if direction.keys[0] == "direction:difference" and direction not in negated and not _is_found(text, inside, direction):
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


def bare_directions(text: str, inside: list[Mention]) -> list[Mention]:
    """Return bare adjectives that touch a measure (产量低, low yield) or end a comparison (比对照组高).

    Elsewhere such a word says nothing (大学).
    """
    table, found = word_list("directions")["adjoining"], []
    for measure in (m for m in inside if m.kind == "measure"):
        match = re.compile(r"[都也很较又则更]?([\u4e00-\u9fff])(?=[,、。;的了)\s]|$)").match(text, measure.end)
        before = re.search(r"\b([a-z]+)[\s-]$", text[: measure.start].lower())
        for sign, words in ((sign, table[sign]) for sign in ("up", "down", "better", "worse")):
            if match and match.group(1) in words["zh"]:
                found.append(Mention(concepts()[f"direction:{sign}"], match.start(1), match.end(1)))
            if before and before.group(1) in words["en"]:
                found.append(Mention(concepts()[f"direction:{sign}"], before.start(1), before.end(1)))
    for match in STRESSED.finditer(text):
        for sign in ("up", "down", "better", "worse"):
            if match.group(1) in table[sign]["zh"]:
                found.append(Mention(concepts()[f"direction:{sign}"], match.start(1), match.end(1)))  # 显著低
    for marker in (m for m in inside if m.kind == "comparison" and text[m.start : m.end] in table["between"]["zh"]):
        match = re.compile(r"[^,。;]{0,30}?(?:[\u4e00-\u9fff])([\u4e00-\u9fff])(?=[,、。;了得)\s]|$)").match(text, marker.end)
        for sign in ("up", "down", "better", "worse"):
            if match and match.group(1) in table[sign]["zh"]:
                found.append(Mention(concepts()[f"direction:{sign}"], match.start(1), match.end(1)))  # 比对照组高
    free = [m for m in found if not any(o.kind == "direction" and o.start < m.end and m.start < o.end for o in inside)]
    return list(dict.fromkeys(free))


def _within_other(mention: Mention, others: list[Mention]) -> bool:
    return any(o is not mention and o.start <= mention.start and mention.end <= o.end and (o.end - o.start) > (mention.end - mention.start) for o in others)


def _keys(found: list[Mention], kinds: tuple[str, ...], start: int, end: int) -> set[str]:
    return {key for m in found if m.kind in kinds and start <= m.start < end and not m.concept.generic for key in m.keys}


def _nearest(text: str, measure: Mention, directions: list[Mention], measures: list[Mention]) -> Mention | None:
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
        if "," in rest and any(_beside(text, m, direction) for m in measures if m is not measure):
            continue
        style = [m for m in (*measures, *directions) if not any(c in ",;" for c in text[min(m.end, measure.start) : measure.start])]
        first = min(style, key=lambda m: m.start, default=measure)
        cost += AGAINST_STYLE if (first.kind == "direction") == after else 0
        if cost <= REACH and (best is None or cost < best[0]):
            best = (cost, direction.start, direction)
    return best[2] if best else None


def _joined(text: str, first: Mention | None, directions: list[Mention]) -> list[Mention]:
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


def _is_found(text: str, inside: list[Mention], difference: Mention) -> bool:
    """Return whether a difference is said to be there: a clear age difference, 有差别."""
    strong = [m for m in inside if "strength:significant" in m.keys and 0 <= difference.start - m.end <= STRONG_REACH]
    near = text[max(0, difference.start - STRONG_REACH) : difference.start]
    return bool(strong) or text[difference.start - 1 : difference.start] in ("有", "在") or phrase_pattern("statements", "shown").search(near) is not None


def _closer(other: Mention, measure: Mention, direction: Mention) -> bool:
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


def _is_measured(mention: Mention) -> bool:
    """Return whether a mention can rise or fall: measures, and how often events happen."""
    return mention.kind in ("measure", "event")


def _is_open(text: str, parts: list[Segment], direction: Mention) -> bool:
    """Return whether a direction is only asked about or wished for: whether it improves, larger studies are needed."""
    segment = next(s for s in parts if s.start <= direction.start < s.end)
    return segment.mood == "wish" or bool(phrase_pattern("statements", "asked").search(text, segment.start, segment.end))


def _is_noun(text: str, direction: Mention, directions: list[Mention]) -> bool:
    """Return whether a direction only names what is compared: no difference in the fall, 下降幅度没有差别."""
    if NOMINAL.match(text, direction.end):
        return True
    later = [d for d in directions if d.start >= direction.end and d.keys[0] in EQUALITY]
    if later and THE.search(text[: direction.start]) and re.match(r"\s(?:in|of)\b", text[direction.end :]):
        return "," not in text[direction.end : later[0].start]  # the fall in bilirubin did not differ
    touching = bool(later) and later[0].start - direction.end <= 3 and not text[direction.start].isascii()
    if touching and direction.keys[0] not in EQUALITY:
        return True
    before = [d for d in directions if d.end <= direction.start and d.keys[0] in EQUALITY]
    return bool(before) and NO_MORE_THAN.fullmatch(text, before[-1].end, direction.start) is not None


def _beside(text: str, measure: Mention, direction: Mention) -> bool:
    """Return whether a measure stands in the same segment as a direction, which then is its own."""
    a, b = (measure.end, direction.start) if direction.start >= measure.end else (direction.end, measure.start)
    return "," not in text[a:b]


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


def _compared(text: str, own: list[Segment], inside: list[Mention]) -> set[str]:
    """Return what is compared with: the entities right after a word of comparison (than, 比), or between 与 and 相比."""
    keys: set[str] = set()
    entities = [m for m in inside if m.kind in ENTITIES and not m.concept.generic]
    for marker in (m for m in inside if m.kind == "comparison"):
        segment = next(s for s in own if s.start <= marker.start < s.end)
        if re.match(r"\s*\d", text[marker.end : segment.end]) or ADJECTIVAL.match(text, marker.start):
            continue  # over 24 hours, 较长
        framed = [m for m in FRAMED.finditer(text, segment.start, marker.start) if text[marker.start : marker.end] in CLOSING]
        if framed:
            keys |= {k for m in entities if framed[-1].end() <= m.start < marker.start for k in m.keys}
            continue
        stop = segment.end
        for m in inside:
            if m.kind == "direction" and m.start >= marker.end and not text[marker.end : m.start].isascii():
                stop = min(stop, m.start)
        keys |= _cluster(text, [m for m in entities if marker.end <= m.start < stop], marker.end)
    return keys


def _cluster(text: str, entities: list[Mention], start: int) -> set[str]:
    """Return the keys of the first entities after a place, as long as little stands between them."""
    keys: set[str] = set()
    at = start
    for index, mention in enumerate(sorted(entities, key=lambda m: (m.start, -m.end))):
        gap = text[at : mention.start]
        wide = 40 if not index else 12
        if len(gap) > (wide if gap.isascii() else wide // 2) or (index and re.search(r"(?<!or )(?<!and )\b(?:in|for|at|on)\b", gap)):
            break
        keys |= set(mention.keys)
        at = max(at, mention.end)
    return keys


def _focus(text: str, inside: list[Mention], start: int, end: int) -> frozenset[str]:
    keys: set[str] = set()
    for cue in phrase_pattern("statements", "focus").finditer(text, start, end):
        near = [m for m in inside if m.kind in ("arm", "disease", "route") and 0 <= m.start - cue.end() <= 25]
        if near:
            first = min(m.start for m in near)
            keys |= {key for m in near if m.start == first for key in m.keys}
    return frozenset(keys)
