"""Builds the index: reads a corpus, embeds what is new, trains what is learned from it, and writes it in one step."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from qa.corpus.folder import Corpus, read_corpus
from qa.encoding.encoder import PREPARATION, Encoder
from qa.encoding.weights import find_weights, read_weights
from qa.errors import CorpusError
from qa.indexing import store
from qa.indexing.index import embedded_text
from qa.indexing.lexical import Lexical
from qa.indexing.maps import Settings, train_maps
from qa.indexing.memory import Memory
from qa.indexing.profiles import Ground, ground_row, study_profiles
from qa.indexing.serial import document_row, passage_row
from qa.indexing.stores import write_search
from qa.indexing.token_maps import FILE as TOKEN_FILE
from qa.indexing.token_maps import TokenMaps, shipped_token_maps, write_token_maps
from qa.safety.training import others_of, train_triage
from qa.settings import shipped_corpus
from qa.statements.outcomes import told, told_row
from qa.text.preparation import prepared, terms
from qa.text.spelling import Spelling, learned, spelling_row

OFF_TOPIC = ("far", "near")  # kinds of examples that are about something else; the others miss by one detail
MOST_WITH_TOKENS = 20_000  # passages, at 20 KB each; a larger corpus goes without late interaction
TELLING = ("review", "digest")  # documents whose sentences are compared with each other when one is quoted
Report = Callable[[str, int, int], None]  # (what, done, of how many)


def build_index(corpus_folder: Path, folder: Path, encoder: Encoder, report: Report | None = None) -> tuple[dict[str, Any], Corpus]:
    """Write the index of a corpus folder and return its manifest and the corpus.

    Sentences and questions that the existing index already holds, encoded by the same weights, are not encoded again.
    """
    report = report or (lambda what, done, total: None)
    corpus = read_corpus(corpus_folder)
    negatives = read_negatives()
    token_maps = _token_maps(encoder, len(corpus.passages))
    memory = Memory.of_index(encoder, folder, token_maps)
    texts = [embedded_text(p) for p in corpus.passages]
    vectors, tokens = memory.encode_passages(texts, token_maps, lambda d, t: report("sentences", d, t))
    bank_vectors = memory.encode([q.text for q in corpus.bank], "query", lambda d, t: report("questions", d, t))
    negative_vectors = memory.encode([text for text, _ in negatives], "query")
    settings = Settings()
    units = {unit: i for i, unit in enumerate(dict.fromkeys(p.unit for p in corpus.passages))}
    maps = train_maps(
        bank_vectors,
        np.array([units[q.unit] for q in corpus.bank], dtype=np.int64),
        vectors,
        np.array([units[p.unit] for p in corpus.passages], dtype=np.int64),
        settings,
        negative_vectors,
        lambda d, t: report("training", d, t),
    )
    lexical = Lexical.build([p.text for p in corpus.passages])
    bank_lexical = Lexical.build([q.text for q in corpus.bank])
    others = others_of(negatives, [q.text for q in corpus.bank])
    triage_model = train_triage(memory, shipped_corpus() / "safety", others)
    with store.building(folder) as temporary:
        _write_lines(temporary / "documents.jsonl", (document_row(d) for d in corpus.documents.values()))
        _write_lines(temporary / "passages.jsonl", (passage_row(p) for p in corpus.passages))
        _write_lines(temporary / "bank.jsonl", (asdict(q) for q in corpus.bank))
        knowledge = {
            "references": corpus.references,
            "studies": corpus.studies,
            "audit": corpus.audit,
            "ground": ground_row(_ground(corpus)),
            "off_topic": [off for _, off in negatives],
            "told": {p.id: told_row(told(p.text)) for p in corpus.passages if corpus.documents[p.document].kind in TELLING},
        }
        (temporary / "knowledge.json").write_text(json.dumps(knowledge, ensure_ascii=False), "utf-8")
        (temporary / "spelling.json").write_text(json.dumps(spelling_row(_spelling(corpus)), ensure_ascii=False), "utf-8")
        (temporary / "memory.json").write_text(json.dumps(list(memory.used)), "utf-8")
        arrays = {
            "memory": np.stack(list(memory.used.values())),
            "vectors": vectors,
            "bank_vectors": bank_vectors,
            "negative_vectors": negative_vectors,
            "map_query": maps.query,
            "map_passage": maps.passage,
            **triage_model.to_arrays(),
        }
        mapped = maps.passages(vectors) if corpus.bank else vectors
        search = {
            "passages": write_search(temporary, "passages", mapped),
            "questions": write_search(temporary, "questions", maps.queries(bank_vectors)),
        }
        if corpus.bank and search["passages"]["factory"] != "Flat":
            arrays["mapped_vectors"] = mapped  # so many that they are memory-mapped, not computed, when the index is opened
        if token_maps is not None:
            arrays |= {"tokens": tokens.rows, "token_starts": tokens.starts}
            write_token_maps(temporary / TOKEN_FILE, token_maps)
        for name, values in arrays.items():
            np.save(temporary / f"{name}.npy", values)
        lexical.save(temporary, "lexical")
        bank_lexical.save(temporary, "bank_lexical")
        manifest = store.commit(folder, temporary, {**_manifest(corpus, encoder, settings, len(negatives), token_maps.digest if token_maps else None), "search": search})
    return manifest, corpus


def _manifest(corpus: Corpus, encoder: Encoder, settings: Settings, negatives: int, tokens: str | None) -> dict[str, Any]:
    return {
        "encoder": {
            "name": encoder.name,
            "weights": encoder.digest,
            "dimension": encoder.dimension,
            "preparation": PREPARATION,
        },
        "corpus": {
            "folder": str(corpus.folder.resolve()),
            "digest": corpus.digest,
            "documents": len(corpus.documents),
            "passages": len(corpus.passages),
            "references": len(corpus.references),
            "questions": len(corpus.bank),
        },
        "learned": {"maps": asdict(settings), "negatives": negatives, "token_maps": tokens},
    }


def read_negatives() -> list[tuple[str, bool]]:
    """Return the written examples of questions that nothing here answers, in file order, and whether each is off topic."""
    found = []
    for path in sorted((shipped_corpus() / "refusals").glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                found.append((str(row["text"]), row["kind"] in OFF_TOPIC))
            except (ValueError, KeyError, TypeError) as error:
                raise CorpusError(f'{path}, line {number}: each line needs "text" and "kind" ({error})') from error
    return found


def _ground(corpus: Corpus) -> Ground:
    """Return what the corpus speaks of: profiles of its studies, and all its words and those of its bank."""
    vocabulary = {t for p in corpus.passages for t in terms(prepared(f"{p.context} {p.text}"))}
    vocabulary |= {t for q in corpus.bank for t in terms(prepared(q.text))}
    return Ground(study_profiles(corpus.passages), frozenset(vocabulary))


def _spelling(corpus: Corpus) -> Spelling:
    """Return how the words of a corpus are written; the names in its references are right as well."""
    sentences = [prepared(f"{p.context} {p.text}") for p in corpus.passages]
    names = [prepared(json.dumps(reference, ensure_ascii=False)) for reference in corpus.references.values()]
    return learned([*sentences, *names], [prepared(q.text) for q in corpus.bank], read_weights(find_weights()).pieces)


def _token_maps(encoder: Encoder, passages: int) -> TokenMaps | None:
    """Return the shipped token maps if they belong to this encoder and the corpus is not too large to keep tokens of."""
    maps = shipped_token_maps()
    fits = maps is not None and hasattr(encoder, "encode_both") and maps.encoder == encoder.digest
    return maps if fits and passages <= MOST_WITH_TOKENS else None


def _write_lines(path: Path, rows: Any) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
