"""A quote from an added PDF opens on its page with the sentence marked, and nothing else of the machine can be opened."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import ToyEncoder
from pypdf import PdfReader, PdfWriter
from test_pdf import BODY, ENGLISH, REVIEW, drawn, lines, typeset

from qa.errors import CorpusError
from qa.indexing.index import open_index
from qa.originals.quoted_page import original_file, quoted_pages
from qa.reading.passages import passages_of
from qa.reading.pdf.marking import marked_boxes
from qa.reading.pdf.picture import Character, page_picture
from qa.reading.readers import read_document
from qa.text.preparation import folded

TRIAL = (
    "The Alpha trial treated forty people with cells from the umbilical cord and followed them for two years. "
    "Albumin rose in the group that was given cells, while the controls did not change during the whole of treat-ment. "
    "No serious adverse event was recorded by the investigators in either of the two groups at any of the five visits."
)


def index_of(folder: Path) -> Any:
    """An index as far as showing a page needs it: the texts of the PDFs in a corpus' folder of local originals."""
    documents, passages = {}, []
    for path in sorted((folder / "local").glob("*.pdf")):
        document = read_document(path, f"local/{path.name}")
        documents[document.id] = document
        passages += passages_of(document)
    return SimpleNamespace(documents=documents, passages=passages, manifest={"corpus": {"folder": str(folder)}})


@pytest.fixture
def local(tmp_path: Path) -> Path:
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def under(path: Path, page: int, boxes: Any) -> str:
    """The letters that PDFium itself finds inside boxes of a page, box by box."""
    import pypdfium2

    shown = pypdfium2.PdfDocument(path)[page - 1]
    width, height = shown.get_size()
    text = shown.get_textpage()
    parts = []
    for box in boxes:
        left, top = box.left * width, height * (1 - box.top)
        parts.append(text.get_text_bounded(left - 1, top - height * box.height - 1, left + box.width * width + 1, top + 1))
    return folded("".join(parts))


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize(("style", "content"), [("zh", REVIEW), ("en", [(ENGLISH, TRIAL)] * 3)])
def test_every_sentence_is_marked_where_it_stands(local: Path, columns: int, style: str, content: Any) -> None:
    path = typeset(local / "a.pdf", content, columns, height=160)
    index = index_of(local.parent)
    assert len(index.passages) >= 6
    for passage in index.passages:
        pages = quoted_pages(index, passage.id)
        found = "".join(under(path, page.picture.page, page.boxes) for page in pages)
        assert found == folded(passage.text), (passage.text, found)
        assert pages[0].picture.page == passage.page


def test_a_sentence_that_runs_over_the_page_is_marked_on_both(local: Path) -> None:
    sentence = "第{}句说明了这项试验在第{}个月的结果和安全性以及患者的生活质量和随访的情况。"
    path = typeset(local / "a.pdf", [(BODY, "".join(sentence.format(n, n) for n in range(10, 40)))], height=130)
    index = index_of(local.parent)
    shown = {p.text: quoted_pages(index, p.id) for p in index.passages}
    over = [pages for pages in shown.values() if len(pages) == 2]
    assert over
    for text, pages in shown.items():
        assert "".join(under(path, page.picture.page, page.boxes) for page in pages) == folded(text)


def test_marks_follow_a_page_that_is_turned_and_cropped(local: Path) -> None:
    upright = drawn(local / "up.pdf", lines("The first sentence stands here and is marked on its page.", font="Times-Roman"))
    writer = PdfWriter(clone_from=PdfReader(upright))
    page = writer.pages[0]
    page.cropbox.lower_left, page.cropbox.upper_right = (50, 600), (450, 800)
    page.rotate(90)
    writer.write(local / "turned.pdf")
    picture = page_picture(local / "turned.pdf", "turned.pdf", 1)
    (box,), _ = marked_boxes("stands here", picture.characters, ())
    from PIL import Image

    image = Image.open(io.BytesIO(picture.image)).convert("L")
    assert image.size == (picture.width, picture.height)
    place = [round(share * side) for share, side in zip((box.left, box.top, box.left + box.width, box.top + box.height), image.size * 2, strict=True)]
    assert box.height > box.width  # 200 x 400 points after turning: the line of print runs downwards
    assert min(image.crop(place).tobytes()) < 100  # there is print under the mark
    beside = (place[2] + 20, place[1], min(image.width, place[2] + 80), place[3])
    assert min(image.crop(beside).tobytes()) == 255  # and none beside it


def test_a_huge_page_is_drawn_small(local: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(14_000, 200)
    writer.write(local / "poster.pdf")
    picture = page_picture(local / "poster.pdf", "poster.pdf", 1)
    assert (picture.width, picture.height) == (1200, 18)  # 1200 / 14000 x 200 = 17.1


def row(text: str, top: float, left: float = 0.1) -> list[Character]:
    return [Character(c, left + 0.01 * i, top, left + 0.01 * (i + 1), top + 0.02) for i, c in enumerate(text)]


def test_two_columns_drawn_line_by_line_are_marked_column_by_column() -> None:
    page = row("细胞组的白蛋白上升了,", 0.1) + row("其他的事情在右边这一栏", 0.1, 0.6) + row("对照组没有什么变化。", 0.2) + row("写着也是一句话。", 0.2, 0.6)
    boxes, rest = marked_boxes("细胞组的白蛋白上升了,对照组没有什么变化。", page, ())
    assert [(b.left, b.top, b.width) for b in boxes] == [(0.1, 0.1, 0.1), (0.1, 0.2, 0.09)]  # 10 and 9 letters; the marks at the ends are not needed
    assert rest == ()


def test_a_hyphen_ligature_or_raised_figure_does_not_hide_a_sentence() -> None:
    page = row("The e\ufb00ect of treat-", 0.1) + row("ment was seen in all3 arms", 0.2)
    (first, second), _ = marked_boxes("The effect of treatment was seen in all\u00b3 arms", page, ())
    assert (first.top, second.top) == (0.1, 0.2)


def test_a_sentence_that_is_not_on_the_page_marks_nothing() -> None:
    page = row("Something else stands on this page altogether.", 0.1)
    assert marked_boxes("Albumin rose in the group that was given cells.", page, ()) == ((), ())
    assert marked_boxes("!?", page, page) == ((), ())


def test_only_pdfs_in_the_folder_of_local_originals_are_shown(local: Path, tmp_path: Path) -> None:
    typeset(local / "a.pdf", REVIEW)
    index = index_of(tmp_path)
    assert original_file(index, "local/a.pdf") == local / "a.pdf"
    outside = typeset(tmp_path / "secret.pdf", REVIEW)
    (local / "link.pdf").symlink_to(outside)
    for name in ("secret.pdf", "local/../secret.pdf", "local/link.pdf", "local/originals.json", str(outside)):
        index.documents[name] = index.documents["local/a.pdf"]  # even if an index named it
        assert original_file(index, name) is None, name
    assert original_file(index, "local/unknown.pdf") is None
    with pytest.raises(CorpusError, match="is no sentence of an added PDF"):
        quoted_pages(index, "../../etc/passwd")


def test_a_file_that_was_taken_out_is_no_longer_shown(local: Path) -> None:
    path = typeset(local / "a.pdf", REVIEW)
    index = index_of(local.parent)
    passage = index.passages[0].id
    assert quoted_pages(index, passage)
    path.unlink()
    with pytest.raises(CorpusError, match="is no sentence of an added PDF"):
        quoted_pages(index, passage)


@pytest.mark.parametrize(("page", "reason"), [(2, "no such page"), (0, "no such page")])
def test_a_page_that_is_not_there_is_named(local: Path, page: int, reason: str) -> None:
    typeset(local / "a.pdf", REVIEW)
    with pytest.raises(CorpusError, match=reason):
        page_picture(local / "a.pdf", "a.pdf", page)


def test_a_damaged_or_slow_file_is_one_line(local: Path) -> None:
    (local / "bad.pdf").write_bytes(b"%PDF-1.4\n" + b"x" * 500)
    with pytest.raises(CorpusError, match=r"^bad\.pdf: has a page that can't be shown; open the file itself$"):
        page_picture(local / "bad.pdf", "bad.pdf", 1)
    with pytest.raises(CorpusError, match="takes too long"):
        page_picture(local / "bad.pdf", "bad.pdf", 1, seconds=0)


def test_a_paper_that_was_added_by_the_command_is_quoted_with_its_number_and_opens_at_its_page(
    corpus: Path, tmp_path: Path, toy_encoder: ToyEncoder, quick_build: None, capsys: pytest.CaptureFixture[str]
) -> None:
    from qa.cli import main

    paper = typeset(tmp_path / "paper.pdf", [(ENGLISH, TRIAL)] * 3, 2, height=160)
    at = ["--index", str(tmp_path / "index"), "--corpus", str(corpus)]
    assert main(["add", str(paper), "--citation", "2", *at]) == 0
    assert "cited [2]" in capsys.readouterr().out
    index = open_index(tmp_path / "index", toy_encoder, corpus)
    passage = next(p for p in index.passages if p.document == "local/paper.pdf" and p.text.startswith("Albumin rose"))
    assert (passage.citations, passage.page) == ((2,), 1)
    (shown,) = quoted_pages(index, passage.id)
    assert under(corpus / "local/paper.pdf", 1, shown.boxes) == folded(passage.text)
