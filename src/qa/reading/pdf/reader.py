"""PDF -> text and blocks with page numbers. The file is opened in a process of its own, which can be stopped."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import CorpusError
from qa.reading.decoding import FEWEST_KNOWN, FREQUENT
from qa.reading.pdf.apart import run_apart
from qa.reading.pdf.heads import without_running_heads
from qa.reading.pdf.lines import Line, page_lines
from qa.reading.pdf.paragraphs import joined_lines
from qa.records import Block
from qa.text.preparation import HAN

SECONDS, MEMORY, MOST_PAGES = 60, 2_000_000_000, 2000
WORKER = Path(__file__).with_name("worker.py")
REASONS = {
    "encrypted": "is protected with a password; save it without one and add it again",
    "damaged": "is damaged and can't be read; get the file again, or print it to a new PDF",
    "no pages": "has no pages; get the file again",
    "many pages": "has too many pages; split it into files of fewer pages",
    "much text": "holds more text than is read from one file; split it",
    "memory": "needs too much memory to read; print it to a new PDF",
    "time": "takes too long to read; print it to a new PDF or split it",
    "scanned": "holds pictures of pages but no text (a scan); run text recognition (OCR) on it and add the result",
    "garbled": "has fonts from which no readable text comes out; print it to a new PDF, or save the article as text",
}
OTHER_SCRIPT = re.compile(
    r"[^\W\d_A-Za-z\u00c0-\u024f\u0370-\u03ff\u1d00-\u1dbf\u2070-\u209f\u2100-\u218f\u2e80-\u30ff\u31c0-\u9fff\uf900-\ufaff\uff00-\uffef]"
)
UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]|\(cid:\d+\)|/[gG]\d{2,4}\b")
JUNK_TITLE = re.compile(r"\.\w{2,5}$|untitled|anonymous|^microsoft|^\W*$|^(?:pdf|doi|full)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PdfText:
    """The text of a PDF, the blocks in it with their pages, and one line of warning per page that was left out."""

    text: str
    blocks: tuple[Block, ...]
    title: str = ""
    warnings: tuple[str, ...] = ()


def read_pdf(
    path: Path, name: str, seconds: int = SECONDS, memory: int = MEMORY, most_pages: int = MOST_PAGES
) -> PdfText:
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
    found = run_apart(WORKER, name, REASONS, [str(path), str(most_pages)], seconds, memory)
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
    text, blocks = joined_lines([line for lines in pages for line in lines])
    if not blocks:
        raise CorpusError(f"{name}: {REASONS['scanned']}")
    title = next((text[b.start : b.end] for b in blocks if b.kind == "title"), "")
    stated = " ".join(str(found.get("title") or "").split())
    if not title and len(stated) >= 6 and not JUNK_TITLE.search(stated) and not _garbled(stated * 20):
        title = stated
    warnings = tuple(f"{name}, page {number}: {REASONS[problem]}" for number, problem in problems)
    return PdfText(text, blocks, title, warnings)


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
