"""Which rows of an index are searched where: embedded from the index folder, or in the collections of a server.

The folder stays the original: a server holds copies of what can be searched, under names that change with the content.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import IndexMismatchError
from qa.files import sha256
from qa.vector_stores.entries import Entries
from qa.vector_stores.faiss_store import FaissStore
from qa.vector_stores.index_type import FLAT_ROWS, IndexType, build
from qa.vector_stores.opening import connect, remote_store, store_name
from qa.vector_stores.protocol import VectorStore

SEARCHED = ("vectors", "bank_vectors", "map_", "lexical", "bank_lexical", "passages", "bank.")  # files that rows are made of
FILES = {"passages": "vectors.faiss", "questions": "bank_vectors.faiss"}
MAPPED_BYTES = 64 * 2**20  # a larger array is not read but memory-mapped


def identity(manifest: dict[str, Any]) -> str:
    """Return a digest of everything that the rows of an index are made of."""
    digests = [f"{name} {entry['sha256']}" for name, entry in sorted(manifest["files"].items()) if name.startswith(SEARCHED)]
    return sha256("\n".join(digests).encode())


def open_store(folder: Path, manifest: dict[str, Any], what: str, entries: Entries) -> VectorStore:
    """Return the store that `QA_STORE` names for the "passages" or "questions" of an opened index.

    Raises:
        StoreError: the server can't be reached, or these rows were not copied there.
    """
    if store_name() == "milvus" and "search" in manifest:  # without it the rows are some of an index, and no server has them
        return remote_store(connect(), identity(manifest), what, len(entries))
    return embedded_store(folder, manifest, what, entries)


def embedded_store(folder: Path, manifest: dict[str, Any], what: str, entries: Entries) -> FaissStore:
    """Return the embedded store; an index type that was built with the folder is opened, a flat one is made when searched."""
    kind = manifest.get("search", {}).get(what)
    if not kind or kind["factory"] == "Flat":
        return FaissStore(entries, factory="Flat")
    try:
        return FaissStore(entries, (folder / manifest["files"][FILES[what]]["stored"], IndexType(**kind)))
    except (KeyError, TypeError) as error:
        raise IndexMismatchError(f"{folder}: the manifest does not say how {what} are searched ({error}); rebuild it with: qa index --index {folder}") from error


def write_search(folder: Path, what: str, vectors: np.ndarray) -> dict[str, Any]:
    """Write the FAISS index of so many vectors that they need one to a folder, and return its type for the manifest."""
    if len(vectors) <= FLAT_ROWS:
        return asdict(IndexType("Flat"))
    import faiss

    index, kind = build(vectors)
    with (folder / FILES[what]).open("wb") as handle:  # Python's own writing: faiss does not notice a disk that fills up
        faiss.write_index(index, faiss.PyCallbackIOWriter(handle.write))  # type: ignore[attr-defined]  # the stubs lack it
    return asdict(kind)


def load_array(path: Path) -> np.ndarray:
    """Return the array of an .npy file, memory-mapped if it is large; data files are never changed once written."""
    loaded = np.load(path, mmap_mode="r" if path.stat().st_size > MAPPED_BYTES else None, allow_pickle=False)
    return np.asarray(loaded) if loaded.size == 0 else loaded
