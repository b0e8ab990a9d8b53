"""Finds warning signs in a question: the forms of `qa.safety.rules`, and whether a context cancels them.

One pass over the text looks up the literals that start at each character (about 0.1 ms a question).
"""

import itertools
import re
from bisect import bisect_left
from dataclasses import dataclass

from qa.safety.rules import Entry, Link, Rules
from qa.text.preparation import prepared

UNIT = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[a-z0-9']+")
BREAK = re.compile(r"[,;:。!?\n]|\.(?!\d)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
SENTENCE_END = "。!?;."
HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")
LETTER_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff](?: |$))")  # as in 吐 血
LONGEST = 8000  # characters: bounds the work that a pasted document can cause
Span = tuple[int, int]


@dataclass(frozen=True)
class Match:
    """One entry found at `start:end` of the prepared question; it counts (`live`) if no context cancels it."""

    entry: Entry
    start: int
    end: int
    cancelled_by: tuple[str, ...]

    @property
    def live(self) -> bool:
        return not self.cancelled_by


@dataclass(frozen=True)
class Findings:
    """All that the patterns find in a question: `matches` in order of position and id, and the contexts present."""

    matches: tuple[Match, ...]
    contexts: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """A question as it is matched: `origin[i]` is where character i stands in the prepared question."""

    text: str
    origin: list[int]
    clause: list[int]
    sentence: list[int]
    units: list[int]


def read_question(question: str, rules: Rules) -> Reading:
    """Return a question as it is matched: prepared, lower case, likely typing errors read as what was meant."""
    plain = prepared(question)[:LONGEST].replace("’", "'").replace("‘", "'").replace("`", "'")
    plain = HYPHEN.sub(" ", plain)
    lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in plain)
    text, origin = rules.speller.corrected(lowered, LETTER_GAP)
    clause, sentence, units = [0] * (len(text) + 1), [0] * (len(text) + 1), [0] * (len(text) + 1)
    for mark in BREAK.finditer(text):
        clause[mark.end()] += 1
        sentence[mark.end()] += text[mark.start()] in SENTENCE_END
    for unit in UNIT.finditer(text):
        units[unit.end()] += 1
    running = (list(itertools.accumulate(counts)) for counts in (clause, sentence, units))
    return Reading(text, origin, *running)


def find(question: str, rules: Rules) -> Findings:
    """Return what the patterns find in a question, live and cancelled matches alike.

    Of a question longer than 8,000 characters only the first 8,000 are read.
    """
    reading = read_question(question, rules)
    spans = _spans(reading, rules)
    found: list[Match] = []
    for name, places in spans.items():
        entry = rules.entries[name]
        for span in places if entry.label else ():
            cancelled = [other for other in entry.unless if _cancels(rules.entries[other], span, spans, reading, rules)]
            cancelled += [f"no {other}" for other in entry.needs if not _holds(rules.entries[other], span, spans, reading)]
            found.append(Match(entry, reading.origin[span[0]], reading.origin[span[1] - 1] + 1, tuple(cancelled)))
    return Findings(
        tuple(sorted(found, key=lambda match: (match.start, match.end, match.entry.id))),
        frozenset(name for name in spans if not rules.entries[name].label),
    )


def _spans(reading: Reading, rules: Rules) -> dict[str, list[Span]]:
    """Return where each entry and context stands, without the places that its "not" forms cover."""
    text = reading.text
    parts: dict[int, dict[int, list[Span]]] = {}
    for i in range(len(text)):
        if i and text[i].isascii() and text[i].isalnum() and text[i - 1].isascii() and text[i - 1].isalnum():
            continue  # inside an English word or a figure
        for key in (text[i], text[i : i + 2]) if i + 1 < len(text) else (text[i],):
            for literal in rules.starts.get(key, ()):
                end = _end(text, i, literal)
                for form, part in rules.uses[literal] if end else ():
                    parts.setdefault(form, {}).setdefault(part, []).append((i, end))
    found: dict[str, set[Span]] = {}
    masks: dict[str, list[Span]] = {}
    for form, places in parts.items():
        owner, hides, links = rules.forms[form]
        if all(optional or part in places for part, (_, optional) in enumerate(links)):
            spans = _chained(reading, places, links)
            if hides:
                masks.setdefault(owner, []).extend(spans)
            elif spans:
                found.setdefault(owner, set()).update(spans)
    kept = {owner: sorted(s for s in spans if not any(a < s[1] and s[0] < b for a, b in masks.get(owner, ()))) for owner, spans in found.items()}
    return {owner: spans for owner, spans in sorted(kept.items()) if spans}


def _chained(reading: Reading, places: dict[int, list[Span]], links: tuple[Link, ...]) -> list[Span]:
    """Return the spans over which the parts of a form follow each other."""
    chains = [(start, end, 0) for start, end in dict.fromkeys(places[0])]
    for part, (reach, optional) in enumerate(links[1:], 1):
        followers = sorted(places.get(part, ()))
        longer: list[tuple[int, int, int]] = []
        for start, end, spare in chains:
            for before, after in followers[bisect_left(followers, (end, end)) :]:
                if not _near(reading, end, before, max(reach, spare)):
                    break  # the later ones are farther still
                longer.append((start, after, 0))
        kept = [(start, end, max(reach, spare)) for start, end, spare in chains] if optional else []
        chains = list(dict.fromkeys(longer + kept))
    return [(start, end) for start, end, _ in chains]


def _end(text: str, start: int, literal: str) -> int:
    """Return where a literal found at `start` ends, or 0: an English one must end with a word, or run on if it has `*`."""
    word = literal.rstrip("*")
    if not text.startswith(word, start):
        return 0
    end = start + len(word)
    if not (text[end - 1].isascii() and text[end - 1].isalnum()):
        return end
    while end < len(text) and text[end].isascii() and text[end].isalnum():
        if word == literal:
            return 0
        end += 1
    return end


def _near(reading: Reading, end: int, start: int, reach: int) -> bool:
    """Return whether `start` follows `end` in the same clause, at most `reach` characters or words later."""
    return end <= start and reading.clause[end] == reading.clause[start] and reading.units[start] - reading.units[end] <= reach


def _holds(context: Entry, span: Span, spans: dict[str, list[Span]], reading: Reading) -> bool:
    """Return whether a context holds for a match at `span`."""
    places = spans.get(context.id, [])
    if context.where == "question":
        return bool(places)
    if context.where == "before":
        return any(_near(reading, b, span[0], context.reach) for _, b in places)
    if context.where == "after":
        return any(_near(reading, span[1], a, context.reach) for a, _ in places)
    part = reading.clause if context.where == "clause" else reading.sentence
    return any(part[span[0]] <= part[a] <= part[span[1] - 1] for a, _ in places)


def _cancels(context: Entry, span: Span, spans: dict[str, list[Span]], reading: Reading, rules: Rules) -> bool:
    if not _holds(context, span, spans, reading):
        return False
    return not any(all(_holds(rules.entries[name], span, spans, reading) for name in names) for names in context.restored_by)
