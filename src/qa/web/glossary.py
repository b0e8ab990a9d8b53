"""Words of a quote that a reader can have explained: `corpus/wording/glossary.json`. The quote's letters never change."""

import json
import re
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from qa.errors import CorpusError
from qa.settings import shipped_corpus
from qa.text.preparation import HAN
from qa.web.interface import LANGUAGES, Interface, InterfaceLanguage


@dataclass(frozen=True)
class Term:
    """A word with its explanation, both by interface language; `forms` are how it stands in texts of any language."""

    name: dict[InterfaceLanguage, str]
    text: dict[InterfaceLanguage, str]
    forms: tuple[str, ...]


@cache
def glossary() -> tuple[Term, ...]:
    """Return all words, in the order of the file; CorpusError naming the file if it can't be used."""
    path = shipped_corpus() / "wording" / "glossary.json"
    try:
        entries = json.loads(path.read_text("utf-8"))["entries"]
        return tuple(
            Term(
                {language: entry["forms"][language][0] for language in LANGUAGES},
                {language: entry["text"][language] for language in LANGUAGES},
                tuple(dict.fromkeys(form for language in LANGUAGES for form in entry["forms"][language])),
            )
            for entry in entries
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise CorpusError(f'{path}: can\'t be used ({error!r}); each entry needs "forms" and "text" in {", ".join(LANGUAGES)}') from error


@cache
def _search() -> tuple[re.Pattern[str], dict[str, Term]]:
    """Return one pattern for all forms, the longest first, and the term of each form in lower case."""
    known: dict[str, Term] = {}
    for term in glossary():
        for form in term.forms:
            known.setdefault(form.lower(), term)
    forms = sorted({form for term in glossary() for form in term.forms}, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(_form, forms))), known


def _form(form: str) -> str:
    """Return the pattern of one form: Chinese anywhere, Latin as a whole word, in any case unless it is capitals."""
    body = re.escape(form)
    if not form.isupper() and not HAN.search(form):
        body = f"(?i:{body})"
    before = r"(?<![A-Za-z0-9])" if form[0].isascii() else ""
    after = r"(?![A-Za-z0-9])" if form[-1].isascii() and form[-1].isalnum() else ""
    return before + body + after


def explained(text: str, words: Interface, seen: set[int] | None = None) -> Markup:
    """Return a text, escaped, with each word of the glossary, the first time it stands there, open to explanation.

    Args:
        seen: the words marked before in the same quote, which are left alone; those marked here are added.
    """
    pattern, known = _search()
    seen = set() if seen is None else seen
    pieces, at = [], 0
    for found in pattern.finditer(text):
        term = known[found[0].lower()]
        if id(term) in seen:
            continue
        seen.add(id(term))
        pieces.append(escape(text[at : found.start()]))
        pieces.append(
            Markup('<span class="term" role="button" tabindex="0" data-name="{}" data-explains="{}">{}</span>').format(
                term.name[words.language], term.text[words.language], found[0]
            )
        )
        at = found.end()
    return Markup("").join([*pieces, escape(text[at:])])
