"""What one item of a claim finds in the sources, as a record; and which words of a source may decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.claims.evidence import Source
from qa.records import Difference
from qa.statements.statement import Item, Statement

Status = Literal["agrees", "differs", "undecided"]
Found = tuple[float, int, Item]  # likeness of the sentence to the claim, its row, the item in it
NUMBER_CONTEXT = 0.34  # how near a sentence must be for its number to stand against the claim's


@dataclass(frozen=True)
class Finding:
    """One item of the claim beside the sources. Spans are of the original texts; `row` is the source's place in the list.

    `hard` items must be confirmed before a claim counts as supported; `about` marks units that can't be converted; `near`
    is the likeness of the source's sentence to the claim, 0 to 1.
    """

    kind: str
    status: Status
    claimed: str
    source: str = ""
    unit: str = ""
    claim_span: tuple[int, int] = (0, 0)
    source_span: tuple[int, int] | None = None
    row: int | None = None
    hard: bool = True
    about: bool = False
    near: float = 0.0
    is_follow_up: bool = False

    def shown(self) -> tuple[Difference, ...]:
        """Return the finding as the contract shows it; a differing length of time is also named a follow-up."""
        own = Difference(self.kind, self.claimed, self.source, self.unit)
        return (own, Difference("follow-up", self.claimed, self.source, self.unit)) if self.is_follow_up else (own,)


@dataclass(frozen=True)
class Comparison:
    """All findings of one claim against some sentences, in the claim's order."""

    findings: tuple[Finding, ...]

    def of(self, status: Status) -> tuple[Finding, ...]:
        """Return the findings with one status."""
        return tuple(f for f in self.findings if f.status == status)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What the claim and its source disagree on, without repetition."""
        return tuple(dict.fromkeys(d for f in self.of("differs") for d in f.shown()))


def usable(source: Source, mood: str, claimed: str = "stated") -> bool:
    """Return whether words of this mood may confirm or contradict words of the claim's."""
    if claimed in ("unstated", "other"):
        return mood == claimed
    if source.layer == "review":
        return mood in ("stated", "hearsay") or mood == claimed
    return mood == "stated" or mood == claimed == "wish"


def span_in(source: Source, start: int, end: int) -> tuple[int, int]:
    """Return a span of a source's prepared text as one of its original text."""
    return source.statement.prepared.span(start, end)


def original_words(statement: Statement, start: int, end: int) -> str:
    """Return the original text of a span of the prepared text."""
    a, b = statement.prepared.span(start, end)
    return statement.original[a:b]


def likest(found: Sequence[Found]) -> Found:
    """Return the item whose sentence is most like the claim; of several the first sentence's."""
    return max(found, key=lambda f: (f[0], -f[1]))


def finding_of(kind: str, status: Status, claimed: str, span: tuple[int, int], sources: Sequence[Source], found: Sequence[Found]) -> Finding:
    """Return the finding that the likest of the items found stands for."""
    near, row, item = likest(found)
    return Finding(
        kind, status, claimed, original_words(sources[row].statement, item.start, item.end), "", span,
        span_in(sources[row], item.start, item.end), row, near=near,
    )  # fmt: skip
