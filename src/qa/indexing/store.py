"""The index folder on disk: content-named data files and one manifest that commits them.

A data file carries the start of its own SHA-256 in its name and is never changed once written; `manifest.json`
names the files of the current version with their digests and is replaced in one step. So a build that is killed
leaves the old index whole, and the previous version stays beside the new one. No pickle: .npy, .json and .jsonl only.
"""

import errno
import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import IndexMismatchError, IndexNotFoundError, QAError
from qa.files import sha256, write_whole

FORMAT = 1
MANIFEST, PREVIOUS = "manifest.json", "manifest.previous.json"
UNFINISHED = ".build-"  # folders of files that no manifest names yet
MEND = "rebuild it with: qa index"
NEEDED = {"encoder": ("name", "dimension", "weights", "preparation"), "corpus": ("folder", "digest")}


def mend(folder: Path, corpus: str = "") -> str:
    """Return the command that builds this index again."""
    return "qa index" + (f" --corpus {corpus}" if corpus else "") + f" --index {folder}"


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder inside the index folder; one builder at a time, a second one fails with one line."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            for left in folder.glob(f"{UNFINISHED}*"):  # of a build that was killed
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=UNFINISHED) as temporary:
                yield Path(temporary)
    except Timeout as error:
        raise QAError(f"{folder} is being built by another process; wait until it is done") from error
    except OSError as error:
        raise QAError(
            f"{folder} can't be written: {error.strerror or error}; the old index is unchanged. "
            f"Free space on its disk, or make it writable, then run: {mend(folder)}"
        ) from error


def commit(folder: Path, temporary: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Move the files of `temporary` into the index folder, write the manifest last, and return it.

    The manifest gets "files": for each plain name its stored name, SHA-256 and size in bytes; and "digest", of itself.
    """
    files = {}
    for path in sorted(temporary.iterdir()):
        _refuse_cut_array(path)
        digest = _sha256(path)
        stored = _stored_name(path.name, digest)
        files[path.name] = {"stored": stored, "sha256": digest, "bytes": path.stat().st_size}
        target = folder / stored
        if not (target.is_file() and _sha256(target) == digest):
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
            os.replace(path, target)
    _flush_names(folder)  # after a power cut no manifest may name files that the folder does not have
    complete = {"format": FORMAT, **manifest, "files": files}
    complete["digest"] = _digest_of(complete)
    current = folder / MANIFEST
    text = json.dumps(complete, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if current.is_file() and current.read_bytes() != text.encode():
        write_whole(folder / PREVIOUS, current.read_bytes())
    write_whole(current, text.encode())
    _sweep(folder)
    return complete


def _refuse_cut_array(path: Path) -> None:
    """Raise OSError if an .npy file is shorter or longer than its header says: numpy does not notice a disk that fills up."""
    if path.suffix != ".npy":
        return
    with path.open("rb") as handle:
        try:
            header = np.lib.format.read_array_header_1_0 if np.lib.format.read_magic(handle)[0] == 1 else np.lib.format.read_array_header_2_0
            shape, _, dtype = header(handle)
        except ValueError as error:
            raise OSError(errno.ENOSPC, f"{path.name} was not written whole") from error
        if handle.tell() + math.prod(shape) * dtype.itemsize != path.stat().st_size:
            raise OSError(errno.ENOSPC, f"{path.name} was not written whole")


def _stored_name(name: str, digest: str) -> str:
    path = Path(name)
    return f"{path.stem}-{digest[:12]}{path.suffix}"


def _digest_of(manifest: dict[str, Any]) -> str:
    """Return a digest of everything in a manifest but its own digest."""
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    return sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass"))


def _flush_names(folder: Path) -> None:
    """Make the names of a folder's files outlast a power cut, where the system has that."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(folder: Path) -> None:
    """Delete data files that neither the current nor the previous manifest names."""
    kept = set()
    for name in (MANIFEST, PREVIOUS):
        if (folder / name).is_file():
            try:
                kept |= {f["stored"] for f in json.loads((folder / name).read_text("utf-8"))["files"].values()}
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # damaged, and so kept as the previous version: it names nothing worth keeping
    for path in folder.iterdir():
        known = path.suffix in (".npy", ".jsonl", ".faiss") or (path.suffix == ".json" and path.name not in (MANIFEST, PREVIOUS))
        if known and path.is_file() and path.name not in kept and not path.name.startswith("."):
            with suppress(OSError):  # another process has it open (Windows): the next build deletes it
                path.unlink()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an index folder; IndexNotFoundError or IndexMismatchError with the mending command."""
    path = folder / MANIFEST
    if not path.is_file():
        raise IndexNotFoundError(f"{folder}: no index has been built here; build it with: {mend(folder)}")
    try:
        manifest = json.loads(path.read_text("utf-8"))
        if manifest["format"] != FORMAT:
            raise IndexMismatchError(f"{folder} has format {manifest['format']}, this version reads {FORMAT}; {MEND}")
        for name, entry in manifest["files"].items():
            if Path(entry["stored"]).name != entry["stored"]:
                raise IndexMismatchError(f"{folder}: the manifest names {name} outside the folder; {MEND}")
            _ = entry["sha256"], entry["bytes"]
            if entry["stored"] != _stored_name(name, entry["sha256"]):
                raise ValueError(f"{name} is another file's content")
        for part, keys in NEEDED.items():
            _ = [manifest[part][key] for key in keys]
        if manifest.get("digest") not in (None, _digest_of(manifest)):
            raise ValueError("something in it was changed")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexMismatchError(f"{folder}: {MANIFEST} is damaged; {MEND} --index {folder}") from error
    return dict(manifest)


def checked_files(folder: Path, manifest: dict[str, Any]) -> dict[str, Path]:
    """Return the path of each data file by plain name, after comparing size and SHA-256 with the manifest."""
    paths = {}
    for name, entry in manifest["files"].items():
        path = folder / entry["stored"]
        if not path.is_file():
            raise IndexMismatchError(f"{folder}: {entry['stored']} is missing; {MEND} --index {folder}")
        if path.stat().st_size != entry["bytes"] or _sha256(path) != entry["sha256"]:
            raise IndexMismatchError(f"{folder}: {entry['stored']} is damaged; {MEND} --index {folder}")
        paths[name] = path
    return paths


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
