"""Binds quantities to what they are said of: the arm, the measure, the population beside them."""

import re
from dataclasses import dataclass, replace

from qa.quantities.quantity import Quantity
from qa.statements.clauses import Mood, Segment, phrase_pattern
from qa.text.lexicon import Mention, is_a

CONTENT = ("measure", "event", "topic")
POPULATION = ("disease", "stage")
SPLIT = re.compile(r",|、|;|\band\b|\bplus\b|并|而|加上|\bvs\b|\bversus\b|\bagainst\b", re.IGNORECASE)
GLOSS = re.compile(r"\([^()]*\)")
SHARING = ("laboratory value", "percentage", "number", "score")
BRACKET_COST = 3
INTERVAL_REACH = 20
SPLIT_COST = 20  # characters that a comma or "and" between a figure and a word counts for
REACH, ARM_REACH, TOUCHING = 60, 20, 8
VERSUS = re.compile(r"\s?(?:vs\.?|versus|against|对|比)\s?", re.IGNORECASE)
JOINED = re.compile(r"\s?(?:和|与|及|、|对|比|and|vs\.?|versus)\s?(?:the\s)?", re.IGNORECASE)
ONE_EACH = re.compile(r"\s?(?:一|1)\s?(?:次|回|针|剂|轮)|\sapart\b")
FREQUENT = re.compile(r"ly$|^[每隔]|^(?:every|each|per)\b", re.IGNORECASE)
EVERY = re.compile(r"(?:每隔?|\bevery\s|\beach\s|\b(?:once|twice|times)\s)$", re.IGNORECASE)
LABEL = re.compile(r"年?(?:的|那|这|初|底)?[^,。;]{0,8}?(?:研究|试验|论文|综述|文章|荟萃|病例|报告|方案|摘要|分析)")
NAMED = re.compile(r"(?:\b(?:the|that|this|a|an|its|their)|'s)\s(?:[\w-]+\s){0,3}$", re.IGNORECASE)
OF_STUDY = re.compile(r"[^,。;、:]{0,8}?(?:试验|研究|论文|文章|队列|系列)|[\s/)-]{1,2}(?:[\w-]+\s){0,3}?(?:trials?|stud(?:y|ies)|papers?|series|cohort)\b", re.IGNORECASE)
SPAN_WORDS = re.compile(r"随访|追踪|确诊|就诊|入院|收治|期间|截至|截止|截到|检索到|检索至|搜到|为止|查到|之间|阶段|follow|diagnos|admitted|between|until|up to|by the end|from\s\w*\s?\d+\s(?:to|until|through)|period", re.IGNORECASE)


@dataclass(frozen=True)
class Figure:
    """A quantity with its context: concept keys of the arm, of measures and topics, and of the population nearest to it.

    `role` of a year or date is "published" or "period", of a length of time between two treatments "interval", else empty.
    """

    quantity: Quantity
    arms: frozenset[str]
    content: frozenset[str]
    population: frozenset[str]
    role: str
    segment: int
    clause: int
    mood: Mood


def figures_of(text: str, parts: list[Segment], found: list[Mention], quantities: list[Quantity]) -> tuple[Figure, ...]:
    """Return the quantities of a prepared text with what each is said of."""
    figures: list[Figure] = []
    lists = _respective(text, parts, found, quantities)
    rivals = _rivals(found)
    glosses = [m.span() for m in GLOSS.finditer(text)]
    whole = {b: a for a, b in zip(quantities, quantities[1:], strict=False) if _is_part(text, a, b)}
    for quantity in quantities:
        at = next((i for i, s in enumerate(parts) if s.start <= quantity.start < s.end), len(parts) - 1)
        segment = parts[at]
        clause = [s for s in parts if s.clause == segment.clause]
        start, end = clause[0].start, clause[-1].end
        inside = [m for m in found if start <= m.start < end and not (quantity.start <= m.start and m.end <= quantity.end and m.kind != "arm")]
        siblings = [q for q in quantities if q.kind == quantity.kind and start <= q.start < end and (q not in whole or q is quantity)]
        if quantity in whole:  # of the two figures in "1 of 40 in this group" both are of the group
            siblings = [q for q in siblings if q is not whole[quantity]]
        arms = lists.get(quantity) or frozenset()
        if not arms and (quantity in whole or not _is_whole(text, quantity)):
            several = len(siblings) > 1 and [m for m in inside if m in rivals]
            near = [m for m in inside if m.kind == "arm"] + (several or [])
            arms = _nearest(text, quantity, near, siblings, ARM_REACH, [m for m in inside if m.kind in ("route", "cell type")])
            touching = [m for m in inside if m.kind in ("route", "cell type") and not m.concept.generic and not OF_STUDY.match(text, m.end)] if not rivals else []
            arms = arms or _nearest(text, quantity, touching, siblings, TOUCHING)
        content = [m for m in inside if m.kind in CONTENT and not (m.concept.generic and m.kind == "measure") and not any(a < m.start < b for a, b in glosses)]
        following = [m for m in content if m.start >= segment.end]  # after 24 weeks, albumin rose
        here = [m for m in content if segment.start <= m.start < segment.end]
        figures.append(
            Figure(
                quantity=quantity,
                arms=arms,
                content=_nearest(text, quantity, here or following, siblings, REACH) | _same_segment(text, quantity, here, siblings),
                population=_nearest(text, quantity, [m for m in inside if m.kind in POPULATION], siblings, REACH),
                role=_role(text, quantity, segment, [q for q in quantities if q.kind == "duration" and q is not quantity]),
                segment=at,
                clause=segment.clause,
                mood=segment.mood,
            )
        )
    return tuple(_with_shared_content(figures))


def _with_shared_content(figures: list[Figure]) -> list[Figure]:
    """Give a figure without a measure that of the one before it in its clause: albumin was 31 in one group, 29 in the other."""
    shared: list[Figure] = []
    for figure in figures:
        earlier = next((f for f in reversed(shared) if f.clause == figure.clause and f.quantity.kind == figure.quantity.kind in SHARING and f.content), None)
        shared.append(replace(figure, content=earlier.content) if earlier and not figure.content else figure)
    return shared


def _rivals(found: list[Mention]) -> list[Mention]:
    """Return the routes or cells of a sentence that names several: then they tell its groups apart."""
    rivals: list[Mention] = []
    for kind in ("route", "cell type"):
        own = [m for m in found if m.kind == kind and not m.concept.generic]
        if any(not is_a(a.keys[0], b.keys[0]) and not is_a(b.keys[0], a.keys[0]) for a in own for b in own):
            rivals += own
    return rivals


def _is_part(text: str, first: Quantity, second: Quantity) -> bool:
    """Return whether the first count is a part of the second: 1 of 40, 1/40."""
    if first.kind != "patients" or second.kind != "patients" or first.low >= second.low:
        return False
    return re.fullmatch(r"\s?(?:/|of|in|out of)\s?(?:the\s|all\s|every\s)?", text[first.end : second.start]) is not None


def _is_whole(text: str, quantity: Quantity) -> bool:
    """Return whether a number is the whole that parts are taken of: 84例病人中, of the 84 patients."""
    if re.match(r"(?:名|位|个)?(?:患者|病人|人|受试者|病例)?(?:当中|中|里)", text[quantity.end :]):
        return True
    if re.search(r"(?:一共|总共|合计|总计|全部)(?:有|收入|纳入|收了|招募)?$|\b(?:a total of|in all,?|altogether)\s$", text[: quantity.start], re.IGNORECASE):
        return True
    return bool(re.search(r"\b(?:of|among)\s(?:the\s|all\s|these\s)?$", text[: quantity.start], re.IGNORECASE))


def _nearest(
    text: str, quantity: Quantity, near: list[Mention], siblings: list[Quantity], reach: float, beside: list[Mention] | None = None
) -> frozenset[str]:
    """Return the keys of the nearest mention that belongs to this figure and not to one of its like.

    `beside` are mentions that count where they overlap it: the route in "the B-ultrasound group".
    """
    beside = beside or []
    ranked = sorted((m for m in near if "liver disease" not in m.keys[0]), key=lambda m: (_cost(text, quantity, m), m.start))
    for mention in ranked:
        if _cost(text, quantity, mention) > reach:
            break
        rivals = [q for q in siblings if q is not quantity and _owner_cost(text, q, mention, siblings) < _owner_cost(text, quantity, mention, siblings)]
        if not rivals:
            return frozenset(key for m in (*near, *beside) if m.start < mention.end and mention.start < m.end for key in m.keys)
    return frozenset()


def _cost(text: str, quantity: Quantity, mention: Mention) -> float:
    if mention.start >= quantity.end:
        between = text[quantity.end : mention.start]
    elif mention.end <= quantity.start:
        between = text[mention.end : quantity.start]
    else:
        return 0.0
    length = len(between) * (0.5 if between.isascii() else 1.0)
    return length + SPLIT_COST * len(SPLIT.findall(between)) + BRACKET_COST * sum(between.count(c) for c in "()")


def _owner_cost(text: str, quantity: Quantity, mention: Mention, siblings: list[Quantity]) -> float:
    """The cost of binding, more where another figure of the kind stands between."""
    low, high = sorted((quantity.start, mention.start))
    return _cost(text, quantity, mention) + 40 * sum(1 for q in siblings if q is not quantity and low < q.start < high)


def _same_segment(text: str, quantity: Quantity, here: list[Mention], siblings: list[Quantity]) -> frozenset[str]:
    """A figure that is alone of its kind in the clause is said of every measure of its segment."""
    if len(siblings) > 1:
        return frozenset()
    return frozenset(key for m in here for key in m.keys)


def _respective(text: str, parts: list[Segment], found: list[Mention], quantities: list[Quantity]) -> dict[Quantity, frozenset[str]]:
    """Pair off figures and arms named in the same order: 分别下降25%和37%, higher with cells than in controls (31.4 vs 28.9)."""
    pairs: dict[Quantity, frozenset[str]] = _against(text, parts, found, quantities)
    for clause in {s.clause for s in parts}:
        own = [s for s in parts if s.clause == clause]
        start, end = own[0].start, own[-1].end
        arms = [m for m in found if m.kind == "arm" and start <= m.start < end]
        if not phrase_pattern("statements", "respectively").search(text, start, end):
            pairs.update(_side_by_side(text, arms, [q for q in quantities if start <= q.start < end]))
            continue
        for kind in {q.kind for q in quantities}:
            figures = [q for q in quantities if q.kind == kind and start <= q.start < end]
            distinct = [m for i, m in enumerate(arms) if not any(m.keys == o.keys for o in arms[:i])]
            if len(figures) == len(distinct) > 1:
                pairs.update({q: frozenset(m.keys) for q, m in zip(figures, distinct, strict=True)})
    return pairs


def _side_by_side(text: str, arms: list[Mention], figures: list[Quantity]) -> dict[Quantity, frozenset[str]]:
    """Pair off figures with two arms that stand side by side: 研究组与对照组为67.1与98.7, 67.1 versus 98.7 in the study and control groups."""
    if len(arms) != 2 or arms[0].keys == arms[1].keys or not JOINED.fullmatch(text, arms[0].end, arms[1].start):
        return {}
    pairs: dict[Quantity, frozenset[str]] = {}
    for first, second in zip(figures, figures[1:], strict=False):
        if first.kind == second.kind or {first.kind, second.kind} <= set(SHARING):
            if JOINED.fullmatch(text, first.end, second.start) and first not in pairs:
                pairs.update({first: frozenset(arms[0].keys), second: frozenset(arms[1].keys)})
    return pairs


def _against(text: str, parts: list[Segment], found: list[Mention], quantities: list[Quantity]) -> dict[Quantity, frozenset[str]]:
    """In "A higher than in B (x vs y)" x is of A and y of B."""
    pairs: dict[Quantity, frozenset[str]] = {}
    for first, second in zip(quantities, quantities[1:], strict=False):
        if first.kind != second.kind or not VERSUS.fullmatch(text[first.end : second.start]):
            continue
        clause = next((s.clause for s in parts if s.start <= first.start < s.end), -1)
        start = min((s.start for s in parts if s.clause == clause), default=0)
        marker = next((m for m in found if m.kind == "comparison" and start <= m.start and m.end <= first.start), None)
        arms = [m for m in found if m.kind == "arm" and start <= m.start and m.end <= first.start]
        if marker and arms:
            after = frozenset(k for m in arms if m.start >= marker.end for k in m.keys)
            before = frozenset(k for m in arms if m.start < marker.start for k in m.keys)
            pairs[first] = before or (frozenset({"arm:treated"}) if "arm:control" in after else frozenset({"arm:"}))
            pairs[second] = after or frozenset({"arm:"})
    return pairs


def _role(text: str, quantity: Quantity, segment: Segment, others: list[Quantity]) -> str:
    if quantity.kind == "duration":
        low = max([segment.start, quantity.start - INTERVAL_REACH, *(q.end for q in others if q.end <= quantity.start)])
        high = min([segment.end, quantity.end + INTERVAL_REACH, *(q.start for q in others if q.start >= quantity.end)])
        spaced = EVERY.search(text[: quantity.start]) or ONE_EACH.match(text, quantity.end) or phrase_pattern("statements", "interval").search(text, low, high)
        return "interval" if spaced or FREQUENT.search(quantity.text) else ""
    if quantity.kind not in ("year", "date"):
        return ""
    if quantity.low != quantity.high:
        return "period"
    if phrase_pattern("statements", "print").search(text, segment.start, segment.end):
        return "published"
    if LABEL.match(text, quantity.end) if not text[quantity.start : quantity.end].isascii() else NAMED.search(text[: quantity.start]):
        return "published"
    nearby = text[max(segment.start, quantity.start - 14) : min(segment.end, quantity.end + 10)]
    if quantity.text.rstrip()[-1:] in "底末初间":
        return "period"
    return "period" if SPAN_WORDS.search(nearby) else "published"
