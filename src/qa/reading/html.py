"""Web page -> text and blocks. What a reader would not call the article (menus, scripts, footers) is left out."""

import re
from typing import Any

from qa.reading.blocks import looks_like_heading
from qa.reading.raised import raised_text
from qa.reading.references.lists import find_reference_list
from qa.records import Block, BlockKind
from qa.text.sentences import END

DROPPED = {
    "script",
    "style",
    "noscript",
    "template",
    "nav",
    "footer",
    "aside",
    "form",
    "button",
    "select",
    "textarea",
    "svg",
    "math",
}
DROPPED |= {"iframe", "object", "canvas", "audio", "video", "figure", "head"}
LINES = {
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "body",
    "html",
    "ul",
    "ol",
    "dl",
    "dd",
    "dt",
    "blockquote",
    "pre",
    "address",
}
LINES |= {
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "caption",
    "figcaption",
    "li",
    "br",
    "hr",
    "details",
    "summary",
    "center",
}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
CELLS = {"td", "th", "caption"}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
ROLES = {"navigation", "banner", "contentinfo", "complementary", "search", "menu"}
WIDE_BREAK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
DECLARATION = re.compile(r"<!(?!--|doctype\b)[^>]*>?", re.IGNORECASE)
DEEPEST = 150  # nested elements; deeper ones are read as plain text


def read_html(source: str) -> tuple[str, tuple[Block, ...], str]:
    """Return the text of a web page, its blocks, and its title ("" if it states none)."""
    from bs4 import BeautifulSoup
    from bs4.exceptions import ParserRejectedMarkup

    try:
        soup = BeautifulSoup(source, "html.parser")
    except ParserRejectedMarkup:  # a declaration that it can't read, which browsers leave out
        soup = BeautifulSoup(DECLARATION.sub(" ", source), "html.parser")
    page = _Page()
    page.walk(soup, "paragraph", 0)
    page.close("paragraph")
    text = "\n".join(page.lines)
    blocks = page.blocks
    if span := find_reference_list(text):
        blocks = [b for b in blocks if b.end <= span[0]] + [Block("skip", span[0], len(text))]
    stated = next((text[b.start : b.end] for b in blocks if b.kind == "title"), "")
    if not stated and soup.title:
        stated = " ".join(soup.title.get_text().split())
    return text, tuple(blocks), stated


class _Page:
    """Collects the lines of a page and the block that each of them is."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.blocks: list[Block] = []
        self.at = 0
        self.run: list[str] = []
        self.number = ""  # of the list item that is being read
        self.counts: dict[int, int] = {}  # the last number given in each list

    def walk(self, element: Any, kind: BlockKind, depth: int) -> None:
        from bs4.element import NavigableString, PreformattedString, Tag

        for child in element.children:
            if isinstance(child, PreformattedString):  # comments, doctype, CDATA
                continue
            if isinstance(child, NavigableString):
                self.run.append(str(child))
            elif isinstance(child, Tag) and not _is_dropped(child):
                self._element(child, kind, depth)

    def _element(self, tag: Any, kind: BlockKind, depth: int) -> None:
        name = tag.name
        if depth > DEEPEST:
            self.run.append(" ".join(tag.strings))
        elif name == "sup":
            linked = any("#" in str(a.get("href") or "") for a in tag.find_all("a"))
            self.run.append(raised_text(tag.get_text(), "".join(self.run[-3:]), linked))
        elif name in HEADINGS:
            self.close(kind)
            self.walk(tag, "heading", depth + 1)
            self.close("title" if name == "h1" and not any(b.kind == "title" for b in self.blocks) else "heading")
        elif name in LINES:
            self.close(kind)
            inner: BlockKind = "item" if name in ("li", "dd") else "skip" if name in CELLS else kind
            if name == "li":
                self.number = self._list_number(tag)
            self.walk(tag, inner, depth + 1)
            self.close(inner)
            self.number = "" if name == "li" else self.number
        else:
            self.walk(tag, kind, depth + 1)

    def _list_number(self, tag: Any) -> str:
        """Return `3. ` for the third item of a numbered list: a reference list's numbers are not in a page's text."""
        if tag.parent is None or tag.parent.name != "ol":
            return ""
        start = str(tag.parent.get("start") or "1")
        number = self.counts.get(id(tag.parent), (int(start) if start.isdecimal() else 1) - 1) + 1
        self.counts[id(tag.parent)] = number
        return f"{number}. "

    def close(self, kind: BlockKind) -> None:
        """End the current line. A short one without a full stop that is no list item is a heading, as in plain text."""
        line = WIDE_BREAK.sub("", " ".join("".join(self.run).split()))
        self.run = []
        if not line:
            return
        if kind == "paragraph" and looks_like_heading(line):
            kind = "heading"
        if kind == "skip" and any(
            mark in line for mark in END
        ):  # a cell that holds prose: old pages use tables as layout
            kind = "paragraph"
        lead, self.number = self.number, ""
        self.lines.append(lead + line)
        self.blocks.append(Block(kind, self.at + len(lead), self.at + len(lead) + len(line)))
        self.at += len(lead) + len(line) + 1


def _is_dropped(tag: Any) -> bool:
    hidden = tag.has_attr("hidden") or tag.get("aria-hidden") == "true" or HIDDEN.search(str(tag.get("style") or ""))
    return tag.name in DROPPED or bool(hidden) or str(tag.get("role") or "") in ROLES
