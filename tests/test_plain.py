"""The pipeline for a corpus without a bank, with an encoder whose vectors can be worked out by hand."""

import numpy as np
import pytest
from counting_encoder import CountingEncoder

from qa.encoding.token_vectors import TokenVectors, encode_with_tokens
from qa.search.plain import LIMIT, WINDOW, PlainIndex, PlainRetriever, token_counter, windows

DOCUMENTS = {
    "liver": "The liver, and only the liver.",
    "both": "A cell in the liver.",
    "fever": "Fever.",
    "empty": "",
}


def search(question, mode="hybrid", without=(), documents=DOCUMENTS):
    encoder = CountingEncoder()
    retriever = PlainRetriever(PlainIndex.build(documents, encoder), encoder)
    return retriever.search_all([question], mode=mode, without=frozenset(without))[0]


def test_dense_scores_are_cosines_and_ties_keep_the_order_of_the_corpus():
    found = search("cell", mode="dense")
    assert found[0] == ("both", pytest.approx(1 / np.sqrt(2)))  # (liver, cell) = (1, 1) / sqrt 2 against (0, 1)
    assert [name for name, _ in found[1:]] == ["liver", "fever", "empty"]  # all 0


def test_lexical_mode_lists_only_documents_that_share_a_word():
    assert [name for name, _ in search("fever", mode="lexical")] == ["fever"]
    assert search("kidney", mode="lexical") == []


def test_words_and_late_interaction_each_add_to_the_cosine():
    bare = dict(search("cell liver", without=("lexical", "late")))
    words = dict(search("cell liver", without=("late",)))
    assert bare["both"] == pytest.approx(1.0)
    assert words["both"] > bare["both"]
    assert dict(search("cell liver"))["both"] > words["both"]


def test_a_question_without_letters_or_figures_finds_nothing():
    assert search("?!") == []


def test_a_question_finds_the_right_document_in_the_other_language_among_many_of_its_own():
    english = {f"en{i}": f"the blood number {i}" for i in range(30)} | {"en-cell": "blood cell"}
    chinese = {f"zh{i}": f"\u809d\u75c5\u7b2c{i}\u53f7" for i in range(30)} | {"zh-cell": "\u7ec6\u80de"}
    found = search("\u7ec6\u80de\uff1f", documents=english | chinese)
    assert found[0][0] == "zh-cell"
    assert "en-cell" in [name for name, _ in found[:3]]


def test_a_document_beyond_the_encoders_reach_is_found_by_its_best_window():
    filler = "Nothing of note was written here. " * 120
    documents = {"long": filler + "The fever came. " + filler, "other": "A cell, a cell, and the blood with fever."}
    encoder = CountingEncoder()
    index = PlainIndex.build(documents, encoder)
    assert list(index.owner).count(0) > 3
    found = dict(PlainRetriever(index, encoder).search_all(["fever"], mode="dense")[0])
    assert found["long"] == pytest.approx(1.0)  # the one window with the word; (0, 2, 1, 1) / sqrt 6 for the other
    assert found["other"] == pytest.approx(1 / np.sqrt(6))


def test_windows_are_whole_sentences_within_the_limit_and_overlap():
    sentences = [f"Sentence number {i} stands here." for i in range(200)]
    count = token_counter(CountingEncoder())
    found = windows(" ".join(sentences), count)
    assert all(count(window) <= WINDOW for window in found)
    assert found[0].split(". ")[-1].rstrip(".") in found[1]  # begun by the last one's end
    assert all(any(sentence in window for window in found) for sentence in sentences)  # nothing is lost
    assert windows("short", count) == ["short"]


def test_a_text_without_a_full_stop_is_cut_and_none_of_it_lost():
    text = "\u809d" * 2000
    found = windows(text, token_counter(CountingEncoder()))
    assert all(len(window) <= LIMIT for window in found)
    assert sum(window.count("\u809d") for window in found) >= 2000


def test_token_vectors_are_encoded_once_and_again_only_beyond_the_budget():
    encoder = CountingEncoder()
    texts = ["liver cell", "blood", "fever liver"]
    kept = TokenVectors(encoder, texts, "passage")
    first = kept.of([2, 0])
    assert [len(tokens) for tokens in first] == [2, 2]
    kept.of([0, 2])
    assert encoder.encoded == 2
    small = TokenVectors(encoder, texts, "passage", budget=2 * 4 * 2)  # two tokens of four float16
    small.of([0])
    small.of([2])  # displaces 0
    assert [len(t) for t in small.of([0, 1, 2])] == [2, 1, 2]
    assert encoder.encoded == 2 + 1 + 1 + 2


@pytest.mark.slow
def test_one_pass_gives_the_vectors_and_token_vectors_of_the_encoder():
    from qa.encoding.encoder import EmbeddedEncoder

    encoder = EmbeddedEncoder(2)
    texts = ["What is cirrhosis?", "\u809d\u786c\u5316\u662f\u4ec0\u4e48", "", "MELD 36"]
    vectors, tokens = encode_with_tokens(encoder, texts, "query")
    assert vectors == pytest.approx(encoder.encode(texts, "query"), abs=1e-6)
    assert tokens is not None
    for mine, theirs in zip(tokens.of(range(4)), encoder.token_vectors(texts, "query"), strict=True):
        assert mine.astype(np.float32) == pytest.approx(theirs, abs=1e-3)  # kept in 16 bits
