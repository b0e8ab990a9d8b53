"""Reads the safety rules that a clinician can read and edit (`corpus/safety/`, see its README) into one index.

An entry's forms say what to look for; contexts say when a match does not count: denied, long past, asked about in a
study, an idiom. Forms become literals in an index of first characters: no regular expression is compiled, so 2,000
forms load in 20 ms.
"""

import itertools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import CorpusError
from qa.safety.typos import Speller
from qa.text.preparation import HAN

FILES = ("red_flags.json", "despair.json", "personal.json", "not_now.json", "who_and_when.json")
PLACES = ("before", "after", "clause", "sentence", "question")
GAPS = {"...": (6, 4), "..": (3, 2)}  # what may stand between two parts: Chinese characters, English words
PIECE = re.compile(r"\.{2,3}|\([^()]*\)|(?:(?!\.\.)[^()*])+\*?")
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


@dataclass
class Rules:
    """The entries and contexts of a safety folder, indexed for matching; `thresholds` are those of `qa.safety.triage`.

    `starts` gives literals by their first two characters; `uses` the forms and parts that a literal stands in; `forms`
    the owner of each form, whether it masks its owner's other forms, and how its parts follow each other.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    speller: Speller = field(default_factory=Speller)
    thresholds: dict[str, float] = field(default_factory=dict)
    starts: dict[str, list[str]] = field(default_factory=dict)
    uses: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    forms: list[tuple[str, bool, tuple[Link, ...]]] = field(default_factory=list)


def read_rules(folder: Path) -> Rules:
    """Return the rules of a safety folder. CorpusError names the file and the entry that can't be used."""
    rules = Rules()
    files = {name: _read(folder / name) for name in (*FILES, "typos.json", "thresholds.json")}
    rules.thresholds = {key: float(value) for key, value in files["thresholds.json"]["thresholds"].items()}
    groups = {key: "|".join(words) for name in FILES for key, words in files[name].get("groups", {}).items()}
    sounds: dict[str, str] = files["typos.json"]["sounds_like"]
    for name in FILES:
        for row in files[name]["entries"]:
            try:
                entry = _entry(row, files[name])
                rules.entries[entry.id] = entry
                for form, masks in [(f, False) for k in ("zh", "en") for f in row.get(k, [])] + [(f, True) for f in row.get("not", [])]:
                    _add(rules, entry.id, form, masks, groups, sounds if entry.label and not masks else {})
            except (KeyError, TypeError, ValueError) as error:
                raise CorpusError(f'{folder / name}, entry "{row.get("id", "?")}": {error}; see {folder / "README.md"}') from error
    known = set(rules.entries)
    for entry in rules.entries.values():
        for other in {*entry.needs, *entry.unless, *itertools.chain(*entry.restored_by)} - known:
            raise CorpusError(f'{folder}, entry "{entry.id}": no context is called "{other}"; see {folder / "README.md"}')
    rules.speller = Speller.of(files["typos.json"])
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


def _add(rules: Rules, owner: str, form: str, masks: bool, groups: dict[str, str], sounds: dict[str, str]) -> None:
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
