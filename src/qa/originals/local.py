"""The folder of local originals inside a corpus: its lock, its records, and the index that follows it.

`qa add` and `qa fetch` put files here. `originals.json` says which number each is cited by; a file without a record
is a text like any other of the corpus.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.corpus.folder import LOCAL, ORIGINALS, originals
from qa.encoding.encoder import open_encoder
from qa.errors import CorpusError, QAError
from qa.files import write_whole
from qa.indexing.build import build_index
from qa.indexing.index import fits
from qa.indexing.store import read_manifest
from qa.progress import Progress
from qa.settings import default_corpus

STAGED = ".adding-"  # folders of files that are being read and not part of the corpus yet
BUSY_SECONDS = 10.0


def corpus_of(corpus: Path | None, index: Path) -> Path:
    """Return the corpus folder to change: the one given, `QA_CORPUS`, the one the index was built from, or the default.

    Raises:
        CorpusError: there is no such folder.
    """
    folder = corpus
    if folder is None and not os.environ.get("QA_CORPUS"):
        try:
            named = Path(read_manifest(index)["corpus"]["folder"])
            folder = named if named.is_dir() else None
        except (QAError, KeyError, TypeError):
            folder = None
    folder = folder or default_corpus()
    if not folder.is_dir():
        raise CorpusError(f"{folder}: no such folder; make it first, or name another with --corpus DIR")
    return folder


@contextmanager
def editing(folder: Path) -> Iterator[Path]:
    """Yield the folder `local` of a corpus, made if absent, while no other process changes it.

    Raises:
        CorpusError: the folder can't be written, or another process holds it for longer than 10 seconds.
    """
    from filelock import FileLock, Timeout

    local = folder / LOCAL
    try:
        local.mkdir(exist_ok=True)
        with FileLock(local / ".lock", timeout=BUSY_SECONDS):
            for left in local.glob(f"{STAGED}*"):  # of a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            yield local
    except Timeout as error:
        raise CorpusError(f"{local} is being changed by another process; wait until it is done") from error
    except OSError as error:
        raise CorpusError(
            f"{local}: can't be written ({error.strerror or error}); copy the corpus to a folder of your own and name "
            "that with --corpus DIR"
        ) from error


def read_records(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a corpus folder's `local/originals.json`, in its order; CorpusError if it is damaged."""
    originals(folder)  # the same check as `qa index` makes, with the same words
    path = folder / LOCAL / ORIGINALS
    rows = json.loads(path.read_text("utf-8")) if path.is_file() else []
    if not isinstance(rows, list):
        raise CorpusError(f"{path.name} is damaged (it holds no list); mend or delete it, then run: qa index")
    return rows


def record(folder: Path, row: dict[str, Any]) -> None:
    """Write a row of `originals.json` in place of the one for the same file, or after all others."""
    rows = read_records(folder)
    at = next((i for i, old in enumerate(rows) if old["file"] == row["file"]), len(rows))
    write_records(folder, [*rows[:at], row, *rows[at + 1 :]])


def forget(folder: Path, file: str) -> None:
    """Take the row of a file out of `originals.json`, if there is one."""
    rows = read_records(folder)
    kept = [row for row in rows if row["file"] != file]
    if len(kept) < len(rows):
        write_records(folder, kept)


def write_records(folder: Path, rows: list[dict[str, Any]]) -> None:
    """Replace `originals.json` in one step."""
    write_whole(folder / LOCAL / ORIGINALS, (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode())


def update_index(folder: Path, index: Path) -> None:
    """Bring the index up to date with a corpus folder: only what is new is encoded, and nothing if it already fits.

    Raises:
        QAError: the index could not be written; what it says is unchanged, and so are the files of the corpus.
    """
    encoder = open_encoder()
    if fits(index, encoder, folder):
        return
    try:
        build_index(folder, index, encoder, Progress())
    except QAError as error:
        raise QAError(f"the files of {folder / LOCAL} changed, but the index did not follow: {error}") from error
