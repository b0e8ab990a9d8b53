"""`qa migrate`: copies what is searched of an index to the server that `QA_STORE` names, and proves that it arrived."""

import sys
from pathlib import Path

from qa.encoding.encoder import open_encoder
from qa.indexing.index import read_index
from qa.indexing.stores import embedded_store, identity
from qa.progress import Progress
from qa.settings import default_index
from qa.vector_stores.migration import Moved, migrate, verify
from qa.vector_stores.milvus_store import MilvusStore
from qa.vector_stores.opening import collection, connect, remote_store, store_name


def migrate_index(index: Path | None, corpus: Path | None, only_verify: bool = False) -> list[Moved]:
    """Copy passages and bank questions of an index folder to the store, or compare what is there; return what it holds.

    With the embedded store there is nothing to copy: its rows are compared with themselves as they are read back.

    Raises:
        IndexNotFoundError, IndexMismatchError: as `open_index`.
        StoreError: the server failed, or holds other rows.
    """
    folder = index or default_index()
    opened = read_index(folder, open_encoder(), corpus)
    moved = []
    for what, entries in (("passages", opened.passage_entries), ("questions", opened.bank_entries)):
        source = embedded_store(folder, opened.manifest, what, entries)
        if store_name() == "faiss":
            moved.append(verify(source, source, f"{folder} {what}"))
        elif only_verify:
            name = collection(identity(opened.manifest), what)
            moved.append(verify(source, remote_store(connect(), identity(opened.manifest), what, len(entries)), name))
        else:
            report, name = Progress(), collection(identity(opened.manifest), what)
            target = MilvusStore(connect(), name)
            moved.append(migrate(source, target, entries.vectors.shape[1], lambda done, total, what=what, report=report: report(what, done, total)))  # type: ignore[misc]
    return moved


def moved_text(moved: list[Moved]) -> str:
    """Return what a store holds, one line for each collection."""
    return "\n".join(f"{m.name}: {m.rows} rows, SHA-256 {m.digest}" for m in moved)


def run_migration(index: Path | None, corpus: Path | None, only_verify: bool) -> int:
    """Run `qa migrate`, print what the store holds, and return the exit code."""
    moved = migrate_index(index, corpus, only_verify)
    print(moved_text(moved), flush=True)
    print(f"qa: store {store_name()}: counts and digests agree with the index folder", file=sys.stderr)
    return 0
