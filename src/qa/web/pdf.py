"""A saved answer as PDF, made on this machine: reportlab, with fonts that every PDF reader brings along or finds.

Chinese is set in Adobe's standard STSong-Light, which is named in the file, not embedded: nothing is downloaded and the
file stays small. A reader without any Chinese font shows boxes; Markdown is the way out there.
"""

import io
import unicodedata
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from qa.web.interface import Interface
from qa.web.saving import Part

CHINESE, LATIN = "STSong-Light", "Helvetica"
MISSING = "\N{WHITE SQUARE}"  # for a character that neither font has: a gap would go unseen
SIZES = {"title": 16.0, "heading": 12.5, "quote": 12.0, "small": 9.0, "line": 10.0}  # points
MARGIN = 56.0  # points


def answer_pdf(parts: tuple[Part, ...], words: Interface) -> bytes:
    """Return a PDF of the paragraphs, A4, with page numbers; the same bytes for the same parts."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN, title=parts[0].text, lang=words.language, invariant=1
    )
    document.build([Paragraph(_marked_up(part), _style(part)) for part in parts], onFirstPage=_numbered, onLaterPages=_numbered)
    return out.getvalue()


def _style(part: Part) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    size = SIZES.get(part.kind, 11.0)
    inset = 14 if part.kind in ("quote", "line", "item") else 0
    return ParagraphStyle(
        part.kind,
        fontName=CHINESE,
        fontSize=size,
        leading=size * 1.55,
        spaceBefore={"line": 0, "item": 2}.get(part.kind, 9),
        leftIndent=inset,
        wordWrap="CJK" if any(ord(c) > 0x2E80 for c in part.text) else None,
        textColor="#475569" if part.kind in ("line", "small") else "#14202b",
        borderColor="#b42318" if part.kind == "alert" else None,
        borderWidth=1 if part.kind == "alert" else 0,
        borderPadding=6 if part.kind == "alert" else 0,
        splitLongWords=1,
    )


def _marked_up(part: Part) -> str:
    text = ("\N{BULLET} " if part.kind == "item" else "") + part.text + part.marks
    return "".join(f'<font name="{font}">{"".join(shown for _, shown in run)}</font>' for font, run in groupby(map(_set, text), lambda c: c[0]))


def _set(char: str) -> tuple[str, str]:
    """Return a character's font and its markup; raised and lowered figures by size, for the Chinese font has none."""
    if unicodedata.category(char) == "Cc" and char != "\n":
        return LATIN, " "
    raised = unicodedata.decomposition(char)
    if raised.startswith(("<super>", "<sub>")):
        kind = raised[1 : raised.index(">")]
        plain = unicodedata.normalize("NFKC", char)
        return LATIN, f"<{kind}>{escape(plain)}</{kind}>"
    for font, encoding in ((LATIN, "cp1252"), (CHINESE, "gbk")):
        try:
            char.encode(encoding)
        except UnicodeEncodeError:
            continue
        return font, "<br/>" if char == "\n" else escape(char)
    folded = unicodedata.normalize("NFKC", char)
    if len(folded) == 1 and folded != char:
        return _set(folded)
    return CHINESE, MISSING


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont(LATIN, 9)
    canvas.drawCentredString(document.pagesize[0] / 2, MARGIN / 2, str(canvas.getPageNumber()))
