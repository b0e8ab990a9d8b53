"""Binds negations: which of a sentence's concepts and directions are denied."""

import re

from qa.statements.clauses import Segment
from qa.text.lexicon import Mention
from qa.text.preparation import HAN

OPEN = ("event", "topic", "direction")  # a negation reaches the first of these in its segment, however far
NEAR_KINDS = ("design", "cell type", "cell source", "route", "disease", "stage", "journal", "place", "measure", "strength")
NEAR = re.compile(r"[\s\"“《]*(?:a|an|the|in|at|from|into|by|any|had|是|有|在|为|用|经|从|见|见到|出现|发生|发现)?[\s\"“《]*", re.IGNORECASE)
JOINED = re.compile(
    r"[\s,、]*(?:(?:and|or|nor)\s(?:any\s)?(?:[\w-]+\s){0,2}|(?:和|或|或者|与|及|以及|、|也没有)[\u4e00-\u9fff]{0,7})?\s*", re.IGNORECASE
)
AFTER = 14  # characters within which a negation after an event still denies it: adverse events were not seen


def negation_spans(text: str, found: list[Mention]) -> list[tuple[int, int]]:
    """Return the negations of a prepared text, without look-alikes (无论, 不良, not only)."""
    fake = [(m.start, m.end) for m in found if "negation:pseudo" in m.keys]
    return [
        (m.start, m.end)
        for m in found
        if "negation:not" in m.keys and not any(a <= m.start and m.end <= b and (a, b) != (m.start, m.end) for a, b in fake)
    ]


def negated_mentions(text: str, parts: list[Segment], found: list[Mention]) -> set[Mention]:
    """Return the mentions that the sentence denies."""
    denied: set[Mention] = set()
    for segment in parts:
        inside = [m for m in found if segment.start <= m.start < segment.end]
        targets = [m for m in inside if m.kind in (*OPEN, *NEAR_KINDS)]
        for start, end in negation_spans(text, inside):
            denied.update(_reached(text, start, end, targets, segment))
    return denied


def _reached(text: str, start: int, end: int, targets: list[Mention], segment: Segment) -> list[Mention]:
    following = sorted((m for m in targets if m.start >= end), key=lambda m: (m.start, -m.end))
    beside = [m for m in following if m.kind in NEAR_KINDS and NEAR.fullmatch(text, end, m.start)]
    far = [m for m in following if m.kind in OPEN and not (m.kind == "topic" and m.concept.generic)]
    if not far and not beside:
        earlier = [m for m in targets if m.kind in ("event", "topic") and m.end <= start and start - m.end <= AFTER]
        return earlier
    reached: list[Mention] = list(beside)
    if far:
        first = far[0]
        if first.kind == "event" and HAN.search(text[end : first.start + 1]):
            change = next((m for m in far if m.kind == "direction" and 0 <= m.start - first.end <= 4), None)
            first = change or first  # 不良事件没有增加 denies the increase
        reached.append(first)
        last = first
        for mention in far[far.index(first) + 1 :]:
            if first.kind == "direction" or mention.kind == "direction" or not JOINED.fullmatch(text, last.end, mention.start):
                break
            reached.append(mention)
            last = mention
        reached += [m for m in far if (m.start, m.end) == (first.start, first.end) and m not in reached]
    return reached
