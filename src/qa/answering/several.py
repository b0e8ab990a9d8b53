"""Questions about several studies: a list (which studies gave cells by the hepatic artery?) or a comparison of two.

One statement of each study that answers is quoted, instead of the three best, which are often of one study. Which ways
of asking mean a list is data: `several` in `corpus/lexicon/wants.json`.
"""

import re
from functools import cache

from qa.errors import CorpusError
from qa.indexing.index import Index
from qa.records import REVIEW, Hit, Language
from qa.search.retrieval import Retriever, Scores
from qa.statements.outcomes import Told, told
from qa.statements.statement import read_statement
from qa.text.lexicon import is_a, mentions, word_list

MOST = 5  # studies that are quoted
LOOKED_AT = 80  # statements, best first, among which each study's is looked for
NAMING = ("cell source", "cell type", "route", "disease", "design", "measure", "event")  # what a list can ask for


def of_several(retriever: Retriever, scores: Scores, question: str, language: Language) -> tuple[Hit, ...]:
    """Return the best statement of each study that a prepared question asks for, best first; none where it asks for one.

    At most five; fewer than two are no list.
    """
    hits = _listed(retriever, scores, question, language) if asks_for_a_list(question) else _compared(retriever, scores, question, language)
    return tuple(hits[:MOST]) if len(hits) > 1 else ()


def asks_for_a_list(question: str) -> bool:
    """Return whether a prepared question asks which studies there are of a kind."""
    return bool(_list_pattern().search(question))


@cache
def _list_pattern() -> re.Pattern[str]:
    try:
        ways = word_list("wants")["several"]
        return re.compile("|".join([*ways["zh"], *ways["en"]]), re.IGNORECASE)
    except (KeyError, TypeError, re.error) as error:
        raise CorpusError(f'lexicon/wants.json: "several" can\'t be read ({error}); restore it from the project') from error


def _listed(retriever: Retriever, scores: Scores, question: str, language: Language) -> list[Hit]:
    """The best statement of each study that names all that the question names, and tells the same of the measures."""
    asked, sides = _asked(question), told(question).sides
    if not asked:
        return []
    found: dict[int, Hit] = {}
    for hit in retriever.hits(scores, language, LOOKED_AT):
        number = hit.passage.citations[0]
        if number == REVIEW or len(hit.passage.citations) > 1 or number in found:
            continue
        said = _told(retriever.index, hit)
        if sides <= said.sides and all(any(is_a(key, wanted) for key in said.keys) for wanted in asked):
            found[number] = hit
    return list(found.values())


def _asked(question: str) -> set[str]:
    """The concepts that a question names and does not exclude (not marrow); none where it is not clear what it excludes."""
    named = mentions(question)
    generic = {m.concept.key for m in named if m.concept.generic}
    items = [item for item in read_statement(question).items if item.key.startswith(NAMING) and item.key not in generic]
    if any(m.kind == "negation" for m in named) and not any(item.negated for item in items):
        return set()
    return {item.key for item in items if not item.negated or item.key.startswith("event")}


def _compared(retriever: Retriever, scores: Scores, question: str, language: Language) -> list[Hit]:
    """The best statement of each of two studies that a question names by their places."""
    studies = retriever.index.ground.studies
    groups: list[set[int]] = []
    for key in dict.fromkeys(m.concept.key for m in mentions(question) if m.kind == "place" and not m.concept.generic):
        there = {number for number, profile in studies.items() if key in profile.concepts and number != REVIEW}
        if there and not any(there & group for group in groups):
            groups.append(there)
    if len(groups) < 2:
        return []
    hits = retriever.hits(scores, language, LOOKED_AT)
    best = (next((hit for hit in hits if hit.passage.citations[0] in group), None) for group in groups)
    return sorted((hit for hit in best if hit is not None), key=lambda hit: hit.rank)


def _told(index: Index, hit: Hit) -> Told:
    return index.told.get(hit.passage.id) or told(hit.passage.text)
