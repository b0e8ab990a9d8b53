"""Cuts a prepared text into clauses and segments, and tells what kind of statement each is.

A clause ends at a full stop, a semicolon or a word of contrast (but, 但); a segment also at a comma. What a clause says
is not always what a study found: it may say what a source does not give ("the abstract does not state the dose"), pass
on what only the review says, speak of another study, or of what is still needed. Such words confirm nothing.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from qa.text.lexicon import phrases
from qa.text.sentences import sentence_spans

Mood = Literal["stated", "unstated", "hearsay", "other", "wish"]
WEAK = re.compile(r",(?!\d{3}(?!\d))|:(?=\s|[\u4e00-\u9fff])")
FIGURE = re.compile(r"(?<!\d)(?!(?:19|20)\d\d(?!\d))\d")  # but for a year
CLAUSE_END = re.compile(r"[;。!?]")


@dataclass(frozen=True)
class Segment:
    """`text[start:end]` without a comma in it; segments with the same `clause` belong together."""

    start: int
    end: int
    clause: int
    mood: Mood


@cache
def phrase_pattern(name: str, part: str) -> re.Pattern[str]:
    """Return a pattern for the phrases of a word list: English ones as whole words, `^` for the start of a clause."""
    rows = []
    for phrase in phrases(name, part):
        body = re.escape(phrase.removeprefix("^")).replace(r"\ ", r"\s+")
        body = rf"(?<![a-z]){body}(?![a-z])" if phrase.removeprefix("^")[0].isascii() and phrase[-1].isalpha() else body
        rows.append(rf"(?:^|(?<=[,;。]))\s*{body}" if phrase.startswith("^") else body)
    return re.compile("|".join(rows), re.IGNORECASE)


def segments(text: str) -> list[Segment]:
    """Return the segments of a prepared text, in order, covering it without gaps."""
    found: list[Segment] = []
    clause = 0
    for start, end in _clauses(text):
        cuts = [m.start() for m in WEAK.finditer(text, start, end) if text[m.start() + 1 : m.start() + 2] != ""]
        bounds = [start, *(c for c in cuts if c > start), end]
        pieces = [(a, b) for a, b in zip(bounds, bounds[1:], strict=False) if a < b]
        moods = _moods(text, pieces)
        found += [Segment(a, b, clause, mood) for (a, b), mood in zip(pieces, moods, strict=True)]
        clause += 1
    return found


def _clauses(text: str) -> list[tuple[int, int]]:
    cuts = {0, len(text)}
    for _, end in sentence_spans(text):
        cuts.add(end)
    cuts |= {m.end() for m in CLAUSE_END.finditer(text)}
    cuts |= {m.start() for m in phrase_pattern("statements", "contrast").finditer(text)}
    ordered = sorted(cuts)
    return [(a, b) for a, b in zip(ordered, ordered[1:], strict=False) if text[a:b].strip()]


def _moods(text: str, pieces: list[tuple[int, int]]) -> list[Mood]:
    start, end = pieces[0][0], pieces[-1][1]
    whole = text[start:end]
    if phrase_pattern("statements", "other").search(whole):
        return ["other"] * len(pieces)
    moods: list[Mood] = ["stated"] * len(pieces)
    reported = False
    for at, (a, b) in enumerate(pieces):
        reported = reported or phrase_pattern("statements", "hearsay").search(text[a:b]) is not None
        moods[at] = "hearsay" if reported else "stated"
    for at, (a, b) in enumerate(pieces):
        if phrase_pattern("statements", "wish").search(text[a:b]):
            moods[at] = "wish"
    for at, (a, b) in enumerate(pieces):
        if phrase_pattern("statements", "unproven").search(text[a:b]):
            moods[at] = "unstated"
    for at, (a, b) in enumerate(pieces):
        cue = phrase_pattern("statements", "unstated").search(text[a:b])
        if cue:
            speaker = phrase_pattern("statements", "speaker").search(text[a : a + cue.start()])
            first = at if speaker and at else 0
            for i in range(first, len(pieces)):
                if i < at and FIGURE.search(text, *pieces[i]):
                    continue  # aged 18 to 75, and the cause is not stated: what has a figure is stated
                if i > at and phrase_pattern("statements", "restated").search(text, *pieces[i]):
                    break
                moods[i] = "unstated"
    return moods


def segment_at(parts: list[Segment] | tuple[Segment, ...], position: int) -> int:
    """Return the number of the segment that holds a position."""
    return next((i for i, s in enumerate(parts) if s.start <= position < s.end), max(0, len(parts) - 1))
