"""The store for more than one machine: a collection of a Milvus server, or of Milvus Lite in a folder.

Words are sparse vectors whose inner product is BM25, so both rankings, their sum and the filter by citation run in
Milvus and give the numbers that the embedded store gives. A collection is written under another name and renamed when
its rows are read back and right: a collection of the final name is whole.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from qa.errors import StoreError
from qa.vector_stores.entries import Entries, Terms, Words
from qa.vector_stores.index_type import FLAT_ROWS
from qa.vector_stores.protocol import Found, Only, best

MOST = 16_384  # rows that Milvus returns at once
PART = 500  # rows that are sent or read at once: far below the 64 MB of a message
NOBODY = 0  # a term that every row has and no question: Milvus takes no sparse vector without an entry
SECONDS = 10.0  # until a server that does not answer counts as down
PROBES = 64  # groups that a search of a large collection looks into


class Milvus:
    """A connection: made when it is first needed, and again after it broke."""

    def __init__(self, uri: str, token: str = "", seconds: float = SECONDS) -> None:
        self.uri, self._token, self._seconds = uri, token, seconds
        self._client: Any = None
        self._lock = threading.Lock()
        self._loaded: set[str] = set()  # collections that this connection has loaded: a server that restarted has none

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Yield the client of pymilvus; StoreError with what to do if it fails."""
        try:
            import grpc  # type: ignore[import-untyped]
            from pymilvus import MilvusClient  # type: ignore[import-untyped]
            from pymilvus.exceptions import MilvusException  # type: ignore[import-untyped]
        except ImportError as error:
            raise StoreError(f"QA_STORE=milvus needs pymilvus ({error}); install it with: pip install 'liver-stem-cell-qa[milvus]'") from error
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # every error is raised; its traceback on stderr says nothing more
        try:
            with self._lock:
                if self._client is None:
                    self._client = MilvusClient(uri=self.uri, token=self._token, timeout=self._seconds)
                client = self._client
            yield client
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError, OSError, ValueError) as error:
            self.close()
            reason = str(getattr(error, "message", "") or error).splitlines()[0] if str(error) else type(error).__name__
            raise StoreError(
                f"the vector store at {self.uri} failed ({reason}); start it or correct QA_STORE_URI and QA_STORE_TOKEN, "
                "or unset QA_STORE for the embedded store"
            ) from error

    @contextmanager
    def loaded(self, collection: str) -> Iterator[Any]:
        """Yield the client with a collection ready to be searched; errors as `client`."""
        with self.client() as client:
            if collection not in self._loaded:
                client.load_collection(collection, timeout=self._seconds)
                self._loaded.add(collection)
            yield client

    def close(self) -> None:
        """Give the connection up; the next use makes a new one."""
        with self._lock:
            client, self._client = self._client, None
            self._loaded.clear()
        if client is not None:
            client.close()

    @property
    def seconds(self) -> float:
        """How long one call may take."""
        return self._seconds


class MilvusStore:
    """One collection as a `VectorStore`."""

    name = "milvus"
    embedded = False

    def __init__(self, milvus: Milvus, collection: str) -> None:
        self.milvus, self.collection = milvus, collection

    def count(self) -> int:
        with self.milvus.client() as client:
            if not client.has_collection(self.collection, timeout=self.milvus.seconds):
                return 0
        with self.milvus.loaded(self.collection) as client:
            found = client.query(self.collection, filter="row >= 0", output_fields=["count(*)"], timeout=self.milvus.seconds)
            return int(found[0]["count(*)"])

    def search(self, query: np.ndarray, k: int, only: Only = None) -> Found:
        return self._one("vector", np.asarray(query, dtype=np.float32), k, only)

    def search_words(self, query: Terms, k: int, only: Only = None) -> Found:
        return self._one("words", _sparse(query), k, only) if query else _found([])

    def hybrid(self, query: np.ndarray, words: Terms, k: int, weight: float, pool: int, only: Only = None) -> Found:
        if not words:
            return self.search(query, min(k, pool), only)
        if min(k, pool) < 1:
            return _found([])
        from pymilvus import AnnSearchRequest, WeightedRanker

        limit = min(pool, MOST)
        asked = [
            AnnSearchRequest([np.asarray(query, dtype=np.float32)], "vector", _params("vector"), limit=limit, expr=_cited(only)),
            AnnSearchRequest([_sparse(words)], "words", _params("words"), limit=limit, expr=_cited(only)),
        ]
        with self.milvus.loaded(self.collection) as client:
            ranker = WeightedRanker(1.0, weight, norm_score=False)
            found = client.hybrid_search(self.collection, asked, ranker, limit=min(k, MOST), output_fields=["row"], timeout=self.milvus.seconds)
            return _found(found[0])

    def _one(self, field: str, query: Any, k: int, only: Only) -> Found:
        if k < 1:
            return _found([])
        with self.milvus.loaded(self.collection) as client:
            found = client.search(
                self.collection,
                data=[query],
                anns_field=field,
                limit=min(k, MOST),
                filter=_cited(only),
                search_params=_params(field),
                output_fields=["row"],
                timeout=self.milvus.seconds,
            )
            return _found(found[0])

    def read(self) -> Iterator[Entries]:
        total = self.count()
        for start in range(0, total, PART):
            with self.milvus.loaded(self.collection) as client:
                asked = f"row >= {start} and row < {start + PART}"
                found = client.query(self.collection, filter=asked, output_fields=["row", "vector", "words", "citations"], limit=PART)
            rows = sorted(found, key=lambda row: int(row["row"]))
            if [int(row["row"]) for row in rows] != list(range(start, min(start + PART, total))):
                raise StoreError(f"{self.collection} of {self.milvus.uri} lacks rows near {start}; write it again with: qa migrate")
            words = [{int(t) - 1: float(w) for t, w in row["words"].items() if int(t) != NOBODY} for row in rows]
            vectors = np.array([row["vector"] for row in rows], dtype=np.float32)
            yield Entries(vectors, Words.of_rows(words), [tuple(map(int, row["citations"])) for row in rows])

    def write(self, parts: Iterator[Entries], rows: int, dimension: int) -> None:
        """Replace the collection by these rows; the old one goes when the new one is complete on the server."""
        with self.milvus.client() as client:
            if client.has_collection(self.collection):
                client.drop_collection(self.collection)
            client.create_collection(self.collection, schema=_schema(client, dimension), index_params=_index(client, rows), consistency_level="Strong")
        at = 0
        for part in parts:
            for start in range(0, len(part), PART):
                piece = range(start, min(start + PART, len(part)))
                data = [
                    {
                        "row": at + i,
                        "vector": np.asarray(part.vectors[i], dtype=np.float32),
                        "words": {NOBODY: 1.0, **_sparse(part.words.row(i))},
                        "citations": list(part.citations[i]),
                    }
                    for i in piece
                ]
                with self.milvus.client() as client:
                    client.insert(self.collection, data)
            at += len(part)
        with self.milvus.client() as client:
            client.flush(self.collection)

    def rename(self, name: str) -> None:
        """Give the collection another name, in place of whatever has it."""
        with self.milvus.client() as client:
            if client.has_collection(name):
                client.drop_collection(name)
            client.rename_collection(self.collection, name)  # which releases it
        self.milvus.close()
        self.collection = name


def _schema(client: Any, dimension: int) -> Any:
    from pymilvus import DataType

    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("citations", DataType.ARRAY, element_type=DataType.INT64, max_capacity=4096)
    return schema


def _index(client: Any, rows: int) -> Any:
    """Return the indexes by size, as `qa.vector_stores.index_type` chooses them."""
    params = client.prepare_index_params()
    if rows <= FLAT_ROWS:
        params.add_index("vector", index_type="FLAT", metric_type="IP")
    else:
        groups = 2 ** round(np.log2(4 * np.sqrt(rows)))
        params.add_index("vector", index_type="IVF_SQ8", metric_type="IP", params={"nlist": groups})
    params.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    return params


def _params(field: str) -> dict[str, Any]:
    return {"metric_type": "IP", "params": {"nprobe": PROBES}} if field == "vector" else {"metric_type": "IP"}


def _cited(only: Only) -> str:
    return "" if only is None else f"ARRAY_CONTAINS_ANY(citations, {sorted(map(int, only))})"


def _sparse(terms: Terms) -> dict[int, float]:
    return {term + 1: float(weight) for term, weight in terms.items()}


def _found(hits: Any) -> Found:
    rows = np.array([int(hit["row"]) for hit in hits], dtype=np.int64)
    scores = np.array([float(hit["distance"]) for hit in hits], dtype=np.float32)
    return best(rows, scores, len(rows))
