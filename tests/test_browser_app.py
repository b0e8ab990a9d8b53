"""The app around an answer in a real browser: take along, reopen, go back, history, display, explained words, trouble."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import LINES, FakeAssistant
from test_browser import DESKTOP, PHONE, address, ask, browser, visit  # noqa: F401
from test_browser import pytestmark as marks
from web_server import running

from qa.web.interface import interface

# Gradio's count of its own queue again, as pandas 3.1 words it
pytestmark = [*marks, pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")]
EN = interface("en")
QUESTION = "Did people live longer?"


def questions(page: Any) -> list[str]:
    return [text.split("\n")[-1] for text in page.locator(".question").all_inner_texts()]


def turns(page: Any, count: int) -> None:
    page.wait_for_function("n => document.querySelectorAll('.turn-answered').length === n", arg=count)


@pytest.mark.parametrize(("tool", "ending", "begins"), [("save_text", "md", b"# Stem cells"), ("save_pdf", "pdf", b"%PDF-")])
def test_an_answer_is_saved_under_the_name_of_its_question(visit: Any, tool: str, ending: str, begins: bytes) -> None:  # noqa: F811
    page = visit()
    turn = ask(page, QUESTION)
    with page.expect_download() as download:
        turn.locator(f"[data-tool={tool}]").click()
    assert download.value.suggested_filename == f"Did-people-live-longer.{ending}"
    assert Path(download.value.path()).read_bytes().startswith(begins)


def test_a_copy_holds_quotes_sources_and_disclaimer(visit: Any) -> None:  # noqa: F811
    page = visit("en", permissions=["clipboard-read", "clipboard-write"])
    turn = ask(page, QUESTION)
    turn.locator("[data-tool=copy]").click()
    page.wait_for_function("want => document.querySelector('.tool-reply').textContent === want", arg=EN("copied"))
    copied = page.evaluate("navigator.clipboard.readText()")
    for part in (QUESTION, LINES["studies/01.en.md"][1] + "[1]", "10.1000/a", "Not medical advice."):
        assert part in copied


def test_printing_prints_this_answer_alone(visit: Any) -> None:  # noqa: F811
    page = visit()
    ask(page, "first")
    turn = ask(page, QUESTION)
    page.evaluate("() => { window.print = () => { window.printed = document.querySelector('#print-sheet').textContent; }; }")
    turn.locator("[data-tool=print]").click()
    printed = page.evaluate("window.printed")
    assert QUESTION in printed and "first" not in printed
    page.emulate_media(media="print")
    assert page.locator("#print-sheet").is_visible() and not page.locator("#conversation").is_visible()


def test_a_link_reopens_a_question_with_those_before_it_and_survives_a_reload(visit: Any) -> None:  # noqa: F811
    page = visit("en", permissions=["clipboard-read", "clipboard-write"])
    ask(page, "first")
    ask(page, QUESTION).locator("[data-tool=copy_link]").click()
    page.wait_for_function("want => [...document.querySelectorAll('.tool-reply')].pop().textContent === want", arg=EN("link_copied"))
    link = page.evaluate("navigator.clipboard.readText()")
    assert "?q=first&q=Did+people+live+longer%3F&lang=en" in link
    other = visit("zh-Hans", at=link)
    for _ in range(2):
        turns(other, 2)
        assert questions(other) == ["first", QUESTION]
        assert other.evaluate("document.documentElement.lang") == "en"
        other.reload()


def test_back_and_forward_walk_through_the_conversation_and_the_address_keeps_no_question(visit: Any) -> None:  # noqa: F811
    page = visit()
    ask(page, "first")
    ask(page, "second")
    assert "first" not in page.url and "second" not in page.url
    page.go_back()
    turns(page, 1)
    assert questions(page) == ["first"]
    page.go_back()
    page.wait_for_selector(".welcome")
    page.go_forward()
    turns(page, 1)
    assert "earlier questions: 1" in ask(page, "third").inner_text()


def test_history_reopens_a_conversation_and_one_button_clears_all_of_it(visit: Any) -> None:  # noqa: F811
    page = visit()
    ask(page, "first")
    ask(page, "second")
    page.click("#new")
    page.wait_for_selector(".welcome")
    page.click("#history")
    assert page.locator("#visits li").all_inner_texts() == ["first\nand 1 more"]
    page.locator("#visits li button").click()
    turns(page, 2)
    page.click("#history")
    page.click("#visits-clear")
    page.wait_for_selector(".welcome")
    assert page.locator("#visits li").count() == 0
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "first" not in kept and "second" not in kept
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_selector(".welcome")
    assert page.locator(".turn").count() == 0


def test_large_type_contrast_and_colours_are_kept(visit: Any) -> None:  # noqa: F811
    page = visit("en", PHONE)
    plain = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.welcome p')).fontSize)")
    page.click(".menus summary")
    for name in ("large", "contrast", "colours:dark"):
        page.click(f"[data-display='{name}']")
    for again in (False, True):
        if again:
            page.reload()
        page.wait_for_function("document.body.classList.contains('dark') && document.querySelector('.welcome p')")
        size = "parseFloat(getComputedStyle(document.querySelector('.welcome p')).fontSize)"
        page.wait_for_function(f"Math.abs({size} - {plain * 1.25}) < 0.01")  # the size glides there
        page.wait_for_function("getComputedStyle(document.querySelector('.welcome p')).color === 'rgb(255, 255, 255)'")  # it fades
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_word_is_explained_on_hover_focus_and_touch_and_the_quote_stays(visit: Any) -> None:  # noqa: F811
    page = visit("en", DESKTOP)
    turn = ask(page, QUESTION)
    quote = turn.locator("blockquote").nth(1)
    assert LINES["studies/01.en.md"][2] in quote.inner_text()
    term, note = quote.locator(".term"), page.locator("#term-note")
    assert term.inner_text() == "serious adverse events"
    term.hover()
    assert "A severe problem during a study" in note.inner_text()
    page.mouse.move(5, 5)
    note.wait_for(state="hidden")
    term.focus()
    assert note.is_visible() and term.get_attribute("aria-describedby") == "term-note"
    page.keyboard.press("Escape")
    assert not note.is_visible()
    phone = visit("zh-Hant", PHONE, has_touch=True)
    touched = ask(phone, QUESTION).locator(".term").first
    touched.tap()
    assert "對照組" in phone.locator("#term-note").inner_text()


def test_thumbs_are_shown_only_where_feedback_is_kept_and_send_what_was_said(visit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    from qa.service.feedback import read_feedback

    page = visit()
    assert ask(page, QUESTION).locator(".feedback").count() == 0
    monkeypatch.setenv("QA_FEEDBACK", str(tmp_path))
    turn = ask(page, "second").last
    turn.locator("[data-rating='-1']").click()
    turn.locator("textarea").fill("too short")
    turn.locator("[type=submit]").click()
    page.wait_for_function("want => [...document.querySelectorAll('.tool-reply')].pop().textContent === want", arg=EN("feedback_thanks"))
    (row,) = read_feedback(tmp_path)
    assert (row["rating"], row["note"], row["question"], row["history"]) == (-1, "too short", "second", [QUESTION])


@pytest.fixture
def alone(browser: Any) -> Iterator[Any]:  # noqa: F811
    """A page whose console may complain: its server goes away."""
    context = browser.new_context(viewport=DESKTOP, locale="en-US")
    yield context.new_page()
    context.close()


def test_when_the_server_is_gone_the_page_says_so_and_keeps_the_question(alone: Any) -> None:
    with running(FakeAssistant) as where:
        alone.goto(where)
        alone.wait_for_selector(".welcome")
        alone.wait_for_timeout(500)
    alone.fill("#question textarea", QUESTION)
    alone.click("#ask")
    alone.wait_for_selector("#lost")
    assert alone.locator("#lost").inner_text() == EN("no_connection")
    assert alone.locator("#question textarea").input_value() == QUESTION


def test_a_slow_answer_says_that_it_is_still_coming(alone: Any) -> None:
    with running(lambda: FakeAssistant(delay=12)) as where:
        alone.goto(where)
        alone.wait_for_selector(".welcome")
        alone.fill("#question textarea", QUESTION)
        alone.click("#ask")
        alone.wait_for_selector(".slow-note")
        assert alone.locator(".slow-note").inner_text() == EN("still_working")
        alone.wait_for_selector(".turn-answered")
        assert alone.locator(".slow-note").count() == 0
