"""An answer to take along: its question, quotes, sources, notices and disclaimer as plain text and as Markdown.

`qa.web.pdf` sets the same parts in a PDF.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa.answering.cards import citation_line
from qa.records import REVIEW, Answer, Quote
from qa.web.interface import Interface

PartKind = Literal["title", "heading", "alert", "text", "quote", "line", "item", "small"]
URGENT = ("emergency", "personal_advice", "not_covered")  # outcomes whose notices come before everything else
MARKDOWN = re.compile(r"([\\`*_<>\[\]|~])")
OPENING = re.compile(r"^(\s*)([#+\-]|\d+[.)])")


@dataclass(frozen=True)
class Part:
    """One paragraph of a saved answer. A `quote` is word for word; its citation marks follow it in `marks`."""

    kind: PartKind
    text: str
    marks: str = ""


def answer_parts(answer: Answer, words: Interface) -> tuple[Part, ...]:
    """Return a whole answer as paragraphs in reading order: urgent notices first, the disclaimer always last."""
    return tuple(part for part in _parts(answer, words) if part.text.strip())


def _parts(answer: Answer, words: Interface) -> Iterator[Part]:
    urgent = answer.outcome in URGENT
    yield Part("title", words("page_title"))
    yield Part("text", words("labelled", label=words("saved_claim" if answer.verdict else "saved_question"), text=answer.question.strip()))
    if urgent:
        yield from (Part("alert", words.script(notice)) for notice in answer.notices)
    if answer.verdict:
        yield Part("text", words.named("verdict", answer.verdict))
    for difference in answer.differences:
        name, unit = words.named("difference", difference.kind), words.named("unit", difference.unit)
        sides = " / ".join(f"{value} {unit}".strip() for value in (difference.claimed, difference.source))
        yield Part("item", words("labelled", label=name, text=sides))
    for quote in answer.quotes:
        yield from _quoted(quote, words)
    if answer.opposite:
        yield Part("heading", words("opposite"))
        for quote in answer.opposite:
            yield from _quoted(quote, words)
    if answer.citations:
        yield Part("heading", words("saved_sources"))
        yield from (Part("item", words.script(citation_line(card))) for card in (*answer.citations, *answer.opposite_citations))
    if answer.notices and not urgent:
        yield Part("heading", words("notices"))
        yield from (Part("item", words.script(notice)) for notice in answer.notices)
    if answer.suggestions:
        yield Part("heading", words("suggestions"))
        yield from (Part("item", question) for question in answer.suggestions)
    yield Part("small", words.script(answer.disclaimer))


def _quoted(quote: Quote, words: Interface) -> Iterator[Part]:
    marks = "".join(f"[{number if number != REVIEW else words('review_short')}]" for number in quote.citations)
    yield Part("quote", quote.text, marks)
    yield Part("line", quote.translation or "")
    if quote.strength:
        yield Part("line", words("labelled", label=words("strength"), text=words.script(quote.strength)))


def plain_text(parts: tuple[Part, ...]) -> str:
    """Return the paragraphs as plain text, for pasting into a message."""
    lines: list[str] = []
    for part in parts:
        start = "- " if part.kind == "item" else ""
        lines += ["", part.text + part.marks] if part.kind not in ("item", "line") else [f"{start}{part.text}"]
    return "\n".join(lines).strip() + "\n"


def markdown(parts: tuple[Part, ...]) -> str:
    """Return the paragraphs as Markdown. Characters that Markdown or HTML would take for markup are escaped."""
    before = {"title": "# ", "heading": "## ", "quote": "> ", "line": "> ", "item": "- ", "alert": "**", "small": "*"}
    after = {"alert": "**", "small": "*"}
    blocks: list[str] = []
    kind = ""
    for part in parts:
        text = before.get(part.kind, "") + _escaped(part.text) + _escaped(part.marks) + after.get(part.kind, "")
        if kind == part.kind == "item":
            blocks[-1] += "\n" + text
        elif part.kind == "line":
            blocks[-1] += "\n>\n" + text
        else:
            blocks.append(text)
        kind = part.kind
    return "\n\n".join(blocks) + "\n"


def _escaped(text: str) -> str:
    line = MARKDOWN.sub(r"\\\1", " ".join(text.split("\n")))
    return OPENING.sub(r"\1\\\2", line)
