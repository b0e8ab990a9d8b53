"""What a sentence tells of outcomes: which measures got better or not; and which concepts it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from qa.statements.statement import read_statement

Side = Literal["better", "not better"]
WEAK = {"limited", "trend"}  # a limited gain is neither side
FINDINGS = ("measure:", "event:")


@dataclass(frozen=True)
class Told:
    """`sides`: (measure, side) pairs that a sentence states; `keys`: all concepts of the word lists in it."""

    sides: frozenset[tuple[str, Side]]
    keys: frozenset[str]

    @property
    def named(self) -> frozenset[str]:
        """The measures and events among the concepts."""
        return frozenset(key for key in self.keys if key.startswith(FINDINGS))


def told(sentence: str) -> Told:
    """Return what a sentence tells of outcomes."""
    statement = read_statement(sentence)
    changes = [c for c in statement.changes if c.mood in ("stated", "hearsay") and not c.strength & WEAK]
    better: set[tuple[str, Side]] = {(c.measure, "better") for c in changes if c.signs == {"+"}}
    others: set[tuple[str, Side]] = {(c.measure, "not better") for c in changes if c.signs and c.signs <= {"0", "-"}}
    return Told(frozenset(better | others), statement.keys)


def told_row(what: Told) -> dict[str, Any]:
    """Return it as plain JSON values."""
    return {"sides": sorted(map(list, what.sides)), "keys": sorted(what.keys)}


def told_from(row: dict[str, Sequence[Any]]) -> Told:
    """Return what `told_row` made a row of; KeyError, TypeError or ValueError if it is none."""
    return Told(frozenset((str(measure), cast(Side, str(side))) for measure, side in row["sides"]), frozenset(map(str, row["keys"])))
