"""Finds what a clause compares with: right after than or 比, or between 与 and 相比."""

import re

from qa.statements.clauses import Segment
from qa.text.lexicon import Mention

ENTITIES = ("arm", "route", "cell type", "cell source", "disease")
FRAMED = re.compile(r"[与和同跟]")
CLOSING = ("相比", "相较", "比较", "对比")
ADJECTIVAL = re.compile(r"较[高低多少大小长短好差快慢强弱早晚重轻新]")


def compared_with(text: str, own: list[Segment], inside: list[Mention]) -> set[str]:
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
