"""Building and opening an index with the toy encoder."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import ToyEncoder

from qa.errors import IndexMismatchError
from qa.indexing import store
from qa.indexing.build import build_index
from qa.indexing.index import open_index


def edit(corpus: Path, old: str, new: str) -> None:
    path = corpus / "review.txt"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_each_sentence_is_embedded_after_its_section_and_the_sentence_that_names_its_study(toy_index: Path, toy_encoder: ToyEncoder) -> None:
    texts = [text for text in toy_encoder.encoded if "Progress in 2019" in text]
    assert texts[1] == "Progress in 2019 The Alpha trial gave umbilical cells to 40 people. Albumin rose in the cell group."
    # axes albumin and umbilical: (0, 1, 0, 1, 0, 0, 0) / sqrt 2
    assert open_index(toy_index, toy_encoder).raw_vectors[1] == pytest.approx(np.array([0, 1, 0, 1, 0, 0, 0]) / np.sqrt(2))


def test_the_manifest_counts_what_was_read(toy_index: Path) -> None:
    manifest = store.read_manifest(toy_index)
    counts = {name: manifest["corpus"][name] for name in ("documents", "passages", "references", "questions")}
    assert counts == {"documents": 1, "passages": 4, "references": 2, "questions": 0}
    assert manifest["encoder"]["name"] == "toy"
    assert manifest["encoder"]["dimension"] == 7


def test_unchanged_sentences_are_not_encoded_again(toy_index: Path, toy_encoder: ToyEncoder, corpus: Path) -> None:
    toy_encoder.encoded.clear()
    build_index(corpus, toy_index, toy_encoder)
    assert toy_encoder.encoded == []
    edit(corpus, "Nobody had fever.", "Two women had fever.")
    build_index(corpus, toy_index, toy_encoder)
    assert toy_encoder.encoded == ["Progress in 2019 The Beta trial gave marrow cells to 12 women. Two women had fever."]


def test_vectors_of_other_weights_are_not_used_again(toy_index: Path, toy_encoder: ToyEncoder, corpus: Path) -> None:
    toy_encoder.encoded.clear()
    toy_encoder.digest = "other-weights"
    build_index(corpus, toy_index, toy_encoder)
    assert len([text for text in toy_encoder.encoded if "Progress in 2019" in text]) == 4


def test_building_twice_gives_the_same_bytes(toy_index: Path, toy_encoder: ToyEncoder, corpus: Path, tmp_path: Path) -> None:
    build_index(corpus, tmp_path / "second", toy_encoder)
    assert (tmp_path / "second" / store.MANIFEST).read_bytes() == (toy_index / store.MANIFEST).read_bytes()


def test_building_reports_its_stages(corpus: Path, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None) -> None:
    seen: list[str] = []
    (corpus / "questions").mkdir()
    row = {"sentence": "Nobody had fever.", "en": ["Was there fever?"]}
    (corpus / "questions" / "own.jsonl").write_text(json.dumps(row) + "\n", "utf-8")

    class Reporting(ToyEncoder):
        def encode(self, texts, role, progress=None):  # type: ignore[no-untyped-def]
            if progress:
                progress(len(texts), len(texts))
            return super().encode(texts, role)

    build_index(corpus, tmp_path / "index", Reporting(), lambda what, done, total: seen.append(what))
    assert seen[:2] == ["sentences", "questions"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "small-b", r'built with encoder "toy" \(7 dimensions\); "small-b" gives 7\. Rebuild it with: qa index --corpus'),
        ("dimension", 9, r'built with encoder "toy" \(7 dimensions\); "toy" gives 9\. Rebuild it with: qa index --corpus'),
        ("digest", "other", r'other weights, or another preparation, of "toy"\. Rebuild it with: qa index --corpus'),
    ],
)
def test_an_index_of_another_encoder_is_refused(toy_index: Path, toy_encoder: ToyEncoder, field: str, value: object, message: str) -> None:
    setattr(toy_encoder, field, value)
    with pytest.raises(IndexMismatchError, match=message):
        open_index(toy_index, toy_encoder)


def test_an_index_of_another_preparation_is_refused(toy_index: Path, toy_encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.indexing.index.PREPARATION", "as it is")
    with pytest.raises(IndexMismatchError, match="another preparation"):
        open_index(toy_index, toy_encoder)


def test_an_index_of_another_state_of_the_corpus_is_refused(toy_index: Path, toy_encoder: ToyEncoder, corpus: Path) -> None:
    edit(corpus, "Albumin rose", "Albumin fell")
    with pytest.raises(IndexMismatchError, match=f"another state of the corpus than .*qa index --corpus {corpus} --index {toy_index}"):
        open_index(toy_index, toy_encoder)


def test_an_index_opens_where_its_corpus_is_gone(toy_index: Path, toy_encoder: ToyEncoder, corpus: Path) -> None:
    corpus.rename(corpus.with_name("elsewhere"))
    assert len(open_index(toy_index, toy_encoder).passages) == 4


def test_vectors_and_texts_that_differ_in_number_are_refused(toy_index: Path, toy_encoder: ToyEncoder) -> None:
    manifest = store.read_manifest(toy_index)
    with store.building(toy_index) as temporary:
        for name, path in store.checked_files(toy_index, manifest).items():
            (temporary / name).write_bytes(path.read_bytes())
        np.save(temporary / "vectors.npy", np.load(temporary / "vectors.npy")[:-1])
        store.commit(toy_index, temporary, {k: v for k, v in manifest.items() if k not in ("files", "format")})
    with pytest.raises(IndexMismatchError, match="differ in number"):
        open_index(toy_index, toy_encoder)
