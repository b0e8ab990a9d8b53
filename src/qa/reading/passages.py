"""Document -> passages: whole sentences, each with the study that it is about and the context it is embedded with."""

import re

from qa.records import REVIEW, Document, Passage
from qa.text.sentences import MARKS, cited_numbers, sentence_spans

CONTEXT_LENGTH = 160  # characters; the encoder reads 512 tokens, the sentence itself must keep most of them
LONGEST = 1500  # characters: what has no end for longer is a table or a listing, and the encoder would cut it silently
PAIRED = re.compile(r"\.(zh|en)(?=\.\w+$)")


def passages_of(document: Document, labels: dict[int, str] | None = None) -> list[Passage]:
    """Return the passages of one document, in reading order.

    The scope of a citation: a sentence that carries `[12]` is about 12, and so are the sentences after it until the
    next mark or heading. Before any mark, a review's sentence cites 0, the review itself. In a document that is
    about one study as a whole (`document.citation`), the marks are that study's own and are not used.

    Args:
        labels: a short name for each study by number, in the document's language, used as embedding context
            in place of the sentence that introduces the study.
    """
    own: tuple[int, ...] = (REVIEW,) if document.citation is None else (document.citation,)
    section, current, introduction = "", own, ""
    found: list[Passage] = []
    base = PAIRED.sub("", document.id)
    for block in document.blocks:
        if block.kind in ("title", "skip"):
            continue
        if block.kind == "heading":
            section, current, introduction = document.text[block.start : block.end], own, ""
            continue
        for start, end in sentence_spans(document.text, block.start, block.end):
            text = document.text[start:end]
            if len(text) > LONGEST:
                continue
            if document.citation is None:
                after = MARKS.match(document.text, end)
                marks = text + (after.group() if after else "")
                numbers = _cited(marks, document)
                if numbers:
                    current, introduction = numbers, text
            label = (labels or {}).get(current[0], "") if len(current) == 1 else ""
            found.append(
                Passage(
                    id=f"{document.id}#{len(found) + 1}",
                    unit=f"{base}#{len(found) + 1}",
                    document=document.id,
                    start=start,
                    end=end,
                    text=text,
                    language=document.language,
                    citations=current,
                    section=section or document.title,
                    context=_context(
                        section or document.title, label or ("" if introduction == text else introduction)
                    ),
                    page=block.page,
                )
            )
    return found


def _cited(text: str, document: Document) -> tuple[int, ...]:
    """Return the numbers that a sentence's marks cite; an interval in brackets, 24 [13-75], is no mark.

    Where the document has a reference list, a mark counts only if the list has all of its numbers.
    """
    marks = [cited_numbers(mark.group()) for mark in MARKS.finditer(text)]
    known = [m for m in marks if not document.references or all(n in document.references for n in m)]
    return tuple(dict.fromkeys(n for m in known for n in m))


def _context(section: str, study: str) -> str:
    return " ".join(part for part in (section, study) if part)[:CONTEXT_LENGTH]


def is_aligned(first: list[Passage], second: list[Passage], lines_first: list[int], lines_second: list[int]) -> bool:
    """Return whether two documents say the same, sentence by sentence: equal counts, on equal lines."""
    return len(first) == len(second) and lines_first == lines_second
