"""Full-text search over the studies: in their facts, their references, and every sentence about them."""

from typing import Any

from qa.indexing.index import Index
from qa.records import REVIEW
from qa.text.preparation import prepared


class StudyTexts:
    """All that is known of each study as one prepared, lower-case text: facts and reference in both languages, the
    audit, and the sentences of review and source."""

    def __init__(self, index: Index) -> None:
        numbers = sorted({*index.references, *index.studies} - {REVIEW})
        parts = {
            number: _texts([index.studies.get(number), index.references.get(number), index.audit.get(number)])
            for number in numbers
        }
        for passage in index.passages:
            for number in passage.citations:
                if number in parts:
                    parts[number].append(passage.text)
        self.texts = {number: prepared("\n".join(own)).lower() for number, own in parts.items()}

    def having(self, query: str) -> list[int]:
        """Return the numbers of the studies in whose text every word of a query stands, in order; all for an empty one.

        Upper and lower case, full-width forms, Traditional and Simplified characters are the same.
        """
        words = prepared(query).lower().split()
        return [number for number, text in self.texts.items() if all(word in text for word in words)]


def _texts(value: Any) -> list[str]:
    """Return the words of a record, without the names of its fields."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [str(value)] if value is not None else []
