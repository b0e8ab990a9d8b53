"""The menus in the head of the page: how it looks, and the history of this browser. `static/` has their scripts."""

import json

from markupsafe import Markup

from qa.web.interface import Interface

SAYS = ("close", "history", "history_about", "history_none", "history_clear", "history_cleared", "history_more", "still_working", "no_connection", "connection_back", "failed")
COLOURS = ("auto", "light", "dark")


def menus_html(words: Interface) -> Markup:
    """Return the menus, with the words that the page's scripts speak."""
    toggles = Markup("").join(_button(name, words(key)) for name, key in (("large", "large_type"), ("contrast", "high_contrast")))
    colours = Markup("").join(_button(f"colours:{name}", words(f"colours_{name}")) for name in COLOURS)
    return Markup(
        '<div class="menus" data-words="{}"><details><summary>{}</summary><div class="sheet"><div>{}</div>'
        '<div role="group" aria-label="{colours}"><span aria-hidden="true">{colours}</span>{}</div></div></details>'
        '<button type="button" id="history" aria-haspopup="dialog">{}</button></div>'
    ).format(json.dumps({key: words.words[key] for key in SAYS}, ensure_ascii=False), words("display"), toggles, colours, words("history"), colours=words("colours"))


def _button(name: str, label: str) -> Markup:
    return Markup('<button type="button" data-display="{}" aria-pressed="false">{}</button>').format(name, label)
