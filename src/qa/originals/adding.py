"""Adds a user's own originals to the corpus and takes them out again; the index follows.

Each file is read before it is copied, so that one that can't be quoted from never becomes part of the corpus. Files
are told apart by content: the same bytes under another name are the same original.
"""

import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from qa.corpus.bank import sentence_digest
from qa.corpus.folder import LOCAL, ORIGINALS, Corpus, corpus_files, originals, read_corpus
from qa.errors import CorpusError
from qa.files import sha256, write_whole
from qa.originals.candidates import Candidate, read_all
from qa.originals.local import STAGED, corpus_of, editing, forget, read_records, record, update_index
from qa.originals.questions import BANKS, GivenBank, add_bank, bank_of, read_given
from qa.reading.passages import PAIRED, passages_of
from qa.reading.references.same_work import same_list
from qa.records import REVIEW, Document
from qa.settings import default_index


def add_originals(
    files: Sequence[Path], citation: int | None, corpus: Path | None, index: Path | None, questions: Path | None = None
) -> int:
    """Add files, or the readable files of folders, to a corpus; print one line for each; return the exit code.

    Args:
        citation: the reference number that the files are the original of; by default the next number that no
            reference has, or none for the review itself, which says with its own marks what it cites.
        questions: a question bank for the sentences of these files.

    Returns:
        0 if every file was added or was there already, 1 if one could not be, or if a line of the bank names a
        sentence that none of them has; the others are added all the same.

    Raises:
        CorpusError: the bank can't be used; nothing was added.
    """
    bank = GivenBank(questions) if questions else None
    index = index or default_index()
    folder = corpus_of(corpus, index)
    with editing(folder) as local, tempfile.TemporaryDirectory(dir=local, prefix=STAGED) as staged:
        candidates, problems = read_all(files, Path(staged))
        adder = _Adder(folder, citation, [c.document for c in candidates if c.document], bank)
        done = 0
        for candidate in candidates:
            try:
                print(adder.add(candidate), flush=True)
                done += 1
            except CorpusError as error:
                problems.append(str(error))
        problems += bank.unplaced() if bank else []
        for problem in problems:
            print(f"qa: {problem}", file=sys.stderr)
        if done:
            update_index(folder, index)
    return 1 if problems else 0


def remove_originals(names: Sequence[str], corpus: Path | None, index: Path | None) -> int:
    """Take originals out of a corpus by the name they are stored under; print one line for each; return 0, or 1."""
    index = index or default_index()
    folder = corpus_of(corpus, index)
    failed = done = 0
    with editing(folder) as local:
        for name in dict.fromkeys(names):
            there = _stored(folder)
            file = _named(name, there)
            if file is None:
                listed = ", ".join(there) or "nothing"
                print(f'qa: "{name}": no such original; {local} holds: {listed}', file=sys.stderr)
                failed += 1
                continue
            (local / file).unlink(missing_ok=True)
            row = next((row for row in read_records(folder) if row["file"] == file), {})
            if row.get("raw"):  # the fetched record: without it, `qa fetch` asks again instead of putting the file back
                (local / str(row["raw"])).unlink(missing_ok=True)
            forget(folder, file)
            asked = bank_of(local, file)
            with_it = " and its questions" if asked.is_file() else ""
            asked.unlink(missing_ok=True)
            print(f"{file}: removed ({local / file}){with_it}", flush=True)
            done += 1
        if done:
            update_index(folder, index)
    return 1 if failed else 0


def _stored(folder: Path) -> list[str]:
    """Return the names of all originals of a corpus, recorded or not, inside `local`, sorted."""
    local = folder / LOCAL
    found = {p.relative_to(local).as_posix() for p in corpus_files(folder) if p.is_relative_to(local)}
    found |= {p.relative_to(local).as_posix() for p in (local / BANKS).glob("*.jsonl")}
    return sorted(found | {name.removeprefix(f"{LOCAL}/") for name in originals(folder)})


def _named(name: str, there: list[str]) -> str | None:
    plain = unicodedata.normalize("NFC", Path(name).as_posix()).removeprefix(f"{LOCAL}/")
    if plain in there:
        return plain
    same = [file for file in there if Path(file).name == Path(plain).name]
    return same[0] if len(same) == 1 else None


class _Adder:
    """Puts read files into the local folder of one corpus, each with its number."""

    def __init__(self, folder: Path, citation: int | None, documents: list[Document], bank: GivenBank | None = None) -> None:
        self.folder = folder
        self.bank = bank
        self.local = folder / LOCAL
        self.citation = citation
        # a folder that holds nothing readable yet is no error here: this is how it gets its first text
        self.corpus: Corpus | None = _readable(folder)
        self.reviews = [] if self.corpus else _reviews(documents)
        numbers = set(self.corpus.references) | set(self.corpus.studies) if self.corpus else set()
        numbers |= {number for review in self.reviews for number in review.references}
        numbers |= {row["citation"] for row in originals(folder).values() if isinstance(row.get("citation"), int)}
        self.numbers = numbers

    def add(self, candidate: Candidate) -> str:
        """Return the line on a file that was added or was there already; CorpusError if it can't be."""
        if candidate.document is None:
            return self._add_bank(candidate)
        there = self._same_content(candidate.content)
        name = there.name if there else self._free_name(candidate.name)
        said = self._add_again(candidate, candidate.document, there) if there else self._add_new(candidate, candidate.document, name)
        return said + (self.bank.store(self.local, name, candidate.document) if self.bank else "")

    def _add_new(self, candidate: Candidate, document: Document, name: str) -> str:
        if self.citation is None and document.citation is None and self._is_review(candidate):
            write_whole(self.local / name, candidate.content)
            as_what = f"as the review itself ({len(document.references)} references)"
        else:
            as_what = self._record(document, name, candidate.content)
            write_whole(self.local / name, candidate.content)  # after its record: it never stands without its number
        return f"{candidate.path.name}: added as {self.local / name}, {as_what}: {_extent(document)}"

    def _record(self, document: Document, name: str, content: bytes) -> str:
        number = self.citation or document.citation or max(self.numbers, default=REVIEW) + 1
        known = number in self.numbers
        self.numbers.add(number)
        row = {
            "file": name,
            "citation": number,
            "sha256": sha256(content),
            "kind": document.kind if document.kind in ("abstract", "digest") else "full text",
            "title": document.title,
        }
        record(self.folder, row)
        return f"cited [{number}]" if known else f"cited [{number}], a new number"

    def _add_again(self, candidate: Candidate, document: Document, there: Path) -> str:
        """Return the line on content that the corpus has: nothing changes, unless another number is asked for."""
        name = candidate.path.name
        if not there.is_relative_to(self.local):
            return f"{name}: already part of the corpus as {there}; nothing changed"
        file = there.relative_to(self.local).as_posix()
        row = next((row for row in read_records(self.folder) if row["file"] == file), None)
        if row is None and self.citation:
            return f"{name}: already there as {there}; {self._record(document, file, candidate.content)} now"
        if row is not None and self.citation not in (None, row["citation"]):
            record(self.folder, {**row, "citation": self.citation})
            return f"{name}: already there as {there}; cited [{self.citation}] now, [{row['citation']}] before"
        number = f", cited [{row['citation']}]" if row else ""
        return f"{name}: already there as {there}{number}; nothing changed"

    def _is_review(self, candidate: Candidate) -> bool:
        """Return whether a document is the review that the corpus is about; CorpusError if it holds that already."""
        document = candidate.document
        if document is None or not document.references:
            return False
        if self.corpus is None:
            return document in self.reviews
        if not same_list(document.references, self.corpus.references):
            return False
        if not (self.folder / "references.json").is_file():
            holder = next((d.id for d in self.corpus.documents.values() if d.references), "")
            raise CorpusError(
                f"{candidate.path.name}: is the review that this corpus holds as {holder} (the same references); "
                f"to use this file instead, take that one out first"
            )
        return True

    def _same_content(self, content: bytes) -> Path | None:
        digest = sha256(content)
        for path in corpus_files(self.folder):
            if path.stat().st_size == len(content) and sha256(path.read_bytes()) == digest:
                return path
        return None

    def _free_name(self, name: str) -> str:
        """Return the name, with a number if an original has it; a pair x.zh.md and x.en.md shares its name."""
        taken = [Path(file).name.casefold() for file in _stored(self.folder)]
        stem, ending = _split(name)
        number, free = 1, name
        while any(_collides(free.casefold(), other) for other in taken):
            number += 1
            free = f"{stem}-{number}{ending}"
        return free

    def _add_bank(self, candidate: Candidate) -> str:
        known = {sentence_digest(p.text) for p in self.corpus.passages} if self.corpus else set()
        said = add_bank(self.local, candidate.name, candidate.content, read_given(candidate.path), known)
        return f"{candidate.path.name}: {said}"


def _readable(folder: Path) -> Corpus | None:
    """Return the corpus of a folder, or None if it has no text yet that can be read."""
    try:
        return read_corpus(folder)
    except CorpusError:
        if (folder / "references.json").is_file() or (folder / LOCAL / ORIGINALS).is_file():
            raise  # a corpus with a fault, which no text that is added to it mends
        return None


def _split(name: str) -> tuple[str, str]:
    """Return a name without and with its ending, the language being part of the ending: ("x", ".zh.md")."""
    paired = PAIRED.search(name)
    at = paired.start() if paired else len(name) - len(Path(name).suffix)
    return name[:at], name[at:]


def _collides(name: str, other: str) -> bool:
    """Return whether two lower-case names can't stand side by side: units are named without the language."""
    languages = [PAIRED.search(n) for n in (name, other)]
    pair = languages[0] and languages[1] and languages[0].group() != languages[1].group()
    return PAIRED.sub("", name) == PAIRED.sub("", other) and not pair


def _reviews(documents: list[Document]) -> list[Document]:
    """Return which of the first texts of an empty corpus is its review, as `qa.corpus.folder` would tell."""
    listed = [d for d in documents if d.references]
    if len(listed) > 1:
        listed = [d for d in listed if "review" in d.id.lower() or "综述" in d.id or "综述" in d.title]
    return listed[:1]


def _extent(document: Document) -> str:
    pages = max((block.page or 0 for block in document.blocks), default=0)
    sentences = len(passages_of(document))
    left_out = f"; not read: {document.warnings[0].partition(', ')[2]}" if document.warnings else ""
    if len(document.warnings) > 1:
        left_out += f", and {len(document.warnings) - 1} more pages"
    return (f"{pages} pages, " if pages else "") + f"{sentences} sentences{left_out}"
