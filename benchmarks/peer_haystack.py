"""Haystack's in-memory store with the embedding retriever; files cut as in its preprocessing tutorial (150 words, overlap 50)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import TOP, Ask, Entry
from project import PROMPTS

LABEL = "Haystack, embeddings"
PACKAGES = ("haystack-ai",)
SETTINGS = ("sentences", "chunks")
STORE = "store.json"


def chunk(corpus: Path, names: Sequence[str]) -> list[Entry]:
    """Return each file's pieces of 150 words."""
    from haystack.components.converters import MarkdownToDocument
    from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter

    found = []
    for name in names:
        documents = MarkdownToDocument(progress_bar=False).run(sources=[corpus / name])["documents"]
        cleaned = DocumentCleaner().run(documents=documents)["documents"]
        splitter = DocumentSplitter(split_by="word", split_length=150, split_overlap=50)
        found += [Entry(document.content, name) for document in splitter.run(documents=cleaned)["documents"]]
    return found


def text_embedder(encoder: Any) -> Any:
    """Return the component that embeds a question."""
    from haystack import component

    @component
    class TextEmbedder:
        @component.output_types(embedding=list[float])
        def run(self, text: str) -> dict[str, Any]:
            return {"embedding": encoder.encode(text, prompt=PROMPTS["query"], show_progress_bar=False).tolist()}

    return TextEmbedder()


def build(entries: Sequence[Entry], encoder: Any, folder: Path) -> None:
    """Write the store, with embeddings, to disk."""
    from haystack import Document
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    vectors = encoder.encode([entry.text for entry in entries], prompt=PROMPTS["passage"], show_progress_bar=False)
    store = InMemoryDocumentStore()
    store.write_documents([Document(id=str(row), content=entry.text, embedding=vectors[row].tolist()) for row, entry in enumerate(entries)])
    store.save_to_disk(str(folder / STORE))


def open_index(entries: Sequence[Entry], encoder: Any, folder: Path) -> Ask:
    """Return `ask` over a written store."""
    from haystack import Pipeline
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore.load_from_disk(str(folder / STORE))
    pipeline = Pipeline()
    pipeline.add_component("embedder", text_embedder(encoder))
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store, top_k=TOP))
    pipeline.connect("embedder.embedding", "retriever.query_embedding")

    def ask(question: str, history: Sequence[str]) -> list[int]:
        return [int(document.id) for document in pipeline.run({"embedder": {"text": question}})["retriever"]["documents"]]

    return ask
