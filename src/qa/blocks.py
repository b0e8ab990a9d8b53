"""Cuts plain text and Markdown into blocks: titles, headings, paragraphs, list items, and parts never to be quoted."""

import re

from qa.records import Block, BlockKind
from qa.references import find_reference_list
from qa.text import HAN

LINE = re.compile(r"[^\n]*\n?")
ITEM = re.compile(r"\s*(?:[-*+•·●]\s+|\(?\d{1,2}[.)、)]\s*(?=\D))")
MARKDOWN_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+\S")
RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$|\s*\|?[\s:|-]+\|[\s:|-]*$")
FULL_STOP = "。.!!;;:::,,、"
HEADING_HAN, HEADING_LATIN = 40, 90  # characters: a longer line without a full stop is a paragraph all the same
WRAPPED_SHARE = 0.6  # share of inner lines without a full stop from which a text counts as hard-wrapped


def text_blocks(text: str, markdown: bool, start: int = 0) -> tuple[Block, ...]:
    """Return the blocks of `text[start:]`, in order. The reference list, and all that follows it, is `skip`."""
    references = find_reference_list(text)
    limit = references[0] if references else len(text)
    lines = [(m.start(), m.end(), m.group().rstrip()) for m in LINE.finditer(text, start, limit) if m.group()]
    wrapped = not markdown and _is_wrapped([line for _, _, line in lines])
    blocks: list[Block] = []
    fenced = False
    run: list[tuple[int, int]] = []  # the lines of a paragraph not yet closed

    def close() -> None:
        if run:
            blocks.append(_trimmed(text, "paragraph", run[0][0], run[-1][1]))
            run.clear()

    for at, stop, line in lines:
        if markdown and line.lstrip().startswith("```"):
            fenced = not fenced
            close()
        elif fenced:
            continue
        elif not line.strip() or RULE.fullmatch(line):
            close()
        elif markdown and (heading := MARKDOWN_HEADING.match(line)):
            close()
            kind: BlockKind = "title" if len(heading.group(1)) == 1 and not _has_title(blocks) else "heading"
            blocks.append(_trimmed(text, kind, at + line.index("#") + len(heading.group(1)), stop))
        elif item := ITEM.match(line):
            close()
            blocks.append(_trimmed(text, "item", at + item.end(), stop))
        elif (not wrapped or not run) and not markdown and looks_like_heading(line):
            if wrapped and not _stands_alone(text, stop):
                run.append((at, stop))
                continue
            close()
            blocks.append(_trimmed(text, "heading", at, stop))
        else:
            if run and not wrapped and not (markdown and not _ends_sentence(text[run[-1][0] : run[-1][1]])):
                close()
            run.append((at, stop))
    close()
    if references:
        blocks.append(Block("skip", limit, len(text)))
    return tuple(b for b in blocks if b.start < b.end)


def looks_like_heading(line: str) -> bool:
    """Return whether a line of plain text is a heading: short, and without a full stop; a short question is one."""
    line = line.strip()
    if not line or line[-1] in FULL_STOP or line[0] in "[(([" or re.search(r"\[\d+\]", line):
        return False
    if re.search(r"[。;;]", line):
        return False
    return len(line) <= (HEADING_HAN if HAN.search(line) else HEADING_LATIN)


def _has_title(blocks: list[Block]) -> bool:
    return any(block.kind == "title" for block in blocks)


def _ends_sentence(line: str) -> bool:
    line = re.sub(r"(\s*\[[\d,\-–]+\])+$", "", line.rstrip())
    return line[-1:] in "。.!?!?…”\"」"


def _stands_alone(text: str, stop: int) -> bool:
    following = text[stop:].split("\n", 1)[0]
    return not following.strip()


def _is_wrapped(lines: list[str]) -> bool:
    inner = [a for a, b in zip(lines, lines[1:], strict=False) if a.strip() and b.strip()]
    inner = [line for line in inner if not HAN.search(line) or len(line) >= 20]
    if len(inner) < 3:
        return False
    open_ended = [line for line in inner if not _ends_sentence(line) and len(line) <= 120]
    return len(open_ended) >= WRAPPED_SHARE * len(inner)


def _trimmed(text: str, kind: BlockKind, start: int, end: int) -> Block:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Block(kind, start, end)
