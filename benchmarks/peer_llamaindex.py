"""LlamaIndex as in its starter tutorial: SimpleDirectoryReader, VectorStoreIndex, the default SentenceSplitter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import TOP, Ask, Entry
from project import PROMPTS

LABEL = "LlamaIndex"
PACKAGES = ("llama-index-core", "llama-index-readers-file")
SETTINGS = ("sentences", "chunks")


def chunk(corpus: Path, names: Sequence[str]) -> list[Entry]:
    """Return the chunks of each file. The reader attaches the file's path, which is embedded with the text: made relative here."""
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.node_parser import SentenceSplitter

    def metadata(path: str) -> dict[str, str]:
        return {"file_path": Path(path).relative_to(corpus).as_posix()}

    reader = SimpleDirectoryReader(input_files=[corpus / name for name in names], file_metadata=metadata)
    nodes = SentenceSplitter().get_nodes_from_documents(reader.load_data())
    return [Entry(node.text, node.metadata["file_path"], {"file_path": node.metadata["file_path"]}) for node in nodes]


def _embedding(encoder: Any) -> Any:
    from llama_index.core.embeddings import BaseEmbedding

    class Embedding(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return encoder.encode(query, prompt=PROMPTS["query"], show_progress_bar=False).tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return encoder.encode(texts, prompt=PROMPTS["passage"], show_progress_bar=False).tolist()

    return Embedding(model_name="multilingual-e5-small")


def build(entries: Sequence[Entry], encoder: Any, folder: Path) -> None:
    """Write the index."""
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode

    nodes = [TextNode(id_=str(row), text=entry.text, metadata=dict(entry.metadata)) for row, entry in enumerate(entries)]
    VectorStoreIndex(nodes, embed_model=_embedding(encoder)).storage_context.persist(str(folder))


def open_index(entries: Sequence[Entry], encoder: Any, folder: Path) -> Ask:
    """Return `ask` over a written index."""
    from llama_index.core import StorageContext, load_index_from_storage

    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(folder)), embed_model=_embedding(encoder))
    retriever = index.as_retriever(similarity_top_k=TOP)

    def ask(question: str, history: Sequence[str]) -> list[int]:
        return [int(hit.node.node_id) for hit in retriever.retrieve(question)]

    return ask
