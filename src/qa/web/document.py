"""A whole HTML document for what has an address of its own: a study's page, the page of an original.

The app shows the same document's `<main>` in a dialog (`static/staff.js`), so each thing is written once.
"""

from functools import cache
from pathlib import Path

from markupsafe import Markup

from qa.web.interface import Interface

STATIC = Path(__file__).parent / "static"


@cache
def styles() -> Markup:
    """Return the page's own style sheets."""
    return Markup("\n".join((STATIC / name).read_text("utf-8") for name in ("page.css", "staff.css")))  # our own files  # nosec B704


def html_document(title: str, body: Markup, words: Interface) -> str:
    """Return a document with a title, and a body inside `<main>`. It loads nothing."""
    return str(
        Markup(
            '<!doctype html><html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
            'initial-scale=1"><title>{title}</title><style>{}</style></head><body class="paper-page"><main data-title="{title}">'
            '<h1>{title}</h1>{}</main><p class="paper-note" role="note">{}</p></body></html>'
        ).format(words.language, styles(), body, words("disclaimer"), title=title)
    )
