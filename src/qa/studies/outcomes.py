"""Outcomes by study and group of measures, with the direction that each paper reports: what the outcome matrix shows."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from qa.errors import CorpusError
from qa.settings import shipped_corpus

DIRECTIONS = ("improved", "no difference", "worsened", "mixed", "not reported")
OTHER = "other"


@dataclass(frozen=True)
class MeasureGroup:
    """A group of measures with its names; an outcome whose English name matches `words` belongs to it."""

    id: str
    names: dict[str, str]
    words: re.Pattern[str] | None


@dataclass(frozen=True)
class OutcomeMatrix:
    """`cells[number, group id]` are a study's outcomes of that group, in the order of its facts; rows and columns as shown."""

    studies: tuple[int, ...]
    groups: tuple[MeasureGroup, ...]
    cells: dict[tuple[int, str], tuple[dict[str, Any], ...]]
    without: tuple[int, ...]

    def directions(self, number: int, group: str) -> tuple[str, ...]:
        """Return the different directions of a cell: known ones in the order of `DIRECTIONS`, then any other."""
        found = {str(outcome.get("direction") or "not reported") for outcome in self.cells.get((number, group), ())}
        return tuple(name for name in DIRECTIONS if name in found) + tuple(sorted(found - set(DIRECTIONS)))


@cache
def measure_groups() -> tuple[MeasureGroup, ...]:
    """Return the groups of `corpus/wording/outcome-groups.json`, the last for what belongs to no other.

    Raises:
        CorpusError: the file is missing or damaged.
    """
    path = shipped_corpus() / "wording" / "outcome-groups.json"
    try:
        content = json.loads(path.read_text("utf-8"))
        groups = [
            MeasureGroup(row["id"], {"zh": row["zh"], "en": row["en"]}, _any_of([str(word) for word in row["words"]]))
            for row in content["groups"]
        ]
        other = MeasureGroup(OTHER, {"zh": content["other"]["zh"], "en": content["other"]["en"]}, None)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorpusError(f'{path}: can\'t be used ({error}); each group needs "id", "zh", "en" and "words"') from error
    return (*groups, other)


def _any_of(words: list[str]) -> re.Pattern[str]:
    """Return a pattern for any of these as whole words; names such as CD3+ end with a sign, so \\b does not do."""
    return re.compile(r"(?<![a-z\d])(?:" + "|".join(re.escape(word) for word in words) + r")(?![a-z\d])", re.IGNORECASE)


def outcome_matrix(studies: Mapping[int, dict[str, Any]]) -> OutcomeMatrix:
    """Return the outcomes of all studies by group; groups that no study has are left out."""
    cells: dict[tuple[int, str], tuple[dict[str, Any], ...]] = {}
    for number, facts in sorted(studies.items()):
        for outcome in facts.get("outcomes") or []:
            name = str(outcome.get("measure_en") or outcome.get("measure_zh") or "")
            own = [group.id for group in measure_groups() if group.words and group.words.search(name)] or [OTHER]
            for group in own:
                cells[number, group] = (*cells.get((number, group), ()), outcome)
    with_outcomes = tuple(sorted({number for number, _ in cells}))
    used = {group for _, group in cells}
    return OutcomeMatrix(
        studies=with_outcomes,
        groups=tuple(group for group in measure_groups() if group.id in used),
        cells=cells,
        without=tuple(sorted(set(studies) - set(with_outcomes))),
    )
