"""The judgement of a claim as a record, and the judgements of several sentences as one."""

from dataclasses import dataclass
from typing import Literal

from qa.claims.comparison.findings import Finding
from qa.records import Difference, Hit, Verdict

LayerVerdict = Literal["supported", "differs", "not stated"]
QUOTES = 3  # sentences shown beside a verdict


@dataclass(frozen=True)
class Judgement:
    """The result of one claim.

    `study` is the reference number, 0 for the review itself, None where none was found. `hits` are the one to three
    sentences that decide, best first; `marks` gives the spans to mark in each, `claim_marks` those in the claim.
    `review` and `source` are the verdicts of each layer alone.
    """

    verdict: Verdict
    study: int | None
    hits: tuple[Hit, ...]
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]
    review: LayerVerdict
    source: LayerVerdict
    notices: tuple[str, ...]
    claim_marks: tuple[tuple[int, int], ...] = ()
    marks: tuple[tuple[tuple[int, int], ...], ...] = ()


def nothing_found() -> Judgement:
    """Return the judgement of a claim that no study can be compared with."""
    return Judgement("not_found", None, (), (), (), "not stated", "not stated", ())


def joined(parts: list[tuple[Judgement, int]]) -> Judgement:
    """Return the judgements of several sentences as one: the worst decides, and nothing found is left out."""
    order: dict[str, int] = {"differs": 0, "not_found": 1, "supported": 2}
    layers: dict[str, int] = {"differs": 0, "not stated": 1, "supported": 2}
    judgements = [part for part, _ in parts]
    shown: list[Hit] = []
    marks: list[tuple[tuple[int, int], ...]] = []
    for part in judgements:
        for hit, spans in zip(part.hits, part.marks, strict=True):
            if all(hit.row != other.row for other in shown) and len(shown) < QUOTES:
                shown.append(Hit(hit.row, hit.passage, hit.score, len(shown) + 1))
                marks.append(spans)
    return Judgement(
        verdict=min((p.verdict for p in judgements), key=order.__getitem__),
        study=next((p.study for p in judgements if p.study is not None), None),
        hits=tuple(shown),
        differences=tuple(dict.fromkeys(d for p in judgements for d in p.differences)),
        findings=tuple(f for p in judgements for f in p.findings),
        review=min((p.review for p in judgements), key=layers.__getitem__),
        source=min((p.source for p in judgements), key=layers.__getitem__),
        notices=tuple(dict.fromkeys(n for p in judgements for n in p.notices)),
        claim_marks=tuple((a + offset, b + offset) for p, offset in parts for a, b in p.claim_marks),
        marks=tuple(marks),
    )
