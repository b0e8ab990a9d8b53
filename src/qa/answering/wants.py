"""What a question asks for (a number of people, an age, a price ...) and whether a quote contains such a thing.

A question that looks answerable but asks a detail the text lacks scores higher than a real one; only the kind of
answer it wants gives it away. The ways of asking are data: `corpus/lexicon/wants.json`.
"""

import json
import re
from dataclasses import dataclass
from functools import cache

from qa.errors import CorpusError
from qa.quantities.finding import quantities
from qa.settings import shipped_corpus
from qa.text.preparation import prepared


@dataclass(frozen=True)
class Want:
    """A kind of answer: the ways of asking for it, and the kinds of quantity that satisfy it (none: never given)."""

    kind: str
    asking: re.Pattern[str]
    answers: frozenset[str]


@cache
def known_wants() -> tuple[Want, ...]:
    """Return the kinds of answer that are told apart, in file order."""
    path = shipped_corpus() / "lexicon" / "wants.json"
    try:
        rows = json.loads(path.read_text("utf-8"))["wants"]
        return tuple(
            Want(row["kind"], re.compile("|".join([*row["zh"], *row["en"]]), re.IGNORECASE), frozenset(row["answers"])) for row in rows
        )
    except (OSError, ValueError, KeyError, re.error) as error:
        raise CorpusError(f"{path}: can't be read ({error}); restore it from the project") from error


def wanted(question: str) -> tuple[Want, ...]:
    """Return what a prepared question asks for; empty where it asks for no particular kind of thing."""
    return tuple(want for want in known_wants() if want.asking.search(question))


def kinds_in(text: str) -> frozenset[str]:
    """Return the kinds of quantity that a text contains."""
    return frozenset(q.kind for q in quantities(prepared(text)))
