"""Which store is used: `QA_STORE` is "faiss" (the default) or "milvus", the latter with `QA_STORE_URI` and `QA_STORE_TOKEN`.

`QA_STORE_URI` is a server's address, or a path that ends with .db for Milvus Lite in this process.
"""

import os
from functools import cache

from qa.errors import StoreError, UsageError
from qa.vector_stores.milvus_store import Milvus, MilvusStore
from qa.vector_stores.protocol import VectorStore

STORES = ("faiss", "milvus")
DEFAULT_URI = "http://127.0.0.1:19530"


def store_name() -> str:
    """Return the store that `QA_STORE` names; UsageError if there is none of that name."""
    name = (os.environ.get("QA_STORE") or STORES[0]).strip().lower()
    if name not in STORES:
        raise UsageError(f'QA_STORE="{name}": there is no such store; use one of: {", ".join(STORES)}')
    return name


def connect() -> Milvus:
    """Return the connection that `QA_STORE_URI` and `QA_STORE_TOKEN` describe, one for a process; nothing is sent yet."""
    return _connection(os.environ.get("QA_STORE_URI") or DEFAULT_URI, os.environ.get("QA_STORE_TOKEN") or "")


@cache
def _connection(uri: str, token: str) -> Milvus:
    return Milvus(uri, token)


def collection(identity: str, what: str) -> str:
    """Return the name of the collection for the rows of one state of one index: another state has another name."""
    return f"qa_{identity[:20]}_{what}"


def remote_store(milvus: Milvus, identity: str, what: str, rows: int) -> VectorStore:
    """Return the store of these rows on a server; StoreError if it is not there or has another number of rows."""
    store = MilvusStore(milvus, collection(identity, what))
    found = store.count()
    if found != rows:
        state = "does not hold this index yet" if not found else f"holds {found} of its {rows} rows"
        raise StoreError(f"the vector store at {milvus.uri} {state} ({store.collection}); copy it there with: qa migrate")
    return store
