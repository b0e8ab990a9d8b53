"""Haystack's hybrid retrieval tutorial: BM25 and embeddings, joined. Its last step, a reranking model, is another encoder.

Without that model the joiner has to rank, and raw BM25 scores and cosines can't be compared: so by reciprocal ranks.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import peer_haystack
from harness import TOP, Ask, Entry

LABEL = "Haystack, BM25 + embeddings"
PACKAGES = peer_haystack.PACKAGES
SETTINGS = peer_haystack.SETTINGS
BUILT_BY = "haystack"  # the same store, asked in two ways
chunk = peer_haystack.chunk
build = peer_haystack.build


def open_index(entries: Sequence[Entry], encoder: Any, folder: Path) -> Ask:
    """Return `ask` over a written store."""
    from haystack import Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore.load_from_disk(str(folder / peer_haystack.STORE))
    pipeline = Pipeline()
    pipeline.add_component("embedder", peer_haystack.text_embedder(encoder))
    pipeline.add_component("embeddings", InMemoryEmbeddingRetriever(store))  # ten each, the retrievers' own default
    pipeline.add_component("bm25", InMemoryBM25Retriever(store))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=TOP))
    pipeline.connect("embedder.embedding", "embeddings.query_embedding")
    pipeline.connect("embeddings", "joiner")
    pipeline.connect("bm25", "joiner")

    def ask(question: str, history: Sequence[str]) -> list[int]:
        result = pipeline.run({"embedder": {"text": question}, "bm25": {"query": question}})
        return [int(document.id) for document in result["joiner"]["documents"]]

    return ask
