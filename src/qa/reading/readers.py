"""A file -> `Document`: plain text, Markdown, web page or PDF, told apart by name and by content."""

import re
from pathlib import Path
from typing import Any, get_args

from qa.errors import CorpusError
from qa.reading.blocks import text_blocks
from qa.reading.decoding import decode
from qa.reading.html import read_html
from qa.reading.references.lists import find_reference_list, parse_references
from qa.records import Block, Document, DocumentKind, Language
from qa.text.preparation import language_of

MARKDOWN, HTML, PDF = {".md", ".markdown"}, {".html", ".htm"}, {".pdf"}
SUFFIXES = {".txt"} | MARKDOWN | HTML | PDF
LARGEST_TEXT, LARGEST_PDF = 20_000_000, 100_000_000  # bytes
BYTE_ORDER_MARK = "\ufeff"
PAGE_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html\b)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<(?:!doctype|/?[a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?P<rows>(?:[ \t]*(?:#.*|-.+|[A-Za-z_][\w -]*:.*)?\n|[ \t]+\S.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)"
)
FIELD = re.compile(r"(?P<key>title|citation|language|kind):[ \t]*(?P<value>.*?)[ \t]*$", re.MULTILINE)
LANGUAGE_SUFFIX = re.compile(r"\.(zh|en)$", re.IGNORECASE)


def read_document(path: Path, document_id: str) -> Document:
    """Return the document in a file.

    For text and Markdown in UTF-8, `text` is exactly `path.read_text("utf-8")`; for web pages and PDF it is the
    extracted text. `language` comes from the front matter, from a name like `X.zh.md`, or from the text.

    Args:
        document_id: the file's path inside the corpus folder, with `/`; it names the file in errors.

    Raises:
        CorpusError: the file is missing, empty, too large, of another kind than its name says, or unreadable.
    """
    name = document_id if document_id.endswith(path.name) else path.name
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise CorpusError(f"{name}: this kind of file can't be read; use one of {', '.join(sorted(SUFFIXES))}")
    data = _bytes(path, name, LARGEST_PDF if suffix in PDF else LARGEST_TEXT)
    is_pdf = b"%PDF-" in data[:1024]
    if is_pdf and suffix not in PDF:
        raise CorpusError(f"{name}: is a PDF by its content; rename it to {path.stem}.pdf")
    if suffix in PDF:
        if not is_pdf:
            raise CorpusError(f"{name}: is not a PDF by its content; {_kind_instead(data, path)}")
        return _pdf_document(path, name, document_id)
    charset = CHARSET.search(data[:4096]) if suffix in HTML else None
    text = decode(data, name, charset.group(1).decode("ascii") if charset else "")
    title = ""
    facts: dict[str, Any] = {}
    if suffix in HTML and TAG.search(text):
        text, blocks, title = read_html(text.removeprefix(BYTE_ORDER_MARK))
        if not text:
            raise CorpusError(
                f"{name}: the page holds no text of its own (it may need a browser's scripts); save the article as text"
            )
    elif suffix not in HTML and PAGE_START.match(text.removeprefix(BYTE_ORDER_MARK)):
        raise CorpusError(f"{name}: is a web page by its content; rename it to {path.stem}.html")
    else:
        start = len(BYTE_ORDER_MARK) if text.startswith(BYTE_ORDER_MARK) else 0
        if suffix in MARKDOWN:
            start, facts = _front_matter(text, start, name)
        blocks = text_blocks(text, suffix in MARKDOWN, start)
    return _document(path, document_id, text, blocks, facts, title)


def _document(
    path: Path, document_id: str, text: str, blocks: tuple[Block, ...], facts: dict[str, Any], title: str
) -> Document:
    stem = path.stem
    named = LANGUAGE_SUFFIX.search(stem)
    span = find_reference_list(text)
    language: Language = facts.get("language") or (
        ("zh" if named.group(1).lower() == "zh" else "en") if named else language_of(text[: span[0]] if span else text)
    )
    kind: DocumentKind = facts.get("kind") or ("digest" if document_id.startswith("studies/") else "review")
    return Document(
        id=document_id,
        text=text,
        language=language,
        title=facts.get("title") or title or _stated_title(text, blocks) or LANGUAGE_SUFFIX.sub("", stem),
        kind=kind,
        blocks=blocks,
        citation=facts.get("citation"),
        references=parse_references(text[span[0] : span[1]]) if span else {},
    )


def _stated_title(text: str, blocks: tuple[Block, ...]) -> str:
    """Return the title, or the heading that the text begins with; a later heading is that of a section."""
    for block in blocks:
        if block.kind == "title":
            return text[block.start : block.end]
    return text[blocks[0].start : blocks[0].end] if blocks and blocks[0].kind == "heading" else ""


def _bytes(path: Path, name: str, largest: int) -> bytes:
    try:
        if not path.is_file():
            raise CorpusError(f"{name}: no such file; check the name")
        size = path.stat().st_size
        if size > largest:
            raise CorpusError(
                f"{name}: {size / 1e6:.0f} MB is more than the {largest / 1e6:.0f} MB that are read; split it"
            )
        data = path.read_bytes()
    except OSError as error:
        raise CorpusError(
            f"{name}: can't be read ({error.strerror or error}); check the file and its permissions"
        ) from error
    if not data.strip():
        raise CorpusError(f"{name}: is empty; put the article into it or delete it")
    return data


def _kind_instead(data: bytes, path: Path) -> str:
    try:
        text = decode(data, path.name)
    except CorpusError:
        return "the file may be damaged: get it again, or print it to a new PDF"
    kind, suffix = ("a web page", ".html") if PAGE_START.match(text) else ("text", ".txt")
    return f"it holds {kind}: rename it to {path.stem}{suffix}"


def _front_matter(text: str, start: int, name: str) -> tuple[int, dict[str, Any]]:
    """Return where the text proper begins, and the facts stated in a `---` block before it."""
    block = FRONT_MATTER.match(text, start)
    if not block or not re.search(r"^\w[\w -]*:", block["rows"], re.MULTILINE):
        return start, {}
    facts: dict[str, Any] = {}
    for field in FIELD.finditer(block["rows"]):
        key, value = field["key"], field["value"].strip("\"'\u201c\u201d").strip()
        if not value:
            continue
        if key == "citation" and not re.fullmatch(r"\d{1,4}", value):
            raise CorpusError(
                f'{name}: "citation: {value}" in its front matter; give the reference number, for example citation: 12'
            )
        if key == "language" and value not in get_args(Language):
            raise CorpusError(f'{name}: "language: {value}" in its front matter; use zh or en')
        if key == "kind" and value not in get_args(DocumentKind):
            raise CorpusError(
                f'{name}: "kind: {value}" in its front matter; use one of: {", ".join(get_args(DocumentKind))}'
            )
        facts[key] = int(value) if key == "citation" else value
    return block.end(), facts


def _pdf_document(path: Path, name: str, document_id: str) -> Document:
    from dataclasses import replace

    from qa.reading.pdf.reader import read_pdf

    pages = read_pdf(path, name)
    document = _document(path, document_id, pages.text, pages.blocks, {}, pages.title)
    return replace(document, warnings=pages.warnings)
