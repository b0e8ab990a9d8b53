"""Question banks that a user adds: alone, or with the texts whose sentences they ask for.

A bank that comes with a text is stored under the text's name, so that it is taken out with it. Only lines whose
sentence the text has are stored; the others are told, for a line that names no sentence answers nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from qa.corpus.bank import BankLine, read_bank_lines, sentence_digest
from qa.errors import CorpusError
from qa.files import write_whole
from qa.reading.passages import passages_of
from qa.records import Document

BANKS = "questions"  # inside `local`
SHOWN = 60  # characters of a sentence in a message


def read_given(path: Path, name: str | None = None) -> list[BankLine]:
    """Return the lines of a bank that a user names; CorpusError if it can't be read, is damaged or holds no question."""
    name = name or path.name
    try:
        lines = read_bank_lines(path)
    except UnicodeDecodeError as error:
        raise CorpusError(f"{name}: is not UTF-8; save it again as UTF-8") from error
    except OSError as error:
        raise CorpusError(f"{path}: can't be read ({error.strerror or error}); check the name and its permissions") from error
    if not any(line.questions for line in lines):
        raise CorpusError(f"{name}: holds no question; see corpus/README.md for the form of a question bank")
    return lines


def bank_of(local: Path, file: str) -> Path:
    """Return where the bank of an original is stored; names of originals are unique in all folders of `local`."""
    return local / BANKS / f"{Path(file).name}.jsonl"


class GivenBank:
    """A bank that is added together with texts; remembers which of its lines found their sentence."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.lines = read_given(path)
        self.placed: set[int] = set()
        self.texts: list[str] = []

    def store(self, local: Path, file: str, document: Document) -> str:
        """Store the lines whose sentence a text has, in place of its earlier bank; return what to say of them."""
        known = {sentence_digest(passage.text) for passage in passages_of(document)}
        own = [line for line in self.lines if line.digest in known]
        self.placed |= {line.number for line in own}
        self.texts.append(file)
        if not own:
            return "; none of the questions is on its sentences"
        path, content = bank_of(local, file), "".join(f"{line.text}\n" for line in own).encode()
        same = path.is_file() and path.read_bytes() == content
        if not same:
            write_whole(path, content)
        what = f"{sum(len(line.questions) for line in own)} questions on {len({line.digest for line in own})} sentences"
        return f"; {what} were there already" if same else f"; with {what}"

    def unplaced(self) -> list[str]:
        """Return one message for each line whose sentence none of the added texts has, or one if no text was added."""
        if not self.texts:
            return [f"{self.name}: not added, for no text that it could ask for was; a bank alone is added with qa add {self.name}"]
        return [
            f'{self.name}, line {line.number}: {" and ".join(self.texts)} has no sentence "{_short(line.names)}"; '
            "give the whole sentence as qa search prints it, then run the same qa add again"
            for line in self.lines
            if line.number not in self.placed
        ]


def add_bank(local: Path, name: str, content: bytes, lines: Sequence[BankLine], known: set[str]) -> str:
    """Store a bank that is added alone, unless it is there; return what to say of it.

    Args:
        known: the digests of the sentences of the corpus.
    """
    folder = local / BANKS
    for path in sorted(folder.glob("*.jsonl")):
        if path.read_bytes() == content:
            return f"already there as {path}; nothing changed"
    number, free = 1, name
    while (folder / free).exists():
        number += 1
        free = f"{Path(name).stem}-{number}.jsonl"
    write_whole(folder / free, content)
    asked = {line.digest for line in lines}
    return (
        f"added as {folder / free}: {sum(len(line.questions) for line in lines)} questions on {len(asked)} sentences, "
        f"{len(asked & known)} of which this corpus has"
    )


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
