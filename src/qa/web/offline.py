"""What an installed app shows without a connection: a page of our own in all three languages, kept by a service worker.

The worker keeps this page and its script, nothing else: no question and no answer is ever written to the device.
"""

from functools import cache
from pathlib import Path

from markupsafe import Markup

from qa.answering.wording import read_wording
from qa.files import sha256
from qa.web.interface import LANGUAGES, Interface, interface
from qa.web.render import with_calls

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("display", "offline")  # large type, contrast and colours as they were chosen on the page; then its own


def offline_page() -> str:
    """Return the page as an HTML document, with the numbers to call as they are set now."""
    parts = Markup("").join(_section(interface(language)) for language in LANGUAGES)
    return str(
        Markup(
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            '<title>{}</title><style>{}</style><script src="offline.js" defer></script></head><body><main>{}</main></body></html>'
        ).format(interface("en")("page_title"), Markup(_style()), parts)  # our own file  # nosec B704
    )


def offline_script() -> str:
    """Return the page's script: it shows the visitor's language alone and tries again."""
    return "\n".join((STATIC / f"{name}.js").read_text("utf-8") for name in SCRIPTS)


def service_worker() -> str:
    """Return the worker's script. It changes with the page, so that a browser then fetches both anew."""
    version = sha256((offline_page() + offline_script()).encode())[:12]
    return (STATIC / "service_worker.js").read_text("utf-8").replace("{version}", version)


@cache
def _style() -> str:
    return (STATIC / "offline.css").read_text("utf-8")


def _section(words: Interface) -> Markup:
    numbers = {kind: words.script(number) for kind, number in read_wording().numbers(words.content).items()}
    return Markup(
        '<section lang="{}" data-title="{title}"><p class="app">{title}</p><h1>{}</h1><p>{}</p><p class="call">{}</p><p>{}</p>'
        '<button type="button">{}</button></section>'
    ).format(
        words.language,
        words("offline_title"),
        words("offline_about"),
        with_calls(words("offline_help", **numbers)),
        with_calls(words("offline_crisis", **numbers)),
        words("offline_retry"),
        title=words("page_title"),
    )
