"""Reads files that are to be added to a corpus, before any of them becomes part of it.

A file gets the ending of its content and a name that a corpus reads, so that what is stored is what was read.
"""

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.corpus.folder import corpus_files
from qa.errors import CorpusError
from qa.originals.questions import read_given
from qa.progress import Progress
from qa.reading.decoding import decode
from qa.reading.passages import passages_of
from qa.reading.readers import LARGEST_PDF, PAGE_START, SUFFIXES, read_document
from qa.records import Document

UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
SKIPPED = re.compile(r"^(?=readme|licen[cs]e|changelog)", re.IGNORECASE)  # names that a corpus leaves unread
LONGEST_NAME = 180  # bytes, so that a number fits in before the ending


@dataclass(frozen=True)
class Candidate:
    """A file that was read: its bytes, the name it is stored under, and its document, or None for a question bank."""

    path: Path
    name: str
    content: bytes
    document: Document | None


def read_all(files: Sequence[Path], staged: Path) -> tuple[list[Candidate], list[str]]:
    """Return what can be added, in order, and one line for each file that can't; a folder stands for its files.

    Args:
        staged: an empty folder, for copies.
    """
    candidates: list[Candidate] = []
    problems: list[str] = []
    paths = list(_expanded(files, problems))
    progress = Progress()
    for number, path in enumerate(paths):
        place = staged / str(number)
        place.mkdir()
        try:
            candidates.append(_candidate(path, place))
        except CorpusError as error:
            problems.append(str(error))
        progress("reading", number + 1, len(paths))
    return candidates, problems


def _expanded(files: Sequence[Path], problems: list[str]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            found = corpus_files(path)
            if not found:
                problems.append(f"{path}: this folder holds none of {', '.join(sorted(SUFFIXES))}; name the files")
            yield from found
        else:
            yield path


def _candidate(path: Path, place: Path) -> Candidate:
    content = _content(path)
    name = _visible(_true_name(path, content))
    staged = place / name
    staged.write_bytes(content)
    if staged.suffix.lower() == ".jsonl":
        read_given(staged, path.name)
        return Candidate(path, name, content, None)
    try:
        document = read_document(staged, name)
    except CorpusError as error:
        raise CorpusError(str(error).replace(name, path.name, 1)) from error  # people know their file by its own name
    if not passages_of(document):
        raise CorpusError(f"{path.name}: no whole sentence was found in it; add the article itself, as text or PDF")
    return Candidate(path, name, content, document)


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise CorpusError(f"{path}: no such file; check the name")
        if path.stat().st_size > LARGEST_PDF:
            raise CorpusError(f"{path.name}: is larger than the {LARGEST_PDF / 1e6:.0f} MB that are read; split it")
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(
            f"{path}: can't be read ({error.strerror or error}); check the file and its permissions"
        ) from error


def _true_name(path: Path, content: bytes) -> str:
    """Return the name with the ending of its content, for a text that is called .pdf or a PDF called otherwise."""
    suffix = path.suffix.lower()
    if b"%PDF-" in content[:1024]:
        return path.name if suffix == ".pdf" else f"{path.stem}.pdf"
    if suffix == ".pdf":
        try:
            page = PAGE_START.match(decode(content, path.name).removeprefix("\ufeff"))
        except CorpusError:
            return path.name  # neither: reading it says what it is
        # a web page called .pdf is more often the publisher's log-in page than the article: reading it says so
        return path.name if page else f"{path.stem}.txt"
    return path.name


def _visible(name: str) -> str:
    """Return a name that a corpus reads and every system can store."""
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", name)).lstrip("._ ") or "original"
    name = SKIPPED.sub("original-", name)
    stem, suffix = os.path.splitext(name)
    while len(f"{stem}{suffix}".encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}{suffix}"
