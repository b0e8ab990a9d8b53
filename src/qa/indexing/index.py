"""The opened index: the corpus as text, its vectors, the trained maps, the lexical channel, refusal and triage.

`qa.indexing.build` writes the folder, `open_index` checks and loads it; the corpus folder is not needed at question
time.
Vectors are stored as the encoder gave them; the maps are applied when the index is opened.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from qa.corpus.bank import BankQuestion
from qa.corpus.folder import Corpus, corpus_digest
from qa.encoding.encoder import PREPARATION, Encoder
from qa.errors import IndexMismatchError, QAError
from qa.indexing import store
from qa.indexing.lexical import Lexical
from qa.indexing.maps import Maps, identity
from qa.indexing.profiles import Ground, ground_from
from qa.indexing.serial import document_from, passage_from
from qa.indexing.stores import load_array, open_store
from qa.indexing.token_maps import FILE as TOKEN_FILE
from qa.indexing.token_maps import PassageTokens, TokenMaps, read_token_maps
from qa.records import Document, Passage
from qa.safety.triage import TriageModel
from qa.statements.outcomes import Told, told_from
from qa.text.spelling import Spelling, spelling_from
from qa.vector_stores.entries import Entries
from qa.vector_stores.protocol import VectorStore


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
    off_topic: np.ndarray  # questions about something else, mapped, float32 (m, d)
    near_misses: np.ndarray  # questions that ask of a study what its sentences do not give, mapped, float32 (n, d)
    ground: Ground
    triage_model: TriageModel
    told: dict[str, Told]  # by passage id, of the review and the digests
    spelling: Spelling
    token_maps: TokenMaps | None = None  # late interaction, with an encoder that has token vectors
    tokens: PassageTokens | None = None

    def as_corpus(self) -> Corpus:
        """Return the texts and what is known of them, as they were read when the index was built."""
        return Corpus(
            folder=Path(self.manifest["corpus"]["folder"]),
            documents=self.documents,
            passages=self.passages,
            references=self.references,
            studies=self.studies,
            audit=self.audit,
            bank=self.bank,
            digest=self.manifest["corpus"]["digest"],
        )

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
    def passage_entries(self) -> Entries:
        """What a vector store holds of the passages: mapped vectors, words, citation numbers."""
        return Entries(self.vectors, self.lexical.words, [p.citations for p in self.passages])

    @cached_property
    def bank_entries(self) -> Entries:
        """What a vector store holds of the bank questions, cited as the statements that they ask for."""
        numbers = {p.unit: p.citations for p in reversed(self.passages)}
        return Entries(self.bank_vectors, self.bank_lexical.words, [numbers.get(q.unit, ()) for q in self.bank])

    @cached_property
    def store(self) -> VectorStore:
        """Where the passages are searched; row i is passage i."""
        return open_store(self.folder, self.manifest, "passages", self.passage_entries)

    @cached_property
    def bank_store(self) -> VectorStore:
        """Where the bank questions are searched; row j is bank question j."""
        return open_store(self.folder, self.manifest, "questions", self.bank_entries)


def embedded_text(passage: Passage) -> str:
    """Return what is embedded for a passage: its study and section, then the sentence."""
    return f"{passage.context} {passage.text}".strip()


def open_index(folder: Path, encoder: Encoder, corpus_folder: Path | None = None) -> Index:
    """Return the index in a folder, checked file by file and against the encoder and the corpus.

    Raises:
        IndexNotFoundError: nothing was built here.
        IndexMismatchError: damaged, or built by another encoder, corpus or format version.
        StoreError: the server that `QA_STORE` names can't be reached, or does not hold this index.
    """
    index = read_index(folder, encoder, corpus_folder)
    _ = index.store, index.bank_store  # what is wrong with a server is named now, not at the first question
    return index


def read_index(folder: Path, encoder: Encoder, corpus_folder: Path | None = None) -> Index:
    """Return the index in a folder as `open_index`, before its vector stores are opened."""
    manifest = store.read_manifest(folder)
    files = store.checked_files(folder, manifest)
    check_fit(folder, manifest, encoder, corpus_folder)
    try:
        documents = [document_from(row) for row in _read_lines(files["documents.jsonl"])]
        passages = [passage_from(row) for row in _read_lines(files["passages.jsonl"])]
        bank = [BankQuestion(**row) for row in _read_lines(files["bank.jsonl"])]
        knowledge = json.loads(files["knowledge.json"].read_text("utf-8"))
        vectors, bank_vectors, negatives, query, passage = (
            load_array(files[f"{name}.npy"])
            for name in ("vectors", "bank_vectors", "negative_vectors", "map_query", "map_passage")
        )
        arrays = {n.removesuffix(".npy"): np.load(p, allow_pickle=False) for n, p in files.items() if n.startswith("triage_")}
        triage_model = TriageModel.from_arrays(arrays)
        off = np.array(knowledge["off_topic"], dtype=bool)
        told = {passage: told_from(row) for passage, row in knowledge["told"].items()}
        if len(vectors) != len(passages) or len(bank_vectors) != len(bank) or len(off) != len(negatives):
            raise ValueError("vectors and texts differ in number")
        spelling = spelling_from(json.loads(files["spelling.json"].read_text("utf-8")))
        numbered = {name: {int(k): v for k, v in knowledge[name].items()} for name in ("references", "studies", "audit")}
        lexical, bank_lexical = Lexical.load(files, "lexical"), Lexical.load(files, "bank_lexical")
        token_maps, tokens = None, None
        if "tokens.npy" in files:
            token_maps = read_token_maps(files[TOKEN_FILE])
            rows = load_array(files["tokens.npy"])
            tokens = PassageTokens(rows if isinstance(rows, np.memmap) else rows.astype(np.float32), load_array(files["token_starts.npy"]))
            if len(tokens.starts) != len(passages) + 1 or tokens.starts[-1] != len(tokens.rows):
                raise ValueError("token vectors and texts differ in number")
    except (KeyError, ValueError, TypeError) as error:
        raise IndexMismatchError(f"{folder}: the index can't be read ({error}); {store.MEND} --index {folder}") from error
    maps = Maps(query, passage) if len(bank) else identity(encoder.dimension)
    mapped = load_array(files["mapped_vectors.npy"]) if "mapped_vectors.npy" in files else maps.passages(vectors) if len(bank) else vectors
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
        vectors=mapped,
        bank_vectors=maps.queries(bank_vectors),
        maps=maps,
        lexical=lexical,
        bank_lexical=bank_lexical,
        off_topic=maps.queries(negatives[off]),
        near_misses=maps.queries(negatives[~off]),
        ground=ground_from(knowledge["ground"]),
        triage_model=triage_model,
        told=told,
        spelling=spelling,
        token_maps=token_maps,
        tokens=tokens,
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


def fits(folder: Path, encoder: Encoder, corpus_folder: Path) -> bool:
    """Return whether an index folder is whole and was built by this encoder from this state of the corpus."""
    try:
        manifest = store.read_manifest(folder)
        store.checked_files(folder, manifest)
        check_fit(folder, manifest, encoder, corpus_folder)
    except QAError:
        return False
    return True


def _read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
