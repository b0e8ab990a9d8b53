"""Reads a corpus folder: documents, passages, references, study facts, audit and question bank.

Any folder works. What the project's own edition has beside its texts (`references.json`, `facts/`, `audit/`,
`questions/`) is used where present. A file that can't be used is named in `Corpus.problems`, and the rest goes on.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qa.corpus.bank import BankQuestion, bank_questions, read_bank, sentence_digest
from qa.errors import CorpusError
from qa.reading.passages import PAIRED, passages_of
from qa.reading.readers import SUFFIXES, read_document
from qa.records import REVIEW, Document, Passage
from qa.settings import shipped_corpus
from qa.text.preparation import folded

DATA_FOLDERS = {"refusals", "questions", "facts", "audit", "safety", "lexicon", "wording"}
LOCAL = "local"  # where `qa add` and `qa fetch` put originals, inside the corpus folder; ignored by git
ORIGINALS = "originals.json"


@dataclass(frozen=True)
class Corpus:
    """Everything that was read from one folder. `passages[i]` is row i of the index."""

    folder: Path
    documents: dict[str, Document]
    passages: list[Passage]
    references: dict[int, dict[str, Any]]
    studies: dict[int, dict[str, Any]]
    audit: dict[int, list[dict[str, Any]]]
    bank: list[BankQuestion]
    digest: str
    problems: list[str] = field(default_factory=list)


def corpus_files(folder: Path) -> list[Path]:
    """Return the readable documents of a folder, sorted by their path inside it."""
    found = []
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith((".", "_")) for part in parts)
        data = parts[0] in DATA_FOLDERS and (folder / "references.json").is_file()
        plain = path.name.upper().startswith(("README", "LICENSE", "LICENCE", "CHANGELOG"))
        if path.suffix.lower() in SUFFIXES and not (hidden or data or plain) and path.is_file():
            found.append(path)
    return sorted(found, key=lambda p: p.relative_to(folder).as_posix())


def corpus_digest(folder: Path) -> str:
    """Return the SHA-256 over the names and bytes of every file that shapes the index."""
    digest = hashlib.sha256()
    own = [p for name in ("facts", "audit", "questions") for p in (folder / name).glob("*.json*")]
    own += [folder / "references.json", folder / LOCAL / ORIGINALS, *(folder / LOCAL / "questions").glob("*.jsonl")]
    named = {p.relative_to(folder).as_posix(): p for p in [*corpus_files(folder), *own] if p.is_file()}
    for name in ("questions", "refusals", "safety", "lexicon"):
        named.update({f"shipped/{name}/{p.name}": p for p in (shipped_corpus() / name).glob("*.json*")})
    for name, path in sorted(named.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_corpus(folder: Path) -> Corpus:
    """Return the corpus in a folder; CorpusError if the folder, or everything in it, can't be used."""
    if not folder.is_dir():
        raise CorpusError(f"{folder}: no such folder; name the folder that holds the texts with --corpus DIR")
    files = corpus_files(folder)
    documents, problems = _read_documents(folder, files)
    if not documents:
        reason = "; ".join(problems) or f"it holds none of {', '.join(sorted(SUFFIXES))}"
        raise CorpusError(f"{folder}: nothing here can be indexed: {reason}")
    references = _read_references(folder)
    documents = _numbered(documents, folder, references)
    studies = {number: facts for number, facts in _numbered_json(folder / "facts").items() if number}
    passages = _all_passages(documents, studies)
    if not passages:
        raise CorpusError(f"{folder}: no whole sentence was found in {len(documents)} file(s)")
    return Corpus(
        folder=folder,
        documents={d.id: d for d in documents},
        passages=passages,
        references=references,
        studies=studies,
        audit=_numbered_json(folder / "audit"),
        bank=_read_banks(folder, passages),
        digest=corpus_digest(folder),
        problems=problems,
    )


def _read_documents(folder: Path, files: list[Path]) -> tuple[list[Document], list[str]]:
    documents: list[Document] = []
    problems: list[str] = []
    for path in files:
        try:
            documents.append(read_document(path, path.relative_to(folder).as_posix()))
            problems.extend(documents[-1].warnings)
        except CorpusError as error:
            problems.append(str(error))
    return documents, problems


def originals(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what `qa add` and `qa fetch` recorded of the local originals, by document id."""
    path = folder / LOCAL / ORIGINALS
    if not path.is_file():
        return {}
    try:
        return {f"{LOCAL}/{row['file']}": row for row in json.loads(path.read_text("utf-8"))}
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{path.name} is damaged ({error}); mend or delete it, then run: qa index") from error


def _numbered(documents: list[Document], folder: Path, references: dict[int, dict[str, Any]]) -> list[Document]:
    """Give each document the number it is cited by, and fill `references` for those that have none.

    Recorded originals keep their number. The review is the document with a reference list of its own (where several
    have one: the one that is called so); it cites 0, and so does a document that stands alone. Any other document is
    a source of its own, and takes the next free number in path order.
    """
    recorded = originals(folder)
    reserved = {int(entry["citation"]) for entry in recorded.values()}
    structured = bool(references)  # the project's own layout: marks in the text say what each sentence is about
    free = [d for d in documents if d.id not in recorded and d.citation is None]
    listed = [d for d in free if d.references]
    if len(listed) > 1:
        named = [d for d in listed if "review" in d.id.lower() or "综述" in d.id or "综述" in d.title]
        listed = named[:1]
    review = listed[0] if listed else (free[0] if len(free) == 1 else None)
    if review and not references:
        references.update(review.references)
    numbered = []
    for document in documents:
        entry = recorded.get(document.id)
        if entry is not None:
            kind = entry.get("kind", "full text")
            document = replace(document, citation=entry["citation"], kind=kind, title=entry.get("title") or document.title)
        elif document.citation is None and document is not review and not structured and review is not None:
            document = replace(document, citation=_next_number(references, reserved), kind="full text")
        elif document.citation is None and review is None and not structured:
            document = replace(document, citation=_next_number(references, reserved), kind="full text")
        if document.citation and document.citation not in references:
            references[document.citation] = {"id": str(document.citation), "type": "article", "title": document.title}
        numbered.append(document)
    return numbered


def _next_number(references: dict[int, dict[str, Any]], reserved: set[int]) -> int:
    return max([*references, *reserved], default=REVIEW) + 1


def _all_passages(documents: list[Document], studies: dict[int, dict[str, Any]]) -> list[Passage]:
    passages: list[Passage] = []
    ranges: dict[str, tuple[int, int]] = {}
    for document in documents:
        labels = {number: facts[f"label_{document.language}"] for number, facts in studies.items()}
        own = passages_of(document, labels)
        ranges[document.id] = (len(passages), len(passages) + len(own))
        passages.extend(own)
    by_base: dict[str, list[Document]] = {}
    for document in documents:
        if PAIRED.search(document.id):
            by_base.setdefault(PAIRED.sub("", document.id), []).append(document)
    for pair in by_base.values():
        if len(pair) == 2:
            _align(passages, ranges, pair[0], pair[1])
    # what has no line in the other language stands for itself
    passages = [p if p.partner is not None else replace(p, unit=p.id) for p in passages]
    return passages


def _align(passages: list[Passage], ranges: dict[str, tuple[int, int]], first: Document, second: Document) -> None:
    (a, a_end), (b, b_end) = ranges[first.id], ranges[second.id]
    lines = [
        [document.text.count("\n", 0, p.start) for p in passages[start:end]]
        for document, (start, end) in ((first, (a, a_end)), (second, (b, b_end)))
    ]
    if lines[0] == lines[1]:
        for offset in range(a_end - a):
            passages[a + offset] = replace(passages[a + offset], partner=b + offset)
            passages[b + offset] = replace(passages[b + offset], partner=a + offset)


def _read_references(folder: Path) -> dict[int, dict[str, Any]]:
    path = folder / "references.json"
    if not path.is_file():
        return {}
    try:
        return {int(item["id"]): item for item in json.loads(path.read_text("utf-8"))}
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(f'{path}: each item needs a numeric "id" ({error}); see corpus/README.md') from error


def _numbered_json(folder: Path) -> dict[int, Any]:
    """Return the content of `NN.json` files by number."""
    found = {}
    for path in sorted(folder.glob("[0-9]*.json")):
        try:
            found[int(path.stem)] = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise CorpusError(f"{path}: not readable as JSON ({error})") from error
    return found


def _read_banks(folder: Path, passages: list[Passage]) -> list[BankQuestion]:
    """Return the questions of the folder's own bank and of the shipped one that belong to a sentence of this corpus."""
    units = {sentence_digest(p.text): p.unit for p in reversed(passages)}
    bank: dict[str, list[str]] = {}
    folders = dict.fromkeys([folder / "questions", folder / LOCAL / "questions", shipped_corpus() / "questions"])
    for path in [p for f in folders for p in sorted(f.glob("*.jsonl"))]:
        for key, questions in read_bank(path).items():
            bank.setdefault(key, []).extend(questions)
    return bank_questions(bank, units)


def sentence_of(passages: list[Passage], text: str) -> Passage | None:
    """Return the passage with the same letters and figures as a text, or None."""
    wanted = folded(text)
    return next((p for p in passages if folded(p.text) == wanted), None)
