"""Reads a sentence as a statement: which concepts it asserts or denies, which measures change and how, which figures it gives.

Everything is found by the word lists in `corpus/lexicon` and bound by position: a negation to what follows it in its
segment, a direction to the nearest measure, a figure to the arm and the measure beside it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.claims.changes import Change, bare_directions, changes_of
from qa.claims.clauses import Mood, Segment, phrase_pattern, segments
from qa.claims.figures import Figure, figures_of
from qa.claims.polarity import negated_mentions
from qa.quantities.finding import quantities_of
from qa.quantities.quantity import Quantity
from qa.records import Language
from qa.text.aligned import Aligned, aligned
from qa.text.lexicon import Mention, concepts, mentions, word_list
from qa.text.preparation import HAN, language_of, stem

CODE = re.compile(r"(?<![A-Za-z0-9])(?:NCT|ISRCTN|ChiCTR|EudraCT|UMIN|KCT|IRCT|PMC|PMID)[\s-]?[A-Z]*\d[\d-]{4,}", re.IGNORECASE)
NAME = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z][A-Za-z]*[a-z][A-Za-z-]*(?:'s)?|[A-Z]{4,}(?![A-Za-z0-9]))")
INSTITUTION = re.compile(
    r"[\u4e00-\u9fff0-9]{1,14}(?:医院|大学|研究所|医学院|医学中心)"
    r"|(?:[A-Z0-9][\w.']*\s(?:(?:of|the|No\.|for)\s)*){0,6}(?:Hospital|University|Institute|Clinic)(?:\sof(?:\sthe)?(?:\s[A-Z0-9][\w.']*)+)?"
)
TEAM = re.compile(r"(?:^|[,。、;:\s由据和与及的])([\u4e00-\u9fff]{2,3})(?=等人|团队|院士|教授|课题组)")
QUOTED = re.compile(r"《([^》]{1,80})》")
LATIN = re.compile(r"[A-Za-z][A-Za-z'-]*[A-Za-z]|[A-Za-z]")
MODIFIERS = ("direction", "comparison", "negation", "strength")  # inside a quantity they belong to the number
LIMIT_REACH = 12
HAN_RUN = re.compile(r"[\u3400-\u9fff]+")


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
class Name:
    """A proper name, title or registration number that no word list knows. `kind` is place, journal, registration or name."""

    kind: str
    text: str
    start: int
    end: int


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
    quantities = quantities_of(plain)
    found = [m for m in found if m.kind not in MODIFIERS or not any(_of_number(plain, m, q) for q in quantities)]
    found = sorted([*found, *_cell_arms(plain, parts, found), *bare_directions(plain, found)], key=lambda m: (m.start, m.end))
    negated = negated_mentions(plain, parts, found)
    names = _names(plain, found, [(q.start, q.end) for q in quantities if q.kind in ("year", "date")])
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
        words=_words(plain, found, [(x.start, x.end) for x in (*quantities, *names) if getattr(x, "kind", "") != "name"]),  # type: ignore[attr-defined]
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
        beside = parts[segment_at(parts, mention.start)].clause in controlled
        if grouped or (beside and mention.kind != "route"):
            arms.append(Mention(treated, mention.start, grouped.end() if grouped else mention.end))
    return arms


def segment_at(parts: list[Segment] | tuple[Segment, ...], position: int) -> int:
    """Return the number of the segment that holds a position."""
    return next((i for i, s in enumerate(parts) if s.start <= position < s.end), max(0, len(parts) - 1))


def _names(text: str, found: list[Mention], dated: list[tuple[int, int]]) -> tuple[Name, ...]:
    covered = [(m.start, m.end) for m in found] + dated
    names: list[Name] = []

    def free(start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in covered)

    for match in CODE.finditer(text):
        names.append(Name("registration", match.group(), *match.span()))
    known = [(m.start, m.end) for m in found if m.concept.group in ("place/institution",)]
    for match in INSTITUTION.finditer(text):
        if not any(a < match.end() and match.start() < b for a, b in known):
            names.append(Name("place", match.group(), *match.span()))
    for match in TEAM.finditer(text):
        if free(*match.span(1)) and not phrase_pattern("statements", "team").search(match.group(1)):
            names.append(Name("name", match.group(1), *match.span(1)))
    published = phrase_pattern("statements", "print")
    for match in QUOTED.finditer(text):
        near = text[max(0, match.start() - 12) : match.start()] + text[match.end() : match.end() + 8]
        journal = any(m.kind == "journal" and m.start < match.end() and match.start() < m.end for m in found)
        if published.search(near) and not journal:
            names.append(Name("journal", match.group(1), *match.span()))
    taken = covered + [(n.start, n.end) for n in names]
    for match in NAME.finditer(text):
        opening = not text[: match.start()].strip() or re.search(r"[.!?。:\"“]\s?$", text[: match.start()])
        first = opening and not HAN.search(text) and not re.match(r"'s|\set al|\sand colleagues", text[match.start() + len(match.group().removesuffix("'s")) :])
        if (not first or match.group().isupper()) and not any(a < match.end() and match.start() < b for a, b in taken) and free(*match.span()):
            names.append(Name("name", match.group().removesuffix("'s"), *match.span()))
    return tuple(names)


def _words(text: str, found: list[Mention], spans: list[tuple[int, int]]) -> frozenset[str]:
    """Return the content words left over by the word lists: English stems, Chinese pairs of characters."""
    kept = list(text)
    for start, end in [(m.start, m.end) for m in found] + spans:
        kept[start:end] = " " * (end - start)
    rest = "".join(kept)
    stop = phrase_pattern("statements", "framing")
    rest = stop.sub(lambda m: " " * len(m.group()), rest)
    words: set[str] = set()
    ignored = stop_words()
    for match in LATIN.finditer(rest):
        word = match.group().lower().removesuffix("'s")
        if word not in ignored and len(word) > 1:
            words.add(stem(word))
    for match in HAN_RUN.finditer(rest):
        for run in phrase_pattern("statements", "stop").sub(" ", match.group()).split():
            if HAN.match(run) and len(run) > 1:
                words.update(run[i : i + 2] for i in range(len(run) - 1))
    return frozenset(words)


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return the English words that carry no content of their own."""
    return frozenset(word_list("statements")["stop"]["en"])


def widened(keys: frozenset[str] | set[str]) -> set[str]:
    """Return the keys with all that they lie within: Guangzhou is in China."""
    found, pending = set(keys), list(keys)
    while pending:
        concept = concepts().get(pending.pop())
        for wider in concept.within if concept else ():
            if wider not in found:
                found.add(wider)
                pending.append(wider)
    return found
