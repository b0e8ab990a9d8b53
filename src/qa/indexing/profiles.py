"""What each study of a corpus is about, as sets: named things, figures and words; and what a question says beyond them.

A question about a Brazilian trial, or one with 500 patients, has no answer here, however near its words are.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from qa.quantities.finding import quantities
from qa.records import Passage
from qa.text.lexicon import mentions, phrases
from qa.text.preparation import HAN, prepared, terms

EXCLUSIVE = ("place", "cell type", "cell source", "route", "disease", "design", "journal")
COUNTED = ("patients", "percentage", "age", "dose per kg", "cells", "duration", "times", "year")
NAME = re.compile(r"\b[A-Z][a-zA-Z]{2,}\b|\b[A-Z]{2,}\d*\b")


@dataclass(frozen=True)
class Profile:
    """Concept keys and (kind, low, high) of the figures of a set of sentences."""

    concepts: frozenset[str]
    figures: frozenset[tuple[str, float, float]]


def profile_of(texts: Iterable[str]) -> Profile:
    """Return the profile of these texts together."""
    concepts: set[str] = set()
    figures: set[tuple[str, float, float]] = set()
    for text in texts:
        plain = prepared(text)
        concepts.update(m.concept.key for m in mentions(plain))
        figures.update((q.kind, q.low, q.high) for q in quantities(plain))
    return Profile(frozenset(concepts), frozenset(figures))


def study_profiles(passages: list[Passage]) -> dict[int, Profile]:
    """Return a profile for each citation number, from all its sentences and their contexts."""
    texts: dict[int, list[str]] = {}
    for passage in passages:
        for number in passage.citations:
            texts.setdefault(number, []).append(f"{passage.context} {passage.text}")
    return {number: profile_of(found) for number, found in sorted(texts.items())}


@dataclass(frozen=True)
class Strange:
    """What a question names that a study (or the corpus) does not: concepts, figures, and the share of unknown words."""

    foreign: tuple[str, ...]  # named things of a kind that the study has others of
    figures: tuple[str, ...]  # figures that the study does not have
    words: float  # share of the question's terms that are nowhere in the corpus, 0 to 1
    names: tuple[str, ...]  # capitalised Latin words that are nowhere in the corpus


@cache
def asking_words() -> frozenset[str]:
    """Return the lexical terms of words that only ask, as in `corpus/lexicon/wants.json`: they name nothing."""
    return frozenset(term for phrase in phrases("wants", "asking") for term in terms(phrase))


def strangeness(question: str, study: Profile, corpus: frozenset[str]) -> Strange:
    """Return what a prepared question says beyond a study's profile and beyond the words of the corpus."""
    foreign = []
    for mention in mentions(question):
        concept = mention.concept
        if concept.kind in EXCLUSIVE and not concept.generic and concept.key not in study.concepts:
            foreign.append(question[mention.start : mention.end])
    figures = [
        q.text
        for q in quantities(question)
        if q.kind in COUNTED and not any(low <= q.low and q.high <= high for kind, low, high in study.figures if kind == q.kind)
    ]
    known = terms(question)
    content = [t for t in known if len(t) > 1 or not HAN.match(t)]
    unknown = [t for t in content if t not in corpus]
    names = [w for w in NAME.findall(question) if any(t not in corpus and t not in asking_words() for t in terms(w))]
    return Strange(tuple(dict.fromkeys(foreign)), tuple(figures), len(unknown) / max(1, len(content)), tuple(dict.fromkeys(names)))


@dataclass(frozen=True)
class Ground:
    """What a corpus speaks of: a profile of each study by number, and every lexical term."""

    studies: dict[int, Profile]
    vocabulary: frozenset[str]


def ground_row(ground: Ground) -> dict[str, Any]:
    """Return the ground as plain JSON values."""
    return {
        "vocabulary": sorted(ground.vocabulary),
        "studies": {
            str(number): {"concepts": sorted(p.concepts), "figures": sorted(map(list, p.figures))}
            for number, p in ground.studies.items()
        },
    }


def ground_from(row: dict[str, Any]) -> Ground:
    """Return the ground of a row that `ground_row` made."""
    studies = {
        int(number): Profile(frozenset(p["concepts"]), frozenset((kind, low, high) for kind, low, high in p["figures"]))
        for number, p in row["studies"].items()
    }
    return Ground(studies, frozenset(row["vocabulary"]))
