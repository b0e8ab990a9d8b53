"""PDF -> text and blocks with page numbers. The file is opened in a process of its own, which can be stopped."""

import json
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.blocks import ITEM, looks_like_heading
from qa.decoding import FEWEST_KNOWN, FREQUENT
from qa.errors import CorpusError
from qa.pdf_lines import WIDE, Line, page_lines, without_running_heads
from qa.records import Block, BlockKind
from qa.references import find_reference_list
from qa.sentences import END, MARKS, sentence_spans
from qa.text import HAN

SECONDS, MEMORY, MOST_PAGES = 60, 2_000_000_000, 2000
WORKER = Path(__file__).with_name("pdf_worker.py")
REASONS = {
    "encrypted": "is protected with a password; save it without one and add it again",
    "damaged": "is damaged and can't be read; get the file again, or print it to a new PDF",
    "no pages": "has no pages; get the file again",
    "many pages": f"has more than {MOST_PAGES} pages; split it",
    "much text": "holds more text than is read from one file; split it",
    "memory": "needs too much memory to read; print it to a new PDF",
    "time": "takes too long to read; print it to a new PDF or split it",
    "scanned": "holds pictures of pages but no text (a scan); run text recognition (OCR) on it and add the result",
    "garbled": "has fonts from which no readable text comes out; print it to a new PDF, or save the article as text",
}
OTHER_SCRIPT = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f\u0370-\u03ff\u1d00-\u1dbf\u2070-\u209f\u2100-\u218f\u2e80-\u30ff\u31c0-\u9fff\uf900-\ufaff\uff00-\uffef]")
UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]|\(cid:\d+\)|/[gG]\d{2,4}\b")
CAPTION = re.compile(r"(?:图|表|圖|附图|附表|fig(?:ure|\.)?|table)\s*[\dIVX]+(?:[.:\uff1a\u3000 ]|$)", re.IGNORECASE)
SMALL, LARGE = 0.82, 1.12  # of the body's size: notes below it, headings above it
JUNK_TITLE = re.compile(r"\.\w{2,5}$|untitled|^microsoft|^\W*$|^(?:pdf|doi|full)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PdfText:
    """What was read from a PDF: its text, the blocks in it with their pages, and one line per page that was left out."""

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    warnings: tuple[str, ...] = ()


@dataclass
class _Paragraph:
    text: str
    size: float
    starts: list[tuple[int, int]]  # (place in the text, page) of every line
    kind: BlockKind = "paragraph"
    large: bool = False
    lines: list[Line] = field(default_factory=list)


def read_pdf(path: Path, name: str, seconds: int = SECONDS, memory: int = MEMORY, most_pages: int = MOST_PAGES) -> PdfText:
    """Return the text of a PDF in reading order, column by column, without running heads, page numbers and captions.

    Words hyphenated at a line end are joined (wrong for: light-dependent). Raised figures stay raised. Pages that
    can't be read are left out and named in `warnings`.

    Args:
        name: what the file is called in errors.
        seconds: after which reading is stopped.
        memory: bytes, where the system can limit them.

    Raises:
        CorpusError: nothing can be read; one line with the reason and what to do.
    """
    tail = path.read_bytes()[-2048:]
    if b"%%EOF" not in tail:
        raise CorpusError(f"{name}: ends too early (was the download cut off?); get the file again")
    found = _read_apart(path, name, seconds, memory, most_pages)
    pages: list[list[Line]] = []
    problems: list[tuple[int, str]] = []
    for number, page in enumerate(found["pages"], 1):
        problem = _problem(page)
        if problem:
            problems.append((number, problem))
        pages.append([] if problem else page_lines(page, number))
    if not any(pages):
        kinds = [problem for _, problem in problems] or ["scanned"]
        raise CorpusError(f"{name}: {REASONS[max(set(kinds), key=lambda kind: (kinds.count(kind), kind))]}")
    pages = without_running_heads(pages, [float(page.get("height") or 0) for page in found["pages"]])
    text, blocks = _document([line for lines in pages for line in lines])
    if not blocks:
        raise CorpusError(f"{name}: {REASONS['scanned']}")
    title = next((text[b.start : b.end] for b in blocks if b.kind == "title"), "")
    stated = " ".join(str(found.get("title") or "").split())
    if not title and len(stated) >= 6 and not JUNK_TITLE.search(stated) and not _garbled(stated * 20):
        title = stated
    warnings = tuple(f"{name}, page {number}: {REASONS[problem]}" for number, problem in problems)
    return PdfText(text, blocks, title, warnings)


def _read_apart(path: Path, name: str, seconds: int, memory: int, most_pages: int) -> dict[str, Any]:
    command = [sys.executable, "-P", str(WORKER), str(path), str(most_pages), str(memory), str(seconds)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise CorpusError(f"{name}: {REASONS['time']}") from error
    except OSError as error:
        raise CorpusError(f"{name}: can't be opened in a process of its own ({error.strerror}); try again") from error
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        stopped_by_time = done.returncode in (-24, -9)  # SIGXCPU, SIGKILL: the limits that the process was given
        raise CorpusError(f"{name}: {REASONS['time' if stopped_by_time else 'memory']}") from None
    if "error" in found:
        raise CorpusError(f"{name}: {REASONS.get(str(found['error']), REASONS['damaged'])}")
    return found


def _problem(page: dict[str, Any]) -> str:
    """Return why a page can't be used, as a key of `REASONS`, or ""; a blank page is no problem."""
    if "error" in page:
        return "damaged"
    text = "".join(run[3] for run in page["runs"])
    if sum(c.isalnum() for c in text) < 20 and page.get("picture"):
        return "scanned"
    return "garbled" if _garbled(text) else ""


def _garbled(text: str) -> bool:
    """Return whether extracted text is not what the page shows: a font without, or with a wrong, character table."""
    letters = [c for c in text if c.isalpha()]
    unreadable = len(UNREADABLE.findall(text))
    if unreadable > 3 and unreadable > 0.05 * len(text):
        return True
    han = HAN.findall(text)
    if len(han) >= 80 and sum(c in FREQUENT for c in han) < 0.5 * FEWEST_KNOWN * len(han):
        return True
    if len(letters) >= 40 and len(OTHER_SCRIPT.findall(text)) > 0.2 * len(letters):
        return True
    latin = [c for c in letters if c.isascii()]
    accented = sum("\u00a1" <= c <= "\u024f" for c in text)
    if len(letters) >= 40 and accented > 0.25 * len(letters):
        return True
    if len(latin) >= 200 and len(latin) > 0.7 * len(letters):
        return not 0.22 <= sum(c in "aeiouAEIOU" for c in latin) / len(latin) <= 0.6
    return False


def _document(lines: list[Line]) -> tuple[str, tuple[Block, ...]]:
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
        blocks.append(Block("skip", len(text), len(text) + len(raw) - span[0], lines[first].page if first < len(lines) else None))
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
    edges: dict[int, float] = {}
    for line in lines:
        key = round(line.column / 6)
        for near in (key - 1, key, key + 1):
            edges[near] = max(edges.get(near, 0.0), line.end)
    steps = [a.y - b.y for a, b in zip(lines, lines[1:], strict=False) if _same_flow(a, b) and a.y - b.y < 3 * usual]
    leading = statistics.median_low(steps) if steps else 1.4 * usual
    done: list[_Paragraph] = []
    current: _Paragraph | None = None
    for line in lines:
        edge = edges[round(line.column / 6)]
        if line.size < SMALL * usual or CAPTION.match(line.text):
            done.append(_Paragraph(line.text, line.size, [(0, line.page)], "skip"))
            continue
        large = line.size > LARGE * usual and not line.text.endswith("\u3002")
        previous = current.lines[-1] if current else None
        if current and previous and not _begins(current, previous, line, leading, edge, large):
            joined = _join(current.text, line.text)
            current.starts.append((len(joined) - len(line.text), line.page))
            current.text = joined
            current.lines.append(line)
            continue
        current = _Paragraph(line.text, line.size, [(0, line.page)], large=large, lines=[line])
        if large or (looks_like_heading(line.text) and not _reaches(line, edge) and not ITEM.match(line.text)):
            current.kind = "heading"
        done.append(current)
    for paragraph in done:
        if paragraph.kind == "paragraph" and ITEM.match(paragraph.text):
            paragraph.kind = "item"
        elif paragraph.kind == "paragraph" and looks_like_heading(paragraph.text):
            paragraph.kind = "heading"
        elif paragraph.kind == "heading" and len(paragraph.text) > 300:
            paragraph.kind = "paragraph"
    largest = max((p.size for p in done if p.kind == "heading" and p.large), default=0.0)
    title = next((p for p in done if p.kind == "heading" and p.size == largest and p.starts[0][1] == 1), None)
    if title and largest >= 1.25 * usual:
        title.kind = "title"
    return done


def _begins(current: _Paragraph, previous: Line, line: Line, leading: float, edge: float, large: bool) -> bool:
    """Return whether a line begins a paragraph of its own."""
    complete = _is_complete(current.text)
    if current.kind == "heading":
        return not (large and current.large and abs(line.size - current.size) <= 0.5 and previous.y - line.y < 1.8 * line.size and line.page == previous.page)
    if large or abs(line.size - previous.size) > 0.1 * previous.size:
        return True
    if ITEM.match(line.text) and (complete or current.text.endswith((";", ":", "\uff1b", "\uff1a")) or not line.text[0].isdigit()):
        return True
    indented = line.x > line.column + 0.8 * line.size and previous.x < line.x - 0.5 * line.size
    if _same_flow(previous, line):
        if previous.y - line.y > 1.4 * leading:
            return True
        if not complete and not current.text.endswith((":", "\uff1a")):
            return False
        return indented or not _reaches(previous, edge)
    return complete and (indented or not _reaches(previous, previous.right) or looks_like_heading(line.text))


def _same_flow(a: Line, b: Line) -> bool:
    return a.page == b.page and abs(a.column - b.column) < 6 and a.y > b.y


def _reaches(line: Line, edge: float) -> bool:
    """Return whether a line is full: the next word, or the next two Chinese characters, would not have fitted."""
    return line.end > edge - (2.6 if HAN.search(line.text) else 6.0) * line.size


def _is_complete(text: str) -> bool:
    text = text.rstrip()
    while marks := MARKS.search(text, max(0, len(text) - 30)):
        if marks.end() != len(text):
            break
        text = text[: marks.start()]
    return text[-1:] in END + ".\u201d\"\u300d" and bool(text)


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
        while stop < len(paragraphs) and paragraphs[stop].kind in ("heading", "skip") and paragraphs[stop].size <= LARGE * usual:
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
    if paragraph.kind not in ("paragraph", "item") or paragraph.starts[0][1] == paragraph.starts[-1][1]:
        return [Block(paragraph.kind, start_of_text, end, paragraph.starts[0][1])]
    groups: list[tuple[int, int]] = []  # (place, page) of the first sentence that begins on each page
    for sentence, _ in sentence_spans(text, start_of_text, end):
        page = max(page for place, page in paragraph.starts if place <= sentence - start)
        if not groups or groups[-1][1] != page:
            groups.append((sentence, page))
    ends = [place for place, _ in groups[1:]] + [end]
    return [Block(paragraph.kind, place, stop, page) for (place, page), stop in zip(groups, ends, strict=True)]
