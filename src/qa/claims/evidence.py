"""Gathers what a corpus says about each study: the review's sentences on it, and those of its own digest or original."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from qa.corpus.folder import Corpus
from qa.records import REVIEW, Language
from qa.statements.statement import Statement, read_statement
from qa.text.preparation import HAN

Layer = Literal["review", "source", "record"]


@dataclass(frozen=True)
class Source:
    """One sentence as evidence. `row` is its passage's place in the corpus, or None for a bibliographic record, which has `authors`."""

    row: int | None
    layer: Layer
    statement: Statement
    authors: tuple[str, ...] = ()


def study_rows(corpus: Corpus) -> dict[int, list[int]]:
    """Return the rows of the passages about each study by its number; 0 is the review itself."""
    found: dict[int, list[int]] = {}
    for row, passage in enumerate(corpus.passages):
        for number in passage.citations:
            found.setdefault(number, []).append(row)
    return found


def sources_of(corpus: Corpus, number: int, rows: list[int], language: Language) -> list[Source]:
    """Return the evidence on one study: its sentences in the claim's language, else in the other, then its record.

    Each layer chooses its language on its own: a Chinese review and an English abstract are both read.
    """
    found: list[Source] = []
    for layer in ("review", "source"):
        own = [row for row in rows if _layer(corpus, row, number) == layer]
        spoken = [row for row in own if corpus.passages[row].language == language]
        found += [Source(row, layer, read_statement(corpus.passages[row].text)) for row in spoken or own]  # type: ignore[arg-type]
    record = record_text(corpus.references.get(number, {}), language)
    if number != REVIEW and record:
        found.append(Source(None, "record", read_statement(record), authors_of(corpus.references[number])))
    return found


def _layer(corpus: Corpus, row: int, number: int) -> Layer:
    document = corpus.documents[corpus.passages[row].document]
    return "review" if document.kind == "review" or number == REVIEW else "source"


@lru_cache(maxsize=1024)
def _record(title: str, journal: str, year: str, place: str, authors: str) -> str:
    printed = f"Published in 《{journal}》 in {year}{place}." if journal else f"Published in {year}." if year else ""
    parts = [f"{title}." if title else "", printed, authors]
    return " ".join(part for part in parts if part)


def record_text(item: dict[str, Any], language: Language) -> str:
    """Return a reference as a sentence: its title, journal, year, volume, issue, pages and authors."""
    title = str(item.get(f"title-{language}") or item.get("title") or "")
    dates = (item.get("issued") or {}).get("date-parts") or [[]]
    year = "-".join(f"{part:02}" for part in dates[0] if isinstance(part, int))
    place = "".join(f", {name} {item[name]}" for name in ("volume", "issue", "page") if str(item.get(name, "")).strip())
    return _record(title, str(item.get("container-title") or ""), year, place, ", ".join(authors_of(item)))


def authors_of(item: dict[str, Any]) -> tuple[str, ...]:
    """Return the authors of a reference: family names, Chinese names in full."""
    named = [a for a in item.get("author") or () if a.get("family")]
    return tuple(f"{a['family']}{a.get('given') or ''}" if HAN.match(str(a["family"])) else str(a["family"]) for a in named)
