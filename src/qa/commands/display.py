"""Answers and hits as plain text for a terminal."""

from typing import Any

from qa.answering.cards import citation_line
from qa.answering.wording import read_wording
from qa.records import Answer, Hit


def answer_text(answer: Answer) -> str:
    """Return an answer as lines: notices that come first, quotes with numbers, sources, other notices, disclaimer."""
    lines: list[str] = []
    wording = read_wording()
    urgent = answer.outcome in ("emergency", "personal_advice", "not_covered")
    if urgent:
        lines += [*answer.notices, ""]
    if answer.verdict:
        lines += [f"{answer.verdict}: {wording.text('check_' + answer.verdict, answer.language)}", ""]
    for difference in answer.differences:
        unit = f" {difference.unit}" if difference.unit else ""
        lines.append(f"  {difference.kind}: {difference.claimed}{unit} / {difference.source}{unit}")
    for quote in (*answer.quotes, *answer.opposite):
        if answer.opposite and quote is answer.opposite[0]:
            lines += [wording.text("opposite", answer.language), ""]
        marks = "".join(f"[{n}]" for n in quote.citations)
        page = f" (p. {quote.page})" if quote.page else ""
        lines.append(f"{quote.text}{marks}{page}")
        if quote.translation:
            lines.append(f"    {quote.translation}")
        if quote.strength:
            lines.append(f"    ({quote.strength})")
        lines.append("")
    lines += [citation_line(card) for card in (*answer.citations, *answer.opposite_citations)]
    if not urgent:
        lines += ["", *answer.notices] if answer.notices else []
    if answer.suggestions:
        lines += ["", wording.text("suggestions", answer.language), *(f"- {s}" for s in answer.suggestions)]
    return "\n".join([*lines, "", answer.disclaimer])


def hit_row(hit: Hit) -> dict[str, Any]:
    """Return a hit as plain JSON values."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "text": passage.text,
        "citations": list(passage.citations),
        "document": passage.document,
        "passage": passage.id,
        "unit": passage.unit,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "parts": {name: round(value, 4) for name, value in hit.parts.items()},
    }


def hits_text(hits: list[Hit]) -> str:
    """Return hits as lines: rank, score, citation, passage id, text."""
    lines = []
    for hit in hits:
        marks = "".join(f"[{n}]" for n in hit.passage.citations)
        lines.append(f"{hit.rank:3d}  {hit.score:.3f}  {marks}  {hit.passage.id}\n     {hit.passage.text}")
    return "\n".join(lines)
