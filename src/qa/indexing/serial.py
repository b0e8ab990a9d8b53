"""Documents and passages as JSON rows, and back; the round trip is exact."""

from dataclasses import asdict
from typing import Any

from qa.records import Block, Document, Passage


def document_row(document: Document) -> dict[str, Any]:
    """Return a document as plain JSON values; blocks as [kind, start, end, page]."""
    row = asdict(document)
    row["blocks"] = [[b.kind, b.start, b.end, b.page] for b in document.blocks]
    row["references"] = {str(number): item for number, item in document.references.items()}
    return row


def document_from(row: dict[str, Any]) -> Document:
    """Return the document of a row that `document_row` made."""
    blocks = tuple(Block(kind, start, end, page) for kind, start, end, page in row["blocks"])
    references = {int(number): item for number, item in row["references"].items()}
    listed = {name: tuple(value) for name, value in row.items() if isinstance(value, list) and name != "blocks"}
    return Document(**{**row, **listed, "blocks": blocks, "references": references})


def passage_row(passage: Passage) -> dict[str, Any]:
    """Return a passage as plain JSON values."""
    return asdict(passage)


def passage_from(row: dict[str, Any]) -> Passage:
    """Return the passage of a row that `passage_row` made."""
    return Passage(**{**row, "citations": tuple(row["citations"])})
