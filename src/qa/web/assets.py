"""The page's own scripts, styles and icons, in `static/`: nothing comes from another host."""

import json
from functools import cache
from pathlib import Path

from markupsafe import Markup

from qa.files import sha256
from qa.web.interface import Interface

STATIC = Path(__file__).parent / "static"
SCRIPTS = ("visits", "display", "tools", "terms", "waiting", "page", "staff", "installed")  # in the order in which they run
STYLES = ("page", "staff")
ICONS = (192, 512)  # pixels


def style_sheets() -> list[Path]:
    """Return the style sheets that Gradio puts into the page, each selector confined to its own part of it."""
    return [STATIC / f"{name}.css" for name in STYLES]


@cache
def page_style() -> str:
    """Return the style sheet that the page loads from its own address: print, menus, large type reach beyond Gradio's part."""
    return (STATIC / "tools.css").read_text("utf-8")


@cache
def page_script() -> str:
    """Return all scripts of the page as one, which the page loads from its own address: no inline script is needed."""
    scripts = "\n".join((STATIC / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    return f"if (!window.qaStarted) {{\nwindow.qaStarted = true;\n{scripts}}}\n"  # Gradio puts the head in twice


def head_html() -> str:
    """Return what stands in the head of the page: its scripts, and what an installed app needs to know."""
    version = sha256((page_script() + page_style()).encode())[:12]  # a browser keeps them until they change
    colours = (("#f5f7f8", "light"), ("#10171f", "dark"))  # --qa-ground of page.css
    themed = Markup("").join(Markup('<meta name="theme-color" content="{}" media="(prefers-color-scheme: {})">').format(*pair) for pair in colours)
    own = f'<link rel="stylesheet" href="page.css?v={version}"><script src="page.js?v={version}"></script>'
    return f'{themed}<link rel="manifest" href="manifest.json"><link rel="apple-touch-icon" href="app-icon-192.png">{own}'


def manifest(words: Interface) -> str:
    """Return the web app manifest: with it a browser offers to install the page, which then opens in its own window."""
    icons = [
        {"src": f"app-icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in ICONS
        for purpose in ("any", "maskable")
    ]
    return json.dumps(
        {
            "id": "./",
            "name": words("page_title"),
            "short_name": words("app_name"),
            "description": words("intro"),
            "lang": words.language,
            "start_url": "./",
            "scope": "./",
            "display": "standalone",
            "background_color": "#f5f7f8",
            "theme_color": "#0f766e",
            "icons": icons,
        },
        ensure_ascii=False,
    )


def icon(size: int) -> bytes:
    """Return the app's icon as PNG, `size` pixels square, 192 or 512."""
    return (STATIC / f"icon-{size}.png").read_bytes()
