"""Reads a sentence as a statement: which concepts it asserts or denies, which measures change and how, which figures it gives.

Everything is found by the word lists in `corpus/lexicon` and bound by position: a negation to what follows it in its
segment, a direction to the nearest measure, a figure to the arm and the measure beside it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.quantities.finding import quantities_of
from qa.quantities.quantity import Quantity
from qa.records import Language
from qa.statements.changes import Change, changes_of
from qa.statements.clauses import Mood, Segment, phrase_pattern, segment_at, segments
from qa.statements.directions import bare_directions
from qa.statements.figures import OF_STUDY, Figure, figures_of
from qa.statements.names import CODE, Name, names_of
from qa.statements.openings import label_end
from qa.statements.polarity import negated_mentions
from qa.statements.words import free_words
from qa.text.aligned import Aligned, aligned
from qa.text.lexicon import Mention, concepts, mentions, word_list
from qa.text.preparation import language_of

MODIFIERS = ("direction", "comparison", "negation", "strength")  # inside a quantity they belong to the number
LIMIT_REACH = 12
BESIDE_CONTROL = re.compile(r"\b(?:study|treatment|treated|cell|stem cell|transplant|observation|intervention)(?=\s(?:and|versus|vs\.?|or)\s(?:the\s)?control)", re.IGNORECASE)


@dataclass(frozen=True)
class Item:
    """A concept as the sentence states it: asserted, or denied where `negated`. `key` is language-neutral."""

    key: str
    start: int
    end: int
    segment: int
    clause: int
    mood: Mood
    negated: bool
    occurs: bool


@dataclass(frozen=True)
class Statement:
    """What one sentence says. Positions are in `prepared.text`; `prepared.span` leads back to the original."""

    original: str
    language: Language
    prepared: Aligned
    segments: tuple[Segment, ...]
    items: tuple[Item, ...]
    changes: tuple[Change, ...]
    figures: tuple[Figure, ...]
    names: tuple[Name, ...]
    words: frozenset[str]

    @property
    def keys(self) -> frozenset[str]:
        """Every concept named, whatever is said of it."""
        return frozenset(item.key for item in self.items)


@lru_cache(maxsize=20000)
def read_statement(text: str) -> Statement:
    """Return what a sentence says; the same text gives the same statement."""
    prepared = aligned(text)
    plain = prepared.text
    parts = segments(plain)
    found = mentions(plain)
    codes = [m.span() for m in CODE.finditer(plain)]
    quantities = [q for q in quantities_of(plain) if not any(a <= q.start < b for a, b in codes)]  # EudraCT 2009-010335-41 names no year
    found = [m for m in found if m.kind not in MODIFIERS or not any(_of_number(plain, m, q) for q in quantities)]
    found = [m for m in found if m.kind != "design" or not any(q.kind == "groups" and q.start < m.end and m.start < q.end for q in quantities)]
    found = sorted([*found, *_cell_arms(plain, parts, found), *bare_directions(plain, found)], key=lambda m: (m.start, m.end))
    negated = negated_mentions(plain, parts, found)
    listed, opening = label_end(plain, found)
    found = [m for m in found if m.start >= listed]
    names = names_of(plain, found, [(0, listed), *((q.start, q.end) for q in quantities if q.kind in ("year", "date"))])
    occurring, asked = phrase_pattern("statements", "occur"), phrase_pattern("statements", "asked")
    denied = {(segment_at(parts, m.start), key) for m in negated for key in m.keys}
    items = []
    for mention in found:
        at = segment_at(parts, mention.start)
        segment = parts[at]
        if mention.kind == "event" and asked.search(plain, segment.start, segment.end):
            continue  # whether it is safe
        occurs = "event:safety" not in mention.keys and bool(occurring.search(plain, segment.start, segment.end))
        for key in mention.keys:
            items.append(Item(key, mention.start, mention.end, at, segment.clause, segment.mood, (at, key) in denied, occurs))
    return Statement(
        original=text,
        language=language_of(text),
        prepared=prepared,
        segments=tuple(parts),
        items=tuple(items),
        changes=changes_of(plain, parts, found, negated),
        figures=figures_of(plain, parts, found, quantities),
        names=names,
        words=free_words(plain, found, [(0, opening), *((x.start, x.end) for x in (*quantities, *names) if getattr(x, "kind", "") != "name")]),  # type: ignore[attr-defined]
    )


def _of_number(text: str, mention: Mention, quantity: Quantity) -> bool:
    """Return whether a word belongs to a number: inside it, or the limit before it (more than four)."""
    if quantity.start < mention.end and mention.start < quantity.end:
        return True
    limits = quantity.kind != "p value" and mention.kind in ("direction", "comparison")
    words = text[mention.start : mention.end].lower()
    return limits and any(words in phrase for phrase in _limit_phrases()) and quantity.relation in "<>" and 0 <= quantity.start - mention.start <= LIMIT_REACH and not re.search("[,;]", text[mention.end : quantity.start])


@lru_cache(maxsize=1)
def _limit_phrases() -> tuple[str, ...]:
    relations = word_list("quantities")["relations"]
    return tuple(phrase for table in relations.values() for language in ("zh", "en") for phrase in table[language])


def _cell_arms(text: str, parts: list[Segment], found: list[Mention]) -> list[Mention]:
    """Cells name the treated arm where they are called a group, or where a control arm is named beside them."""
    treated = concepts()["arm:treated"]
    controlled = {p.clause for p in parts for m in found if m.kind == "arm" and "control" in m.concept.group + m.keys[0] and p.start <= m.start < p.end}
    arms = []
    for mention in (m for m in found if m.kind in ("cell type", "route") or m.concept.group == "cell source/tissue"):
        grouped = re.compile(r"\s?(?:细胞|注射|输注|引导)?组|\s(?:cells?\s)?(?:group|arm)\b", re.IGNORECASE).match(text, mention.end)
        beside = parts[segment_at(parts, mention.start)].clause in controlled and not OF_STUDY.match(text, mention.end)
        if grouped or (beside and mention.kind != "route"):
            arms.append(Mention(treated, mention.start, grouped.end() if grouped else mention.end))
    beside_control = [Mention(treated, m.start(), m.end()) for m in BESIDE_CONTROL.finditer(text)]
    return arms + [m for m in beside_control if not any(o.start < m.end and m.start < o.end and o.kind == "arm" for o in found)]
