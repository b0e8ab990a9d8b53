"""The page in a real browser: Debian's Chromium driven by Playwright, against a real server on loopback."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import LINES, NASTY, FakeAssistant
from web_server import running

from qa.errors import IndexNotFoundError
from qa.web.interface import LANGUAGES, interface

CHROMIUM = Path(os.environ.get("QA_CHROMIUM", "/usr/bin/chromium"))
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
TABS = ("tab_ask", "tab_check", "tab_evidence", "tab_audit")
LOCALES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en-US"}

pytestmark = [
    pytest.mark.browser,
    # Gradio's count of its own queue uses an option that pandas is about to drop
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}; set QA_CHROMIUM or: apt-get install chromium"
    ),
]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; pip install playwright")
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(FakeAssistant) as where:
        yield where


LEFT = ("AbortError: signal is aborted without reason", "Connection errored out.")  # a page that is reloaded while it asks aborts its requests: no fault of the page


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Open]:
    """Open the page as a new visitor. At the end: nothing was asked of another host, and no script failed."""
    contexts, asked, faults = [], [], []

    def open_page(language: str = "en", view: dict[str, int] = DESKTOP, at: str = address, **options: Any) -> Any:
        context = browser.new_context(viewport=view, locale=LOCALES.get(language, language), **options)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: faults.append(str(error.error)))
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(at)
        page.wait_for_selector(".page-title")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
    assert [fault for fault in faults if not any(word in fault for word in LEFT)] == []


def ask(page: Any, question: str, wait: str = ".turn-answered") -> Any:
    """Ask a question and return its turn."""
    before = page.locator(wait).count()
    page.fill("#question textarea", question)
    page.click("#ask")
    page.locator(wait).nth(before).wait_for()
    return page.locator(wait).nth(before)


def in_sight(page: Any, selector: str) -> bool:
    """Return whether an element is inside the window, and nothing lies over its middle."""
    return page.evaluate(
        """selector => {
            const element = document.querySelector(selector), box = element.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return box.top >= 0 && box.bottom <= innerHeight + 1 && element.contains(top);
        }""",
        selector,
    )


@pytest.mark.parametrize(("language", "view"), [("zh-Hans", DESKTOP), ("en", PHONE)])
def test_a_question_is_answered_with_quotes_whose_numbers_open_the_study_card(visit, language, view):
    page = visit(language, view)
    code = "zh" if language == "zh-Hans" else "en"
    turn = ask(page, "活得更久吗" if code == "zh" else "Did people live longer?")
    quote, other = LINES[f"studies/01.{code}.md"][1], LINES[f"studies/01.{'en' if code == 'zh' else 'zh'}.md"][1]
    assert quote in turn.locator("blockquote").first.inner_text()
    assert other in turn.locator(".translation").first.inner_text()
    turn.locator(".cite").first.click()
    assert page.locator("#panel mark").inner_text() == quote
    for fact in ("2020", "40", "10.1000/a"):
        assert fact in page.locator("#panel").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#panel").is_visible()
    assert page.evaluate("document.activeElement.className") == "cite"


def test_a_follow_up_knows_the_earlier_questions_and_a_new_conversation_forgets_them(visit):
    page = visit()
    assert "earlier questions: 0" in ask(page, "first").inner_text()
    assert "earlier questions: 1" in ask(page, "second").inner_text()
    page.click("#new")
    page.wait_for_selector(".welcome")
    assert page.locator(".turn").count() == 0
    assert "earlier questions: 0" in ask(page, "third").inner_text()


def test_two_visitors_never_see_each_others_conversation(visit):
    first, second = visit(), visit()
    ask(first, "the first visitor's question")
    assert "earlier questions: 0" in ask(second, "the second visitor's question").inner_text()
    assert "first visitor" not in second.content()
    assert "second visitor" not in first.content()


def test_a_reload_brings_the_conversation_back_and_another_tab_starts_empty(visit):
    page = visit()
    ask(page, "first")
    ask(page, "second")
    page.reload()
    page.locator(".turn-answered").nth(1).wait_for()
    assert [text.split()[-1] for text in page.locator(".question").all_inner_texts()] == ["first", "second"]
    assert "earlier questions: 2" in ask(page, "third").inner_text()
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".welcome")
    assert other.locator(".turn").count() == 0


def test_an_emergency_card_stands_above_the_quotes(visit):
    turn = ask(visit("en", PHONE), "I vomit blood", ".turn-emergency")
    assert turn.locator("[role=alert]").inner_text().endswith("Call 120 now.")
    assert turn.locator("[role=alert]").bounding_box()["y"] < turn.locator("blockquote").first.bounding_box()["y"]


def test_a_refusal_offers_questions_that_are_asked_when_chosen(visit):
    page = visit()
    turn = ask(page, "What is the price?", ".turn-not_covered")
    assert turn.locator("blockquote").count() == 0
    turn.locator(".ask-this").first.click()
    page.wait_for_selector(".turn-answered")
    assert page.locator(".question").last.inner_text().endswith("How long was follow-up?")


def test_an_example_is_asked_when_chosen(visit):
    page = visit("zh-Hans")
    page.locator(".welcome .ask-this").first.click()
    page.wait_for_selector(".turn-answered")
    assert page.locator(".question").inner_text().endswith(interface("zh-Hans").examples[0])


def test_a_script_in_a_question_is_shown_as_text(visit):
    page = visit()
    assert NASTY in ask(page, NASTY).locator(".question").inner_text()
    ask(page, "price", ".turn-not_covered").locator(".ask-this").nth(1).click()
    page.locator(".turn-not_covered, .turn-answered").nth(2).wait_for()
    page.get_by_role("tab").nth(1).click()
    page.fill("#claim textarea", NASTY)
    page.click("#check")
    page.wait_for_selector(".verdict")
    page.get_by_role("tab").nth(2).click()
    page.wait_for_selector("table.evidence")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("en-GB", "en"), ("fr", "en")],
)
def test_the_page_speaks_the_browsers_language(visit, locale, language):
    page = visit(locale)
    page.wait_for_function("document.documentElement.lang !== ''")
    words = interface(language)
    page.wait_for_function(f"document.documentElement.lang === '{language}'")
    from playwright.sync_api import expect

    assert page.title() == words("page_title")
    expect(page.locator("#disclaimer")).to_have_text(words("disclaimer"))  # waits while a progress mark is still shown
    assert page.locator(".ask-this").all_inner_texts() == list(words.examples)


def test_switching_the_language_changes_every_word_and_is_remembered(visit):
    page = visit("en")
    ask(page, "Did people live longer?")
    for language in ("zh-Hant", "zh-Hans", "en", "zh-Hant"):
        words = interface(language)
        page.get_by_role("radio", name=words("language_name"), exact=True).check()
        page.wait_for_function(f"document.documentElement.lang === '{language}'")
        assert [tab.inner_text() for tab in page.get_by_role("tab").all()] == [words(name) for name in TABS]
        assert page.locator("#ask").inner_text() == words("ask")
        assert page.locator("#question textarea").get_attribute("placeholder") == words("question_placeholder")
        page.wait_for_function("want => document.querySelector('#disclaimer').innerText.trim() === want", arg=words("disclaimer"))
        assert LINES["studies/01.en.md"][1] in page.locator("blockquote").first.inner_text()
    page.reload()
    page.wait_for_function("document.documentElement.lang === 'zh-Hant'")


def test_the_disclaimer_is_always_in_sight_and_nothing_is_wider_than_the_phone(visit):
    for language in LANGUAGES:
        page = visit(language, PHONE)
        for question in ("one", "price", "blood"):
            ask(page, question, ".turn:not(.turn-waiting)")
        for name in TABS:
            page.get_by_role("tab", name=interface(language)(name), exact=True).click()
            for place in (0, 10**6):
                page.evaluate(f"scrollTo({{top: {place}, behavior: 'instant'}})")
                assert in_sight(page, "#disclaimer"), (language, name, place)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], (language, name)


def test_the_question_box_stays_in_sight_and_does_not_hide_the_end_of_the_answer(visit):
    page = visit("en", PHONE)
    for question in ("one", "two", "three"):
        turn = ask(page, question)
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    assert in_sight(page, "#question textarea")
    page.evaluate("scrollTo({top: 10**6, behavior: 'instant'})")
    end = turn.locator(".turn-disclaimer").bounding_box()
    assert end["y"] + end["height"] <= page.locator("#composer").bounding_box()["y"] + 1


def test_a_new_answer_scrolls_its_question_into_sight(visit):
    page = visit("en", PHONE, reduced_motion="reduce")
    for question in ("one", "two", "three", "four"):
        turn = ask(page, question)
    page.wait_for_function(
        "document.querySelector('#conversation .turn:last-child .question').getBoundingClientRect().top < 300"
    )
    assert turn.locator(".question").bounding_box()["y"] >= 0


def test_a_checked_claim_marks_what_differs_on_both_sides(visit):
    page = visit("en", PHONE)
    page.get_by_role("tab", name="Check a claim").click()
    page.fill("#claim textarea", "Follow-up was 36 months.")
    page.click("#check")
    page.wait_for_selector(".verdict")
    assert page.locator(".verdict").inner_text() == "Differs from the source"
    assert page.locator(".claim mark").inner_text() == "36"
    assert page.locator("blockquote mark").inner_text() == "12"
    assert page.locator(".differences tbody tr").inner_text().split() == ["Number", "36", "months", "12", "months"]


def test_the_evidence_table_sorts_both_ways_with_unknown_values_last(visit):
    page = visit()
    page.get_by_role("tab", name="Studies").click()
    numbers = page.locator("table.evidence tbody .cite")
    assert numbers.all_inner_texts() == ["[1]", "[2]", "[3]"]
    patients = page.get_by_role("button", name="Sort by Patients")
    patients.click()
    assert numbers.all_inner_texts() == ["[3]", "[1]", "[2]"]  # 7, 40, not stated
    patients.click()
    assert numbers.all_inner_texts() == ["[1]", "[3]", "[2]"]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    numbers.nth(2).click()
    assert "A <b>bold</b> study" in page.locator("#panel").inner_text()


def test_the_audit_filters_by_study_and_verdict_and_counts_what_it_shows(visit):
    page = visit()
    page.get_by_role("tab", name="Audit").click()
    rows = page.locator("table.audit tbody tr:visible")
    assert rows.count() == 3
    page.select_option("#audit-study", "1")
    assert (rows.count(), page.locator("p.shown").inner_text()) == (2, "2 of 3 shown")
    page.select_option("#audit-verdict", "contradicted")
    assert (rows.count(), page.locator("p.shown").inner_text()) == (1, "1 of 3 shown")
    rows.locator(".cite").click()
    assert page.locator("#panel-title").inner_text() == "[1] Alpha trial"


def test_a_question_that_fails_stays_in_the_box(visit):
    page = visit()
    ask(page, "please crash", ".turn-failed")
    assert page.locator("#question textarea").input_value() == "please crash"
    assert "please try again" in page.locator(".turn-failed").inner_text()
    assert ask(page, "a good one").is_visible()


def test_the_page_works_by_keyboard_alone(visit):
    page = visit()
    page.wait_for_selector(".welcome")

    def tab_to(test: str) -> None:
        for _ in range(60):
            if page.evaluate(f"document.activeElement.matches({test!r})"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{test} can't be reached by keyboard")

    tab_to("#question textarea")
    page.keyboard.type("Did people live longer?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn-answered")
    page.evaluate("document.activeElement.blur()")
    tab_to(".cite")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator("#panel").is_visible()
    tab_to("#panel-close")
    page.keyboard.press("Enter")
    assert not page.locator("#panel").is_visible()


def test_the_page_shows_before_the_model_is_loaded_and_answers_as_soon_as_it_is(visit):
    go = threading.Event()

    def slow() -> FakeAssistant:
        go.wait(30)
        return FakeAssistant()

    with running(slow) as where:
        page = visit("en", at=where)
        page.wait_for_selector(".welcome")
        page.wait_for_selector("#status .message")
        page.fill("#question textarea", "Did people live longer?")
        page.click("#ask")
        page.wait_for_selector(".turn-waiting")
        assert interface("en")("loading") in page.locator(".turn-waiting").inner_text()
        go.set()
        page.wait_for_selector(".turn-answered")
        page.wait_for_selector("#status .message", state="detached")
        page.get_by_role("tab", name="Studies").click()
        assert page.locator("table.evidence tbody tr").count() == 3


def test_without_an_index_the_page_gives_the_command_that_builds_it(visit):
    def missing() -> FakeAssistant:
        raise IndexNotFoundError("index/: no index here. Build it with: qa index")

    with running(missing) as where:
        page = visit("en", at=where)
        assert "qa index" in page.locator("#status [role=alert]").inner_text()
        ask(page, "anything", ".turn-failed")
        assert "qa index" in page.locator(".turn-failed").inner_text()
        assert page.locator("#question textarea").input_value() == "anything"


@pytest.mark.parametrize(
    ("view", "scheme", "contrast"),
    [(DESKTOP, "light", "no-preference"), (PHONE, "light", "no-preference"), (DESKTOP, "dark", "no-preference"), (PHONE, "light", "more"), (DESKTOP, "dark", "more")],
)
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_axe_finds_no_serious_fault_on_any_tab(visit, language, view, scheme, contrast):
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed; pip install it")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    page = visit(language, view, color_scheme=scheme, contrast=contrast, reduced_motion="reduce")
    page.wait_for_function(f"document.documentElement.classList.contains('qa-contrast') === {str(contrast == 'more').lower()}")
    page.evaluate(script)  # not as a script of the page: its policy runs none but its own
    found = []

    def look(where: str) -> None:
        page.wait_for_timeout(250)  # colours fade in
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found.extend(
            (where, fault["id"], node["target"][0], re.sub(r"\s+", " ", node["failureSummary"])[:160])
            for fault in result["violations"]
            if fault["impact"] in ("serious", "critical")
            for node in fault["nodes"]
        )

    look("start")
    for question, kind in (
        ("one", "answered"),
        ("price", "not_covered"),
        ("blood", "emergency"),
        ("should I", "personal_advice"),
    ):
        ask(page, question, f".turn-{kind}")
    look("answers")
    page.locator(".cite").first.click()
    look("card")
    page.keyboard.press("Escape")
    for i, name in enumerate(TABS):
        page.get_by_role("tab").nth(i).click()
        if name == "tab_check":
            page.fill("#claim textarea", "36")
            page.click("#check")
            page.wait_for_selector(".verdict")
        look(name)
    assert found == []
