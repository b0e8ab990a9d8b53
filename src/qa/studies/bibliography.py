"""References as BibTeX, RIS and CSL-JSON, for reference managers."""

import json
import re
import unicodedata
from typing import Any

Item = dict[str, Any]
TYPES = {  # CSL -> (BibTeX, RIS)
    "article-journal": ("article", "JOUR"),
    "book": ("book", "BOOK"),
    "chapter": ("incollection", "CHAP"),
    "paper-conference": ("inproceedings", "CONF"),
    "thesis": ("phdthesis", "THES"),
    "report": ("techreport", "RPRT"),
    "webpage": ("misc", "ELEC"),
}
OTHER_TYPE = ("misc", "GEN")
AND_OTHERS = {"\u7b49", "et al.", "et al", "others"}  # how reference lists end a list of authors that goes on
BIBTEX_ESCAPES = str.maketrans(
    {
        "\\": "{\\textbackslash}",
        "{": "{\\textbraceleft}",
        "}": "{\\textbraceright}",
        "~": "{\\textasciitilde}",
        "^": "{\\textasciicircum}",
        **{c: f"\\{c}" for c in "&%$#_"},
    }
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CSL_FIELDS = {  # of the CSL 1.0.2 schema, as far as reference lists have them; anything else goes into "custom"
    *("id", "type", "language", "title", "title-short", "container-title", "container-title-short", "author", "editor"),
    *("issued", "accessed", "volume", "issue", "page", "number", "edition", "publisher", "publisher-place"),
    *("DOI", "PMID", "PMCID", "URL", "ISSN", "ISBN", "abstract", "note", "genre", "event-title", "custom"),
}


def bibtex(references: dict[int, Item]) -> str:
    """Return references as BibTeX entries in UTF-8, by number. Keys end with the number: `King2015_1`."""
    return "\n".join(_bibtex_entry(number, item) for number, item in sorted(references.items()))


def _bibtex_entry(number: int, item: Item) -> str:
    people, open_ended = authors(item)
    names = [f"{{{_escaped(p['literal'])}}}" if "literal" in p else _bibtex_name(p) for p in people]
    date = date_parts(item)
    fields = {
        "title": f"{{{_escaped(str(item.get('title') or ''))}}}",  # a second pair of braces keeps capitals
        "author": " and ".join(names + (["others"] if open_ended and names else [])),
        "journal": _escaped(str(item.get("container-title") or "")),
        "year": str(date[0]) if date else "",
        "volume": _escaped(str(item.get("volume") or "")),
        "number": _escaped(str(item.get("issue") or "")),
        "pages": _escaped(re.sub(r"(?<=\d)\s*[-\u2013]\s*(?=\d)", "--", str(item.get("page") or ""))),
        "publisher": _escaped(str(item.get("publisher") or "")),
        "doi": _verbatim(str(item.get("DOI") or "")),
        "pmid": str(item.get("PMID") or ""),
        "pmcid": str(item.get("PMCID") or ""),
        "url": _verbatim(str(item.get("URL") or "")),
    }
    rows = [f"  {name} = {{{value}}}" for name, value in fields.items() if value and value != "{}"]
    if len(date) > 1:
        rows.append(f"  month = {MONTHS[date[1] - 1]}")
    kind = TYPES.get(str(item.get("type")), OTHER_TYPE)[0]
    return f"@{kind}{{{_key(number, people, date)},\n" + ",\n".join(rows) + "\n}\n"


def _bibtex_name(person: dict[str, str]) -> str:
    family, given = (_escaped(person.get(key, "")) for key in ("family", "given"))
    family = f"{{{family}}}" if re.search(r"\sand\s|,", family) else family
    return f"{family}, {given}" if given else family


def _escaped(text: str) -> str:
    return " ".join(text.split()).translate(BIBTEX_ESCAPES)


def _verbatim(address: str) -> str:
    """Return a DOI or URL as it is, but for what would end the field."""
    return "".join(f"%{ord(c):02X}" if c in '{}\\"' or c.isspace() else c for c in address)


def _key(number: int, people: list[dict[str, str]], date: list[int]) -> str:
    first = people[0].get("family") or people[0].get("literal", "") if people else ""
    plain = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode()
    family = re.sub(r"[^A-Za-z]", "", plain) or "ref"
    return f"{family}{date[0] if date else ''}_{number}"


def ris(references: dict[int, Item]) -> str:
    """Return references in RIS format, by number; the PubMed number is AN, the number of PubMed Central C2."""
    return "\n".join(_ris_entry(number, item) for number, item in sorted(references.items()))


def _ris_entry(number: int, item: Item) -> str:
    people, _ = authors(item)
    date = date_parts(item)
    first, _, last = re.sub(r"\s*[-\u2013]\s*", "-", str(item.get("page") or "")).partition("-")
    rows: list[tuple[str, Any]] = [("TY", TYPES.get(str(item.get("type")), OTHER_TYPE)[1]), ("ID", str(number))]
    for person in people:
        name = person.get("literal") or ", ".join(p for p in (person.get("family"), person.get("given")) if p)
        rows.append(("AU", name))
    rows += [
        ("TI", item.get("title")),
        ("T2", item.get("container-title")),
        ("PY", date[0] if date else None),
        ("DA", "/".join([f"{date[0]:04}", *(f"{part:02}" for part in date[1:])]) if len(date) > 1 else None),
        ("VL", item.get("volume")),
        ("IS", item.get("issue")),
        ("SP", first),
        ("EP", last),
        ("PB", item.get("publisher")),
        ("DO", item.get("DOI")),
        ("UR", item.get("URL")),
        ("AN", item.get("PMID")),
        ("C2", item.get("PMCID")),
    ]
    lines = [f"{tag}  - {' '.join(str(value).split())}" for tag, value in rows if value]
    return "\n".join([*lines, "ER  - "]) + "\n"


def csl(references: dict[int, Item]) -> str:
    """Return references as a CSL-JSON array, by number; fields that CSL does not know are kept under `custom`."""
    items = []
    for number, item in sorted(references.items()):
        people, open_ended = authors(item)
        own = {key: value for key, value in item.items() if key in CSL_FIELDS and value not in (None, "")}
        custom = {key: value for key, value in item.items() if key not in CSL_FIELDS and value not in (None, "")}
        if open_ended:
            custom["authors-incomplete"] = True
        own |= {"id": str(number), "type": item.get("type") or "document"}
        own.pop("author", None)
        items.append({**own, **({"author": people} if people else {}), **({"custom": custom} if custom else {})})
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def authors(item: Item) -> tuple[list[dict[str, str]], bool]:
    """Return the named authors, and whether the list goes on ("et al.")."""
    people = [p for p in item.get("author") or [] if isinstance(p, dict)]
    named = [p for p in people if str(p.get("literal") or p.get("family") or "").strip().lower() not in AND_OTHERS]
    return [p for p in named if p.get("literal") or p.get("family")], len(named) < len(people)


def date_parts(item: Item) -> list[int]:
    """Return the date of publication as [year], [year, month] or [year, month, day]; empty if it is not known."""
    given = (item.get("issued") or {}).get("date-parts") or [[]]
    found: list[int] = []
    for part, most in zip(given[0], (9999, 12, 31), strict=False):
        if not str(part).isdigit() or not 1 <= int(part) <= most:
            break
        found.append(int(part))
    return found
