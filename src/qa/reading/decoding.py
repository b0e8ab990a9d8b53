"""Bytes -> text, for files that do not say their encoding: UTF-8 first, then what Chinese and Western offices write."""

import codecs
import re

from qa.errors import CorpusError
from qa.text.preparation import HAN

# Frequent characters of Chinese prose, Simplified and Traditional: bytes read in the wrong encoding hit few of them.
FREQUENT = frozenset(
    "的一是不了在人有我他这为之大来以个中上们到说时要就出会可也对生能而子得于下自年过发后作者与及和等研究结果病例治疗組這為來個們說時會對過發後與結療細胞患者肝"
)
WESTERN = frozenset("‘’“”–—…•·©®°±²³µ×÷éèêëàâäáãåçñóòôöõúùûüíìîïßøæÀÉÈÖÄÜÅØ½¼¾«»§¶ \u00a0")
FEWEST_KNOWN = 0.12  # share of frequent characters: 0.3 or more in Chinese prose, under 0.05 when misread
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x9f\ufffd\ue000-\uf8ff]")
MOST_CONTROLS = 0.002  # share of characters
KINDS = {  # first bytes of what people have instead of a text
    b"PK\x03\x04": "a Word, Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "an RTF file",
    b"\x1f\x8b": "a compressed file",
    b"Rar!": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
}


def decode(data: bytes, name: str, declared: str = "") -> str:
    """Return the text of a file, newlines as line feeds. A byte order mark stays: places agree with `read_text`.

    Args:
        name: what the file is called in an error.
        declared: the encoding that the file itself states (a web page's `charset`), tried after UTF-8.

    Raises:
        CorpusError: the bytes are another kind of file, or no encoding gives readable text.
    """
    for start, kind in KINDS.items():
        if data.startswith(start):
            raise CorpusError(f"{name}: is {kind}, not text; save it as text (.txt, UTF-8) or as PDF and add that")
    text = _decoded(data, declared)
    if text is not None:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(CONTROLS.findall(text)) <= MOST_CONTROLS * len(text):
            if not any(c.isalpha() for c in text):
                raise CorpusError(f"{name}: holds no text; put the article into it or delete it")
            return text
    raise CorpusError(
        f"{name}: is not readable as text (neither UTF-8 nor GB18030, Big5 or UTF-16); save it again as UTF-8"
    )


def _decoded(data: bytes, declared: str) -> str | None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16")
    if (text := _strict(data, "utf-8")) is not None and "\0" not in text:
        return text
    if data[:4000].count(0) > len(data[:4000]) // 10:  # English UTF-16 without a mark: every second byte is 0
        return _strict(data, "utf-16-le" if data[1::2].count(0) > data[0::2].count(0) else "utf-16-be")
    if declared and (text := _strict(data, declared)) is not None:
        return text
    found = [
        (_share_known(text, name), name, text)
        for name in ("gb18030", "big5hkscs", "cp1252")
        if (text := _strict(data, name))
    ]
    share, _, text = max(found, default=(0.0, "", None))
    return text if share >= FEWEST_KNOWN else None


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _share_known(text: str, encoding: str) -> float:
    if encoding == "cp1252":
        other = [c for c in text if ord(c) > 127]
        return sum(c in WESTERN for c in other) / max(1, len(other)) if len(other) < 0.1 * len(text) else 0.0
    han = HAN.findall(text)
    return sum(c in FREQUENT for c in han) / max(1, len(han))
