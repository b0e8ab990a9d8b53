"""Lines of a PDF -> text and blocks: joins lines to paragraphs, finds headings, keeps the page of every sentence."""

import re
import statistics
from dataclasses import dataclass, field

from qa.reading.blocks import ITEM, NOTICE, looks_like_heading
from qa.reading.pdf.glyphs import WIDE, width_of
from qa.reading.pdf.lines import Line
from qa.reading.references.lists import find_reference_list
from qa.records import Block, BlockKind
from qa.text.preparation import HAN
from qa.text.sentences import END, sentence_spans

CAPTION = re.compile(r"(?:图|表|圖|附图|附表|fig(?:ure|\.)?|table)\s*[\dIVX]+(?:[.:\uff1a\u3000 ]|$)", re.IGNORECASE)
SMALL, LARGE, TITLE = 0.82, 1.12, 1.25  # of the body's size: notes below it, headings above it
LONGEST_HEADING, MOST_BEFORE_TITLE = 300, 120  # characters


@dataclass
class _Paragraph:
    text: str
    size: float
    starts: list[tuple[int, int]]  # (place in the text, page) of every line
    kind: BlockKind = "paragraph"
    large: bool = False
    lines: list[Line] = field(default_factory=list)


def joined_lines(lines: list[Line]) -> tuple[str, tuple[Block, ...]]:
    """Return the text of a document and its blocks, from its lines in reading order; the reference list is `skip`."""
    raw = "\n".join(line.text for line in lines)
    span = find_reference_list(raw)
    first = raw.count("\n", 0, span[0]) if span else len(lines)
    body = lines[:first]
    usual = _body_size(body or lines)
    paragraphs = _without_tables(_paragraphs(body, usual), usual)
    text, blocks = "", []
    for paragraph in paragraphs:
        start = len(text)
        text += paragraph.text + "\n"
        blocks.extend(_blocks(text, start, paragraph))
    if span:
        blocks.append(
            Block("skip", len(text), len(text) + len(raw) - span[0], lines[first].page if first < len(lines) else None)
        )
        text += raw[span[0] :]
    return text.rstrip("\n"), tuple(blocks)


def _body_size(lines: list[Line]) -> float:
    if not lines:
        return 10.0
    weights: dict[float, int] = {}
    for line in lines:
        weights[round(line.size, 1)] = weights.get(round(line.size, 1), 0) + len(line.text)
    return max(weights, key=lambda size: (weights[size], -size))


def _paragraphs(lines: list[Line], usual: float) -> list[_Paragraph]:
    """Join lines to paragraphs. Notes and captions stand aside and don't interrupt the paragraph around them."""
    page = _Layout(lines, usual)
    done: list[_Paragraph] = []
    current: _Paragraph | None = None
    kept = [line for line in lines if not (line.size < SMALL * usual or CAPTION.match(line.text))]
    following = dict(zip(map(id, kept), [*kept[1:], None], strict=False))  # none are kept of a page of notes
    for line in lines:
        if id(line) not in following:
            done.append(_Paragraph(line.text, line.size, [(0, line.page)], "skip"))
            continue
        large = line.size > LARGE * usual and not line.text.endswith("\u3002")
        previous = current.lines[-1] if current else None
        if current and previous and not _begins(current, previous, line, page, large):
            joined = _join(current.text, line.text)
            current.starts.append((len(joined) - len(line.text), line.page))
            current.text = joined
            current.lines.append(line)
            continue
        current = _Paragraph(line.text, line.size, [(0, line.page)], large=large, lines=[line])
        if large or (
            looks_like_heading(line.text) and not ITEM.match(line.text) and not page.is_full(line, following[id(line)])
        ):
            current.kind = "heading"
        done.append(current)
    for paragraph in done:
        if NOTICE.match(paragraph.text):
            paragraph.kind = "skip"
        elif paragraph.kind == "paragraph" and ITEM.match(paragraph.text):
            paragraph.kind = "item"
        elif paragraph.kind == "paragraph" and looks_like_heading(paragraph.text):
            paragraph.kind = "heading"
        elif paragraph.kind == "heading" and len(paragraph.text) > LONGEST_HEADING:
            paragraph.kind = "paragraph"
    largest = max((p.size for p in done if p.kind == "heading" and p.large), default=0.0)
    before = 0  # characters of prose: a title stands above the article, a section's heading within it
    for paragraph in done:
        if paragraph.kind == "heading" and paragraph.size == largest >= TITLE * usual and before < MOST_BEFORE_TITLE:
            paragraph.kind = "title"
            break
        before += len(paragraph.text) if paragraph.kind in ("paragraph", "item") else 0
    return done


class _Layout:
    """What is usual in a document: its leading, the right edges of its columns, the length of its lines."""

    def __init__(self, lines: list[Line], usual: float) -> None:
        self.edges: dict[int, float] = {}
        for line in lines:
            for near in (-1, 0, 1):
                key = round(line.column / 6) + near
                self.edges[key] = max(self.edges.get(key, 0.0), line.end)
        steps = [
            a.y - b.y for a, b in zip(lines, lines[1:], strict=False) if _same_flow(a, b) and a.y - b.y < 3 * usual
        ]
        self.leading = statistics.median_low(steps) if steps else 1.4 * usual
        lengths = [len(line.text) for line in lines]
        common = statistics.mode(lengths) if lengths else 0
        # Lines cut after so many characters, whatever their width, say by their length that they are full.
        self.length = common if lengths.count(common) >= max(3, 0.4 * len(lengths)) else 0

    def is_full(self, line: Line, following: Line | None, slack: float = 0.5) -> bool:
        """Return whether the next word would not have fitted, within `slack` times the size of the letters."""
        if self.length and len(line.text) >= self.length - 1:
            return True
        word = re.match(r"[!-~]+|.{1,2}", following.text) if following else None
        room = self.edges[round(line.column / 6)] - line.end
        needed = width_of(word.group(), line.size) if word else 2 * line.size
        return room < needed + slack * line.size + 0.05 * (line.end - line.x)


def _begins(current: _Paragraph, previous: Line, line: Line, page: _Layout, large: bool) -> bool:
    """Return whether a line begins a paragraph of its own."""
    if current.kind == "heading":
        alike = large and current.large and abs(line.size - current.size) <= 0.5
        return not (alike and line.page == previous.page and previous.y - line.y < 1.8 * line.size)
    if large or abs(line.size - previous.size) > 0.1 * previous.size:
        return True
    complete, ends_open = _is_complete(current.text, line.text), current.text.endswith((":", ";", "\uff1a", "\uff1b"))
    if ITEM.match(line.text) and (complete or ends_open or not line.text[0].isdigit()):
        return True
    if _same_flow(previous, line) and previous.y - line.y > 1.4 * page.leading:
        return True
    if current.text.endswith(("-", ",", "\uff0c", "\u3001")):
        return False
    if not complete and not ends_open:  # broken off: only a line that is far from full ends a paragraph all the same
        return not page.is_full(previous, line, slack=4.0 if HAN.search(previous.text) else 8.0)
    if not page.is_full(previous, line):
        return True
    indented = line.x > line.column + 0.8 * line.size and previous.x < line.x - 0.5 * line.size
    return indented or (complete and looks_like_heading(line.text))


def _same_flow(a: Line, b: Line) -> bool:
    return a.page == b.page and abs(a.column - b.column) < 6 and a.y > b.y


def _is_complete(text: str, following: str) -> bool:
    """Return whether a sentence ends where a text does, given the line that follows it."""
    tail = text[-200:]
    return any(begin == len(tail) + 1 for begin, _ in sentence_spans(f"{tail} {following[:20]}"))


def _join(before: str, line: str) -> str:
    if re.search(r"[A-Za-z]-$", before) and line[:1].islower():
        return before[:-1] + line
    if before.endswith(("-", "/")) or re.match(WIDE, before[-1:]) or re.match(WIDE, line[:1]):
        return before + line
    return f"{before} {line}"


def _without_tables(paragraphs: list[_Paragraph], usual: float) -> list[_Paragraph]:
    """Mark runs of three and more "headings" of the body's size as skipped: they are the cells of a table."""
    at = 0
    while at < len(paragraphs):
        stop = at
        while (
            stop < len(paragraphs)
            and paragraphs[stop].kind in ("heading", "skip")
            and paragraphs[stop].size <= LARGE * usual
        ):
            stop += 1
        cells = [p for p in paragraphs[at:stop] if p.kind == "heading"]
        if len(cells) >= 3:
            for cell in cells:
                cell.kind = "skip"
        at = max(stop, at + 1)
    return paragraphs


def _blocks(text: str, start: int, paragraph: _Paragraph) -> list[Block]:
    """Return a paragraph's block, or one for each page on which sentences of it begin."""
    end = start + len(paragraph.text)
    if paragraph.kind == "item" and (item := ITEM.match(text, start)):
        start_of_text = item.end()
    else:
        start_of_text = start
    if paragraph.kind not in ("paragraph", "item"):
        return [Block(paragraph.kind, start_of_text, end, paragraph.starts[0][1])]
    whole = [
        span for span in sentence_spans(text, start_of_text, end) if paragraph.kind == "item" or _is_whole(text, span)
    ]
    groups: list[tuple[int, int, int]] = []  # (start, end, page) of the sentences that begin on one page
    for begin, stop in whole:
        page = max(page for place, page in paragraph.starts if place <= begin - start)
        if groups and groups[-1][2] == page:
            groups[-1] = (groups[-1][0], stop, page)
        else:
            groups.append((begin, stop, page))
    return [Block(paragraph.kind, begin, stop, page) for begin, stop, page in groups]


def _is_whole(text: str, span: tuple[int, int]) -> bool:
    """Return whether a sentence has its beginning and its end: a table or picture may have cut a paragraph."""
    begins = not ("a" <= text[span[0]] <= "z" and text[span[0] : span[0] + 2].islower())
    return begins and text[span[1] - 1] in END + ".:;\uff1a\uff1b\u201d\u2019\"')\uff09\u300d"
