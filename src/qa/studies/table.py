"""The evidence table: each study's facts for a terminal, a spreadsheet, a program or a reference manager."""

import csv
import io
import json
import shutil
import sys
from typing import Any, Literal

from qa.answering.cards import audit_mark
from qa.answering.publication import publication_status
from qa.answering.wording import read_wording
from qa.indexing.index import Index
from qa.records import REVIEW, Language
from qa.studies.audit import audit_counts, audit_rows, audit_text
from qa.studies.bibliography import authors, bibtex, csl, date_parts, ris
from qa.studies.columns import GAP, table
from qa.studies.words import study_words

__all__ = ["audit_rows", "audit_text", "studies_text", "study_rows"]

Format = Literal["table", "csv", "json", "bibtex", "ris", "csl"]
# column: least width in places, share of what is left; those with an order are left out of a narrow terminal, 1 first
COLUMNS: dict[str, tuple[int, int, int]] = {
    "number": (4, 0, 0),
    "study": (18, 4, 0),
    "study_type": (10, 2, 5),
    "n_total": (4, 0, 0),
    "cell_type": (12, 3, 4),
    "route": (10, 2, 2),
    "follow_up": (10, 3, 1),
    "outcome": (18, 5, 0),
    "source_kind": (9, 1, 3),
}
PIPED = 120  # places, where no terminal says how many it has
WIDEST = 200
FORMULA = ("=", "+", "@", "\t")  # how a spreadsheet knows a formula: a reference list may come from anywhere


def studies_text(index: Index, format: Format, lang: Language) -> str:
    """Return the evidence table, ending with a line feed.

    `table` fits the terminal; `csv` has all facts in both languages, one study a row; `json` is a list of
    `study_rows`; `bibtex`, `ris` and `csl` are the references.
    """
    references = {n: item for n, item in index.references.items() if n != REVIEW}
    if format == "csv":
        return _csv(study_rows(index))
    if format == "json":
        return json.dumps(study_rows(index), ensure_ascii=False, indent=1) + "\n"
    if format == "bibtex":
        return bibtex(references)
    if format == "ris":
        return ris(references)
    if format == "csl":
        return csl(references)
    places = min(WIDEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else PIPED
    return _table(index, lang, places) + "\n"


def study_rows(index: Index) -> list[dict[str, Any]]:
    """Return all that is known of each study, by number: its facts, `reference` (CSL), `audit` (counts) and `status`."""
    status = publication_status(index)
    return [
        {
            "number": number,
            **index.studies.get(number, {}),
            "reference": index.references.get(number),
            "audit": audit_counts(index.audit.get(number, [])),
            "status": status.get(number),
        }
        for number in sorted({*index.references, *index.studies} - {REVIEW})
    ]


def _table(index: Index, language: Language, places: int) -> str:
    words = study_words()
    rows = study_rows(index)
    if not rows:
        return words("no_studies", language)
    names = list(COLUMNS) if index.studies else ["number", "study", "year"]
    sizes = {name: COLUMNS.get(name, (4, 0, 0)) for name in names}
    while sum(size[0] + len(GAP) for size in sizes.values()) > places and any(size[2] for size in sizes.values()):
        del sizes[min((size[2], name) for name, size in sizes.items() if size[2])[1]]
    left = max(0, places - sum(size[0] + len(GAP) for size in sizes.values()))
    shares = sum(size[1] for size in sizes.values()) or 1
    widths = [size[0] + left * size[1] // shares for size in sizes.values()]
    cells = [[words.named("columns", name, language) for name in sizes]]
    for row in rows:
        shown = _cells(index, row, language)
        cells.append([shown[name] or words("not_stated", language) for name in sizes])
    note = f"\n\n{words('table_note', language)}" if index.studies else ""
    return table(cells, widths) + note


def _cells(index: Index, row: dict[str, Any], language: Language) -> dict[str, str]:
    words, number = study_words(), row["number"]
    item = row["reference"] or {}
    status = words.named("statuses", row["status"], language)
    label = row.get(f"label_{language}") or item.get(f"title-{language}") or item.get("title") or ""
    mark = "*" if audit_mark(index, number, language) else ""
    date = date_parts(item)
    study_type = row.get("study_type")
    return {
        "number": f"{number}{mark}",
        "study": (words("status", language, status=status) if status else "") + label,
        "study_type": read_wording().study_type(study_type, language) if study_type else "",
        "n_total": str(row.get("n_total") or ""),
        "cell_type": str(row.get(f"cell_type_{language}") or ""),
        "route": str(row.get(f"route_{language}") or ""),
        "follow_up": str(row.get(f"follow_up_{language}") or ""),
        "outcome": _outcome(row.get("outcomes") or [], language),
        "source_kind": words.named("source_kinds", row.get("source_kind"), language),
        "year": str(date[0]) if date else "",
    }


def _outcome(outcomes: list[dict[str, Any]], language: Language) -> str:
    """Return the first outcome, which is the main one, with its direction, and how many more there are."""
    if not outcomes:
        return ""
    words, first = study_words(), outcomes[0]
    direction = words.named("directions", first.get("direction"), language)
    text = words("outcome", language, measure=first.get(f"measure_{language}") or "", direction=direction)
    more = words("more_outcomes", language, count=len(outcomes) - 1) if len(outcomes) > 1 else ""
    return f"{text}{'' if language == 'zh' else ' '}{more}".strip()


def _csv(rows: list[dict[str, Any]]) -> str:
    """Return rows as CSV with a heading. Arms and outcomes are one cell each and language, their parts by `; ` and ` | `."""
    flat = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return out.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, str]:
    item = row["reference"] or {}
    people, open_ended = authors(item)
    named = [str(p.get("literal") or f"{p.get('family', '')} {p.get('given', '')}".strip()) for p in people]
    date = date_parts(item)
    found: dict[str, Any] = {
        "number": row["number"],
        "title": item.get("title"),
        "authors": "; ".join([*named, "et al."] if open_ended else named),
        "journal": item.get("container-title"),
        "published": "-".join(f"{part:02}" for part in date),
        "volume": item.get("volume"),
        "issue": item.get("issue"),
        "pages": item.get("page"),
        "url": item.get("URL"),
    }
    for name, value in row.items():
        if name == "arms":
            for language in ("zh", "en"):
                arms = [f"{a.get(f'name_{language}') or ''} (n={'' if a.get('n') is None else a['n']})" for a in value]
                found[f"arms_{language}"] = "; ".join(arms)
        elif name == "outcomes":
            for language in ("zh", "en"):
                keys = (f"measure_{language}", f"timepoint_{language}", f"result_{language}", "direction", "p")
                found[f"outcomes_{language}"] = "; ".join(" | ".join(str(o.get(k) or "") for k in keys) for o in value)
        elif name == "audit":
            found |= {f"audit: {verdict}": count for verdict, count in value.items()}
        elif name == "source_urls":
            found[name] = " ".join(value)
        elif name not in ("reference", "number"):
            found[name] = value
    for name in ("doi", "pmid", "pmcid"):
        found[name] = found.get(name) or item.get(name.upper())
    return {name: _cell(value) for name, value in found.items()}


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
