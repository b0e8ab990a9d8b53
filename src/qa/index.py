"""Builds and opens the index: the corpus as text, its vectors, the trained maps, the lexical channel.

`build_index` reads a corpus folder and writes everything that answering needs; `open_index` checks and loads it. The
corpus folder is not needed at question time. Vectors are stored as the encoder gave them, with the digest of their
text, so that the next build encodes only what changed; the maps are applied when the index is opened.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from qa import store
from qa.bank import BankQuestion
from qa.corpus import Corpus, corpus_digest, read_corpus
from qa.encoder import PREPARATION, Encoder
from qa.errors import IndexMismatchError, QAError
from qa.lexical import Lexical
from qa.maps import Maps, Settings, identity, train_maps
from qa.records import Document, Passage
from qa.serial import document_from, document_row, passage_from, passage_row

Report = Callable[[str, int, int], None]  # (what, done, of how many)


@dataclass
class Index:
    """An opened index. Row i of `vectors` is passage i; row j of `bank_vectors` is bank question j (all unit rows)."""

    folder: Path
    manifest: dict[str, Any]
    documents: dict[str, Document]
    passages: list[Passage]
    references: dict[int, dict[str, Any]]
    studies: dict[int, dict[str, Any]]
    audit: dict[int, list[dict[str, Any]]]
    bank: list[BankQuestion]
    raw_vectors: np.ndarray
    raw_bank_vectors: np.ndarray
    vectors: np.ndarray
    bank_vectors: np.ndarray
    maps: Maps
    lexical: Lexical
    bank_lexical: Lexical

    @cached_property
    def units(self) -> list[str]:
        """The statements of the corpus, in order of first appearance."""
        return list(dict.fromkeys(p.unit for p in self.passages))

    @cached_property
    def unit_rows(self) -> dict[str, list[int]]:
        """The passages (rows) of each unit."""
        rows: dict[str, list[int]] = {}
        for row, passage in enumerate(self.passages):
            rows.setdefault(passage.unit, []).append(row)
        return rows

    @cached_property
    def unit_of_row(self) -> np.ndarray:
        """Position in `units` of each passage."""
        position = {unit: i for i, unit in enumerate(self.units)}
        return np.array([position[p.unit] for p in self.passages], dtype=np.int64)

    @cached_property
    def unit_of_question(self) -> np.ndarray:
        """Position in `units` of each bank question."""
        position = {unit: i for i, unit in enumerate(self.units)}
        return np.array([position[q.unit] for q in self.bank], dtype=np.int64)

    @cached_property
    def faiss(self) -> Any:
        """The exact inner-product index over the mapped passage vectors."""
        return _flat(self.vectors)

    @cached_property
    def bank_faiss(self) -> Any:
        """The exact inner-product index over the mapped bank vectors."""
        return _flat(self.bank_vectors)


def _flat(vectors: np.ndarray) -> Any:
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index


def embedded_text(passage: Passage) -> str:
    """Return what is embedded for a passage: its study and section, then the sentence."""
    return f"{passage.context} {passage.text}".strip()


def build_index(corpus_folder: Path, folder: Path, encoder: Encoder, report: Report | None = None) -> tuple[dict[str, Any], Corpus]:
    """Read the corpus, embed what is new, train the maps and write the index in one step; return manifest and corpus."""
    report = report or (lambda what, done, total: None)
    corpus = read_corpus(corpus_folder)
    old = _old_vectors(folder, encoder)
    texts = [embedded_text(p) for p in corpus.passages]
    keys, vectors = _encode(encoder, texts, "passage", old, lambda d, t: report("sentences", d, t))
    bank_keys, bank_vectors = _encode(encoder, [q.text for q in corpus.bank], "query", old, lambda d, t: report("questions", d, t))
    settings = Settings()
    units = {unit: i for i, unit in enumerate(dict.fromkeys(p.unit for p in corpus.passages))}
    maps = train_maps(
        bank_vectors,
        np.array([units[q.unit] for q in corpus.bank], dtype=np.int64),
        vectors,
        np.array([units[p.unit] for p in corpus.passages], dtype=np.int64),
        settings,
        lambda d, t: report("training", d, t),
    )
    with store.building(folder) as temporary:
        _write_lines(temporary / "documents.jsonl", (document_row(d) for d in corpus.documents.values()))
        _write_lines(temporary / "passages.jsonl", (passage_row(p) for p in corpus.passages))
        _write_lines(temporary / "bank.jsonl", (asdict(q) for q in corpus.bank))
        knowledge = {"references": corpus.references, "studies": corpus.studies, "audit": corpus.audit}
        (temporary / "knowledge.json").write_text(json.dumps(knowledge, ensure_ascii=False), "utf-8")
        (temporary / "vector_keys.json").write_text(json.dumps({"passage": keys, "query": bank_keys}), "utf-8")
        np.save(temporary / "vectors.npy", vectors)
        np.save(temporary / "bank_vectors.npy", bank_vectors)
        np.save(temporary / "map_query.npy", maps.query)
        np.save(temporary / "map_passage.npy", maps.passage)
        Lexical.build([p.text for p in corpus.passages]).save(temporary, "lexical")
        Lexical.build([q.text for q in corpus.bank]).save(temporary, "bank_lexical")
        manifest = store.commit(
            folder,
            temporary,
            {
                "encoder": {
                    "name": encoder.name,
                    "weights": encoder.digest,
                    "dimension": encoder.dimension,
                    "preparation": PREPARATION,
                },
                "corpus": {
                    "folder": str(corpus_folder.resolve()),
                    "digest": corpus.digest,
                    "documents": len(corpus.documents),
                    "passages": len(corpus.passages),
                    "references": len(corpus.references),
                    "questions": len(corpus.bank),
                },
                "maps": asdict(settings),
            },
        )
    return manifest, corpus


def _encode(
    encoder: Encoder, texts: list[str], role: Any, old: dict[str, np.ndarray], progress: Callable[[int, int], None]
) -> tuple[list[str], np.ndarray]:
    """Return a key for each text and its vector, taken from the old index where the same text was encoded before."""
    keys = [hashlib.sha256(f"{role}\0{text}".encode()).hexdigest()[:24] for text in texts]
    missing = [i for i, key in enumerate(keys) if key not in old]
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    if missing:
        vectors[missing] = encoder.encode([texts[i] for i in missing], role, progress)
    for i, key in enumerate(keys):
        if key in old:
            vectors[i] = old[key]
    return keys, vectors


def _old_vectors(folder: Path, encoder: Encoder) -> dict[str, np.ndarray]:
    """Return the vectors of the existing index by key; none if there is no index, or it is of another encoder."""
    try:
        manifest = store.read_manifest(folder)
        made_by = manifest["encoder"]
        if (made_by["weights"], made_by["preparation"]) != (encoder.digest, PREPARATION):
            return {}
        files = store.checked_files(folder, manifest)
        keys = json.loads(files["vector_keys.json"].read_text("utf-8"))
        found: dict[str, np.ndarray] = {}
        for name, role in (("vectors.npy", "passage"), ("bank_vectors.npy", "query")):
            found.update(zip(keys[role], np.load(files[name], allow_pickle=False), strict=True))
        return found
    except (QAError, KeyError, ValueError, OSError):
        return {}  # nothing usable to start from: everything is encoded, and the folder is written anew


def open_index(folder: Path, encoder: Encoder, corpus_folder: Path | None = None) -> Index:
    """Return the index in a folder, checked file by file and against the encoder and the corpus.

    Raises:
        IndexNotFoundError: nothing was built here.
        IndexMismatchError: damaged, or built by another encoder, corpus or format version.
    """
    manifest = store.read_manifest(folder)
    files = store.checked_files(folder, manifest)
    check_fit(folder, manifest, encoder, corpus_folder)
    try:
        documents = [document_from(row) for row in _read_lines(files["documents.jsonl"])]
        passages = [passage_from(row) for row in _read_lines(files["passages.jsonl"])]
        bank = [BankQuestion(**row) for row in _read_lines(files["bank.jsonl"])]
        knowledge = json.loads(files["knowledge.json"].read_text("utf-8"))
        vectors, bank_vectors, query, passage = (
            np.load(files[f"{name}.npy"], allow_pickle=False) for name in ("vectors", "bank_vectors", "map_query", "map_passage")
        )
        if len(vectors) != len(passages) or len(bank_vectors) != len(bank):
            raise ValueError("vectors and texts differ in number")
        numbered = {name: {int(k): v for k, v in knowledge[name].items()} for name in ("references", "studies", "audit")}
        lexical, bank_lexical = Lexical.load(files, "lexical"), Lexical.load(files, "bank_lexical")
    except (KeyError, ValueError, TypeError) as error:
        raise IndexMismatchError(f"{folder}: the index can't be read ({error}); {store.MEND} --index {folder}") from error
    maps = Maps(query, passage) if len(bank) else identity(encoder.dimension)
    return Index(
        folder=folder,
        manifest=manifest,
        documents={d.id: d for d in documents},
        passages=passages,
        references=numbered["references"],
        studies=numbered["studies"],
        audit=numbered["audit"],
        bank=bank,
        raw_vectors=vectors,
        raw_bank_vectors=bank_vectors,
        vectors=maps.passages(vectors),
        bank_vectors=maps.queries(bank_vectors),
        maps=maps,
        lexical=lexical,
        bank_lexical=bank_lexical,
    )


def check_fit(folder: Path, manifest: dict[str, Any], encoder: Encoder, corpus_folder: Path | None = None) -> None:
    """Raise IndexMismatchError if the index was built by another encoder, or from another corpus.

    Without `corpus_folder` the folder named in the manifest is compared, if it is still there.
    """
    made_by, corpus = manifest["encoder"], manifest["corpus"]
    if (made_by["name"], made_by["dimension"]) != (encoder.name, encoder.dimension):
        raise IndexMismatchError(
            f'{folder} was built with encoder "{made_by["name"]}" ({made_by["dimension"]} dimensions); '
            f'"{encoder.name}" gives {encoder.dimension}. Rebuild it with: {store.mend(folder, corpus["folder"])}'
        )
    if made_by["weights"] != encoder.digest or made_by["preparation"] != PREPARATION:
        raise IndexMismatchError(
            f'{folder} was built with other weights, or another preparation, of "{encoder.name}". '
            f"Rebuild it with: {store.mend(folder, corpus['folder'])}"
        )
    given = corpus_folder or Path(corpus["folder"])
    if given.is_dir() and corpus_digest(given) != corpus["digest"]:
        raise IndexMismatchError(
            f"{folder} was built from another state of the corpus than {given}. Rebuild it with: {store.mend(folder, str(given))}"
        )


def _write_lines(path: Path, rows: Any) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
