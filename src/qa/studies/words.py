"""The words of the evidence table and the audit, read from `corpus/wording/studies.json`."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from qa.errors import CorpusError
from qa.records import Language
from qa.settings import shipped_corpus


@dataclass(frozen=True)
class StudyWords:
    """Texts by group, name and language."""

    groups: dict[str, dict[str, dict[str, str]]]

    def __call__(self, name: str, language: Language, /, **values: object) -> str:
        """Return a text with its `{places}` filled in."""
        return self.named("text", name, language).format(**values)

    def named(self, group: str, name: str | None, language: Language) -> str:
        """Return what something is called, or its own name where it has no entry."""
        return self.groups[group].get(name or "", {}).get(language, name or "")


@cache
def study_words() -> StudyWords:
    """Return the words of the installed project; CorpusError if the file is missing or damaged."""
    path = shipped_corpus() / "wording" / "studies.json"
    try:
        groups: dict[str, Any] = json.loads(path.read_text("utf-8"))
        for name in ("text", "columns", "directions", "source_kinds", "statuses"):
            assert_languages(groups[name])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f'{path}: can\'t be used ({error}); each entry needs "zh" and "en"') from error
    return StudyWords(groups)


def assert_languages(group: dict[str, dict[str, str]]) -> None:
    """Raise KeyError if a text of a group lacks a language."""
    for row in group.values():
        row["zh"], row["en"]
