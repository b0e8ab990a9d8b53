"""Copies the rows of one store to a Milvus collection, and proves that they arrived: same count, same digest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.errors import StoreError
from qa.vector_stores.entries import Digest, Entries, digest_of
from qa.vector_stores.milvus_store import MilvusStore
from qa.vector_stores.protocol import VectorStore


@dataclass(frozen=True)
class Moved:
    """What was copied, as it was read back from where it is now."""

    name: str
    rows: int
    digest: str


def migrate(source: VectorStore, target: MilvusStore, dimension: int, report: Callable[[int, int], None] | None = None) -> Moved:
    """Write the rows of a store to a collection and return what is there now, read back and compared.

    The rows go to a collection of another name, which gets the final one when it is right: a copy that is stopped
    leaves what was there before.

    Raises:
        StoreError: the server failed, or gave back other rows than were sent; the collection is not touched.
    """
    final, total = target.collection, source.count()
    sent = Digest()

    def counted() -> Iterator[Entries]:
        for part in source.read():
            sent.add(part)
            yield part
            if report:
                report(sent.count, total)

    writing = MilvusStore(target.milvus, f"{final}_writing")
    writing.write(counted(), total, dimension)
    rows, digest = digest_of(writing.read())
    if (rows, digest) != (sent.count, sent.hexdigest()):
        raise StoreError(f"{target.milvus.uri} gave back {rows} rows with another content than the {sent.count} that were sent; run again: qa migrate")
    writing.rename(final)
    return Moved(final, rows, digest)


def verify(source: VectorStore, target: VectorStore, name: str) -> Moved:
    """Return what a store holds if it is what the source holds; StoreError if it is not."""
    expected, found = digest_of(source.read()), digest_of(target.read())
    if expected != found:
        raise StoreError(f"{name} holds {found[0]} rows ({found[1][:12]}), the index {expected[0]} ({expected[1][:12]}); copy it again with: qa migrate")
    return Moved(name, *found)
