"""txtai as in its README (`Embeddings`, `index`, `search`) and its RAG quick start (`Textractor(sections=True)`).

The quick start converts files with docling; Markdown needs no conversion, so its default reader is used.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import TOP, Ask, Entry
from project import PROMPTS

LABEL = "txtai"
PACKAGES = ("txtai",)
SETTINGS = ("sentences", "chunks")
CONFIG = {"method": "external", "instructions": {"query": PROMPTS["query"], "data": PROMPTS["passage"]}}


def chunk(corpus: Path, names: Sequence[str]) -> list[Entry]:
    """Return the sections of each file."""
    from txtai.pipeline import Textractor

    textractor = Textractor(sections=True)
    return [Entry(section, name) for name in names for section in textractor(str(corpus / name))]


def _transform(encoder: Any) -> Any:
    def transform(texts: list[str]) -> Any:  # txtai accepts a plain function only, and prepends the prompts itself
        return encoder.encode(texts, show_progress_bar=False)

    return transform


def build(entries: Sequence[Entry], encoder: Any, folder: Path) -> None:
    """Write the index."""
    from txtai import Embeddings

    embeddings = Embeddings({**CONFIG, "transform": _transform(encoder)})
    embeddings.index([entry.text for entry in entries])
    del embeddings.config["transform"]  # a function can't be saved; it is given again on loading
    embeddings.save(str(folder))


def open_index(entries: Sequence[Entry], encoder: Any, folder: Path) -> Ask:
    """Return `ask` over a written index."""
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(folder), config={"transform": _transform(encoder)})

    def ask(question: str, history: Sequence[str]) -> list[int]:
        return [int(row) for row, _ in embeddings.search(question, TOP)]

    return ask
