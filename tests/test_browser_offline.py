"""The installed app and broken connections in a real browser: what is shown, what is kept, and that it goes on."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import LINES, FakeAssistant
from test_browser import CHROMIUM, DESKTOP, LOCALES, PHONE, ask, browser  # noqa: F401
from test_browser import pytestmark as marks
from web_server import running

from qa.records import Answer
from qa.web.interface import LANGUAGES, interface

pytestmark = [*marks, pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")]
SECRET = "a question that nobody may keep"


class SlowAtSecond(FakeAssistant):
    """Answers at once, but takes half a minute for a question with "second"."""

    def ask(self, question: str, *more: Any, **named: Any) -> Answer:
        if "second" in question:
            time.sleep(30)
        return super().ask(question, *more, **named)


@pytest.fixture
def visitor(browser: Any) -> Iterator[Any]:  # noqa: F811
    """A function that opens a page whose console may complain: its server goes away."""
    contexts = []

    def open_page(address: str, language: str = "en", view: dict[str, int] = DESKTOP, **options: Any) -> Any:
        contexts.append(browser.new_context(viewport=view, locale=LOCALES[language], **options))
        page = contexts[-1].new_page()
        page.goto(address)
        page.wait_for_selector(".welcome")
        return page

    yield open_page
    for context in contexts:
        context.close()


def installed(page: Any) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")


def port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def test_the_browser_offers_to_install_the_page(tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; pip install playwright")
    with running(FakeAssistant) as where, api.sync_playwright() as play:
        # a profile of its own: a private window can't install anything
        context = play.chromium.launch_persistent_context(
            str(tmp_path), executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"], locale="zh-CN"
        )
        page = context.new_page()
        page.add_init_script("addEventListener('beforeinstallprompt', () => { window.offered = true; })")
        page.goto(where)
        page.wait_for_selector(".welcome")
        installed(page)
        tools = context.new_cdp_session(page)
        assert tools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
        found = tools.send("Page.getAppManifest")
        assert (found["url"], found["errors"]) == (f"{where}/manifest.json", [])
        assert json.loads(found["data"])["name"] == interface("zh-Hans")("page_title")
        worker = page.evaluate("navigator.serviceWorker.ready.then(found => [found.scope, found.active.scriptURL])")
        assert worker == [f"{where}/", f"{where}/service-worker.js"]
        page.wait_for_function("window.offered === true")
        context.close()


@pytest.mark.parametrize(("language", "view"), [("zh-Hans", DESKTOP), ("zh-Hant", PHONE), ("en", PHONE)])
def test_without_a_connection_the_app_opens_with_the_numbers_to_call_and_a_retry(visitor: Any, monkeypatch: pytest.MonkeyPatch, language: Any, view: dict[str, int]) -> None:
    monkeypatch.setenv("QA_EMERGENCY", "0-123")
    words = interface(language)
    with running(FakeAssistant) as where:
        page = visitor(where, language, view)
        installed(page)
    page.goto(f"{where}/?q=first")
    shown = page.inner_text("body")
    for part in ("offline_title", "offline_about", "offline_retry"):
        assert words(part) in shown
    assert words("offline_help", emergency="0-123") in shown
    assert [interface(other)("offline_retry") in shown for other in LANGUAGES].count(True) == 1
    assert (page.title(), page.evaluate("document.documentElement.lang")) == (words("page_title"), language)
    assert page.evaluate("document.documentElement.scrollWidth") <= view["width"]
    page.get_by_role("button", name=words("offline_retry")).click()
    page.get_by_role("button", name=words("offline_retry")).wait_for()  # still nobody there
    with running(FakeAssistant, port_of(where)):
        page.get_by_role("button", name=words("offline_retry")).click()
        page.wait_for_selector(".turn-answered")  # the question of the link was not lost
        assert page.locator(".question").inner_text().endswith("first")


def test_the_page_without_a_connection_comes_back_by_itself(visitor: Any) -> None:
    with running(FakeAssistant) as where:
        page = visitor(where)
        installed(page)
    page.goto(where)
    page.get_by_role("button").wait_for()
    with running(FakeAssistant, port_of(where)):
        page.wait_for_selector(".welcome")


def test_the_device_keeps_the_page_for_no_connection_and_neither_question_nor_answer(visitor: Any) -> None:
    with running(FakeAssistant) as where:
        page = visitor(where)
        installed(page)
        page.reload()  # from now on the worker sees each request
        page.wait_for_selector(".welcome")
        assert page.evaluate("navigator.serviceWorker.controller !== null")
        ask(page, SECRET)
        kept = page.evaluate(
            """async () => {
                const found = {};
                for (const name of await caches.keys())
                    for (const request of await (await caches.open(name)).keys())
                        found[new URL(request.url).pathname] = await (await caches.match(request)).text();
                return found;
            }"""
        )
    assert sorted(kept) == ["/offline", "/offline.js"]
    for text in (SECRET, LINES["studies/01.en.md"][1]):
        assert not any(text in content for content in kept.values())


def test_a_gateway_without_a_server_behind_it_shows_the_same_page(visitor: Any) -> None:
    """As when a proxy still answers: the worker gets a 502, here from a route in the place of the network."""
    with running(FakeAssistant) as where:
        page = visitor(where)
        installed(page)
        page.context.route(lambda url: url == f"{where}/", lambda route: route.fulfill(status=502, body="Bad Gateway"))
        page.reload()
        assert interface("en")("offline_title") in page.inner_text("body")


@pytest.mark.parametrize(("scheme", "contrast"), [("light", False), ("dark", False), ("light", True), ("dark", True)])
def test_axe_finds_no_serious_fault_on_the_page_without_a_connection(visitor: Any, scheme: str, contrast: bool) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed; pip install it")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text("utf-8")
    with running(FakeAssistant) as where:
        page = visitor(where, color_scheme=scheme)
        installed(page)
        page.evaluate("contrast => localStorage.setItem('qa-display', JSON.stringify({contrast}))", contrast)
    page.goto(where)
    page.get_by_role("button").wait_for()
    assert page.evaluate("document.documentElement.classList.contains('qa-contrast')") == contrast
    page.evaluate(script)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(fault["id"], fault["nodes"][0]["target"]) for fault in result["violations"] if fault["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize(("language", "view"), [("zh-Hans", DESKTOP), ("en", PHONE)])
def test_a_server_lost_in_mid_answer_is_told_and_asking_goes_on_when_it_is_back(visitor: Any, language: Any, view: dict[str, int]) -> None:
    words = interface(language)
    with running(SlowAtSecond) as where:
        page = visitor(where, language, view)
        ask(page, "first")
        page.fill("#question textarea", "second")
        page.click("#ask")
        page.wait_for_selector(".turn-waiting")
    page.wait_for_selector("#lost")
    assert page.locator("#lost").inner_text() == words("no_connection")
    assert page.locator("#lost").get_attribute("role") == "alert"
    assert page.locator("#question textarea").input_value() == "second"
    assert page.locator(".turn-answered").count() == 1  # what was answered stays
    assert page.locator(".turn-waiting").count() == 0
    with running(FakeAssistant, port_of(where)):  # another process: it knows nothing of this visitor
        page.wait_for_function("want => document.querySelector('#lost')?.innerText === want", arg=words("connection_back"))
        assert page.locator("#question textarea").input_value() == "second"
        page.click("#ask")
        page.locator(".turn-answered").nth(1).wait_for()
        assert "earlier questions: 1" in page.locator(".turn-answered").nth(1).inner_text()
        assert page.locator("#lost").count() == 0


def test_asking_a_lost_server_speaks_the_visitors_language_only(visitor: Any) -> None:
    with running(FakeAssistant) as where:
        page = visitor(where, "zh-Hant")
        ask(page, "first")
    page.fill("#question textarea", "third")
    page.click("#ask")
    page.wait_for_selector(".toast-body", state="attached")  # what Gradio says of it, in English
    assert not page.locator(".toast-body").is_visible()
    page.wait_for_selector("#lost")
    assert page.locator("#lost").inner_text() == interface("zh-Hant")("no_connection")
    with running(FakeAssistant, port_of(where)):
        page.wait_for_function("document.querySelector('#lost[role=status]')")
        assert page.locator("#question textarea").input_value() == "third"
        page.locator("#question textarea").press("Enter")
        page.locator(".turn-answered").nth(1).wait_for()


def test_a_claim_that_met_a_lost_server_is_in_its_box_again(visitor: Any) -> None:
    with running(FakeAssistant) as where:
        page = visitor(where)
        page.get_by_role("tab").nth(1).click()
        page.fill("#claim textarea", "Follow-up was 36 months.")
    page.click("#check")
    page.wait_for_selector("#lost")
    assert page.locator("#lost").inner_text() == interface("en")("no_connection")
    with running(FakeAssistant, port_of(where)):
        page.wait_for_function("document.querySelector('#lost[role=status]')")
        assert page.locator("#claim textarea").input_value() == "Follow-up was 36 months."
        page.click("#check")
        page.wait_for_selector(".verdict")


def test_a_server_that_was_started_anew_between_two_questions_still_knows_the_first(visitor: Any) -> None:
    with running(FakeAssistant) as where:
        page = visitor(where)
        ask(page, "first")
    with running(FakeAssistant, port_of(where)):
        assert "earlier questions: 1" in ask(page, "again").inner_text()
        assert page.locator(".turn").count() == 2
