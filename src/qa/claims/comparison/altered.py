"""A claim that is a sentence of the study but for one place: the words there decide, whatever other sentences say."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from qa.claims.comparison.findings import Finding, original_words, span_in
from qa.claims.comparison.relations import exclusive
from qa.claims.evidence import Source
from qa.quantities.quantity import same_value
from qa.statements.statement import Item, Statement

TOKEN = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|[^\sA-Za-z\d]")
LIKE = 0.6  # likeness of the items from which the words are compared
SHARED = 0.85  # share of the words in the same order from which claim and sentence are the same but for one place
MARKS = re.compile(r"[^\w]+")
OPPOSITE = {"direction:up": "direction:down", "direction:better": "direction:worse"}
KINDS = ("arm", "route", "cell type", "cell source", "disease", "stage", "place")


def compare_altered(claim: Statement, sources: Sequence[Source], near: Sequence[float]) -> list[Finding]:
    """Return what differs in the one place where a claim departs from a sentence of the study; nothing if it is no such claim."""
    own = list(TOKEN.finditer(claim.prepared.text))
    words = [m.group().lower() for m in own]
    found: list[Finding] = []
    for row in sorted((r for r in range(len(sources)) if near[r] >= LIKE), key=lambda r: -near[r]):
        statement = sources[row].statement
        its = list(TOKEN.finditer(statement.prepared.text))
        matcher = SequenceMatcher(None, words, [m.group().lower() for m in its], autojunk=False)
        if matcher.real_quick_ratio() < SHARED or matcher.quick_ratio() < SHARED or matcher.ratio() < SHARED:
            continue
        places = [
            (own[a:b], its[c:d])
            for what, a, b, c, d in matcher.get_opcodes()
            if what != "equal" and any(not MARKS.fullmatch(m.group()) for m in (*own[a:b], *its[c:d]))
        ]
        if not places:
            return []  # the sentence itself
        if len(places) == 1:
            found = found or _differing(claim, _span(places[0][0]), sources[row], _span(places[0][1]), row, matcher.ratio())
    return found


def _span(tokens: Sequence[re.Match[str]]) -> tuple[int, int]:
    return (tokens[0].start(), tokens[-1].end()) if tokens else (0, 0)


def _differing(claim: Statement, here: tuple[int, int], source: Source, there: tuple[int, int], row: int, near: float) -> list[Finding]:
    """Return the difference between the words of a claim in `here` and those of a sentence in `there`."""
    mine, theirs = _items(claim, here), _items(source.statement, there)
    kind = ""
    if _denials(mine) % 2 != _denials(theirs) % 2:
        kind = "negation"
    elif any(OPPOSITE.get(a.key) == b.key or OPPOSITE.get(b.key) == a.key for a in mine for b in theirs):
        kind = "direction"
    else:
        pairs = [(a, b) for a in mine for b in theirs if a.key.split(":")[0] == b.key.split(":")[0] and exclusive(a.key, b.key)]
        kind = next((a.key.split(":")[0] for a, _ in pairs if a.key.split(":")[0] in KINDS), "")
    numbers = [f.quantity for f in claim.figures if _meet((f.quantity.start, f.quantity.end), here)]
    others = [f.quantity for f in source.statement.figures if _meet((f.quantity.start, f.quantity.end), there)]
    if numbers and others and all(a.kind == b.kind and same_value(a, b) is False for a in numbers for b in others):
        kind = {"year": "year", "date": "date"}.get(numbers[0].kind, "number")
        here, there = (numbers[0].start, numbers[-1].end), (others[0].start, others[-1].end)
    if not kind:
        return []
    if here == (0, 0) or there == (0, 0):  # a word left out: shown by what stands beside it
        here, there = here if here != (0, 0) else (0, len(claim.prepared.text)), there if there != (0, 0) else (0, len(source.statement.prepared.text))
    return [
        Finding(
            kind, "differs", original_words(claim, *here), original_words(source.statement, *there), "", claim.prepared.span(*here),
            span_in(source, *there), row, near=near,
        )
    ]  # fmt: skip


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _items(statement: Statement, span: tuple[int, int]) -> list[Item]:
    return [item for item in statement.items if _meet((item.start, item.end), span)]


def _denials(items: Sequence[Item]) -> int:
    pseudo = [(i.start, i.end) for i in items if i.key == "negation:pseudo"]
    return sum(1 for i in items if i.key == "negation:not" and not any(a <= i.start and i.end <= b for a, b in pseudo))
