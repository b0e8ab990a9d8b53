"""Reading a corpus folder: numbering, pairs of languages, problems, digest."""

import json
from pathlib import Path

import pytest

from qa.corpus.folder import corpus_digest, corpus_files, read_corpus, sentence_of
from qa.errors import CorpusError

PLAIN = "Notes on cells\n\nAlbumin rose in the cell group. Nobody had fever.\n"
LISTED = """A short overview

The Gamma trial gave cells to 9 people.[1]

References

[1] Gamma G. Cells in nine people with cirrhosis. Journal of Trials. 2017;1(1):1-5. doi:10.1000/gamma.1
"""


def citations(folder: Path) -> dict[str, set[tuple[int, ...]]]:
    found: dict[str, set[tuple[int, ...]]] = {}
    for passage in read_corpus(folder).passages:
        found.setdefault(passage.document, set()).add(passage.citations)
    return found


def test_each_sentence_of_a_review_cites_what_its_marks_say(corpus: Path) -> None:
    read = read_corpus(corpus)
    assert [(p.text, p.citations) for p in read.passages] == [
        ("The Alpha trial gave umbilical cells to 40 people.", (1,)),
        ("Albumin rose in the cell group.", (1,)),
        ("The Beta trial gave marrow cells to 12 women.", (2,)),
        ("Nobody had fever.", (2,)),
    ]
    assert sorted(read.references) == [1, 2]
    assert read.references[1]["DOI"] == "10.1000/alpha.1"


def test_every_passage_is_cut_from_its_document(corpus: Path) -> None:
    read = read_corpus(corpus)
    assert all(read.documents[p.document].text[p.start : p.end] == p.text for p in read.passages)


def test_a_document_alone_without_references_is_the_review_and_cites_0(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(PLAIN, "utf-8")
    assert citations(tmp_path) == {"notes.txt": {(0,)}}


def test_a_second_document_takes_the_next_free_number_after_the_reviews_references(corpus: Path) -> None:
    (corpus / "another.txt").write_text(PLAIN, "utf-8")
    assert citations(corpus) == {"another.txt": {(3,)}, "review.txt": {(1,), (2,)}}
    assert read_corpus(corpus).references[3]["title"] == "Notes on cells"


def test_documents_without_any_review_are_numbered_in_path_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.md"):
        (tmp_path / name).write_text(PLAIN, "utf-8")
    assert citations(tmp_path) == {"a.txt": {(1,)}, "b.txt": {(2,)}, "c.md": {(3,)}}


def test_of_two_documents_with_reference_lists_the_one_called_review_is_the_review(corpus: Path) -> None:
    (corpus / "article.txt").write_text(LISTED, "utf-8")
    assert citations(corpus) == {"article.txt": {(3,)}, "review.txt": {(1,), (2,)}}


def test_a_recorded_original_keeps_its_number_and_others_do_not_take_it(corpus: Path) -> None:
    local = corpus / "local"
    local.mkdir()
    (local / "alpha.txt").write_text(PLAIN, "utf-8")
    (local / "beyond.txt").write_text(PLAIN, "utf-8")
    (corpus / "other.txt").write_text(PLAIN, "utf-8")
    rows = [{"file": "alpha.txt", "citation": 1, "kind": "abstract"}, {"file": "beyond.txt", "citation": 5}]
    (local / "originals.json").write_text(json.dumps(rows), "utf-8")
    found = citations(corpus)
    assert found["local/alpha.txt"] == {(1,)}
    assert found["local/beyond.txt"] == {(5,)}
    assert found["other.txt"] == {(6,)}  # after the 2 references and the recorded 5
    assert read_corpus(corpus).documents["local/alpha.txt"].kind == "abstract"


def test_a_damaged_record_of_originals_says_what_to_do(corpus: Path) -> None:
    (corpus / "local").mkdir()
    (corpus / "local" / "originals.json").write_text('[{"name": 1}]', "utf-8")
    with pytest.raises(CorpusError, match=r"originals\.json is damaged .*qa index"):
        read_corpus(corpus)


def pair(folder: Path, zh: str, en: str, names: tuple[str, str] = ("x.zh.md", "x.en.md")) -> Path:
    for name, text in zip(names, (zh, en), strict=True):
        (folder / name).write_text(text, "utf-8")
    return folder


ZH = "# 标题\n\n白蛋白升高了。\n没有人发热。\n"
EN = "# Title\n\nAlbumin rose.\nNobody had fever.\n"


def test_lines_at_the_same_place_of_a_pair_are_partners_and_share_a_unit(tmp_path: Path) -> None:
    passages = read_corpus(pair(tmp_path, ZH, EN)).passages
    for passage in passages:
        assert passage.partner is not None
        partner = passages[passage.partner]
        assert partner.partner == passages.index(passage)
        assert (partner.unit, partner.language != passage.language) == (passage.unit, True)
    assert [p.unit for p in passages] == ["x.md#1", "x.md#2"] * 2


def test_a_pair_with_a_line_more_on_one_side_is_not_aligned(tmp_path: Path) -> None:
    passages = read_corpus(pair(tmp_path, ZH, EN.replace("Nobody", "\nNobody"))).passages
    assert [p.partner for p in passages] == [None] * 4
    assert [p.unit for p in passages] == [p.id for p in passages]


def test_a_document_beside_one_of_a_language_suffix_is_no_pair_and_shares_no_unit(tmp_path: Path) -> None:
    passages = read_corpus(pair(tmp_path, ZH, EN, ("x.zh.md", "x.md"))).passages
    assert len({p.unit for p in passages}) == 4
    assert {p.partner for p in passages} == {None}


def test_an_unreadable_file_is_named_and_the_rest_goes_on(corpus: Path) -> None:
    (corpus / "broken.pdf").write_bytes(b"not a PDF at all")
    (corpus / "empty.txt").write_bytes(b"")
    read = read_corpus(corpus)
    assert list(read.documents) == ["review.txt"]
    assert [name for name in ("broken.pdf", "empty.txt") if any(name in p for p in read.problems)] == ["broken.pdf", "empty.txt"]


def test_a_folder_of_unreadable_files_only_is_refused_naming_them(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"not a PDF at all")
    with pytest.raises(CorpusError, match=r"nothing here can be indexed: .*broken\.pdf"):
        read_corpus(tmp_path)


def test_a_folder_that_is_not_there_or_is_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder.*--corpus DIR"):
        read_corpus(tmp_path / "nowhere")
    with pytest.raises(CorpusError, match=r"holds none of .*\.txt"):
        read_corpus(tmp_path)


def test_hidden_files_and_the_projects_own_papers_are_no_documents(corpus: Path) -> None:
    for name in (".hidden.txt", "README.md", "LICENSE.txt", "notes.csv"):
        (corpus / name).write_text(PLAIN, "utf-8")
    assert [p.name for p in corpus_files(corpus)] == ["review.txt"]


@pytest.mark.parametrize("name", ["more.txt", "questions/own.jsonl", "facts/01.json", "audit/01.json", "references.json", "local/originals.json", "local/questions/own.jsonl"])
def test_the_digest_changes_with_any_file_that_shapes_the_index(corpus: Path, name: str) -> None:
    before = corpus_digest(corpus)
    path = corpus / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[]", "utf-8")
    added = corpus_digest(corpus)
    path.write_text("[ ]", "utf-8")
    assert len({before, added, corpus_digest(corpus)}) == 3
    path.unlink()
    assert corpus_digest(corpus) == before


def test_the_digest_changes_with_a_file_name_and_not_with_a_readme(corpus: Path) -> None:
    before = corpus_digest(corpus)
    (corpus / "README.md").write_text("about", "utf-8")
    assert corpus_digest(corpus) == before
    (corpus / "review.txt").rename(corpus / "review-2.txt")
    assert corpus_digest(corpus) != before


def test_questions_beside_the_texts_join_the_bank_by_sentence(corpus: Path) -> None:
    (corpus / "questions").mkdir()
    row = {"sentence": "Nobody had fever.", "en": ["Was there fever?"]}
    (corpus / "questions" / "own.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
    assert [(q.text, q.unit) for q in read_corpus(corpus).bank] == [("Was there fever?", "review.txt#4")]


def test_a_sentence_is_found_whatever_its_punctuation(corpus: Path) -> None:
    passages = read_corpus(corpus).passages
    found = sentence_of(passages, "nobody had FEVER\uff01")
    assert found is passages[3]
    assert sentence_of(passages, "Somebody had fever.") is None
