"""One contract for every vector store, on values: plain numpy, FAISS flat and quantised, Milvus (Milvus Lite here)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exact_store import ExactStore

from qa.errors import StoreError, UsageError
from qa.indexing.lexical import Lexical
from qa.text.preparation import prepared
from qa.vector_stores.entries import Entries, Words, digest_of
from qa.vector_stores.faiss_store import FaissStore
from qa.vector_stores.index_type import FLAT_ROWS, IndexType, build, chosen, exact_rows
from qa.vector_stores.migration import migrate, verify
from qa.vector_stores.milvus_store import Milvus, MilvusStore
from qa.vector_stores.opening import connect, remote_store, store_name
from qa.vector_stores.protocol import VectorStore
from qa.vector_stores.row_reader import RowReader

ROWS, DIMENSION = 300, 16


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def random_entries() -> Entries:
    random = np.random.default_rng(7)
    words = [{int(t): float(np.float32(random.random() + 0.1)) for t in random.choice(40, size=i % 6, replace=False)} for i in range(ROWS)]
    citations = [(i % 20 + 1,) if i % 3 else (i % 20 + 1, 99) for i in range(ROWS)]  # every third row is cited by two
    return Entries(unit(random.normal(size=(ROWS, DIMENSION))), Words.of_rows(words), citations)


ENTRIES = random_entries()
EXACT = ExactStore(ENTRIES)
QUERIES = unit(np.random.default_rng(8).normal(size=(5, DIMENSION)))
TERMS = {3: 1.0, 11: 2.0, 39: 1.0}


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Milvus]:
    pytest.importorskip("pymilvus")
    connection = Milvus(str(tmp_path_factory.mktemp("milvus") / "lite.db"))
    yield connection
    connection.close()


@pytest.fixture(scope="module", params=["numpy", "faiss", "faiss coded", "faiss quantised", "milvus"])
def store(request: pytest.FixtureRequest) -> Any:
    if request.param == "numpy":
        return EXACT
    if request.param == "faiss":
        return FaissStore(ENTRIES)
    if request.param == "faiss coded":
        return FaissStore(ENTRIES, factory="IVF4,PQ8x4fs")
    if request.param == "faiss quantised":
        return FaissStore(ENTRIES, factory="IVF4,SQ8")  # of so few rows the calibration looks into every group it needs
    milvus = request.getfixturevalue("milvus")
    found = MilvusStore(milvus, "contract")
    migrate(EXACT, found, DIMENSION)
    return found


def same(found: tuple[np.ndarray, np.ndarray], expected: tuple[np.ndarray, np.ndarray]) -> None:
    assert found[0].tolist() == expected[0].tolist()
    assert found[1] == pytest.approx(expected[1], abs=1e-5)


ONLY = [None, frozenset({4}), frozenset({4, 99}), frozenset({1000})]


@pytest.mark.parametrize("only", ONLY)
@pytest.mark.parametrize("k", [1, 10])
def test_the_nearest_vectors_and_their_products(store: VectorStore, k: int, only: frozenset[int] | None) -> None:
    for query in QUERIES:
        same(store.search(query, k, only), EXACT.search(query, k, only))


@pytest.mark.parametrize("only", ONLY)
def test_the_best_by_words_and_their_sums(store: VectorStore, only: frozenset[int] | None) -> None:
    same(store.search_words(TERMS, 10, only), EXACT.search_words(TERMS, 10, only))


@pytest.mark.parametrize("only", ONLY)
@pytest.mark.parametrize("pool", [10, ROWS])
def test_the_best_by_vector_and_words_together(store: VectorStore, pool: int, only: frozenset[int] | None) -> None:
    for query in QUERIES:
        same(store.hybrid(query, TERMS, 10, 0.3, pool, only), EXACT.hybrid(query, TERMS, 10, 0.3, pool, only))


def test_a_row_finds_itself_first_and_scores_one(store: VectorStore) -> None:
    rows, scores = store.search(ENTRIES.vectors[123], 1)
    assert rows.tolist() == [123] and scores[0] == pytest.approx(1, abs=1e-5)


def test_k_beyond_the_rows_gives_each_row_once(store: VectorStore) -> None:
    rows, _ = store.search(QUERIES[0], 10 * ROWS, frozenset({99}))
    assert sorted(rows.tolist()) == list(range(0, ROWS, 3))
    assert [len(store.search(QUERIES[0], k)[0]) for k in (0, 3)] == [0, 3]


def test_words_that_no_row_has_and_no_words_find_nothing(store: VectorStore) -> None:
    assert store.search_words({}, 5)[0].tolist() == [] == store.search_words({4000: 1.0}, 5)[0].tolist()
    same(store.hybrid(QUERIES[0], {}, 4, 0.3, 20), EXACT.search(QUERIES[0], 4))


def test_what_is_read_back_is_what_was_written(store: VectorStore) -> None:
    assert store.count() == ROWS
    assert digest_of(store.read()) == digest_of(EXACT.read())


def test_the_digest_changes_with_every_kind_of_value() -> None:
    one = Entries(np.eye(2, dtype=np.float32), Words.of_rows([{0: 1.0}, {1: 2.0}]), [(1,), (2,)])
    others = [
        Entries(one.vectors[::-1], one.words, one.citations),
        Entries(one.vectors, Words.of_rows([{0: 1.0}, {1: 2.5}]), one.citations),
        Entries(one.vectors, Words.of_rows([{0: 1.0, 1: 2.0}, {}]), one.citations),
        Entries(one.vectors, one.words, [(1, 2), ()]),
    ]
    assert len({digest_of(iter([entries]))[1] for entries in [one, *others]}) == 5


def test_word_scores_are_those_of_the_lexical_channel() -> None:
    texts = ["cells for the liver", "the liver, the liver", "", "albumin \u809d\u786c\u5316"]
    lexical = Lexical.build(texts)
    for question in ("liver liver cells", "\u809d", "the", "zebra"):
        words = lexical.words.scores(lexical.terms_of(prepared(question)))
        assert words == pytest.approx(lexical.scores(prepared(question)), abs=1e-6)


def test_the_index_type_follows_the_size() -> None:
    assert chosen(0, 384) == chosen(FLAT_ROWS, 384) == ["Flat"]
    assert chosen(100_000, 384) == ["IVF256,PQ192x4fs", "IVF256,SQ8"]  # sqrt(100,000) = 316; of powers of two 256 is nearest
    assert chosen(1_000_000, 384)[0] == "IVF1024,PQ192x4fs"  # one code of 4 bits for every two of 384 numbers
    assert chosen(1_000_000, 385) == ["IVF1024,SQ8"]  # which can't be taken in twos


@pytest.mark.parametrize("factory", ["IVF128,PQ16x4fs", "IVF128,SQ8"])
def test_at_ten_thousand_rows_the_quantised_index_finds_what_exact_search_finds(factory: str) -> None:
    random = np.random.default_rng(1)
    centres = random.normal(size=(200, 32))
    vectors = unit(centres[random.integers(0, 200, 10_000)] + 0.7 * random.normal(size=(10_000, 32)))
    queries = unit(vectors[:100] + 0.1 * random.normal(size=(100, 32)))  # not the questions of the calibration
    entries = Entries(vectors, Words.of_rows([{}] * 10_000), [(1,)] * 10_000)
    store = FaissStore(entries, factory=factory)
    assert store.built[1].recall >= 0.99 and store.built[1].probes < 128
    true = exact_rows(vectors, queries, 10)
    found = [store.search(query, 10) for query in queries]
    recall = np.mean([len(set(t) & set(f[0])) / 10 for t, f in zip(true, found, strict=True)])
    assert recall >= 0.98
    assert all(f[1] == pytest.approx(vectors[f[0]] @ q, abs=1e-6) for f, q in zip(found, queries, strict=True))


def test_vectors_that_four_bits_do_not_tell_apart_are_held_with_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.vector_stores.index_type.chosen", lambda rows, d: ["IVF4,PQ1x4fs", "IVF4,SQ8"])
    # one code of 4 bits for all 16 numbers: 16 codes for 3,000 rows, so the best 420 by code do not hold the ten nearest
    assert build(unit(np.random.default_rng(2).normal(size=(3000, 16))))[1].factory == "IVF4,SQ8"


def test_rows_of_a_mapped_file_are_read_and_not_mapped(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", ENTRIES.vectors)
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    reader = RowReader(mapped)
    (tmp_path / "vectors.npy").unlink()  # as a later build does; the open file stays
    for rows in ([7, 3, 299, 3], []):
        assert reader.rows(np.array(rows, dtype=np.int64)).tolist() == ENTRIES.vectors[rows].tolist()
    assert RowReader(mapped[1:]).rows(np.array([0])).tolist() == ENTRIES.vectors[[1]].tolist()  # a view does not start where its file does


@pytest.mark.parametrize("factory", ["IVF16,PQ8x4fs", "IVF16,SQ8"])
def test_the_quantised_index_is_the_same_from_build_to_build(factory: str) -> None:
    import faiss

    vectors = unit(np.random.default_rng(2).normal(size=(3000, 16)))
    one, two = (faiss.serialize_index(build(vectors, factory)[0]) for _ in range(2))
    assert (one == two).all()


def test_a_copy_that_lost_a_row_is_refused_and_the_old_collection_stays(milvus: Milvus, monkeypatch: pytest.MonkeyPatch) -> None:
    target = MilvusStore(milvus, "stays")
    migrate(ExactStore(ENTRIES.part(0, 5)), target, DIMENSION)
    honest = MilvusStore.write
    monkeypatch.setattr(MilvusStore, "write", lambda self, parts, rows, d: honest(self, iter([e.part(0, 6) for e in parts]), rows, d))
    with pytest.raises(StoreError, match=r"gave back 12 rows with another content than the 14 that were sent; run again: qa migrate"):
        migrate(ExactStore(ENTRIES.part(0, 14)), target, DIMENSION)
    assert MilvusStore(milvus, "stays").count() == 5


def test_a_store_with_other_content_is_told_apart(milvus: Milvus) -> None:
    target = MilvusStore(milvus, "other")
    migrate(ExactStore(ENTRIES.part(0, 5)), target, DIMENSION)
    assert verify(ExactStore(ENTRIES.part(0, 5)), target, "other").rows == 5
    with pytest.raises(StoreError, match="copy it again with: qa migrate"):
        verify(ExactStore(ENTRIES.part(1, 6)), target, "other")


def test_an_index_that_was_not_copied_is_refused_with_the_command(milvus: Milvus) -> None:
    with pytest.raises(StoreError, match=r"does not hold this index yet \(qa_feed_passages\); copy it there with: qa migrate"):
        remote_store(milvus, "feed", "passages", 5)


def test_a_server_that_is_down_gives_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pymilvus")
    monkeypatch.setenv("QA_STORE", "milvus")
    monkeypatch.setenv("QA_STORE_URI", "http://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"http://127\.0\.0\.1:9 failed .*QA_STORE_URI.*unset QA_STORE") as raised:
        remote_store(connect(), "feed", "passages", 5)
    assert "\n" not in str(raised.value)


def test_a_store_of_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert store_name() == "faiss"
    monkeypatch.setenv("QA_STORE", "pinecone")
    with pytest.raises(UsageError, match='QA_STORE="pinecone": there is no such store; use one of: faiss, milvus'):
        store_name()


def test_a_short_result_of_faiss_names_no_row() -> None:
    store = FaissStore(ENTRIES, factory="IVF4,SQ8")
    index, kind = store.built
    store.built = index, IndexType(kind.factory, probes=1)  # one group of four has not enough rows: faiss pads with -1
    rows, _ = store.search(QUERIES[0], ROWS)
    assert 0 < len(rows) < ROWS and rows.min() >= 0


@pytest.mark.parametrize("factory", ["IVF4,PQ8x4fs", "IVF4,SQ8"])
def test_the_embedded_index_opens_from_its_file(tmp_path: Path, factory: str) -> None:
    import faiss

    index, kind = build(ENTRIES.vectors, factory)
    faiss.write_index(index, str(tmp_path / "vectors.faiss"))
    opened = FaissStore(ENTRIES, (tmp_path / "vectors.faiss", kind))
    same(opened.search(QUERIES[0], 10), EXACT.search(QUERIES[0], 10))
