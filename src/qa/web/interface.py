"""The words of the web page in its three interface languages, read from `corpus/wording/`."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Literal

from qa.errors import CorpusError
from qa.records import Language
from qa.settings import shipped_corpus
from qa.text.preparation import HAN

InterfaceLanguage = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[InterfaceLanguage, ...] = ("zh-Hans", "zh-Hant", "en")
BROWSER_LOCALES = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en"}  # as Gradio's front end names them
TRADITIONAL_PLACES = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")


@dataclass(frozen=True)
class Interface:
    """The page's words and example questions in one language."""

    language: InterfaceLanguage
    words: dict[str, str]
    examples: tuple[str, ...]

    def __call__(self, key: str, **values: object) -> str:
        """Return a text of ui.json with its `{places}` filled in."""
        return self.words[key].format(**values) if values else self.words[key]

    def named(self, kind: str, name: str) -> str:
        """Return what `name` is called on the page (`kind:name` in ui.json), or the name itself where it has no entry."""
        return self.words.get(f"{kind}:{name}", name)

    @property
    def content(self) -> Language:
        """Which of the corpus' two languages this page shows facts in."""
        return "en" if self.language == "en" else "zh"

    def script(self, text: str) -> str:
        """Return a text of ours in Traditional characters on a Traditional page. Never for quotes: they stay verbatim."""
        return str(_to_traditional().convert(text)) if self.language == "zh-Hant" and HAN.search(text) else text


@cache
def _to_traditional() -> "opencc.OpenCC":  # type: ignore[name-defined]  # noqa: F821
    import opencc

    return opencc.OpenCC("s2tw")


@cache
def interface(language: InterfaceLanguage) -> Interface:
    """Return the page's words in one language; CorpusError naming the file that can't be used."""
    folder = shipped_corpus() / "wording"
    try:
        table = json.loads((folder / "ui.json").read_text("utf-8"))
        table |= json.loads((folder / "ui-staff.json").read_text("utf-8"))
        examples = json.loads((folder / "examples.json").read_text("utf-8"))
        return Interface(language, {key: row[language] for key, row in table.items()}, tuple(examples[language]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(
            f'{folder}: ui.json, ui-staff.json or examples.json can\'t be used ({error}); each entry needs "zh-Hans", "zh-Hant" and "en"'
        ) from error


def known_language(value: object) -> InterfaceLanguage | None:
    """Return a value as an interface language, or None if it is not one."""
    return next((name for name in LANGUAGES if name == value), None)


def browser_language(accept_language: str) -> InterfaceLanguage:
    """Return the interface language for a browser's `Accept-Language`; English where nothing fits."""
    ranked = []
    for position, part in enumerate(accept_language.lower().split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), position, tag.strip()))
        except ValueError:
            continue  # a broken weight: the rest of the header still counts
    for _, _, tag in sorted(ranked):
        if tag.startswith(TRADITIONAL_PLACES):
            return "zh-Hant"
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return "en"
