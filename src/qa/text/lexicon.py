"""The word lists in `corpus/lexicon`: what a doctor may edit, read once and searched by longest match."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from qa.errors import CorpusError
from qa.settings import shipped_corpus
from qa.text.preparation import HAN, prepared

BORDER = re.compile(r"(?<=[A-Za-z0-9+])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])")
PLURALS = ("", "s", "es", "'s")
UNBENT = ("negation", "comparison", "strength")  # kinds whose words have no plural: "notes" is not "not"


@dataclass(frozen=True)
class Concept:
    """One entry of a word list. `key` is `kind:id`; two concepts of one `group` exclude each other.

    `means` are the keys that its words state: its own (or that of the entry it is another name for) and any others.
    `within` are the keys of wider concepts, `excludes` of those that can't be true beside it. `good` is the direction of change that is good for the patient. A `generic` concept is
    true of nearly everything here and decides nothing. The Latin forms of a `cased` one are names: Gut, not gut.
    """

    key: str
    kind: str
    group: str = ""
    means: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    good: str = ""
    generic: bool = False
    cased: bool = False
    forms: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Mention:
    """A concept found in a prepared text, at `text[start:end]`."""

    concept: Concept
    start: int
    end: int

    @property
    def kind(self) -> str:
        return self.concept.kind

    @property
    def keys(self) -> tuple[str, ...]:
        return self.concept.means


@cache
def word_list(name: str) -> dict[str, Any]:
    """Return the content of `lexicon/NAME.json`; CorpusError naming the file if it can't be read."""
    path = shipped_corpus() / "lexicon" / f"{name}.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: this word list can't be read ({error}); restore the file or mend its JSON") from error
    return content


@cache
def concepts() -> dict[str, Concept]:
    """Return every concept of every word list that has entries, by key."""
    found: dict[str, Concept] = {}
    for path in sorted((shipped_corpus() / "lexicon").glob("*.json")):
        content = word_list(path.stem)
        for entry in content.get("entries", ()):
            try:
                concept = _concept(content["kind"], entry)
            except (KeyError, TypeError) as error:
                problem = f'{path}: entry {entry!r} needs "id", "zh" and "en" ({error!r}); mend the line'
                raise CorpusError(problem) from error
            found[concept.key] = concept
    return found


def _concept(kind: str, entry: dict[str, Any]) -> Concept:
    own = entry.get("kind", kind)
    full = [f"{own}:{name}" if ":" not in name else name for name in entry.get("within", ())]
    return Concept(
        key=f"{own}:{entry['id']}",
        kind=own,
        group=f"{own}/{entry['group']}" if entry.get("group") else "",
        within=tuple(full),
        means=(f"{own}:{entry.get('same', entry['id'])}", *entry.get("also", ())),
        excludes=tuple(f"{own}:{name}" if ":" not in name else name for name in entry.get("excludes", ())),
        good=entry.get("good", ""),
        generic=bool(entry.get("generic")),
        cased=bool(entry.get("cased")),
        forms=tuple(dict.fromkeys(prepared(form) for row in [*entry["zh"], *entry["en"]] if row.strip() for form in (row, _spaced(row)))),
    )


def _spaced(form: str) -> str:
    """Return a form with a space between Latin and Chinese letters, as many write it: B 淋巴细胞."""
    return BORDER.sub(" ", form)


@cache
def _by_opening() -> dict[str, list[tuple[str, str, Concept]]]:
    """Return (folded form, form, concept) by the form's first two characters, longest form first."""
    index: dict[str, list[tuple[str, str, Concept]]] = {}
    for concept in concepts().values():
        for form in concept.forms:
            plain = _plain(form)
            rows = index.setdefault(plain[:2], [])
            if not any(known == plain and other is concept and seen.isupper() == form.isupper() for known, seen, other in rows):
                rows.append((plain, form, concept))
    for rows in index.values():
        rows.sort(key=lambda row: (-len(row[0]), row[2].key))
    return index


def mentions(text: str) -> list[Mention]:
    """Return the concepts named in a prepared text, in order; of overlapping forms the leftmost, then the longest."""
    return list(_mentions(text))


@lru_cache(maxsize=64)  # one question is read for several ends
def _mentions(text: str) -> tuple[Mention, ...]:
    plain, at = _plain(text), 0
    found: list[Mention] = []
    index = _by_opening()
    while at < len(plain):
        end, longest = at, 0
        for form, written, concept in (*index.get(plain[at : at + 2], ()), *index.get(plain[at : at + 1], ())):
            if len(form) < longest:
                break
            if concept.cased and written[0].isupper() and text[at].islower():
                continue
            endings = ("",) if concept.kind in UNBENT else PLURALS
            if stop := _matched(text, plain, at, at + len(form), form, written, endings):
                end, longest = stop, len(form)
                found.append(Mention(concept, at, stop))
        at = max(end, at + 1)
    return tuple(found)


def _plain(text: str) -> str:
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is two characters stays, so that positions hold
        lower = "".join(small if len(small) == 1 else char for small, char in ((char.lower(), char) for char in text))
    return lower.replace("-", " ")


def _matched(text: str, plain: str, start: int, end: int, form: str, written: str, endings: tuple[str, ...]) -> int:
    """Return where the form ends here, a plural ending included, or 0 if it does not stand here as a word."""
    if not plain.startswith(form, start):
        return 0
    if HAN.match(form[0]) or not form[0].isalnum():
        return end
    if _continues(plain, start - 1):
        return 0
    if written.upper() == written and len(written) <= 6 and text[start:end].upper() != text[start:end]:
        return 0  # OS, PT, AIDS are not words
    for ending in endings:
        stop = end + len(ending)
        if plain.startswith(ending, end) and not (_continues(plain, stop) and form[-1].isalnum()):
            return stop
    return 0


def _continues(plain: str, at: int) -> bool:
    return 0 <= at < len(plain) and plain[at].isascii() and plain[at].isalnum()


def is_a(key: str, wider: str) -> bool:
    """Return whether the concept is the other one or lies within it, at any depth."""
    if key == wider:
        return True
    concept = concepts().get(key)
    return bool(concept) and any(is_a(parent, wider) for parent in concept.within)  # type: ignore[union-attr]


def phrases(name: str, part: str) -> Iterator[str]:
    """Yield the Chinese and English phrases of one part of a word list, prepared and lower case, longest first."""
    content = word_list(name)[part]
    rows = [phrase for language in ("zh", "en") for phrase in content.get(language, ())]
    yield from sorted(dict.fromkeys(prepared(row).lower() if row.strip() else row for row in rows), key=lambda p: (-len(p), p))
