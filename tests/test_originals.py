"""`qa add` and `qa remove`: a user's own originals, each read before it is copied, and an index that follows."""

import io
import json
from pathlib import Path

import pytest
from conftest import REVIEW, ToyEncoder

from qa.cli import main
from qa.corpus.bank import sentence_digest
from qa.corpus.folder import originals, read_corpus
from qa.errors import CorpusError, QAError
from qa.indexing.index import open_index
from qa.originals.adding import add_originals, remove_originals

PAPER = "Survival was better in the umbilical group. Fever was rare in both groups.\n"


class Original:
    """Adds to and removes from one corpus; `paper` writes a file to add."""

    def __init__(self, corpus: Path, folder: Path) -> None:
        self.corpus, self.folder = corpus, folder
        self.index = folder / "index"
        self.given = folder / "given"
        self.given.mkdir()

    def paper(self, name: str = "paper.txt", text: str | bytes = PAPER) -> Path:
        path = self.given / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def add(self, *files: Path, citation: int | None = None, questions: Path | None = None) -> int:
        return add_originals(files, citation, self.corpus, self.index, questions)

    def bank(self, *rows: object) -> Path:
        return self.paper("asked.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def asked(self, encoder: ToyEncoder) -> dict[str, str]:
        """The questions that the index knows, each with the statement that answers it."""
        return {question.text: question.unit for question in open_index(self.index, encoder, self.corpus).bank}

    def remove(self, *names: str) -> int:
        return remove_originals(names, self.corpus, self.index)

    def files(self) -> list[str]:
        return sorted(p.relative_to(self.corpus).as_posix() for p in self.corpus.rglob("*") if p.suffix != ".lock")

    def sentences(self, encoder: ToyEncoder) -> dict[str, list[tuple[str, tuple[int, ...]]]]:
        """What the index holds of each document."""
        found: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
        for passage in open_index(self.index, encoder, self.corpus).passages:
            found.setdefault(passage.document, []).append((passage.text, passage.citations))
        return found


@pytest.fixture
def original(corpus: Path, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None) -> Original:
    return Original(corpus, tmp_path)


def pdf(*pages: list[str]) -> bytes:
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    for lines in pages:
        for row, line in enumerate(lines):
            sheet.drawString(72, 770 - 16 * row, line)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def test_an_added_file_is_quoted_with_its_number(original: Original, toy_encoder: ToyEncoder) -> None:
    assert original.add(original.paper(), citation=2) == 0
    assert original.sentences(toy_encoder)["local/paper.txt"] == [
        ("Survival was better in the umbilical group.", (2,)),
        ("Fever was rare in both groups.", (2,)),
    ]


def test_an_added_file_is_recorded(original: Original) -> None:
    original.add(original.paper("paper.md", f"# A small trial\n\n{PAPER}"), citation=2)
    (row,) = json.loads((original.corpus / "local/originals.json").read_text("utf-8"))
    digest = row.pop("sha256")
    assert row == {"file": "paper.md", "citation": 2, "kind": "full text", "title": "A small trial"}
    assert len(digest) == 64


def test_without_a_number_it_gets_the_next_that_no_reference_has(
    original: Original, capsys: pytest.CaptureFixture[str]
) -> None:
    original.add(original.paper("a.txt"), original.paper("b.txt", "Albumin rose in everyone.\n"))
    assert [row["citation"] for row in originals(original.corpus).values()] == [3, 4]  # the review lists 1 and 2
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["a.txt", "b.txt"]


def test_only_what_is_new_is_encoded(original: Original, toy_encoder: ToyEncoder) -> None:
    original.add(original.paper(), citation=2)
    toy_encoder.encoded.clear()
    original.add(original.paper("b.txt", "Albumin rose in everyone.\n"), citation=1)
    assert [text for text in toy_encoder.encoded if text.endswith(".")] == ["b Albumin rose in everyone."]


def test_the_same_file_twice_changes_nothing_and_says_so(
    original: Original, capsys: pytest.CaptureFixture[str]
) -> None:
    original.add(original.paper(), citation=2)
    files = {p: p.read_bytes() for f in (original.corpus, original.index) for p in f.rglob("*") if p.is_file()}
    capsys.readouterr()
    for path in (original.paper(), original.paper("copy.txt"), original.corpus / "local/paper.txt"):
        assert original.add(path, citation=2) == 0
        line = capsys.readouterr().out
        assert line.startswith(f"{path.name}: already there as ")
        assert line.endswith("cited [2]; nothing changed\n")
    assert {p: p.read_bytes() for f in (original.corpus, original.index) for p in f.rglob("*") if p.is_file()} == files


def test_the_same_file_with_another_number_is_cited_by_that(original: Original, toy_encoder: ToyEncoder) -> None:
    original.add(original.paper(), citation=2)
    original.add(original.paper(), citation=1)
    assert {numbers for _, numbers in original.sentences(toy_encoder)["local/paper.txt"]} == {(1,)}


def test_a_file_that_the_corpus_holds_itself_is_not_added(
    original: Original, capsys: pytest.CaptureFixture[str]
) -> None:
    assert original.add(original.paper("copy.txt", REVIEW)) == 0
    assert "already part of the corpus" in capsys.readouterr().out
    assert "local/copy.txt" not in original.files()


def test_another_file_of_the_same_name_gets_a_name_of_its_own(original: Original) -> None:
    original.add(original.paper(), citation=2)
    original.add(original.paper("paper.txt", "Albumin rose in everyone.\n"), citation=1)
    assert {row["file"]: row["citation"] for row in originals(original.corpus).values()} == {
        "paper.txt": 2,
        "paper-2.txt": 1,
    }


def test_a_pair_in_two_languages_shares_its_name_and_a_third_does_not(
    original: Original, toy_encoder: ToyEncoder
) -> None:
    pair = [original.paper("x.en.txt", "Albumin rose.\n"), original.paper("x.zh.txt", "白蛋白升高。\n")]
    assert original.add(*pair, original.paper("x.txt", "Nobody had fever at all.\n"), citation=2) == 0
    assert sorted(d for d in original.sentences(toy_encoder) if d.startswith("local")) == [
        "local/x-2.txt",
        "local/x.en.txt",
        "local/x.zh.txt",
    ]
    english = next(p for p in read_corpus(original.corpus).passages if p.document == "local/x.en.txt")
    assert english.partner is not None


@pytest.mark.parametrize("name", ["README.txt", "_draft.txt", ".hidden.txt", "LICENSE of cells.txt", "a:b\nc.txt"])
def test_a_name_that_a_corpus_would_pass_over_is_changed(
    original: Original, toy_encoder: ToyEncoder, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert original.add(original.paper(name), citation=2) == 0
    assert [d for d in original.sentences(toy_encoder) if d.startswith("local/")]


def test_one_bad_file_does_not_stop_the_others(
    original: Original, toy_encoder: ToyEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    from pypdf import PdfReader, PdfWriter

    good = pdf(["Umbilical cells in forty people", "", "The cell group had 20 people."], ["Survival was better."])
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(good)))
    locked.encrypt("secret")
    locked.write(original.given / "locked.pdf")
    original.paper("good.pdf", good)
    original.paper("cut.pdf", good[: len(good) // 2])
    original.paper("text.pdf", "Albumin rose in everyone.\n")
    assert original.add(original.given) == 1  # a folder stands for the files in it
    printed = capsys.readouterr()
    assert [line.split(":")[0] for line in printed.out.splitlines()] == ["good.pdf", "text.pdf"]
    assert [line.split(":")[1].strip() for line in printed.err.splitlines()] == ["cut.pdf", "locked.pdf"]
    assert "2 pages" in printed.out
    assert "password" in printed.err
    assert sorted(d for d in original.sentences(toy_encoder) if d.startswith("local")) == [
        "local/good.pdf",
        "local/text.txt",
    ]


def test_a_pdf_under_another_ending_is_read_as_what_it_is(original: Original) -> None:
    original.add(original.paper("download.txt", pdf(["Survival was better in the umbilical group."])), citation=2)
    assert list(originals(original.corpus)) == ["local/download.pdf"]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", "", "is empty"),
        ("page.pdf", "<!DOCTYPE html><html><body><p>Please log in.</p></body></html>", "web page"),
        ("table.docx", "x", "can't be read"),
        ("list.txt", "Albumin\n", "no whole sentence"),
        ("bank.jsonl", '{"sentence": 5}\n', "line 1"),
        ("none.jsonl", "\n", "holds no question"),
        ("latin.jsonl", b"\xe9\xe8\n", "UTF-8"),
    ],
)
def test_what_cannot_be_quoted_from_is_named_with_its_reason(
    original: Original, name: str, content: str | bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert original.add(original.paper(name, content)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"qa: {name}")
    assert reason in line
    assert [f for f in original.files() if f.startswith("local/") and not f.endswith(".lock")] == []
    assert not original.index.exists()


def test_a_missing_file_is_named(original: Original, capsys: pytest.CaptureFixture[str]) -> None:
    assert original.add(original.given / "no.pdf") == 1
    assert capsys.readouterr().err.endswith("no.pdf: no such file; check the name\n")


def test_a_folder_that_cannot_be_written_is_one_clear_line(original: Original) -> None:
    (original.corpus / "local").write_text("a file in the folder's place", "utf-8")
    with pytest.raises(CorpusError, match="local: can't be written .*--corpus DIR"):
        original.add(original.paper())


def test_a_damaged_record_is_never_written_over(original: Original) -> None:
    original.add(original.paper(), citation=2)
    path = original.corpus / "local/originals.json"
    path.write_text('[{"file": "paper.txt", ', "utf-8")
    with pytest.raises(CorpusError, match="originals.json is damaged"):
        original.add(original.paper("b.txt", "Albumin rose in everyone.\n"))
    assert path.read_text("utf-8") == '[{"file": "paper.txt", '


def test_an_index_that_cannot_follow_leaves_the_old_one_whole(
    original: Original, toy_encoder: ToyEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    original.add(original.paper(), citation=2)
    before = (original.index / "manifest.json").read_bytes()
    monkeypatch.setattr(toy_encoder, "encode", lambda *a, **k: (_ for _ in ()).throw(QAError("the encoder stopped")))
    with pytest.raises(QAError, match="the index did not follow: the encoder stopped"):
        original.add(original.paper("b.txt", "Albumin rose in everyone.\n"))
    assert (original.index / "manifest.json").read_bytes() == before
    monkeypatch.undo()


def test_an_index_that_was_left_behind_catches_up(original: Original, toy_encoder: ToyEncoder) -> None:
    original.add(original.paper(), citation=2)
    (original.corpus / "review.txt").write_text(REVIEW.replace("Nobody", "No one"), "utf-8")
    original.add(original.paper(), citation=2)
    assert ("No one had fever.", (2,)) in original.sentences(toy_encoder)["review.txt"]


def test_the_number_in_a_file_itself_is_used(original: Original) -> None:
    original.add(original.paper("a.md", f"---\ncitation: 2\nkind: abstract\n---\n{PAPER}"))
    (row,) = originals(original.corpus).values()
    assert (row["citation"], row["kind"]) == (2, "abstract")


def test_a_question_bank_is_added_for_the_sentences_it_names(
    original: Original, toy_encoder: ToyEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"sentence": "Nobody had fever.", "en": ["Did anyone get a temperature?"], "zh": ["有人发烧吗?"]},
        {"sentence_digest": sentence_digest("A sentence of another text."), "questions": ["What else?"]},
    ]
    bank = original.paper("mine.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert original.add(bank) == 0
    assert "3 questions on 2 sentences, 1 of which this corpus has" in capsys.readouterr().out
    asked = {q.text for q in open_index(original.index, toy_encoder, original.corpus).bank}
    assert {"Did anyone get a temperature?", "有人发烧吗?"} <= asked
    assert original.add(bank) == 0
    assert "nothing changed" in capsys.readouterr().out
    assert original.remove("mine.jsonl") == 0
    assert open_index(original.index, toy_encoder, original.corpus).bank == []


ABOUT_FEVER = {"sentence": "Fever was rare in both groups.", "zh": ["发烧的人多吗?"], "en": ["Did many people get a temperature?"]}
ABOUT_SURVIVAL = {"sentence": "Survival was better in the umbilical group.", "en": ["Who lived longer?"]}


def test_questions_come_with_an_original_and_go_with_it(original: Original, toy_encoder: ToyEncoder, capsys: pytest.CaptureFixture[str]) -> None:
    before = original.files()
    bank = original.bank(ABOUT_FEVER, ABOUT_SURVIVAL)
    assert original.add(original.paper(), citation=2, questions=bank) == 0
    assert "; with 3 questions on 2 sentences" in capsys.readouterr().out
    survival, fever = "local/paper.txt#1", "local/paper.txt#2"
    assert original.asked(toy_encoder) == {"Did many people get a temperature?": fever, "发烧的人多吗?": fever, "Who lived longer?": survival}
    stored = original.files()
    assert original.add(original.paper(), citation=2, questions=bank) == 0
    assert "nothing changed; 3 questions on 2 sentences were there already" in capsys.readouterr().out
    assert original.files() == stored
    assert original.remove("paper.txt") == 0
    assert "and its questions" in capsys.readouterr().out
    assert original.asked(toy_encoder) == {}
    assert [name for name in original.files() if name.endswith((".txt", ".jsonl"))] == before


def test_a_better_bank_takes_the_place_of_the_earlier_one(original: Original, toy_encoder: ToyEncoder) -> None:
    original.add(original.paper(), questions=original.bank(ABOUT_FEVER))
    assert original.add(original.paper(), questions=original.bank(ABOUT_SURVIVAL)) == 0
    assert list(original.asked(toy_encoder)) == ["Who lived longer?"]


def test_each_text_gets_the_questions_on_its_own_sentences(original: Original) -> None:
    other = original.paper("other.txt", "Albumin rose in everyone.\n")
    about_albumin = {"sentence": "albumin rose in everyone", "en": ["Did albumin rise?"]}  # letters and figures name a sentence
    assert original.add(original.paper(), other, questions=original.bank(about_albumin, ABOUT_FEVER)) == 0
    folder = original.corpus / "local/questions"
    assert {path.name: json.loads(path.read_text("utf-8")) for path in folder.iterdir()} == {"paper.txt.jsonl": ABOUT_FEVER, "other.txt.jsonl": about_albumin}


def test_sentences_that_the_added_text_lacks_are_all_named(original: Original, toy_encoder: ToyEncoder, capsys: pytest.CaptureFixture[str]) -> None:
    # the second sentence stands in the review, but not in the text that is added
    lost = [{"sentence": "Fever was common.", "en": ["Was it?"]}, {"sentence": "Nobody had fever.", "en": ["Any fever?"]}]
    assert original.add(original.paper(), questions=original.bank(lost[0], ABOUT_FEVER, lost[1])) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith('qa: asked.jsonl, line 1: paper.txt has no sentence "Fever was common."')
    assert second.startswith('qa: asked.jsonl, line 3: paper.txt has no sentence "Nobody had fever."')
    assert set(original.asked(toy_encoder)) == {"Did many people get a temperature?", "发烧的人多吗?"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"en": ["Whose?"]}, ABOUT_FEVER, {**ABOUT_FEVER, "zh": "one text, not a list"}], "asked.jsonl, line 1, 3: each line needs"),
        ([{"sentence": "Fever was rare in both groups."}], "holds no question"),
    ],
)
def test_a_damaged_bank_is_refused_before_anything_is_added(original: Original, rows: list[object], said: str) -> None:
    before = original.files()
    with pytest.raises(CorpusError, match=said):
        original.add(original.paper(), questions=original.bank(*rows))
    with pytest.raises(CorpusError, match=r"none\.jsonl: can't be read"):
        original.add(original.paper(), questions=original.given / "none.jsonl")
    assert original.files() == before


def test_questions_without_a_text_are_told_and_not_dropped_in_silence(original: Original, capsys: pytest.CaptureFixture[str]) -> None:
    alone = original.paper("alone.jsonl", json.dumps(ABOUT_FEVER) + "\n")
    assert original.add(alone, questions=original.bank(ABOUT_SURVIVAL)) == 1
    assert "asked.jsonl: not added, for no text" in capsys.readouterr().err


def test_the_command_line_takes_a_bank(original: Original, toy_encoder: ToyEncoder) -> None:
    folders = ["--corpus", str(original.corpus), "--index", str(original.index)]
    assert main(["add", str(original.paper()), "--questions", str(original.bank(ABOUT_SURVIVAL)), *folders]) == 0
    assert list(original.asked(toy_encoder)) == ["Who lived longer?"]


def test_an_empty_folder_gets_its_review_with_its_own_citations(original: Original, tmp_path: Path) -> None:
    original.corpus = tmp_path / "new"
    original.corpus.mkdir()
    assert original.add(original.paper("cells.txt", REVIEW), original.paper()) == 0
    corpus = read_corpus(original.corpus)
    assert [p.citations for p in corpus.passages if p.document == "local/cells.txt"] == [(1,), (1,), (2,), (2,)]
    assert {p.citations for p in corpus.passages if p.document == "local/paper.txt"} == {(3,)}
    assert original.remove("cells.txt") == 0


def test_a_copy_of_the_review_is_not_taken_for_a_study(original: Original, capsys: pytest.CaptureFixture[str]) -> None:
    assert original.add(original.paper("again.txt", REVIEW.replace("Progress in", "News of"))) == 1
    assert "is the review that this corpus holds as review.txt" in capsys.readouterr().err


def test_the_review_as_a_file_beside_an_edition_of_it_keeps_its_own_citations(original: Original) -> None:
    item = {"id": "1", "type": "article-journal", "title": "Umbilical cells for cirrhosis: a randomized trial"}
    other = {"id": "2", "type": "article-journal", "title": "Marrow cells in twelve women with cirrhosis"}
    (original.corpus / "references.json").write_text(json.dumps([item, other]), "utf-8")
    (original.corpus / "review.txt").write_text("Two trials of cells were done.\n", "utf-8")
    assert original.add(original.paper("print.txt", REVIEW)) == 0
    found = [p.citations for p in read_corpus(original.corpus).passages if p.document == "local/print.txt"]
    assert found == [(1,), (1,), (2,), (2,)]


def test_removing_takes_file_record_and_sentences_out(original: Original, toy_encoder: ToyEncoder) -> None:
    before = original.files()
    original.add(original.paper(), original.paper("b.txt", "Albumin rose in everyone.\n"), citation=2)
    assert original.remove("paper.txt", "local/b.txt") == 0
    assert [f for f in original.files() if f not in before] == ["local", "local/.lock", "local/originals.json"]
    assert originals(original.corpus) == {}
    assert list(original.sentences(toy_encoder)) == ["review.txt"]


def test_removing_what_is_not_there_names_what_is(
    original: Original, toy_encoder: ToyEncoder, capsys: pytest.CaptureFixture[str]
) -> None:
    original.add(original.paper(), citation=2)
    assert original.remove("other.txt", "../review.txt") == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1] for line in lines] == [' "other.txt"', ' "../review.txt"']
    assert all(line.endswith("holds: paper.txt") for line in lines)
    assert (original.corpus / "review.txt").exists()


def test_the_command_adds_to_the_corpus_that_the_index_is_of(
    original: Original, monkeypatch: pytest.MonkeyPatch
) -> None:
    original.add(original.paper(), citation=2)
    monkeypatch.delenv("QA_CORPUS", raising=False)
    assert main(["add", str(original.paper("b.txt", "Albumin rose.\n")), "--index", str(original.index)]) == 0
    assert "local/b.txt" in original.files()
    assert main(["remove", "b.txt", "--corpus", str(original.corpus), "--index", str(original.index)]) == 0
    assert "local/b.txt" not in original.files()
