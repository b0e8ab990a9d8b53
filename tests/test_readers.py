"""Files are read for what they hold; what can't be used is named in one line that says what to do."""

from pathlib import Path

import pytest

from qa.errors import CorpusError
from qa.reading.readers import SUFFIXES, read_document
from qa.records import Document

ZH = (
    "2019年的进展\n"
    "甲地的医院2019年报告了一项干细胞治疗肝硬化的试验\uff0c纳入40名患者。[1]\n"
    "该试验的患者没有出现严重不良事件。\n"
)


def read(folder: Path, name: str, content: str | bytes, document_id: str = "") -> Document:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_document(path, document_id or name)


def refusal(folder: Path, name: str, content: str | bytes) -> str:
    with pytest.raises(CorpusError) as error:
        read(folder, name, content)
    message = str(error.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    return message


def quotable(document: Document) -> list[tuple[str, str]]:
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks if b.kind != "skip"]


def test_the_suffixes_are_those_of_text_markdown_web_pages_and_pdf() -> None:
    assert {".txt", ".md", ".markdown", ".html", ".htm", ".pdf"} == SUFFIXES


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_text_is_what_read_text_gives(tmp_path: Path, name: str, start: str, newline: str) -> None:
    document = read(tmp_path, name, (start + "# 标题\n\n" + ZH).replace("\n", newline))
    assert document.text == (tmp_path / name).read_text("utf-8")
    assert document.blocks[0].start >= len(start)


def test_a_byte_order_mark_does_not_hide_the_title(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "\ufeff# 标题\n\n" + ZH).title == "标题"


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "utf-16-le"])
def test_simplified_chinese_of_other_encodings_is_read(tmp_path: Path, encoding: str) -> None:
    text = ZH if encoding != "utf-16-le" else "A trial of cells in cirrhosis enrolled 40 patients.\n"
    assert read(tmp_path, "a.txt", text.encode(encoding)).text.lstrip("\ufeff") == text


def test_traditional_chinese_in_big5_is_read(tmp_path: Path) -> None:
    text = "這項研究的結果說明\uff0c治療後患者的肝功能有了改善。\n兩組之間沒有出現不同的不良反應。\n"
    assert read(tmp_path, "a.txt", text.encode("big5")).text == text


def test_western_text_of_an_old_office_is_read(tmp_path: Path) -> None:
    text = (
        "The patient\u2019s caf\u00e9 was \u201cfar\u201d \u2013 and the trial went on for two years in M\u00fcnchen. "
        * 5
    )
    assert read(tmp_path, "a.txt", text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 20, b"\x00\x01\x02" * 500, b"PK\x03\x04" + b"x" * 90, b"\x89PNG\r\n"]
)
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    assert "text" in refusal(tmp_path, "a.txt", content)


@pytest.mark.parametrize("content", ["", " \n\n", "\ufeff", "123 456\n---\n"])
def test_files_without_words_are_refused(tmp_path: Path, content: str) -> None:
    assert "put the article into it" in refusal(tmp_path, "a.txt", content)


@pytest.mark.parametrize(
    ("name", "content", "advice"),
    [
        ("a.pdf", ZH, "rename it to a.txt"),
        ("a.pdf", "<!doctype html><html><p>x</p></html>", "rename it to a.html"),
        ("a.pdf", b"\x00\x93\x01" * 99, "get it again"),
        ("a.txt", b"%PDF-1.7\n%\xe2\xe3\n1 0 obj", "rename it to a.pdf"),
        ("a.md", b"\n%PDF-1.4\n", "rename it to a.pdf"),
        ("a.txt", "<!DOCTYPE html>\n<html><body><p>Hello.</p></body></html>", "rename it to a.html"),
        ("a.docx", b"PK\x03\x04", "use one of"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_one(tmp_path: Path, name: str, content: str | bytes, advice: str) -> None:
    assert advice in refusal(tmp_path, name, content)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "b.txt").mkdir()
    for name in ("a.txt", "b.txt"):
        with pytest.raises(CorpusError, match=f"{name}: no such file"):
            read_document(tmp_path / name, name)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(20_000_001)
    with pytest.raises(CorpusError, match=r"a\.txt: 20 MB is more than the 20 MB"):
        read_document(tmp_path / "a.txt", "a.txt")


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("a.txt", ZH, "zh"),
        ("a.txt", "A trial of cells.\n", "en"),
        ("a.en.md", ZH, "en"),
        ("a.zh.md", "A trial.\n", "zh"),
    ],
)
def test_the_language_is_in_the_name_or_in_the_text(tmp_path: Path, name: str, text: str, language: str) -> None:
    assert read(tmp_path, name, text).language == language


def test_an_english_reference_list_does_not_make_a_chinese_text_english(tmp_path: Path) -> None:
    entries = "".join(f"[{n}] Berg Q. {'Many English words in a title ' * 20}. J Liver. 2019;7:1.\n" for n in (1, 2, 3))
    document = read(tmp_path, "a.txt", "一句话说明疗效。[1]\n参考文献\n" + entries)
    assert document.language == "zh"
    assert sorted(document.references) == [1, 2, 3]
    assert quotable(document) == [("paragraph", "一句话说明疗效。[1]")]


def test_front_matter_gives_facts_and_is_no_text(tmp_path: Path) -> None:
    front = (
        '---\ntitle: "某研究: 摘要"\ncitation: 12\nlanguage: zh\nkind: abstract\ndate: 2020-01-01\ntags:\n  - a\n---\n'
    )
    document = read(tmp_path, "a.md", front + "# 别的标题\n\n一句话。\n")
    assert (document.title, document.citation, document.language, document.kind) == (
        "某研究: 摘要",
        12,
        "zh",
        "abstract",
    )
    assert quotable(document) == [("title", "别的标题"), ("paragraph", "一句话。")]
    assert document.text.startswith("---\n")


def test_a_rule_at_the_start_is_no_front_matter(tmp_path: Path) -> None:
    assert quotable(read(tmp_path, "a.md", "---\n一句话。\n\n---\n又一句话。\n"))[0] == ("paragraph", "一句话。")


@pytest.mark.parametrize("row", ["citation: twelve", "language: fr", "kind: novel"])
def test_wrong_front_matter_is_refused(tmp_path: Path, row: str) -> None:
    assert f'"{row}"' in refusal(tmp_path, "a.md", f"---\n{row}\n---\n一句话。\n")


def test_the_title_is_a_title_then_a_first_heading_then_the_name(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "# 标题\n一句话。\n").title == "标题"
    assert read(tmp_path, "a.txt", "标题在此\n一句话。\n").title == "标题在此"
    assert read(tmp_path, "name.zh.txt", "一句话。\n一节\n又一句。\n").title == "name"


def test_digests_are_known_by_their_folder(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", ZH, "studies/a.md").kind == "digest"
    assert read(tmp_path, "a.md", ZH, "review/a.md").kind == "review"


PAGE = """<!DOCTYPE html><html><head><title>Page title</title><meta charset="utf-8"><style>p{}</style>
<script>var x = "A script.";</script></head><body><nav><a href="/">Menu entry.</a></nav>
<article><h1>某治疗的综述</h1><h2>2019年的进展</h2>
<p>甲地的医院报告了一项试验<!-- note -->\uff0c
纳入40名<b>患者</b>。<sup>[1]</sup>剂量为5.0&times;10<sup>7</sup>个CD34<sup>+</sup>细胞。</p>
<p hidden>Hidden words.</p><p style="display:none">More hidden words.</p>
<ul><li>没有严重不良事件。</li><li>随访两年。<a href="#r2"><sup>2</sup></a></li></ul>
<table><tr><td>Cell 27</td><td>Cell 36</td></tr></table>
<p>第二段<br>换行。</p></article>
<h2>参考文献</h2><ol><li>Berg Q. Cells. J Liver. 2019;7(2):1-9.</li><li>Dahl R. More. J Liver. 2020;8:1.</li></ol>
<footer>Footer words.</footer></body></html>"""


def test_a_web_page_gives_its_article(tmp_path: Path) -> None:
    document = read(tmp_path, "a.html", PAGE)
    assert quotable(document) == [
        ("title", "某治疗的综述"),
        ("heading", "2019年的进展"),
        ("paragraph", "甲地的医院报告了一项试验\uff0c纳入40名患者。[1]剂量为5.0\u00d710\u2077个CD34\u207a细胞。"),
        ("item", "没有严重不良事件。"),
        ("item", "随访两年。[2]"),
        ("heading", "第二段"),
        ("paragraph", "换行。"),
    ]
    assert (document.title, document.language) == ("某治疗的综述", "zh")


def test_a_web_page_s_numbered_references_are_read(tmp_path: Path) -> None:
    document = read(tmp_path, "a.html", PAGE)
    assert {n: item["title"] for n, item in document.references.items()} == {1: "Cells", 2: "More"}
    for word in ("Menu", "script", "Hidden", "hidden", "Footer"):
        assert word not in document.text


def test_a_page_in_its_declared_encoding_is_read(tmp_path: Path) -> None:
    declared = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    page = f"<html><head>{declared}</head><body><p>{ZH}</p></body></html>"
    assert "40名患者" in read(tmp_path, "a.htm", page.encode("gb18030")).text


def test_a_page_without_words_of_its_own_is_refused(tmp_path: Path) -> None:
    assert "save the article as text" in refusal(
        tmp_path, "a.html", "<html><script>go()</script><div id=app></div></html>"
    )


def test_a_web_page_without_tags_is_read_as_text(tmp_path: Path) -> None:
    assert quotable(read(tmp_path, "a.html", "一句话。\n又一句话。\n"))[1] == ("paragraph", "又一句话。")


def test_hostile_pages_are_read_or_refused_but_never_crash(tmp_path: Path) -> None:
    deep = "<div>" * 5_000 + "深处有一句话。" + "</div>" * 5_000
    assert "深处有一句话。" in read(tmp_path, "a.html", deep).text
    assert "没有闭合的标签。" in read(tmp_path, "b.html", "<p>没有闭合的标签。<b><i <a href='").text
