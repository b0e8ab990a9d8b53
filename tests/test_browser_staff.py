"""The staff's tabs in a real browser: an added PDF opens at the quoted sentence; studies, plots, search, audit, copying."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import FakeAssistant
from test_browser import DESKTOP, LOCALES, PHONE, Open, ask, browser  # noqa: F401
from test_browser import pytestmark as needs_browser
from test_pdf import ENGLISH, REVIEW, typeset
from test_quoted_page import TRIAL
from web_server import running

from qa.answering.cards import citation_card
from qa.reading.passages import passages_of
from qa.reading.readers import read_document
from qa.records import Answer, Quote
from qa.web.interface import interface

# Gradio's count of its own queue uses an argument that pandas is about to drop
pytestmark = [*needs_browser, pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")]
PAPERS = {"zh-1": (REVIEW, 1), "zh-2": (REVIEW, 2), "en-1": ([(ENGLISH, TRIAL)] * 3, 1), "en-2": ([(ENGLISH, TRIAL)] * 3, 2)}
SENTENCE = {"zh": "试验期间没有出现严重不良事件。", "en": "Albumin rose in the group that was given cells, while the controls did not change"}


class StaffAssistant(FakeAssistant):
    """Answers a question that names a paper with the sentence of it above; its corpus holds the four papers as PDFs."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        for path in sorted((folder / "local").glob("*.pdf")):
            document = replace(read_document(path, f"local/{path.name}"), citation=1, kind="full text")
            self.index.documents[document.id] = document
            self.index.passages += passages_of(document)
        self.index.manifest["corpus"] = {"folder": str(folder)}
        self.index.studies[1]["outcomes"] = [
            {"measure_en": "Albumin", "measure_zh": "白蛋白", "direction": "improved"},
            {"measure_en": "Overall survival", "measure_zh": "总生存", "direction": "no difference"},
        ]

    def ask(self, question: str, history: Any = (), lang: str = "auto") -> Answer:
        name = re.search(r"(zh|en)-[12]", question)
        if not name:
            return super().ask(question, history, lang)
        passage = next(p for p in self.index.passages if p.document == f"local/{name[0]}.pdf" and p.text.startswith(SENTENCE[name[1]]))
        quote = Quote(passage.text, (1,), passage.document, passage.id, passage.start, passage.end, passage.page, 0.9, None)
        language: Any = name[1]
        return Answer(question, language, "answered", (quote,), (citation_card(self.index, 1, language),), (), "Not medical advice.")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "local").mkdir()
    for name, (content, columns) in PAPERS.items():
        typeset(folder / "local" / f"{name}.pdf", content, columns, height=160)
    return folder


@pytest.fixture(scope="module")
def address(papers: Path) -> Iterator[str]:
    with running(lambda: StaffAssistant(papers)) as where:
        yield where


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Open]:  # noqa: F811
    """Open the page as a new visitor. At the end: nothing was asked of another host, and no script failed."""
    contexts, asked, faults = [], [], []

    def open_page(language: str = "en", view: dict[str, int] = DESKTOP, tab: str = "", **options: Any) -> Any:
        context = browser.new_context(viewport=view, locale=LOCALES[language], reduced_motion="reduce", **options)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: faults.append(str(error.error)))
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        page.wait_for_selector(".page-title")
        if tab:
            page.get_by_role("tab", name=interface(language)(tab), exact=True).click()  # type: ignore[arg-type]
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
    assert faults == []


def marked_print(page: Any) -> list[float]:
    """The share of dark points of the picture under each mark, as the browser draws it."""
    return page.evaluate(
        """() => {
            const picture = document.querySelector("#sheet img"), paper = picture.getBoundingClientRect();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
            const pen = canvas.getContext("2d");
            pen.drawImage(picture, 0, 0);
            return [...document.querySelectorAll("#sheet .page-mark")].map((mark) => {
                const box = mark.getBoundingClientRect(), scale = picture.naturalWidth / paper.width;
                const points = pen.getImageData((box.x - paper.x) * scale, (box.y - paper.y) * scale, box.width * scale, box.height * scale).data;
                let dark = 0;
                for (let i = 0; i < points.length; i += 4) dark += points[i] < 128;
                return dark / (points.length / 4);
            });
        }"""
    )


@pytest.mark.parametrize("view", [DESKTOP, PHONE])
@pytest.mark.parametrize("paper", PAPERS)
def test_a_quote_of_an_added_pdf_opens_its_page_at_the_sentence(visit, paper, view):
    if view is PHONE and paper.endswith("1"):
        pytest.skip("one column is tried on the wide window")
    language = "zh-Hans" if paper.startswith("zh") else "en"
    words = interface(language)
    page = visit(language, view)
    turn = ask(page, f"paper {paper}")
    link = turn.locator("figcaption a.open-page")
    assert link.inner_text() == words("page_button", page=1)
    link.click()
    page.wait_for_selector("#sheet .page-mark")
    page.wait_for_function("document.querySelector('#sheet img').naturalWidth > 500")
    assert SENTENCE[paper[:2]] in page.locator("#sheet .quoted").inner_text()
    assert SENTENCE[paper[:2]] in page.locator("#sheet img").get_attribute("alt")
    # the Chinese sentence fits into a line, but goes over from one column to the other; the English one takes more lines
    assert page.locator("#sheet .page-mark").count() >= (1 if paper == "zh-1" else 2)
    assert all(0.02 < share < 0.6 for share in marked_print(page)), "print under every mark, and paper around it"
    page.wait_for_function(
        """() => {
            const mark = document.querySelector("#sheet .page-mark").getBoundingClientRect();
            return mark.top >= 0 && mark.bottom <= innerHeight;
        }"""
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= view["width"]
    page.keyboard.press("Escape")
    assert not page.locator("#sheet").is_visible()
    assert page.evaluate("document.activeElement.className") == "open-page"


def test_the_page_is_also_opened_from_the_card_and_has_an_address_of_its_own(visit, address):
    page = visit("en")
    turn = ask(page, "paper en-2")
    turn.locator(".cite").first.click()
    page.locator("#panel .in-place a.open-page").click()
    page.wait_for_selector("#sheet .page-mark")
    alone = page.context.new_page()
    alone.goto(address + turn.locator("figcaption a.open-page").get_attribute("href"))
    assert alone.locator(".page-mark").count() >= 2
    assert alone.evaluate("getComputedStyle(document.querySelector('.page-mark')).position") == "absolute"
    assert alone.locator("[role=note]").inner_text() == interface("en")("disclaimer")


def test_no_file_is_shown_by_its_path_and_a_missing_one_is_said_so(visit, address, papers):
    page = visit("en")
    for passage in ("../../etc/passwd", "local/zh-1.pdf", "/etc/passwd", "local/../local/zh-1.pdf:1", "studies/01.en.md:s2"):
        answer = page.request.get(f"{address}/original", params={"passage": passage})
        assert (answer.status, answer.json()["status"]) == (404, 404), passage
    for path in ("local/zh-1.pdf", "file=" + str(papers / "local/zh-1.pdf"), "gradio_api/file=" + str(papers / "local/zh-1.pdf")):
        assert not page.request.get(f"{address}/{path}").body().startswith(b"%PDF"), path
    moved = papers / "local/zh-1.pdf"
    turn = ask(page, "paper zh-1")
    moved.rename(papers / "away.pdf")
    try:
        turn.locator("figcaption a.open-page").click()
        page.wait_for_function("document.querySelector('#sheet-body').innerText.includes('is no sentence of an added PDF')")
    finally:
        (papers / "away.pdf").rename(moved)


def test_studies_are_searched_filtered_and_widened_to_all_columns(visit):
    page = visit("en", tab="tab_evidence")
    rows = page.locator("table.evidence tbody tr:visible")
    assert rows.count() == 3
    page.fill("#find-study", "marrow 40")
    page.wait_for_function("document.querySelector('.studies-shown').innerText.startsWith('1 of 3')")
    assert rows.get_attribute("data-number") == "1"
    page.fill("#find-study", "")
    page.wait_for_function("document.querySelector('.studies-shown').innerText.startsWith('3 of 3')")
    page.select_option("#study-source", "abstract")
    assert page.locator(".studies-shown").inner_text() == "2 of 3 shown"
    assert not page.get_by_role("button", name="Sort by Country").is_visible()
    page.check("#all-columns")
    assert page.get_by_role("button", name="Sort by Country").is_visible()


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_study_opens_on_a_page_with_its_audit_and_a_citation_to_copy(visit, language):
    words = interface(language)
    page = visit(language, tab="tab_evidence", permissions=["clipboard-read", "clipboard-write"])
    page.locator("table.evidence tbody tr").first.locator("a[data-open]").click()
    page.wait_for_selector("#sheet .study-page")
    headings = page.locator("#sheet h2").all_inner_texts()
    assert [words(name) for name in ("outcomes", "citations", "sentences_review", "sentences_source", "study_audit")] == headings[1:]
    button = page.get_by_role("button", name=words("copy_citation_as", style=words("style:vancouver")))
    button.click()
    page.wait_for_function("want => document.querySelectorAll('.copy-citation')[1].innerText === want", arg=words("citation_copied"))
    assert page.evaluate("navigator.clipboard.readText()") == "Alpha trial. 2020. doi:10.1000/a"


def test_plots_stand_below_the_table_with_the_same_as_text(visit):
    page = visit("en", PHONE, tab="tab_evidence")
    plots = page.get_by_role("img", name=re.compile("Studies by year|Direction of the outcomes"))
    assert plots.count() == 2
    page.locator(".plot-numbers summary").last.click()
    assert "Albumin: improved" in page.locator(".plot-numbers").last.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_whole_table_is_downloaded_and_read_back(visit, address):
    import csv
    import io

    import rispy

    page = visit("en", tab="tab_evidence")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == "studies.csv"
    text = Path(started.value.path()).read_text("utf-8-sig")
    assert [row["number"] for row in csv.DictReader(io.StringIO(text))] == ["1", "2", "3"]
    assert [entry["title"] for entry in rispy.loads(page.request.get(f"{address}/export/studies.ris").text())] == [
        "Alpha trial",
        "A <b>bold</b> study",
        "Gamma report",
    ]
    assert page.request.get(f"{address}/export/passwd").status == 404


def test_the_audit_counts_each_study_and_a_number_shows_only_that_study(visit):
    page = visit("en", tab="tab_audit")
    page.locator(".by-study summary").click()
    rows = page.locator("table.audit-counts tbody tr")
    assert rows.locator(".count").all_inner_texts() == ["1", "1", "1", "0"]  # [1]: one supported, one contradicted; [3]: one
    rows.nth(1).locator(".only-study").click()
    assert page.locator("p.shown").inner_text() == "1 of 3 shown"
    assert page.locator("table.audit tbody tr:visible").get_attribute("data-study") == "3"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_on_the_staffs_pages(visit, scheme):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed; pip install it")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    page = visit("en", DESKTOP, color_scheme=scheme)
    page.evaluate(script)  # not as a tag: the page's own policy lets no foreign script in
    found = []

    def look(where: str) -> None:
        page.wait_for_timeout(250)  # colours fade in
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [fault for fault in result["violations"] if fault["impact"] in ("serious", "critical")]
        found.extend((where, fault["id"], node["target"][0], node["failureSummary"][:160]) for fault in serious for node in fault["nodes"])

    turn = ask(page, "paper en-2")
    turn.locator("figcaption a.open-page").click()
    page.wait_for_selector("#sheet .page-mark")
    look("page")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Studies").click()
    page.locator("table.evidence a[data-open]").first.click()
    page.wait_for_selector("#sheet .study-page")
    look("study")
    page.keyboard.press("Escape")
    page.check("#all-columns")
    for summary in page.locator(".plot-numbers summary").all():
        summary.click()
    look("studies")
    page.get_by_role("tab", name="Audit").click()
    page.locator(".by-study summary").click()
    look("audit")
    assert found == []
