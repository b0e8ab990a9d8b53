"""A whole visit in a real browser: nothing leaves this machine, and the page's policy lets nothing foreign run."""

from collections.abc import Iterator
from typing import Any

import pytest
from fake_assistant import LINES, FakeAssistant
from test_browser import browser, pytestmark  # noqa: F401
from web_server import running

FOREIGN = """<script>window.foreign = 'script'</script><img src="x" onerror="window.foreign = 'handler'">
<iframe src="https://example.org/"></iframe><img src="https://example.org/pixel.png">"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(FakeAssistant) as where:
        yield where


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:  # noqa: F811
    context = browser.new_context(locale="en-US")
    opened = context.new_page()
    opened.asked, opened.said = [], []
    context.on("request", lambda request: opened.asked.append(request.url))
    opened.on("websocket", lambda socket: opened.asked.append(socket.url))
    opened.on("console", lambda message: opened.said.append(message.text) if message.type in ("error", "warning") else None)
    opened.goto(address)
    opened.wait_for_selector(".welcome")
    yield opened
    context.close()


def whole_visit(page: Any) -> None:
    """Ask, open a citation, follow up, check a claim, look into every tab, change the language, reload."""
    for question in ("Did people live longer?", "and the side effects?"):
        before = page.locator(".turn-answered").count()
        page.fill("#question textarea", question)
        page.click("#ask")
        page.locator(".turn-answered").nth(before).wait_for()
    page.locator(".cite").first.click()
    assert page.locator("#panel mark").inner_text() == LINES["studies/01.en.md"][1]
    page.keyboard.press("Escape")
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(100)
    page.get_by_role("tab").nth(1).click()
    page.fill("#claim textarea", "Follow-up was 36 months.")
    page.click("#check")
    page.wait_for_selector(".verdict")
    page.get_by_role("radio").nth(1).check()
    page.wait_for_function("document.documentElement.lang === 'zh-Hant'")
    page.reload()
    page.get_by_role("tab").first.wait_for()
    page.locator(".turn-answered").nth(1).wait_for()


def test_in_a_whole_visit_every_request_goes_to_this_server_and_the_policy_is_never_broken(page, address):
    whole_visit(page)
    asked = [url for url in page.asked if not url.startswith(("data:", "blob:"))]
    assert [url for url in asked if not url.startswith(f"{address}/")] == []
    for used in ("/assets/", "/gradio_api/queue/join", "/gradio_api/queue/data"):  # the record is a record
        assert any(used in url for url in asked), used
    assert [text for text in page.said if "Content Security Policy" in text] == []


def test_markup_that_got_into_the_page_runs_nothing_and_loads_nothing_from_elsewhere(page, address):
    page.evaluate("markup => document.body.insertAdjacentHTML('beforeend', markup)", FOREIGN)
    page.evaluate("""() => {
        for (const source of ["https://example.org/x.js", "data:text/javascript,window.foreign='data'"]) {
            const script = document.createElement("script");
            script.src = source;
            document.body.append(script);
        }
        const inline = document.createElement("script");
        inline.textContent = "window.foreign = 'inline'";
        document.body.append(inline);
    }""")
    page.wait_for_timeout(500)
    assert page.evaluate("window.foreign") is None
    assert page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')") == "refused"
    refused = " ".join(page.said)
    for directive in ("script-src", "img-src", "connect-src", "default-src"):  # frames have no directive of their own
        assert f'"{directive}' in refused or f"{directive} " in refused, (directive, refused)
