"""LangChain's FAISS store; files cut as in its semantic search tutorial (1,000 characters, overlap 200)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import TOP, Ask, Entry
from project import PROMPTS

LABEL = "LangChain, FAISS"
PACKAGES = ("langchain-core", "langchain-community", "langchain-text-splitters", "faiss-cpu")
SETTINGS = ("sentences", "chunks")


def chunk(corpus: Path, names: Sequence[str]) -> list[Entry]:
    """Return each file's pieces of at most 1,000 characters."""
    from langchain_community.document_loaders import TextLoader
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    found = []
    for name in names:
        documents = TextLoader(str(corpus / name), encoding="utf-8").load()
        found += [Entry(document.page_content, name) for document in splitter.split_documents(documents)]
    return found


def _embeddings(encoder: Any) -> Any:
    from langchain_core.embeddings import Embeddings

    class Encoder(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return encoder.encode(texts, prompt=PROMPTS["passage"], show_progress_bar=False).tolist()

        def embed_query(self, text: str) -> list[float]:
            return encoder.encode(text, prompt=PROMPTS["query"], show_progress_bar=False).tolist()

    return Encoder()


def build(entries: Sequence[Entry], encoder: Any, folder: Path) -> None:
    """Write the index."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document

    documents = [Document(page_content=entry.text, metadata={"row": row}) for row, entry in enumerate(entries)]
    FAISS.from_documents(documents, _embeddings(encoder)).save_local(str(folder))


def open_index(entries: Sequence[Entry], encoder: Any, folder: Path) -> Ask:
    """Return `ask` over a written index. LangChain keeps its texts in a pickle, written a moment ago by `build`."""
    from langchain_community.vectorstores import FAISS

    store = FAISS.load_local(str(folder), _embeddings(encoder), allow_dangerous_deserialization=True)

    def ask(question: str, history: Sequence[str]) -> list[int]:
        return [document.metadata["row"] for document in store.similarity_search(question, k=TOP)]

    return ask
