"""Finds warning signs in a question by patterns that a clinician can read and edit (`corpus/safety/`, see its README).

An entry's forms say what to look for; contexts say when a match does not count: denied, long past, asked about in a
study, an idiom. Matching is by literal text through one index of first characters: no regular expression is compiled,
so hundreds of forms load in milliseconds and a question costs tens of microseconds.
"""

import itertools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import CorpusError
from qa.text import HAN, prepared
from qa.typos import Speller

FILES = ("red_flags.json", "despair.json", "personal.json", "not_now.json", "who_and_when.json")
PLACES = ("before", "after", "clause", "sentence", "question")
GAPS = {"...": (6, 4), "..": (3, 2)}  # what may stand between two parts: Chinese characters, English words
PIECE = re.compile(r"\.{2,3}|\([^()]*\)|(?:(?!\.\.)[^()])+")
UNIT = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]|[a-z0-9']+")
BREAK = re.compile(r"[,;:。!?\n]|\.(?!\d)|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
SENTENCE_END = "。!?;."
HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")
LETTER_GAP = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff](?: |$))")
Span = tuple[int, int]
Link = tuple[int, bool]  # how far after the part before it a part may stand; whether it may be left out


@dataclass(frozen=True)
class Entry:
    """What to look for (`label` set) or a context (`where` set), as in its file; `reason` is for its reader."""

    id: str
    reason: str
    label: str = ""
    card: str = ""
    sure: bool = True
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    where: str = ""
    reach: int = 0
    restored_by: tuple[tuple[str, ...], ...] = ()


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


@dataclass
class Rules:
    """The entries and contexts of a safety folder, indexed for matching; `thresholds` are those of `qa.triage`."""

    entries: dict[str, Entry] = field(default_factory=dict)
    speller: Speller = field(default_factory=Speller)
    thresholds: dict[str, float] = field(default_factory=dict)
    starts: dict[str, list[str]] = field(default_factory=dict)
    uses: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    forms: list[tuple[str, bool, tuple[Link, ...]]] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """A question as it is matched: `origin[i]` is where character i stands in the prepared question."""

    text: str
    origin: list[int]
    clause: list[int]
    sentence: list[int]
    units: list[int]


def read_rules(folder: Path) -> Rules:
    """Return the rules of a safety folder. CorpusError names the file and the entry that can't be used."""
    rules = Rules()
    files = {name: _read(folder / name) for name in (*FILES, "typos.json", "thresholds.json")}
    rules.thresholds = {key: float(value) for key, value in files["thresholds.json"]["thresholds"].items()}
    groups = {key: "|".join(words) for name in FILES for key, words in files[name].get("groups", {}).items()}
    sounds: dict[str, str] = files["typos.json"]["sounds_like"]
    words: set[str] = set()
    for name in FILES:
        for row in files[name]["entries"]:
            try:
                entry = _entry(row, files[name])
                rules.entries[entry.id] = entry
                for form, masks in [(f, False) for k in ("zh", "en") for f in row.get(k, [])] + [(f, True) for f in row.get("not", [])]:
                    _add(rules, entry.id, form, masks, groups, sounds if entry.label and not masks else {}, words)
            except (KeyError, TypeError, ValueError) as error:
                raise CorpusError(f'{folder / name}, entry "{row.get("id", "?")}": {error}; see {folder / "README.md"}') from error
    known = set(rules.entries)
    for entry in rules.entries.values():
        for other in {*entry.needs, *entry.unless, *itertools.chain(*entry.restored_by)} - known:
            raise CorpusError(f'{folder}, entry "{entry.id}": no context is called "{other}"; see {folder / "README.md"}')
    rules.speller = Speller.of({word.rstrip("*") for word in words}, files["typos.json"])
    return rules


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path} can't be read as JSON ({error}); restore it or mend the line named") from error
    if not isinstance(content, dict):
        raise CorpusError(f'{path} must be one object with a list "entries"; see {path.parent / "README.md"}')
    return content


def _entry(row: dict[str, Any], file: dict[str, Any]) -> Entry:
    label, where = file.get("label", ""), row.get("where", "")
    if not label and where not in PLACES:
        raise ValueError(f'"where" must be one of {", ".join(PLACES)}')
    unless = [*file.get("unless", []), *row.get("also_unless", [])]
    return Entry(
        id=row["id"],
        reason=row["reason"],
        label=label,
        card=row.get("card", file.get("card", "")),
        sure=row.get("sure", True),
        needs=tuple(row.get("needs", ())),
        unless=tuple(u for u in unless if u not in row.get("whatever", [])),
        where=where,
        reach=int(row.get("reach", 0)),
        restored_by=tuple(tuple(names) for names in row.get("restored_by", ())),
    )


def _add(rules: Rules, owner: str, form: str, masks: bool, groups: dict[str, str], sounds: dict[str, str], words: set[str]) -> None:
    """Put one form into the index, part by part: a part is a plain run of text, or the choices of a bracket."""
    chinese = bool(HAN.search(form))
    full = re.sub(r"\{(\w+)\}", lambda name: f"({groups[name.group(1)]})", form) if "{" in form else form
    number, reach = len(rules.forms), 0
    links: list[Link] = []
    for piece in (p for p in PIECE.findall(full) if p.strip()):
        if piece in GAPS:
            reach = GAPS[piece][0 if chinese else 1]
            continue
        choices = [choice.strip() for choice in piece.strip("()").split("|")]
        literals = {*choices, *_heard(choices, sounds)} - {""}
        literals |= {literal.replace("'", "") for literal in literals if "'" in literal}
        for literal in literals:
            uses = rules.uses.get(literal)
            if uses is None:
                uses = rules.uses[literal] = []
                rules.starts.setdefault(literal.rstrip("*")[:2], []).append(literal)
            uses.append((number, len(links)))
        if not chinese:
            words.update(word for literal in literals for word in literal.split())
        links.append((reach, "" in choices))
        reach = 0
    if not links or links[0][1]:
        raise ValueError(f'the form "{form}" must begin with a part that can\'t be left out')
    rules.forms.append((owner, masks, tuple(links)))


def _heard(literals: list[str], sounds: dict[str, str]) -> list[str]:
    """Return the Chinese literals with one character typed as another of the same sound.

    A single character is only read so where it is listed with itself, as in {"血": "血雪"}.
    """
    return [
        word[:i] + other + word[i + 1 :]
        for word in (literals if sounds else ())
        for i, char in enumerate(word)
        for other in sounds.get(char, "")
        if len(word) > 1 or char in sounds[char]
    ]


def read_question(question: str, rules: Rules) -> Reading:
    """Return a question as it is matched: prepared, lower case, likely typing errors read as what was meant."""
    plain = prepared(question).replace("’", "'").replace("‘", "'").replace("`", "'")
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


def find(question: str, rules: Rules) -> list[Match]:
    """Return every entry found in a question, live or cancelled, in order of position and id."""
    reading = read_question(question, rules)
    spans = _spans(reading, rules)
    found: list[Match] = []
    for name, places in spans.items():
        entry = rules.entries[name]
        for span in places if entry.label else ():
            cancelled = [other for other in entry.unless if _cancels(rules.entries[other], span, spans, reading, rules)]
            cancelled += [f"no {other}" for other in entry.needs if not _holds(rules.entries[other], span, spans, reading)]
            found.append(Match(entry, reading.origin[span[0]], reading.origin[span[1] - 1] + 1, tuple(cancelled)))
    return sorted(found, key=lambda match: (match.start, match.end, match.entry.id))


def contexts(question: str, rules: Rules) -> set[str]:
    """Return the ids of the contexts present anywhere in a question."""
    spans = _spans(read_question(question, rules), rules)
    return {name for name in spans if not rules.entries[name].label}


def _spans(reading: Reading, rules: Rules) -> dict[str, list[Span]]:
    """Return where each entry and context stands, without the places that its "not" forms cover."""
    text = reading.text
    parts: dict[int, dict[int, list[Span]]] = {}
    for i in range(len(text)):
        if i and text[i].isascii() and text[i].isalnum() and text[i - 1].isascii() and text[i - 1].isalnum():
            continue  # inside an English word or a figure
        for key in (text[i], text[i : i + 2]) if i + 1 < len(text) else (text[i],):
            for literal in rules.starts.get(key, ()):
                word = literal.rstrip("*")
                if text.startswith(word, i) and _whole(text, i + len(word), literal):
                    for form, part in rules.uses[literal]:
                        parts.setdefault(form, {}).setdefault(part, []).append((i, i + len(word)))
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
    kept = {
        owner: sorted(s for s in spans if not any(a < s[1] and s[0] < b for a, b in masks.get(owner, ())))
        for owner, spans in found.items()
    }
    return {owner: spans for owner, spans in sorted(kept.items()) if spans}


def _chained(reading: Reading, places: dict[int, list[Span]], links: tuple[Link, ...]) -> list[Span]:
    """Return the spans over which the parts of a form follow each other."""
    chains = [(start, end, 0) for start, end in places[0]]
    for part, (reach, optional) in enumerate(links[1:], 1):
        longer = [
            (start, after, 0)
            for start, end, spare in chains
            for before, after in places.get(part, ())
            if _near(reading, end, before, max(reach, spare))
        ]
        chains = longer + ([(start, end, max(reach, spare)) for start, end, spare in chains] if optional else [])
    return [(start, end) for start, end, _ in chains]


def _whole(text: str, end: int, literal: str) -> bool:
    """Return whether a literal found up to `end` doesn't stop inside an English word or a figure."""
    after = end < len(text) and text[end - 1].isascii() and text[end - 1].isalnum() and text[end].isascii() and text[end].isalnum()
    return literal.endswith("*") or not after


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
