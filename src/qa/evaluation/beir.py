"""Reads data sets in the BEIR layout: corpus.jsonl, queries.jsonl, qrels/*.tsv.

Source: Thakur et al. 2021, BEIR. The files are those of the published sets; small departures that are about (a missing
header line, four-column TREC judgements, numbers as ids) are read as well.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import DatasetError
from qa.evaluation.lines import numbered_lines

LAYOUT = "a BEIR folder holds corpus.jsonl, queries.jsonl and qrels/*.tsv"
MOST_NAMED = 5


@dataclass(frozen=True)
class Dataset:
    """Texts and judgements by id; `qrels[query][document]` is the grade, relevant from 1 on."""

    name: str
    split: str
    documents: dict[str, str]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]
    warnings: list[str] = field(default_factory=list)


def is_beir(path: Path) -> bool:
    """Return whether a path is a folder in the BEIR layout."""
    return path.is_dir() and (path / "corpus.jsonl").is_file()


def read_beir(folder: Path, split: str | None = None) -> Dataset:
    """Return the queries of one split, all documents and the judgements.

    Args:
        split: name of a file in qrels/ without `.tsv`; by default the only one, else `test`, else all together.

    Raises:
        DatasetError: a file is missing or damaged, or a judgement names a query that is not there.
    """
    files = _qrels_files(folder, split)
    documents = _texts(folder / "corpus.jsonl")
    texts = _texts(folder / "queries.jsonl")
    if not documents or not texts:
        raise DatasetError(f"{folder}: corpus.jsonl or queries.jsonl has no line; {LAYOUT}")
    qrels: dict[str, dict[str, int]] = {}
    for path in files:
        for query, document, grade in _judgements(path):
            known = qrels.setdefault(query, {})
            known[document] = max(grade, known.get(document, grade))
    unknown = sorted(set(qrels) - set(texts))
    if unknown:
        raise DatasetError(f"{folder}: the judgements name {_some(unknown)} of queries.jsonl, which has no such query; mend either file")
    warnings = _warnings(documents, qrels)
    return Dataset(folder.name, "+".join(p.stem for p in files), documents, {q: texts[q] for q in qrels}, qrels, warnings)


def _warnings(documents: dict[str, str], qrels: dict[str, dict[str, int]]) -> list[str]:
    found = []
    missing = sorted({d for grades in qrels.values() for d, grade in grades.items() if grade > 0} - set(documents))
    if missing:
        found.append(f"{_some(missing)} judged relevant but not in corpus.jsonl: these can't be found, and count as missed")
    without = sorted(q for q, grades in qrels.items() if not any(grade > 0 for grade in grades.values()))
    if without:
        found.append(f"{_some(without)} without any relevant document: not measured")
    shared = sorted(set(qrels) & set(documents))
    if shared:
        found.append(f"{_some(shared)} both a query and a document: measured here, but BEIR's own tool drops such hits")
    return found


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(f'"{name}"' for name in names[:MOST_NAMED]) + more


def _qrels_files(folder: Path, split: str | None) -> list[Path]:
    for name in ("corpus.jsonl", "queries.jsonl"):
        if not (folder / name).is_file():
            raise DatasetError(f"{folder}: no {name}; {LAYOUT}")
    files = sorted((folder / "qrels").glob("*.tsv"))
    if not files:
        raise DatasetError(f"{folder}: no qrels/*.tsv; {LAYOUT}")
    by_name = {path.stem: path for path in files}
    if split is not None:
        if split not in by_name:
            raise DatasetError(f'{folder}: no split "{split}"; there is: {", ".join(by_name)}')
        return [by_name[split]]
    return [by_name["test"]] if "test" in by_name else files


def _rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each line's object with its place, "file, line n", for messages."""
    for number, line in numbered_lines(path):
        place = f"{path.name}, line {number}"
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DatasetError(f"{place}: not JSON ({error}); each line is one object") from error
        if not isinstance(row, dict):
            raise DatasetError(f'{place}: not an object with "_id" and "text"')
        yield row, place


def _texts(path: Path) -> dict[str, str]:
    """Return title and text, joined, by id."""
    texts: dict[str, str] = {}
    for row, place in _rows(path):
        name = row.get("_id", row.get("id"))
        title, text = row.get("title") or "", row.get("text")
        if name is None or str(name) == "" or not isinstance(title, str) or not isinstance(text, str):
            raise DatasetError(f'{place}: each line needs "_id" and "text"; "title" may stand beside them')
        if str(name) in texts:
            raise DatasetError(f'{place}: the id "{name}" stands on an earlier line as well; ids must differ')
        texts[str(name)] = " ".join(part.strip() for part in (title, text) if part.strip())
    return texts


def _judgements(path: Path) -> Iterator[tuple[str, str, int]]:
    for number, line in numbered_lines(path):
        parts = line.rstrip("\r").split("\t") if "\t" in line else line.split()
        if len(parts) == 4:  # TREC: query, iteration, document, grade
            parts = [parts[0], parts[2], parts[3]]
        try:
            query, document, grade = parts
            yield query.strip(), document.strip(), int(float(grade))
        except (ValueError, OverflowError):  # the latter for a grade of "inf"
            if number == 1:
                continue  # the header
            raise DatasetError(f'{path.name}, line {number}: expected query id, document id and grade, got "{line[:60]}"') from None
