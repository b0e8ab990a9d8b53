"""The index folder: whole or refused, with the command that mends it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ToyEncoder
from filelock import FileLock

from qa.errors import IndexMismatchError, IndexNotFoundError, QAError
from qa.indexing import store
from qa.indexing.build import build_index
from qa.indexing.index import open_index


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / store.MANIFEST).read_text("utf-8"))


def commit(folder: Path, **files: str) -> dict[str, Any]:
    with store.building(folder) as temporary:
        for name, text in files.items():
            (temporary / f"{name}.json").write_text(text, "utf-8")
        return store.commit(folder, temporary, {"encoder": {}, "corpus": {}})


def test_what_was_committed_is_read_back(tmp_path: Path) -> None:
    manifest = commit(tmp_path / "index", a="1", b="2")
    files = store.checked_files(tmp_path / "index", manifest)
    assert {name: path.read_text("utf-8") for name, path in files.items()} == {"a.json": "1", "b.json": "2"}
    assert manifest_of(tmp_path / "index") == manifest


def test_an_opened_index_holds_what_was_built(toy_index: Path, toy_encoder: ToyEncoder) -> None:
    index = open_index(toy_index, toy_encoder)
    assert [p.text for p in index.passages][0] == "The Alpha trial gave umbilical cells to 40 people."
    assert index.passages[0].citations == (1,)
    assert all(index.documents[p.document].text[p.start : p.end] == p.text for p in index.passages)
    assert index.raw_vectors.tolist() == toy_encoder.encode([f"{p.context} {p.text}" for p in index.passages], "passage").tolist()


def test_a_file_that_is_damaged_truncated_or_missing_is_refused_with_the_command(toy_index: Path, toy_encoder: ToyEncoder) -> None:
    entries = manifest_of(toy_index)["files"]
    assert len(entries) >= 15
    for entry in entries.values():
        path = toy_index / entry["stored"]
        whole = path.read_bytes()
        damaged = [bytes([whole[0] ^ 1]) + whole[1:], whole[:-1]] if whole else []  # a bank of no question is an empty file
        for content in (*damaged, whole + b"\0", None):
            path.unlink() if content is None else path.write_bytes(content)
            with pytest.raises(IndexMismatchError, match=rf"{entry['stored']} is (damaged|missing); .*qa index --index {toy_index}"):
                open_index(toy_index, toy_encoder)
        path.write_bytes(whole)
    assert len(open_index(toy_index, toy_encoder).passages) == 4


DAMAGE = [
    ("not JSON", lambda m: "{"),
    ("not UTF-8", lambda m: b"\xff\xfe"),
    ("a list", lambda m: "[]"),
    ("nothing in it", lambda m: "{}"),
    ("no encoder", lambda m: json.dumps({k: v for k, v in m.items() if k != "encoder"})),
    ("no corpus", lambda m: json.dumps({k: v for k, v in m.items() if k != "corpus"})),
    ("no files", lambda m: json.dumps({k: v for k, v in m.items() if k != "files"})),
    ("half an encoder", lambda m: json.dumps({**m, "encoder": {"name": "toy"}})),
    ("an entry without a digest", lambda m: json.dumps({**m, "files": {"a.json": {"stored": "a.json"}}})),
    ("another format", lambda m: json.dumps({**m, "format": 0})),
    ("a file of its list left out", lambda m: json.dumps({**m, "files": {k: v for k, v in m["files"].items() if k != "vectors.npy"}})),
]


@pytest.mark.parametrize("change", [c for _, c in DAMAGE], ids=[n for n, _ in DAMAGE])
def test_a_tampered_manifest_is_refused_and_building_again_mends_it(
    toy_index: Path, toy_encoder: ToyEncoder, corpus: Path, change: Any
) -> None:
    content = change(manifest_of(toy_index))
    (toy_index / store.MANIFEST).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(IndexMismatchError, match="qa index"):
        open_index(toy_index, toy_encoder)
    for _ in range(2):  # the second build meets what the first kept as the previous version
        build_index(corpus, toy_index, toy_encoder)
        assert len(open_index(toy_index, toy_encoder).passages) == 4
        (corpus / "review.txt").write_text((corpus / "review.txt").read_text("utf-8").replace("fever", "fevers"), "utf-8")


@pytest.mark.parametrize("stored", ["../outside.npy", "/etc/hosts", "below/vectors.npy"])
def test_a_path_outside_the_folder_is_refused(toy_index: Path, toy_encoder: ToyEncoder, stored: str) -> None:
    manifest = manifest_of(toy_index)
    manifest["files"]["vectors.npy"]["stored"] = stored
    (toy_index / store.MANIFEST).write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(IndexMismatchError, match="outside the folder"):
        open_index(toy_index, toy_encoder)


def test_a_folder_without_an_index_names_the_command_that_builds_one(tmp_path: Path, toy_encoder: ToyEncoder) -> None:
    with pytest.raises(IndexNotFoundError, match=f"qa index --index {tmp_path}"):
        open_index(tmp_path, toy_encoder)


def test_a_build_killed_before_the_manifest_is_replaced_leaves_the_old_index(
    toy_index: Path, toy_encoder: ToyEncoder, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (toy_index / store.MANIFEST).read_bytes()
    text = (corpus / "review.txt").read_text("utf-8")
    (corpus / "review.txt").write_text(text.replace("Nobody had fever.", "Two had fever."), "utf-8")

    def killed(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "write_whole", killed)
        with pytest.raises(KeyboardInterrupt):
            build_index(corpus, toy_index, toy_encoder)
    assert (toy_index / store.MANIFEST).read_bytes() == before
    assert not list(toy_index.glob(".build-*"))
    (corpus / "review.txt").write_text(text, "utf-8")
    assert open_index(toy_index, toy_encoder).passages[3].text == "Nobody had fever."


def test_the_previous_version_stays_beside_the_new_one_and_older_ones_go(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    names = [commit(folder, a=text)["files"]["a.json"]["stored"] for text in ("1", "2", "3")]
    assert [(folder / name).is_file() for name in names] == [False, True, True]


def test_a_second_builder_fails_with_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    with FileLock(folder / ".lock"), pytest.raises(QAError, match="being built by another process; wait"), store.building(folder):
        pass


def test_an_index_folder_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("", "utf-8")
    with pytest.raises(QAError, match="can't be written"), store.building(tmp_path / "index"):
        pass


def commit_cut_array(folder: Path, size: int) -> None:
    with store.building(folder) as temporary:
        np.save(temporary / "rows.npy", np.zeros(4))  # a header of 128 bytes and 4 x 8
        whole = (temporary / "rows.npy").read_bytes()
        assert len(whole) == 160
        (temporary / "rows.npy").write_bytes((whole + b"\0")[:size])
        store.commit(folder, temporary, {"encoder": {}, "corpus": {}})


@pytest.mark.parametrize("size", [0, 60, 128, 159, 161])
def test_an_array_that_was_not_written_whole_is_never_committed(tmp_path: Path, size: int) -> None:
    commit(tmp_path / "index", a="1")
    before = (tmp_path / "index" / store.MANIFEST).read_bytes()
    with pytest.raises(QAError, match="rows.npy was not written whole; the old index is unchanged. .*qa index"):
        commit_cut_array(tmp_path / "index", size)
    assert (tmp_path / "index" / store.MANIFEST).read_bytes() == before
