"""One entry of a reference list -> a CSL-JSON item.

Knows the forms that medical reviews mix in one list: Vancouver (PubMed), Springer, Frontiers, APA, Elsevier, IEEE,
GB/T 7714, and bare addresses. What an entry does not say, or says unclearly, is left out of the item, never guessed.
"""

import re
import unicodedata
from typing import Any

from qa.reading.references.names import GIVEN_FIRST, parse_authors, split_authors

Item = dict[str, Any]

ASCII_FORMS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width forms
ASCII_FORMS |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), ord("-")) | {
    0x3010: 0x5B,
    0x3011: 0x5D,
    0x3000: 0x20,
}
DOI = re.compile(
    r"(?:https?://(?:dx\.)?doi\.org/|\bdoi\s*:?\s*(?:https?://(?:dx\.)?doi\.org/)?)?\b(10\.\d{4,9}/[!-~]+)", re.I
)
PMID = re.compile(r"\bPMID\s*:?\s*(\d{1,9})\b", re.I)
PMCID = re.compile(r"\bPMC(?:ID)?\s*:?\s*(?:PMC)?\s*(\d{3,9})\b", re.I)
ADDRESS = re.compile(r"(?:available (?:from|at)|retrieved from|url)?\s*:?\s*(https?://[!-~]+)", re.I)
ASIDE = re.compile(
    r"\b(?:Epub(?: ahead of print)?\s*(?:(?:19|20)\d\d[^.;]{0,9})?|Online ahead of print"
    r"|Published (?:online )?[^.]{0,12}\d[^.]{0,20}"
    r"|Accessed(?: on)?\s[^.]{0,12}\d[^.]{0,20})[.;]?|\[(?:cited|accessed|引用日期)?[\s\d:/年月日A-Z.-]{6,20}\]",
    re.I,
)
MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
YEAR = r"(?:18|19|20)\d\d"
MONTH_AND_DAY = r"(?P<month>[A-Z][a-z]{2,8}|\d{1,2})\.?(?:-[A-Z][a-z]{2,8})?(?:[\s-]+(?P<day>\d{1,2}))?"
DATE = rf"(?P<year>{YEAR})[a-z]?(?:[\s,-]+{MONTH_AND_DAY})?"
PAGES = r"(?P<page>(?:pp?\.\s*)?[A-Za-z]{0,4}\d[\w.]*(?:\s*-\s*[A-Za-z]{0,2}\d\w*)?)"
ISSUE = r"(?:\s*\((?P<issue>[^()]{1,20})\))?"
PARTS = [  # tried in order on the text after the authors (or on all of it), always up to its end
    rf"(?P<head>.+?)[.,。]?\s*{DATE};\s*(?P<volume>[\w ]{{1,12}}?){ISSUE}\s*(?::\s*{PAGES})?",  # Vancouver
    rf"(?P<head>.+?)[,.]?\s+(?P<volume>\d{{1,4}}){ISSUE},\s*{PAGES}\s*\((?P<year>{YEAR})\)",  # Springer
    rf"(?P<head>.+?)[,.]?\s+(?P<volume>\d{{1,4}})\s*\((?P<year>{YEAR})\),?\s*{PAGES}",  # Elsevier
    rf"(?P<head>.+?),\s*vol\.\s*(?P<volume>\w+)(?:,\s*no\.\s*(?P<issue>\w+))?(?:,\s*{PAGES})?,\s*(?:(?P<month>[A-Z][a-z]+)\.?\s+)?(?P<year>{YEAR})",
    rf"(?P<head>.+?)[.,]?\s+\*?(?P<volume>\d{{1,4}})\*?{ISSUE}\s*[:,]\s*{PAGES}",  # Frontiers, APA (the year is before)
    rf"(?P<head>.+?)[.,;]\s*{DATE}",
]
GB_TAG = re.compile(r"\s*\[(J|M|C|D|R|N|P|S|G|Z|EB|DB|CP)(?:/[A-Z]{2})?\]\s*[.,。]?\s*")
GB_TYPES = {
    "J": "article-journal",
    "M": "book",
    "C": "paper-conference",
    "D": "thesis",
    "R": "report",
    "N": "article-newspaper",
}
GB_TYPES |= {"P": "patent", "S": "standard", "EB": "webpage", "DB": "dataset"}
GB_REST = re.compile(
    rf"(?P<head>.+?)[.,]\s*(?P<year>{YEAR})(?:-(?P<month>\d{{1,2}})(?:-(?P<day>\d{{1,2}}))?)?"
    rf"(?:\s*,\s*(?P<volume>\d[\w-]*))?(?:\s*\((?P<issue>[^()]{{1,20}})\))?(?:\s*:\s*{PAGES})?(?:\s*[,+].*)?"
)


def ascii_forms(text: str) -> str:
    """Return a text with full-width forms, 【】 and typographic hyphens as ASCII, one character for one."""
    return text.translate(ASCII_FORMS)


def parse_entry(number: int, text: str) -> Item:
    """Return the CSL-JSON item of one entry; `text` is on one line and has no number in front.

    DOIs come without address, trailing dot or typographic hyphens; `issued` has the parts that are stated, of the
    printed issue where an earlier online date stands beside it. An unreadable entry keeps its text as the title.
    """
    item: Item = {"id": str(number), "type": "article-journal"}
    entry = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    text = _identifiers(ascii_forms(entry), item)
    text = ASIDE.sub("", text)
    text = re.sub(r"\b(?:doi|PMID|PMCID)\s*:\s*(?=[.;]|$)", "", text, flags=re.I)
    text = re.sub(r"(?:[\s;,。]|\.(?=[\s.;,]*$))+$", "", text).strip()
    if not any(c.isalpha() for c in text):
        item["type"] = "webpage" if "URL" in item else "article"
    elif tag := GB_TAG.search(text):
        _chinese_standard(text, tag, item)
    else:
        _western(text.replace("*", ""), item)  # Markdown marks journals so
    if item["type"] == "article-journal" and "container-title" not in item:
        item["type"] = "webpage" if "URL" in item and "DOI" not in item else "article"
    for key in ("title", "container-title"):  # as the list writes them
        if key in item and (at := ascii_forms(entry).find(item[key])) >= 0:
            item[key] = entry[at : at + len(item[key])].replace("\u2010", "-").replace("\u2011", "-")
    return item


def _identifiers(text: str, item: Item) -> str:
    """Take DOI, PMID, PMCID and address out of the text."""
    if found := DOI.search(text):
        doi = found.group(1)
        doi = re.split(r"[<>\"]|[.;,](?:PMC?ID|Epub)", doi)[0].rstrip(".,;:'*]")
        while doi.endswith(")") and doi.count(")") > doi.count("("):
            doi = doi[:-1].rstrip(".,;")
        item["DOI"] = doi
        text = text[: found.start()] + " " + text[found.start(1) + len(doi) :]
    for key, pattern, prefix in (("PMID", PMID, ""), ("PMCID", PMCID, "PMC")):
        if found := pattern.search(text):
            item[key] = prefix + found.group(1)
            text = text[: found.start()] + text[found.end() :]
    if found := ADDRESS.search(text):
        address = found.group(1).rstrip(".,;:'>*")
        address = address[:-1] if address.endswith(")") and "(" not in address else address
        if "doi.org/10." not in address:
            item["URL"] = address
        text = text[: found.start()] + text[found.start(1) + len(address) :]
    return text


def _chinese_standard(text: str, tag: re.Match[str], item: Item) -> None:
    item["type"] = GB_TYPES.get(tag.group(1), "article")
    authors, title = split_authors(text[: tag.start()])
    _set(item, "author", parse_authors(authors))
    _set(item, "title", _plain(title))
    rest = text[tag.end() :]
    found = GB_REST.fullmatch(rest)
    if not found:
        _set(item, "issued", _issued(re.search(rf"(?P<year>{YEAR})", rest)))
        return
    name = "container-title" if tag.group(1) in "JCNG" else "publisher"
    _set(item, name, _plain(found["head"]))
    _fields(found, item)


def _western(text: str, item: Item) -> None:
    dated = re.match(rf"(?P<authors>.{{2,3000}}?)[.,]?\s*\(\s*{DATE}\s*\)[.,:]?\s+(?P<rest>\S.*)", text)
    if not dated:
        dated = re.match(rf"(?P<authors>[^.]{{2,200}}?),\s+{DATE}\.\s+(?P<rest>\S.*)", text)
    # A title may not stand before the year, and has to stand after it.
    if (
        dated
        and not re.search(r"[a-z]{4,}[.?!] [A-Z]\w+ \w+", dated["authors"])
        and re.search(r"[^\W\d_]{3}", dated["rest"])
    ):
        _set(item, "author", parse_authors(dated["authors"]))
        _set(item, "issued", _issued(dated))
        found = _parts(dated["rest"])
        title, journal = _title_and_journal(found["head"] if found else dated["rest"])
    else:
        authors, rest = split_authors(text)
        found = _parts(rest)
        if found is None and (found := _parts(text)):
            authors, rest = "", text
        by_comma = bool(GIVEN_FIRST.match(text))
        title, journal = _title_and_journal(found["head"] if found else rest, by_comma)
        _set(item, "author", parse_authors(authors))
    if found:
        _fields(found, item)
    elif "issued" not in item and (year := re.search(rf"(?<!\d)(?P<year>{YEAR})(?![\d-])", text)):
        _set(item, "issued", _issued(year))
    _set(item, "title", _plain(title))
    journal = _plain(journal)
    if ": " in journal and "volume" not in item:  # a report or book: Geneva: WHO
        item["type"] = "book"
        _set(item, "publisher", journal)
    else:
        _set(item, "container-title", journal + "." if ". " in journal else journal)


def _parts(text: str) -> re.Match[str] | None:
    return next((found for pattern in PARTS if (found := re.fullmatch(pattern + r"[.\s]*", text))), None)


def _fields(found: re.Match[str], item: Item) -> None:
    groups = found.groupdict()
    if "issued" not in item:
        _set(item, "issued", _issued(found))
    for key in ("volume", "issue", "page"):
        value = re.sub(r"^pp?\.\s*|\s", "", groups.get(key) or "").strip(".")
        _set(item, key, re.sub(r"^0+(?=\d)", "", value) if key != "page" else value)


def _issued(found: re.Match[str] | None) -> dict[str, list[list[int]]] | None:
    if not found:
        return None
    groups = found.groupdict()
    if not groups.get("year"):
        return None
    month = str(groups.get("month") or "")
    parts = [
        int(groups["year"]),
        int(month) if month.isdigit() else MONTHS.get(month[:3].lower(), 0),
        int(groups.get("day") or 0),
    ]
    stated = 3 if 1 <= parts[1] <= 12 and 1 <= parts[2] <= 31 else 2 if 1 <= parts[1] <= 12 else 1
    return {"date-parts": [parts[:stated]]}


def _title_and_journal(head: str, by_comma: bool = False) -> tuple[str, str]:
    """Split `Title. Journal` at the last full stop, keeping the stops of an abbreviated journal (`Front. Genet.`)."""
    if by_comma and (abbreviated := re.fullmatch(r"(.{8,}?), ((?:[A-Z]\w{0,9}\.?\s?)+)", head)):
        return abbreviated.group(1), abbreviated.group(2)
    cuts = [m.end() for m in re.finditer(r"(?<=[.?!*”\"])\s+(?=\S)", head)]
    if not cuts:
        title, comma, journal = head.rpartition(", ")
        return (title, journal) if comma and len(journal.split()) <= 6 and journal[:1].isupper() else (head, "")
    cut = cuts.pop()
    while cuts and re.fullmatch(r"[A-Z][A-Za-z]{0,9}\.\s+", head[cuts[-1] : cut]):
        cut = cuts.pop()
    return head[:cut], head[cut:]


def _plain(text: str) -> str:
    return re.sub(r"^[\s*_“\"]+|[\s*_”\"，。.]+$", "", text)


def _set(item: Item, key: str, value: Any) -> None:
    if value:
        item[key] = value
