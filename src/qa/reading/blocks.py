"""Cuts plain text and Markdown into blocks: titles, headings, paragraphs, list items, and parts never to be quoted."""

import re
from dataclasses import dataclass, field

from qa.reading.references.lists import find_reference_list
from qa.records import Block, BlockKind
from qa.text.preparation import HAN

LINE = re.compile(r"[^\n]*\n?")
ITEM = re.compile(
    r"\s*(?:[-*+\u2022\u00b7\u25cf\u25aa\u25e6\u2023]\s+|[\u2022\u25cf\u25aa]|[(\uff08]?\d{1,2}[.)\u3001\uff09\uff0e]\s*(?=[^\d\s])|[\u2460-\u2473]\s*)"
)
NUMBERED = re.compile(r"\s*[(\uff08]?[\d\u2460-\u2473]")
QUOTED = re.compile(r"\s{0,3}(?:>\s?)+")
MARKDOWN_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+\S")
RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}$|\s*\|?[\s:|-]+\|[\s:|-]*$")
UNDERLINE = re.compile(r"\s{0,3}(?:=+|-{2,})\s*$")
NOT_PROSE = re.compile(r"\s*(?:\|.*\|\s*$|<!--.*-->\s*$|!\[[^\]]*\]\([^)]*\)\s*$|\[[^\]]+\]:\s*\S+$)")
# Notices around an article that are about no study. Not the article's words, so never quoted.
NOTICE = re.compile(
    r"\s*(?:\u514d\u8d23|\u514d\u8cac|\u7248\u6743|\u7248\u6b0a|\u626b\u7801|\u6383\u78bc|\u626b\u4e00\u626b|\u957f\u6309"
    r"|disclaimer\s*[:.]|copyright\b|\u00a9|all rights reserved)",
    re.IGNORECASE,
)
FULL_STOP = "\u3002.!\uff01;\uff1b:\uff1a,\uff0c\u3001"
HEADING_HAN, HEADING_LATIN = 40, 90  # characters: a longer line without a full stop is a paragraph all the same
WRAPPED_SHARE = 0.6  # share of long lines without a full stop from which a text counts as hard-wrapped
WIDEST = 130  # columns, Chinese characters counting two: lines longer than that were not wrapped by hand


@dataclass
class _Run:
    """The lines of a paragraph or list item that is not closed yet."""

    kind: BlockKind = "paragraph"
    start: int = 0
    lines: list[tuple[int, int]] = field(default_factory=list)


def text_blocks(text: str, markdown: bool, start: int = 0) -> tuple[Block, ...]:
    """Return the blocks of `text[start:]`, in order. The reference list, and all that follows it, is `skip`."""
    references = find_reference_list(text)
    limit = references[0] if references else len(text)
    lines = [(m.start(), m.end(), m.group().rstrip()) for m in LINE.finditer(text, start, limit) if m.group()]
    width = 0.0 if markdown else _wrapped_width([line for _, _, line in lines])
    blocks: list[Block] = []
    run = _Run()
    fenced = False

    def close() -> None:
        if run.lines:
            blocks.append(_trimmed(text, run.kind, run.start, run.lines[-1][1]))
            run.lines.clear()

    def add(kind: BlockKind, at: int, stop: int) -> None:
        close()
        blocks.append(_trimmed(text, kind, at, stop))

    def open_run(kind: BlockKind, at: int, stop: int) -> None:
        close()
        run.kind, run.start = kind, at
        run.lines.append((at, stop))

    for (at, stop, line), (_, _, following) in zip(lines, [*lines[1:], (0, 0, "")], strict=False):  # there may be none
        goes_on = (
            bool(run.lines)
            and (bool(width) or markdown)
            and not _ends_sentence(text[run.lines[-1][0] : run.lines[-1][1]])
        )
        if markdown and line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            close()
        elif fenced:
            continue
        elif not line.strip() or RULE.fullmatch(line) or NOT_PROSE.match(line):
            close()
        elif NOTICE.match(line):
            add("skip", at, stop)
        elif markdown and (heading := MARKDOWN_HEADING.match(line)):
            kind: BlockKind = "title" if len(heading.group(1)) == 1 and not _has_title(blocks) else "heading"
            add(kind, at + line.index("#") + len(heading.group(1)), stop)
        elif markdown and not run.lines and UNDERLINE.match(following) and not ITEM.match(line):
            add("title" if "=" in following and not _has_title(blocks) else "heading", at, stop)
        elif item := ITEM.match(line):
            if goes_on and width and line.lstrip()[0].isdigit():  # a wrapped sentence that goes on with a figure
                run.lines.append((at, stop))
            elif _is_numbered_heading(line, item.end(), following, markdown):
                add("heading", at, stop)
            else:
                open_run("item", at + item.end(), stop)
        elif (
            not markdown
            and not goes_on
            and looks_like_heading(line)
            and (not width or _width(line) < WRAPPED_SHARE * width or not following.strip())
        ):
            add("heading", at, stop)
        elif goes_on or (run.lines and width):
            run.lines.append((at, stop))
        else:
            quoted = QUOTED.match(line) if markdown else None
            open_run("paragraph", at + (quoted.end() if quoted else 0), stop)
    close()
    if references:
        blocks.append(Block("skip", limit, len(text)))
    return tuple(b for b in blocks if b.start < b.end)


def looks_like_heading(line: str) -> bool:
    """Return whether a line of plain text is a heading: short, and without a full stop; a short question is one."""
    line = line.strip()
    if not line or line[-1] in FULL_STOP or line[0] in "[([\uff08\uff3b" or re.search(r"[\[\uff3b]\d+[\]\uff3d]", line):
        return False
    if re.search(r"[\u3002\uff1b;\uff01\uff1f?!](?=.)", line):
        return False
    return len(line) <= (HEADING_HAN if HAN.search(line) else HEADING_LATIN)


def _is_numbered_heading(line: str, content: int, following: str, markdown: bool) -> bool:
    """Return whether a numbered line is a section's heading and not the first item of a list."""
    numbered = not markdown and bool(NUMBERED.match(line))
    return numbered and looks_like_heading(line[content:]) and bool(following.strip()) and not ITEM.match(following)


def _has_title(blocks: list[Block]) -> bool:
    return any(block.kind == "title" for block in blocks)


def _ends_sentence(line: str) -> bool:
    line = re.sub(r"(\s*[\[\uff3b][\d,\uff0c\u3001\-\u2013]+[\]\uff3d])+$", "", line.rstrip())
    return line[-1:] in tuple('\u3002.!?\uff01\uff1f\u2026\u201d"\u300d')


def _width(line: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in line.strip())


def _wrapped_width(lines: list[str]) -> float:
    """Return the width of a hard-wrapped text's full lines, or 0 if its lines are paragraphs."""
    widths = sorted(_width(line) for line in lines if line.strip())
    full = widths[int(0.9 * (len(widths) - 1))] if widths else 0
    inner = [
        a
        for a, b in zip(lines, lines[1:], strict=False)
        if a.strip() and b.strip() and _width(a) >= WRAPPED_SHARE * full
    ]
    if not 30 <= full <= WIDEST or len(inner) < 3:
        return 0.0
    return float(full) if sum(not _ends_sentence(line) for line in inner) >= WRAPPED_SHARE * len(inner) else 0.0


def _trimmed(text: str, kind: BlockKind, start: int, end: int) -> Block:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Block(kind, start, end)
