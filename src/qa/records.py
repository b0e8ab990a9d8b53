"""The records that flow through the project, from a file on disk to an answer. Frozen, and without behaviour."""

from dataclasses import dataclass, field
from typing import Any, Literal

Language = Literal["zh", "en"]
BlockKind = Literal["title", "heading", "paragraph", "item", "skip"]
Outcome = Literal["answered", "not_covered", "emergency", "personal_advice"]
Verdict = Literal["supported", "differs", "not_found"]
DocumentKind = Literal["review", "digest", "abstract", "full text"]

REVIEW = 0  # the citation number of the review itself


@dataclass(frozen=True)
class Block:
    """A run of a document's text that belongs together: `text[start:end]`, on PDF page `page` (from 1) or None."""

    kind: BlockKind
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True)
class Document:
    """One file of the corpus as text. `id` is its path inside the corpus folder, with `/`.

    `text` is what quotes are cut from. `citation` is the reference number that the whole document is about, or None
    where its own `[n]` marks say it. `references` are CSL-JSON items by number, from its own reference list.
    `warnings` are one-line reports on parts of the file that could not be read, such as bad pages of a PDF.
    """

    id: str
    text: str
    language: Language
    title: str
    kind: DocumentKind
    blocks: tuple[Block, ...]
    citation: int | None = None
    references: dict[int, dict[str, Any]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """One whole sentence, the unit of retrieval and of quoting: `documents[document].text[start:end] == text`.

    `unit` names the statement whatever its language: both lines of an aligned pair share it, and `partner` is the
    position of the other line in the corpus' list of passages. `context` is what is embedded before the sentence.
    """

    id: str
    unit: str
    document: str
    start: int
    end: int
    text: str
    language: Language
    citations: tuple[int, ...]
    section: str
    context: str
    page: int | None = None
    partner: int | None = None


@dataclass(frozen=True)
class Hit:
    """A retrieved passage: `row` is its position in the index, `rank` counts from 1, `parts` explain the score."""

    row: int
    passage: Passage
    score: float
    rank: int
    parts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Quote:
    """A sentence shown to the user, word for word."""

    text: str
    citations: tuple[int, ...]
    document: str
    passage: str
    start: int
    end: int
    page: int | None
    score: float
    translation: str | None
    section: str = ""
    layer: str = ""
    strength: str = ""


@dataclass(frozen=True)
class Difference:
    """One point where a claim and the source's sentence part; `unit` is empty where the thing has none."""

    kind: str
    claimed: str
    source: str
    unit: str = ""


@dataclass(frozen=True)
class Answer:
    """The reply to one question or claim; the contract's JSON is made from it by `qa.answering.answer.to_json`."""

    question: str
    language: Language
    outcome: Outcome
    quotes: tuple[Quote, ...]
    citations: tuple[dict[str, Any], ...]
    notices: tuple[str, ...]
    disclaimer: str
    verdict: Verdict | None = None
    differences: tuple[Difference, ...] = ()
    suggestions: tuple[str, ...] = ()
    confidence: float = 0.0
    opposite: tuple[Quote, ...] = ()  # what must stand beside the quotes: a study that found otherwise, the review's own source
    opposite_citations: tuple[dict[str, Any], ...] = ()  # as `citations`, of those that only `opposite` cites
