"""A whole visit by each kind of visitor: zh and en, desktop and phone, through every scene of the page."""

from pathlib import Path
from typing import Any

import pytest
from fake_assistant import LINES, NASTY
from test_browser import DESKTOP, PHONE, TABS, address, ask, browser, visit  # noqa: F401
from test_browser import pytestmark as marks

from qa.web.interface import interface

pytestmark = [*marks, pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")]
ASKED = {
    "zh-Hans": {"first": "\u6d3b\u5f97\u66f4\u4e45\u5417", "emergency": "\u6211\u7238\u5410\u8840\u4e86", "refusal": "\u8981\u591a\u5c11\u94b1", "personal": "\u6211\u8be5\u4e0d\u8be5\u505a", "error": "\u8bf7 crash"},
    "en": {"first": "Did people live longer?", "emergency": "Dad vomits blood", "refusal": "What is the price?", "personal": "should I have it", "error": "please crash"},
}


@pytest.mark.parametrize("view", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_visitor_gets_through_every_scene(visit: Any, language: Any, view: dict[str, int]) -> None:  # noqa: F811
    words, asked = interface(language), ASKED[language]
    code = words.content
    page = visit(language, view, permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)

    # ask, and open a citation
    turn = ask(page, asked["first"])
    quote = LINES[f"studies/01.{code}.md"][1]
    assert quote in turn.locator("blockquote").first.inner_text()
    turn.locator(".cite").first.click()
    assert page.locator("#panel mark").inner_text() == quote
    page.keyboard.press("Escape")

    # follow up
    assert "earlier questions: 1" in ask(page, asked["first"] + " 2").inner_text()

    # an emergency: its card stands first; a refusal: no quote; a personal decision: the card of a doctor
    card = ask(page, asked["emergency"], ".turn-emergency").locator("[role=alert]")
    assert words("emergency") in card.inner_text()
    refused = ask(page, asked["refusal"], ".turn-not_covered")
    assert words("not_covered") in refused.inner_text() and refused.locator("blockquote").count() == 0
    assert refused.locator(".ask-this").count() == 2
    assert words("personal_advice") in ask(page, asked["personal"], ".turn-personal_advice").inner_text()

    # a script in a question is text; a fault of ours keeps the question
    assert NASTY in ask(page, NASTY).locator(".question").inner_text()
    assert page.evaluate("window.hacked") is None
    ask(page, asked["error"], ".turn-failed")
    assert page.locator("#question textarea").input_value() == asked["error"]
    page.fill("#question textarea", "")

    # take along: Markdown, and the link of the second question
    with page.expect_download() as download:
        page.locator("[data-tool=save_text]").nth(1).click()
    assert asked["first"] in Path(download.value.path()).read_text("utf-8")
    page.locator("[data-tool=copy_link]").nth(1).click()
    page.wait_for_function("want => [...document.querySelectorAll('.tool-reply')].some(line => line.textContent === want)", arg=words("link_copied"))
    link = page.evaluate("navigator.clipboard.readText()")

    # back takes the newest question away, a reload changes nothing
    count = page.locator(".turn:not(.turn-failed)").count()
    page.go_back()
    page.wait_for_function("n => document.querySelectorAll('.turn').length === n", arg=count - 1)
    page.reload()
    page.wait_for_function("n => document.querySelectorAll('.turn').length === n", arg=count - 1)

    # a claim, the evidence filter, an export
    page.get_by_role("tab", name=words(TABS[1]), exact=True).click()
    page.fill("#claim textarea", "36")
    page.click("#check")
    page.wait_for_selector(".verdict")
    assert page.locator(".verdict").inner_text() == words("verdict:differs")
    page.get_by_role("tab", name=words(TABS[2]), exact=True).click()
    page.select_option("#study-source", "abstract")
    assert page.locator("table.evidence tbody tr:visible").count() == 2
    with page.expect_download() as table:
        page.get_by_role("link", name="CSV").click()
    assert table.value.suggested_filename == "studies.csv"
    page.get_by_role("tab", name=words(TABS[3]), exact=True).click()
    page.select_option("#audit-verdict", "contradicted")
    assert page.locator("table.audit tbody tr:visible").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= view["width"]

    # the link opens both questions again, for someone else
    other = visit(language, view, at=link)
    other.locator(".turn-answered").nth(1).wait_for()
    assert [text.split("\n")[-1] for text in other.locator(".question").all_inner_texts()] == [asked["first"], asked["first"] + " 2"]
