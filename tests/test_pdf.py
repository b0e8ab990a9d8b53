"""PDFs are read in the order of a reader's eye, with their pages; what can't be read is said in one line."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

from qa.errors import CorpusError
from qa.reading.passages import passages_of
from qa.reading.pdf.reader import read_pdf
from qa.reading.readers import read_document
from qa.text.preparation import folded

FONT = "STSong-Light"  # known to every viewer, embedded in no file: needs no font on this machine
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

BODY = ParagraphStyle("body", fontName=FONT, fontSize=10.5, leading=16, wordWrap="CJK", firstLineIndent=21)
HEADING = ParagraphStyle("heading", fontName=FONT, fontSize=14, leading=22, wordWrap="CJK")
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=20, leading=30, wordWrap="CJK")
ENGLISH = ParagraphStyle("english", fontName="Times-Roman", fontSize=10, leading=14)
ENTRY = ParagraphStyle("entry", fontName=FONT, fontSize=9, leading=12, wordWrap="CJK")

REVIEW = [
    (TITLE, "某种细胞治疗的回顾"),
    (BODY, "这种病在许多地方都很常见。本文按年份回顾近年来的试验,并说明各项试验的不足之处。"),
    (HEADING, "2019年的进展"),
    (BODY, "甲地的一家医院在2019年报告了一项随机试验,共纳入40名患者,随机分为两组,随访24个月。[1]"),
    (BODY, "该试验中细胞组的白蛋白上升了3.2克每升(p=0.03),对照组没有变化。试验期间没有出现严重不良事件。"),
    (HEADING, "2020年的进展"),
    (BODY, "乙地的医院在2020年发表了长期随访的结果,患者的生存时间在两组之间没有差别。[2]"),
    (BODY, "该研究的作者认为样本量太小,还需要更大规模的研究来说明这种治疗是否有效。"),
    (HEADING, "小结"),
    (BODY, "到目前为止的证据还不够充分。今后的试验应当报告患者关心的结局。"),
    (HEADING, "参考文献"),
    (
        ENTRY,
        "[1]Berg Q, Dahl R. Cells in the liver of adults: a randomised trial in two hospitals. J Liver. 2019;7(2):1-9.",
    ),
    (ENTRY, "[2]Eide S. Long-term follow-up of a trial of cells. J Liver. 2020;8(1):10-15. doi: 10.1000/jl.2020.15."),
]
SENTENCES = [
    ("这种病在许多地方都很常见。", (0,)),
    ("本文按年份回顾近年来的试验,并说明各项试验的不足之处。", (0,)),
    ("甲地的一家医院在2019年报告了一项随机试验,共纳入40名患者,随机分为两组,随访24个月。", (1,)),
    ("该试验中细胞组的白蛋白上升了3.2克每升(p=0.03),对照组没有变化。", (1,)),
    ("试验期间没有出现严重不良事件。", (1,)),
    ("乙地的医院在2020年发表了长期随访的结果,患者的生存时间在两组之间没有差别。", (2,)),
    ("该研究的作者认为样本量太小,还需要更大规模的研究来说明这种治疗是否有效。", (2,)),
    ("到目前为止的证据还不够充分。", (0,)),
    ("今后的试验应当报告患者关心的结局。", (0,)),
]


def typeset(path: Path, content: Sequence[tuple[ParagraphStyle, str]], columns: int = 1, height: float = 700) -> Path:
    """Set paragraphs in columns `height` points high, with a running head and page numbers."""

    def decorate(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 8)
        canvas.drawString(60, 815, f"某某杂志2020年第{document.page}页")
        canvas.drawCentredString(297, 25, f"- {document.page} -")

    width = (A4[0] - 112 - 20 * (columns - 1)) / columns
    frames = [Frame(56 + i * (width + 20), 770 - height, width, height, 0, 0, 0, 0) for i in range(columns)]
    template = PageTemplate(frames=frames, onPage=decorate)
    story = [Paragraph(text, style) for style, text in content]
    BaseDocTemplate(str(path), pagesize=A4, pageTemplates=[template]).build(story)
    return path


def drawn(path: Path, *pages: Callable[[Canvas], None]) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def lines(*texts: str, font: str = FONT, x: float = 60, top: float = 700) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, 11)
        for i, text in enumerate(texts):
            canvas.drawString(x, top - 16 * i, text)

    return draw


def passages(path: Path) -> list[tuple[str, tuple[int, ...]]]:
    return [(p.text, p.citations) for p in passages_of(read_document(path, path.name))]


def refusal(path: Path, **limits: int) -> str:
    with pytest.raises(CorpusError) as error:
        read_pdf(path, path.name, **limits)
    message = str(error.value)
    assert message.startswith(f"{path.name}: ")
    assert "\n" not in message
    assert "; " in message
    return message


@pytest.mark.parametrize(("columns", "height"), [(1, 700), (1, 130), (2, 700), (2, 160)])
def test_a_review_reads_the_same_in_one_column_or_two_on_one_page_or_many(
    tmp_path: Path, columns: int, height: float
) -> None:
    path = typeset(tmp_path / "a.pdf", REVIEW, columns, height)
    assert passages(path) == SENTENCES
    document = read_document(path, "a.pdf")
    assert (document.title, document.language, document.warnings) == ("某种细胞治疗的回顾", "zh", ())
    assert [p.section for p in passages_of(document)][2:5] == ["2019年的进展"] * 3
    assert {n: item["issued"] for n, item in document.references.items()} == {
        1: {"date-parts": [[2019]]},
        2: {"date-parts": [[2020]]},
    }
    assert all(document.text[b.start : b.end].strip() for b in document.blocks)


def test_a_sentence_has_the_page_on_which_it_begins(tmp_path: Path) -> None:
    sentence = "第{}句说明了这项试验在第{}个月的结果和安全性。"
    text = "".join(sentence.format(n, n) for n in range(10, 40))
    path = typeset(tmp_path / "a.pdf", [(BODY, text)], height=130)
    found = passages_of(read_document(path, "a.pdf"))
    assert [p.text for p in found] == [sentence.format(n, n) for n in range(10, 40)]
    pages = [p.page for p in found]
    assert pages == sorted(pages)
    assert set(pages) == set(range(1, len(PdfReader(path).pages) + 1))
    for number, page in enumerate(PdfReader(path).pages, 1):
        first = page.extract_text().split("\n")[0]  # where the generator broke the page
        begun = next(p for p in found if p.page == number)
        assert begun.text[:6] in page.extract_text().replace("\n", ""), first


def test_columns_drawn_line_by_line_are_read_column_by_column(tmp_path: Path) -> None:
    left = [
        "左栏第一句话说明了患者的来源和入组的条件,",
        "以及分组的方法。左栏第二句话说明了治疗的剂量",
        "和途径,没有说明间隔的时间。",
    ]
    right = [
        "右栏第一句话说明了随访的时间和失访的人数,",
        "以及主要的结局。右栏第二句话说明了不良事件",
        "的种类,没有说明它们的轻重。",
    ]

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 10)
        for i, pair in enumerate(zip(left, right, strict=True)):
            canvas.drawString(60, 700 - 16 * i, pair[0])
            canvas.drawString(320, 700 - 16 * i, pair[1])

    text = "".join(left + right)
    assert "".join(t for t, _ in passages(drawn(tmp_path / "a.pdf", draw))) == text


def test_english_lines_are_joined_with_blanks_and_hyphenated_words_without(tmp_path: Path) -> None:
    text = [
        "The trial enrolled forty adults who had decom-",
        "pensated cirrhosis and followed all of them for",
        "two years. No Child-",
        "Pugh score fell.",
    ]
    path = drawn(tmp_path / "a.pdf", lines(*text, font="Helvetica"))
    assert [t for t, _ in passages(path)] == [
        "The trial enrolled forty adults who had decompensated cirrhosis and followed all of them for two years.",
        "No Child-Pugh score fell.",
    ]


def test_raised_figures_stay_raised_and_raised_citations_become_marks(tmp_path: Path) -> None:
    text = (
        "The patients were given 10<super>7</super> CD34<super>+</super> cells.<super>12</super> "
        "None of them was harmed in a year."
    )
    path = typeset(tmp_path / "a.pdf", [(ENGLISH, text)])
    assert passages(path) == [
        ("The patients were given 10\u2077 CD34\u207a cells.", (12,)),
        ("None of them was harmed in a year.", (12,)),
    ]


def test_captions_notes_and_table_cells_are_not_quoted(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        lines("这项试验说明了患者在治疗以后的情况,并且比较了", "两组。", "表1 患者的情况。")(canvas)
        for i, row in enumerate([("组别", "人数", "年龄"), ("甲组", "20", "51"), ("乙组", "20", "53")]):
            for j, cell in enumerate(row):
                canvas.drawString(60 + 90 * j, 600 - 16 * i, cell)
        canvas.setFont(FONT, 7)
        canvas.drawString(60, 520, "注: 这是一条小字的脚注。")

    assert [t for t, _ in passages(drawn(tmp_path / "a.pdf", draw))] == [
        "这项试验说明了患者在治疗以后的情况,并且比较了两组。"
    ]


def test_repeated_sentences_of_the_body_are_not_taken_for_running_heads(tmp_path: Path) -> None:
    pages = [lines(f"第{n}组的患者在随访期间没有不良事件。", "两组之间没有差别。", top=640) for n in (1, 2, 3)]
    found = [t for t, _ in passages(drawn(tmp_path / "a.pdf", *pages))]
    assert found == [s for n in (1, 2, 3) for s in (f"第{n}组的患者在随访期间没有不良事件。", "两组之间没有差别。")]


PLAIN = (
    "The trial enrolled forty adults with cirrhosis and followed them.",
    "No serious adverse event was seen in either arm of it.",
) * 4
SHIFTED = tuple(
    "".join(chr(ord(c) - 29) if c != " " else c for c in line) for line in PLAIN
)  # a font without its table


def test_a_bad_page_is_left_out_and_named(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.pdf", lines(*PLAIN, font="Helvetica"), lines(*SHIFTED, font="Helvetica"))
    document = read_document(path, "local/a.pdf")
    assert {p.page for p in passages_of(document)} == {1}
    assert len(document.warnings) == 1
    assert document.warnings[0].startswith("local/a.pdf, page 2: has fonts")


def test_a_file_with_garbled_fonts_is_refused(tmp_path: Path) -> None:
    assert "no readable text comes out" in refusal(drawn(tmp_path / "a.pdf", lines(*SHIFTED, font="Helvetica")))


def test_a_scan_is_refused_with_the_advice_to_recognise_its_text(tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "page.png"
    Image.new("L", (60, 80), 200).save(picture)
    path = drawn(tmp_path / "a.pdf", lambda canvas: canvas.drawImage(str(picture), 0, 0, 500, 700))
    assert "OCR" in refusal(path)
    assert "OCR" in refusal(drawn(tmp_path / "blank.pdf", lambda canvas: None))


def test_a_protected_file_is_refused_and_one_with_an_empty_password_is_read(tmp_path: Path) -> None:
    plain = typeset(tmp_path / "a.pdf", REVIEW)
    for name, user in (("secret.pdf", "secret"), ("open.pdf", "")):
        writer = PdfWriter(clone_from=plain)
        writer.encrypt(user_password=user, owner_password="owner", algorithm="AES-256")
        writer.write(tmp_path / name)
    assert "password" in refusal(tmp_path / "secret.pdf")
    assert passages(tmp_path / "open.pdf") == SENTENCES


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    whole = typeset(tmp_path / "a.pdf", REVIEW).read_bytes()
    (tmp_path / "cut.pdf").write_bytes(whole[: int(share * len(whole))])
    assert "ends too early" in refusal(tmp_path / "cut.pdf")


def test_a_file_that_only_looks_like_a_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n" + b"nothing of the kind " * 99 + b"\n%%EOF\n")
    assert "damaged" in refusal(tmp_path / "a.pdf")


def test_a_file_without_pages_is_refused(tmp_path: Path) -> None:
    PdfWriter().write(tmp_path / "a.pdf")
    assert "no pages" in refusal(tmp_path / "a.pdf")


def test_limits_of_pages_time_and_memory_hold(tmp_path: Path) -> None:
    path = drawn(tmp_path / "a.pdf", lines(*PLAIN, font="Helvetica"), lines(*PLAIN, font="Helvetica"))
    assert "too many pages" in refusal(path, most_pages=1)
    assert "too long" in refusal(path, seconds=0)
    if os.name == "posix":
        assert "too much memory" in refusal(path, memory=30_000_000)


def test_the_original_review_set_in_two_columns_gives_the_same_passages(tmp_path: Path) -> None:
    name = os.environ.get("QA_REVIEW_ORIGINAL")
    if not name:
        pytest.skip("QA_REVIEW_ORIGINAL does not name the original review")
    source = read_document(Path(name), "original.txt")
    headings = {source.text[b.start : b.end] for b in source.blocks if b.kind == "heading"} | {"参考资料:"}
    content = []
    for line in source.text.split("\n"):
        if line.strip():
            style = HEADING if line in headings else ENTRY if content and line.startswith("[") else BODY
            content.append((style, line.replace("&", "&amp;").replace("<", "&lt;")))
    path = typeset(tmp_path / "a.pdf", content, columns=2)
    expected = [(folded(p.text), p.citations) for p in passages_of(source)]
    assert [(folded(t), c) for t, c in passages(path)] == expected
    found = read_document(path, "a.pdf").references
    assert {n: i.get("DOI") for n, i in found.items()} == {n: i.get("DOI") for n, i in source.references.items()}
