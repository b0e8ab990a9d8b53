"""The marked-up text of an abstract, as services send it (HTML, JATS, PubMed's XML), -> its sections as plain text."""

import html
import re

from qa.reading.raised import raised_text

SECTION = re.compile(r"<(h[1-6]|jats:title|title)\b[^<>]*>(.{0,200}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
RAISED = re.compile(r"<((?:jats:)?sup)\b[^<>]*>(.{0,60}?)</\1\s*>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
BLOCK_TAG = re.compile(r"</?(?:p|div|li|ul|ol|br|jats:p|jats:sec|jats:list|jats:list-item)\b[^<>]*>", re.IGNORECASE)
COPYRIGHT = re.compile(r"\s*(?:copyright\s*)?(?:\u00a9|(?<=copyright)\s*(?:\(c\)\s*)?(?:19|20)\d\d).*$", re.IGNORECASE)


def sections(marked: str) -> tuple[tuple[str, str], ...]:
    """Return the sections of an abstract with its markup as (heading, text); a heading that only says so is dropped."""
    parts: list[tuple[str, str]] = []
    heading, at = "", 0
    for match in SECTION.finditer(marked):
        parts.append((heading, plain(marked[at : match.start()])))
        heading, at = plain(match.group(2)).rstrip(":"), match.end()
    parts.append((heading, plain(marked[at:])))
    dropped = ("abstract", "summary", "\u6458\u8981")
    return tuple((h if h.lower() not in dropped else "", text) for h, text in parts if text)


def plain(marked: str) -> str:
    """Return marked-up text as one line: raised figures stay raised, a closing line of copyright is left out."""
    text, at = "", 0
    for match in RAISED.finditer(marked):
        text += marked[at : match.start()]
        text += raised_text(html.unescape(TAG.sub("", match.group(2))), html.unescape(TAG.sub("", text)))
        at = match.end()
    text = BLOCK_TAG.sub(" ", text + marked[at:])
    text = " ".join(html.unescape(TAG.sub("", text)).split())
    return COPYRIGHT.sub("", text) if len(COPYRIGHT.sub("", text)) > 0.5 * len(text) else text
