"""Finds a label that opens a note and says nothing of a study: "Press release:", 讲课幻灯:."""

import re
from collections.abc import Sequence

from qa.statements.clauses import phrase_pattern
from qa.text.lexicon import Mention

REST = re.compile(r"(?:\s[a-z]+){0,3}\s?[:,|]\s?|(?:\s[a-z]+){0,3}\s?[-\u2013\u2014]\s", re.IGNORECASE)
OPENING = re.compile(r"(?:[A-Za-z'/-]+\s){0,6}[A-Za-z'/-]+:\s|[\u4e00-\u9fff]{1,12}:")


def label_end(text: str, found: Sequence[Mention]) -> tuple[int, int]:
    """Return where a listed label at the start of a prepared text ends, and where any words before a colon do; 0 for none.

    Words before a colon are a label where no word list knows any of them.
    """
    listed = phrase_pattern("statements", "labels").match(text)
    rest = REST.match(text, listed.end()) if listed else None
    first = rest.end() if rest else 0
    opening = OPENING.match(text)
    unknown = opening is not None and not any(m.start < opening.end() and not m.concept.generic for m in found)
    return first, max(first, opening.end() if opening and unknown else 0)
