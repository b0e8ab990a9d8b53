"""Photographs the main states of the web app into docs/screenshots/, with the real index and the real model.

Run in a checkout: python tools/screenshots.py [--index DIR] [--out DIR]. Needs Chromium (QA_CHROMIUM, default /usr/bin/chromium).
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
VIEWS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 360, "height": 740}}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
QUESTIONS = {
    "zh": {
        "answer": "脐带间充质干细胞有什么副作用",
        "emergency": "我爸肝硬化，刚才吐血了，怎么办",
        "refusal": "打一次干细胞多少钱",
        "personal": "我该不该让我妈去做干细胞",
        "claim": "219名失代偿期肝硬化患者随访了36个月，细胞组的总生存率更高",
    },
    "en": {
        "answer": "Did patients given umbilical cord stem cells live longer?",
        "emergency": "My father has cirrhosis and just vomited blood, what do I do?",
        "refusal": "How much does one stem cell treatment cost?",
        "personal": "Should I let my mother have stem cells?",
        "claim": "219 patients were followed for 36 months and survival was higher with cells.",
    },
}


def photograph(browser: Any, address: str, folder: Path) -> None:
    """Write one picture for each state, language and size of window."""
    for view, size in VIEWS.items():
        for language, locale in LOCALES.items():
            context = browser.new_context(viewport=size, locale=locale, reduced_motion="reduce")
            page = context.new_page()

            def shoot(state: str, page: Any = page, name: str = f"{view}-{language}") -> None:
                page.mouse.move(0, 0)
                page.wait_for_timeout(400)  # colours fade in
                _save(page.screenshot(), folder / f"{name}-{state}.png")

            page.goto(address)
            page.wait_for_selector(".welcome")
            page.wait_for_selector("#status .message", state="detached")
            shoot("start")
            questions = QUESTIONS[language]
            for state in ("answer", "emergency", "refusal", "personal"):
                page.fill("#question textarea", questions[state])
                page.click("#ask")
                page.wait_for_selector(".turn:not(.turn-waiting)")
                shoot(state)
                if state == "answer":
                    page.locator(".cite").first.click()
                    shoot("card")
                    page.keyboard.press("Escape")
                page.click("#new")
                page.wait_for_selector(".welcome")
            page.get_by_role("tab").nth(1).click()
            page.fill("#claim textarea", questions["claim"])
            page.click("#check")
            page.wait_for_selector(".verdict")
            shoot("check")
            for place, state in ((2, "studies"), (3, "audit")):
                page.get_by_role("tab").nth(place).click()
                page.evaluate("scrollTo(0, 0)")
                shoot(state)
            context.close()
    _photograph_displays(browser, address, folder)


def _photograph_displays(browser: Any, address: str, folder: Path) -> None:
    """Write an answer in the dark on a Traditional Chinese phone, an emergency in high contrast, and in large type."""
    for name, view, locale, question, options, chosen in (
        ("phone-zh-Hant-dark-answer", "phone", "zh-TW", 1, {"color_scheme": "dark"}, {}),
        ("desktop-en-dark-answer", "desktop", "en-US", QUESTIONS["en"]["answer"], {"color_scheme": "dark"}, {}),
        ("desktop-zh-contrast-emergency", "desktop", "zh-CN", QUESTIONS["zh"]["emergency"], {"contrast": "more"}, {}),
        ("phone-en-large-answer", "phone", "en-US", QUESTIONS["en"]["answer"], {}, {"large": True}),
    ):
        context = browser.new_context(viewport=VIEWS[view], locale=locale, reduced_motion="reduce", **options)
        context.add_init_script(f"localStorage.setItem('qa-display', {json.dumps(json.dumps(chosen))})")
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(".welcome")
        page.wait_for_selector("#status .message", state="detached")
        if isinstance(question, int):
            page.locator(".ask-this").nth(question).click()
        else:
            page.fill("#question textarea", question)
            page.click("#ask")
        page.wait_for_selector(".turn:not(.turn-waiting)")
        page.wait_for_timeout(400)
        _save(page.screenshot(), folder / f"{name}.png")
        context.close()


def photograph_offline(contexts: list[Any], folder: Path) -> None:
    """Write what an installed app shows when nobody is there: the server of these contexts has stopped."""
    for name, page in contexts:
        page.reload()
        page.wait_for_selector("section:not([hidden]) button")
        _save(page.screenshot(), folder / f"{name}-offline.png")
        page.context.close()


def installed(browser: Any, address: str) -> list[Any]:
    """Return a page for each language and size of window, with its service worker at work."""
    pages = []
    for view, language, scheme in (("desktop", "zh", "light"), ("phone", "en", "light"), ("phone", "zh", "dark")):
        context = browser.new_context(viewport=VIEWS[view], locale=LOCALES[language], color_scheme=scheme)
        page = context.new_page()
        page.goto(address)
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        pages.append((f"{view}-{language}" + ("-dark" if scheme == "dark" else ""), page))
    return pages


def _save(picture: bytes, path: Path) -> None:
    """Write a PNG of 256 colours: a third of the size, and the eye sees no difference on a page of text."""
    import io

    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256).save(path, optimize=True)


def main() -> int:
    """Start the app on a free port, photograph it, and say where the pictures are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, help="index folder (default: QA_INDEX, or index/)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    args = parser.parse_args()
    from playwright.sync_api import sync_playwright
    from web_server import running

    from qa.answering.assistant import Assistant

    assistant = Assistant.open(args.index)
    chromium = os.environ.get("QA_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with running(lambda: assistant) as address:
            photograph(browser, address, args.out)
            kept = installed(browser, address)
        photograph_offline(kept, args.out)
        browser.close()
    print(f"{len(list(args.out.glob('*.png')))} pictures in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
