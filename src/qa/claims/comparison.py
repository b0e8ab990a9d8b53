"""Compares a claim with sentences of a study: what agrees, what differs, and what can't be decided.

Every item of the claim is looked for in all the sentences together, for a claim may join what a study says in two. An
item that no sentence mentions is undecided, never a difference. Where several sentences speak of it, the one that
speaks of the same arm, measure, time and population decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from qa.claims.changes import OPPOSITE, Change
from qa.claims.evidence import Source
from qa.claims.figures import Figure
from qa.claims.names import compare_names
from qa.claims.statements import Item, Statement, widened
from qa.quantities.quantity import Quantity, same_value
from qa.records import Difference
from qa.text.lexicon import Concept, concepts, is_a
from qa.text.preparation import folded

Status = Literal["agrees", "differs", "undecided"]
STATIC = ("cell type", "cell source", "route", "disease", "stage", "design", "place", "journal")
CONTENT = ("measure", "event", "topic")
CONFIRMING = {"stated", "wish"}
PART = 0.5  # percentage points by which a fraction in words may miss the counts it stands for
NEARLY = 0.15  # by how much less like the claim a sentence may be whose value is of the claim's own arm
CLEARLY_NEARER = 0.3  # by how much a sentence must be more like the claim for its period to count instead
ALIKE = 0.5  # how near for a length of time, of which a study has many
NUMBER_CONTEXT = 0.34  # how near a sentence must be for its number to stand against the claim's
COUNTABLE = ("age", "number", "patients", "trials", "groups", "times", "score", "laboratory value", "percentage", "cells", "dose per kg", "databases")


@dataclass(frozen=True)
class Finding:
    """One item of the claim beside the sources. Spans are of the original texts; `row` is the source's place in the list.

    `hard` items must be confirmed before a claim counts as supported; `about` marks units that can't be converted; `near`
    is the likeness of the source's sentence to the claim, 0 to 1.
    """

    kind: str
    status: Status
    claimed: str
    source: str = ""
    unit: str = ""
    claim_span: tuple[int, int] = (0, 0)
    source_span: tuple[int, int] | None = None
    row: int | None = None
    hard: bool = True
    about: bool = False
    near: float = 0.0
    is_follow_up: bool = False

    def shown(self) -> tuple[Difference, ...]:
        """Return the finding as the contract shows it; a differing length of time is also named a follow-up."""
        own = Difference(self.kind, self.claimed, self.source, self.unit)
        return (own, Difference("follow-up", self.claimed, self.source, self.unit)) if self.is_follow_up else (own,)


@dataclass(frozen=True)
class Comparison:
    """All findings of one claim against some sentences, in the claim's order."""

    findings: tuple[Finding, ...]

    def of(self, status: Status) -> tuple[Finding, ...]:
        """Return the findings with one status."""
        return tuple(f for f in self.findings if f.status == status)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What the claim and its source disagree on, without repetition."""
        return tuple(dict.fromkeys(d for f in self.of("differs") for d in f.shown()))


def weigh(claim: Statement, sources: Sequence[Source]) -> Comparison:
    """Return what each item of a claim finds in the sources, which are sentences about one study."""
    near = [similarity(claim, source.statement) for source in sources]
    findings = [
        *_static(claim, sources, near),
        *(_change(claim, c, sources, near) for c in claim.changes if c.mood in CONFIRMING or c.mood == "hearsay"),
        *_events_and_topics(claim, sources, near),
        *(_figure(claim, f, sources, near) for f in claim.figures),
        *(
            Finding(n.kind, n.status, n.claimed, n.source, "", claim.prepared.span(*n.span), n.source_span, n.row, n.hard)
            for n in compare_names(claim, sources)
        ),
    ]
    return Comparison(tuple(sorted(_settled(claim, findings, sources), key=lambda f: (f.claim_span, f.kind))))


def similarity(claim: Statement, sentence: Statement) -> float:
    """Return the share of the claim's concepts, figures and words that a sentence has, 0 to 1."""
    wanted = {k for k in claim.keys if not k.startswith(("negation:", "strength:", "direction:", "comparison:"))}
    present = widened(set(sentence.keys))
    hit = sum(1.0 for k in wanted if k in present)
    figures = [f.quantity for f in claim.figures]
    hit += sum(1.0 for q in figures if any(q.kind == o.quantity.kind and same_value(q, o.quantity) for o in sentence.figures))
    words = claim.words
    hit += 0.5 * sum(1 for w in words if w in sentence.words)
    named = {folded(n.text) for n in sentence.names}
    hit += sum(1.0 for n in claim.names if folded(n.text) in named)
    total = len(wanted) + len(figures) + 0.5 * len(words) + len(claim.names)
    return hit / total if total else 0.0


def _span(source: Source, start: int, end: int) -> tuple[int, int]:
    return source.statement.prepared.span(start, end)


def _text(statement: Statement, start: int, end: int) -> str:
    a, b = statement.prepared.span(start, end)
    return statement.original[a:b]


def _usable(source: Source, mood: str, claimed: str = "stated") -> bool:
    """Return whether words of this mood may confirm or contradict words of the claim's."""
    if claimed in ("unstated", "other"):
        return mood == claimed
    if source.layer == "review":
        return mood in ("stated", "hearsay") or mood == claimed
    return mood == "stated" or mood == claimed == "wish"


# ---- what a study is: cells, route, disease, design, place, journal


def _static(claim: Statement, sources: Sequence[Source], near: list[float]) -> Iterable[Finding]:
    done: set[tuple[str, bool]] = set()
    for item in claim.items:
        kind = item.key.split(":")[0]
        concept = concepts().get(item.key)
        if kind not in STATIC or concept is None or concept.generic or (item.key, item.negated) in done:
            continue
        done.add((item.key, item.negated))
        yield _static_item(claim, item, sources, near)


def _static_item(claim: Statement, item: Item, sources: Sequence[Source], near: list[float]) -> Finding:
    concept = concepts()[item.key]
    anchored = _anchored(claim, concept, sources)
    same: list[tuple[float, int, Item]] = []
    denied: list[tuple[float, int, Item]] = []
    rival: list[tuple[float, int, Item]] = []
    for row, source in enumerate(sources):
        for other in source.statement.items if not anchored or row in anchored else ():
            if not _usable(source, other.mood, item.mood):
                continue
            if is_a(other.key, item.key):
                (denied if other.negated and other.key == item.key else same if not other.negated else []).append((near[row], row, other))
            elif not other.negated and _exclusive(other.key, item.key):
                rival.append((near[row], row, other))
    claimed = _text(claim, item.start, item.end)
    span = claim.prepared.span(item.start, item.end)
    agreeing, against = (denied + rival, same) if item.negated else (same, rival + denied)
    if agreeing:
        best = max(agreeing, key=lambda r: (r[0], -r[1]))
        return _found(concept.kind, "agrees", claimed, span, sources, best)
    if against:
        return _found(concept.kind, "differs", claimed, span, sources, max(against, key=lambda r: (r[0], -r[1])))
    if concept.group == "place/institution" and not item.negated:
        for row, source in enumerate(sources):
            for name in source.statement.names:
                if name.kind == "place" and source.layer != "record":
                    where = _span(source, name.start, name.end)
                    return Finding("place", "differs", claimed, name.text, "", span, where, row, near=near[row])
    return Finding(concept.kind, "undecided", claimed, claim_span=span)


def _anchored(claim: Statement, concept: Concept, sources: Sequence[Source]) -> set[int]:
    """Return the sentences that carry the trial number or person the claim names, if they say anything of this kind."""
    named = {folded(n.text) for n in claim.names if n.kind in ("registration", "name")}
    rows = {i for i, s in enumerate(sources) if named & {folded(n.text) for n in s.statement.names}}
    if not rows or 2 * len(rows) > len(sources):
        return set()
    keys = {item.key for i in rows for item in sources[i].statement.items if not item.negated}
    return rows if any(k in concepts() and concepts()[k].group == concept.group for k in widened(keys)) else set()


def _found(kind: str, status: Status, claimed: str, span: tuple[int, int], sources: Sequence[Source], best: tuple[float, int, Item]) -> Finding:
    _, row, item = best
    return Finding(
        kind, status, claimed, _text(sources[row].statement, item.start, item.end), "", span,
        _span(sources[row], item.start, item.end), row, near=best[0],
    )  # fmt: skip


def _exclusive(one: str, other: str) -> bool:
    """Return whether two concepts can't both be said of one study."""
    if is_a(one, other) or is_a(other, one):
        return False
    for a, b in ((one, other), (other, one)):
        known = concepts().get(a)
        if known and b in known.excludes:
            return True
    own = concepts().get(other)
    if own is None or not own.group or own.generic:
        return False
    same_group = [k for k in (one, *sorted(widened({one}))) if k in concepts() and concepts()[k].group == own.group]
    return bool(same_group) and not concepts()[same_group[0]].generic and not any(is_a(k, other) or is_a(other, k) for k in same_group[:1])


def _apart(one: str, other: str) -> bool:
    """Return whether two concepts name different members of one group, generic ones included: ACLF and cirrhosis."""
    a, b = concepts().get(one), concepts().get(other)
    return bool(a and b and a.group and a.group == b.group) and not is_a(one, other) and not is_a(other, one)


# ---- what changed


def _change(claim: Statement, change: Change, sources: Sequence[Source], near: list[float]) -> Finding:
    times = _times(claim, change)
    ranked: list[tuple[float, int, Change, Status, str]] = []
    for row, source in enumerate(sources):
        for other in source.statement.changes:
            if not _usable(source, other.mood):
                continue
            exact = other.measure == change.measure
            if not exact and not is_a(other.measure, change.measure):
                continue  # ALT falling shows that a transaminase fell; transaminases falling does not show that ALT did
            context = 2.0 * near[row] + (0.5 if exact else 0.0)
            context += _overlap(times, _times(source.statement, other), 1.5)
            context += _arm_overlap(change, other)
            status, kind = _directions(change, other)
            if status == "differs" and not exact and not (kind == "arm" and is_a(other.measure, change.measure)):
                continue
            ranked.append((context, row, other, status, kind))
    words = _text(claim, change.start, change.end)
    span = claim.prepared.span(change.start, change.end)
    decided = [r for r in ranked if r[3] != "undecided"]
    if not decided:
        return Finding("direction", "undecided", words, claim_span=span, hard=_is_hard(change))
    best = max(decided, key=lambda r: (round(r[0], 6), r[3] == "agrees", -r[1]))
    agree = max((r for r in decided if r[3] == "agrees"), key=lambda r: (r[0], -r[1]), default=None)
    if agree and agree[0] >= best[0] - 0.25:
        best = agree
    _, row, other, status, kind = best
    source = sources[row]
    return Finding(
        kind, status, words, _text(source.statement, other.start, other.end), "", span, _span(source, other.start, other.end), row,
        near=near[row],
    )  # fmt: skip


def _is_hard(change: Change) -> bool:
    """Return whether a change must be confirmed; one of a generic or of no real measure may stay open."""
    return not concepts()[change.measure].generic and not change.measure.startswith("topic:")


def _times(statement: Statement, change: Change) -> frozenset[tuple[str, float, float]]:
    figures = [f for f in statement.figures if f.quantity.kind == "duration" and f.clause == change.clause]
    bound = [f for f in figures if change.measure in f.content] or figures
    return frozenset((f.quantity.base, f.quantity.low, f.quantity.high) for f in bound)


def _overlap(one: frozenset[object] | frozenset[tuple[str, float, float]], other: frozenset[tuple[str, float, float]], weight: float) -> float:
    if not one or not other:
        return 0.0
    return weight if one & other else -weight


def _arm_overlap(change: Change, other: Change) -> float:
    value = 0.0
    for one, two in ((change.subjects | change.references, other.subjects | other.references),):
        shared = one & two
        value += 0.5 * min(2, len(shared))
    if change.focus and other.focus:
        value += 1.0
    return value


def _directions(change: Change, other: Change) -> tuple[Status, str]:
    """Return whether two changes of one measure agree, and the kind of difference if they don't."""
    signs, flipped = change.signs, False
    if _swapped(change, other):
        signs, flipped = frozenset(OPPOSITE[s] for s in signs), True
    elif _opposite_side(change, other):
        signs, flipped = frozenset(OPPOSITE[s] for s in signs), True
    elif _other_side(change, other):
        return "undecided", ""
    elif _of_both(change, other):
        return "undecided", ""  # the source says it of both, not of one against the other
    if change.focus and other.focus and not (change.focus & other.focus):
        if any(_exclusive(a, b) or a.split(":")[0] == b.split(":")[0] for a in change.focus for b in other.focus):
            return "differs", next(iter(sorted(change.focus))).split(":")[0]
    if len(signs) > 2 and not (len(other.signs) > 2 or other.references) and signs & other.signs:
        return "undecided", ""  # that two differ is not shown by one having improved
    if change.negated and other.negated and signs != other.signs:
        return "undecided", ""  # not better is not the same as not worse
    if not signs & other.signs:
        if {"u", "d"} & (signs | other.signs) and {"+", "-"} & (signs | other.signs) and not ({"0"} & (signs | other.signs)):
            return "undecided", ""
        if flipped and change.signs & other.signs:
            return "differs", "arm"
        denied = change.negated != other.negated or frozenset("0") in (signs, other.signs)
        return "differs", "negation" if denied else "direction"
    weak = {"trend", "limited", "transient"}
    if "significant" in change.strength and weak & other.strength and not weak & change.strength and "significant" not in other.strength:
        return "differs", "direction"
    if "significant" in other.strength and weak & change.strength and not weak & other.strength:
        return "differs", "direction"
    if {"lasting"} & change.strength and {"transient"} & other.strength:
        return "differs", "direction"
    return "agrees", "direction"


SIDES = {"arm:treated": "arm:control", "arm:repeated": "arm:single", "arm:long course": "arm:short course", "arm:younger": "arm:older", "arm:high dose": "arm:low dose"}


def _sides(keys: frozenset[str]) -> frozenset[str]:
    found = widened(set(keys))
    if any(k.startswith(("cell type:", "cell source:", "route:")) for k in found) and "arm:control" not in found:
        found.add("arm:treated")
    return frozenset(found)


def _swapped(change: Change, other: Change) -> bool:
    """Return whether the claim's subject is what the source compares with: A better than B against B better than A."""
    s, r = _sides(change.subjects) - _sides(change.references), _sides(change.references) - _sides(change.subjects)
    t, q = _sides(other.subjects) - _sides(other.references), _sides(other.references) - _sides(other.subjects)
    specific = [k for k in (s & q) if k != "arm:treated"]
    if specific and ((r & t) or not r or not t):
        return True
    if (r & t) - {"arm:treated"} and not (s & t) and r:
        return True
    for first, second in SIDES.items():
        if first in t and second in s and first not in s and second not in t and (r or change.references or q):
            return True
        if second in t and first in s and second not in s and first not in t and q and r:
            return True
    return False


def _opposite_side(change: Change, other: Change) -> bool:
    """Return whether a comparative is said of the other end: stronger at low doses against stronger at high doses."""
    if not (change.graded and other.graded):
        return False
    for first, second in SIDES.items():
        for a, b in ((first, second), (second, first)):
            if a != "arm:treated" and b != "arm:treated" and a in change.subjects and b in other.subjects:
                if b not in change.subjects | change.references and a not in other.subjects | other.references:
                    return True
    return False


def _of_both(change: Change, other: Change) -> bool:
    """Return whether the claim sets apart two that the source names side by side."""
    named = _sides(other.subjects) - _sides(other.references)
    ahead, behind = change.subjects - change.references, change.references - change.subjects
    return bool(behind & named and (not ahead or ahead & named or not other.references))


def _other_side(change: Change, other: Change) -> bool:
    """Return whether the two speak of different arms, so that neither confirms the other."""
    one, two = change.subjects, other.subjects
    for a in one:
        for b in two:
            if a.startswith("arm:") and b.startswith("arm:") and _exclusive(a, b) and not (one & two):
                return True
            if a.startswith("route:") and b.startswith("route:") and _exclusive(a, b) and not (one & two) and (change.references or other.focus or change.focus):
                return True
    return False


# ---- what happened or is said to be so


def _events_and_topics(claim: Statement, sources: Sequence[Source], near: list[float]) -> Iterable[Finding]:
    changed = {c.measure for c in claim.changes}
    done: set[tuple[str, bool]] = set()
    for item in claim.items:
        kind = item.key.split(":")[0]
        if kind not in ("event", "topic", "measure") or (item.key, item.negated) in done or item.key in changed:
            continue
        done.add((item.key, item.negated))
        if kind == "event":
            yield _event(claim, item, sources, near)
        else:
            yield _topic(claim, item, sources, near)


def _event(claim: Statement, item: Item, sources: Sequence[Source], near: list[float]) -> Finding:
    agree: list[Any] = []
    against: list[Any] = []
    for row, source in enumerate(sources):
        for other in source.statement.items:
            if not _usable(source, other.mood, item.mood) or not other.key.startswith("event:"):
                continue
            wider, narrower = is_a(item.key, other.key), is_a(other.key, item.key)
            if item.negated and other.negated and wider:
                agree.append((near[row], row, other))
            elif item.negated and not other.negated and narrower and other.occurs and other.key != "event:safety":
                against.append((near[row], row, other))
            elif not item.negated and not other.negated and narrower and item.occurs <= other.occurs:
                agree.append((near[row], row, other))
            elif not item.negated and other.negated and wider and (item.occurs or item.key == "event:safety"):
                against.append((near[row], row, other))
    claimed, span = _text(claim, item.start, item.end), claim.prepared.span(item.start, item.end)
    for other_change in () if agree or against else [(row, c) for row, s in enumerate(sources) for c in s.statement.changes if c.measure == item.key and _usable(s, c.mood)]:
        row, change = other_change
        return Finding("negation", "undecided", claimed, _text(sources[row].statement, change.start, change.end), "", span, None, row)
    lead = max((a[0] for a in against), default=0.0) - max((a[0] for a in agree), default=-1.0)
    if against and (item.negated or item.occurs) and lead > (0.1 if item.negated else -0.1):  # a harm that a source denies is never confirmed lightly
        return _found("negation", "differs", claimed, span, sources, max(against, key=lambda r: (r[0], -r[1])))
    if agree:
        return _found("event", "agrees", claimed, span, sources, max(agree, key=lambda r: (r[0], -r[1])))
    return Finding("event", "undecided", claimed, claim_span=span, hard=item.negated or item.occurs)


def _topic(claim: Statement, item: Item, sources: Sequence[Source], near: list[float]) -> Finding:
    agree: list[Any] = []
    against: list[Any] = []
    for row, source in enumerate(sources):
        for other in source.statement.items:
            if not _usable(source, other.mood, item.mood):
                continue
            if is_a(other.key, item.key):
                (agree if other.negated == item.negated else against).append((near[row], row, other))
            elif not other.negated and not item.negated and _exclusive(other.key, item.key):
                against.append((near[row], row, other))
    claimed, span = _text(claim, item.start, item.end), claim.prepared.span(item.start, item.end)
    if against and (not agree or max(a[0] for a in against) > max(a[0] for a in agree) + 0.1):
        best = max(against, key=lambda r: (r[0], -r[1]))
        if best[0] >= NUMBER_CONTEXT and item.key.startswith("topic:"):
            return _found("negation" if best[2].negated != item.negated else "direction", "differs", claimed, span, sources, best)
    if agree:
        return _found("topic", "agrees", claimed, span, sources, max(agree, key=lambda r: (r[0], -r[1])))
    return Finding("measures" if concepts()[item.key].generic else "topic", "undecided", claimed, claim_span=span, hard=False)


# ---- figures


def _figure(claim: Statement, figure: Figure, sources: Sequence[Source], near: list[float]) -> Finding:
    quantity = figure.quantity
    ranked: list[tuple[float, int, Figure, bool | None]] = []
    for row, source in enumerate(sources):
        for other in source.statement.figures:
            if not _comparable(figure, other) or not _usable(source, other.mood, figure.mood):
                continue
            context = 2.0 * near[row] + _figure_context(figure, other)
            equals = same_value(quantity, other.quantity) or _spans(quantity, other, source.statement)
            ranked.append((context, row, other, equals))
    if quantity.kind == "date" and any(r[2].quantity.kind == "date" for r in ranked):
        ranked = [r for r in ranked if r[2].quantity.kind == "date"]  # a bare year does not confirm a day
    claimed, span = quantity.value(), claim.prepared.span(quantity.start, quantity.end)
    kind = _figure_kind(figure)
    unit = quantity.unit if quantity.kind not in ("year", "date", "number", "p value") else ""
    equal = max((r for r in ranked if r[3]), key=lambda r: (r[0], -r[1]), default=None)
    rivals = [r for r in ranked if r[3] is False and _same_sort(figure, r[2])]
    unlike = max(rivals, key=lambda r: (r[0], bool(widened(set(figure.arms)) & widened(set(r[2].arms))), -r[1]), default=None)
    if equal and not (unlike and _outweighs(figure, unlike, equal, near)):
        return _figure_found(kind, "agrees", claimed, unit, span, sources, equal, near[equal[1]])
    open_ = max((r for r in ranked if r[3] is None), key=lambda r: (r[0], -r[1]), default=None)
    if open_ and (not unlike or open_[0] >= unlike[0] - 1):
        finding = _figure_found(kind, "undecided", claimed, unit, span, sources, open_, near[open_[1]])
        return replace(finding, about=True)
    if unlike and _is_against(figure, unlike, near):
        elsewhere = equal is not None and figure.arms and equal[2].arms and not widened(set(figure.arms)) & widened(set(equal[2].arms))
        if equal and (elsewhere or _conflict(figure.population, equal[2].population)):
            kind = "arm"
        elif figure.quantity.kind == "date" and int(unlike[2].quantity.low // 10000) == int(quantity.low // 10000):
            kind = "date"
        return _figure_found(kind, "differs", claimed, unit, span, sources, unlike, near[unlike[1]])
    unheard = quantity.kind == "groups" and not any(f.quantity.kind == "groups" for s in sources for f in s.statement.figures)
    trivial = unheard or quantity.kind in ("times", "patients", "trials") and quantity.low <= 2 and quantity.low == quantity.high and quantity.kind == "times"
    return Finding(kind, "undecided", claimed, unit=unit, claim_span=span, hard=not trivial)


def _spans(quantity: Quantity, other: Figure, statement: Statement) -> bool | None:
    """Return True where a claimed range runs from one to another value that the sentence lists, else what equality says."""
    if quantity.kind == "percentage" and other.quantity.kind == "patients":
        counts = [f.quantity.low for f in statement.figures if f.quantity.kind == "patients"]
        return any(part and abs(100 * part / other.quantity.low - quantity.low) < PART for part in counts if part < other.quantity.low) or None
    if quantity.low < quantity.high and other.quantity.low in (quantity.low, quantity.high):
        ends = {f.quantity.low for f in statement.figures if f.quantity.kind == other.quantity.kind}
        if {quantity.low, quantity.high} <= ends:
            return True
    return same_value(quantity, other.quantity)


def _comparable(figure: Figure, other: Figure) -> bool:
    one, two = figure.quantity.kind, other.quantity.kind
    if {one, two} <= {"year", "date"}:
        return figure.role == other.role
    if one == "percentage" and two == "patients":
        return not any(c.isdigit() for c in figure.quantity.text)  # a third: nine of 27
    if one == two:
        return ("interval" in (figure.role, other.role)) <= (figure.role == other.role)
    return "number" in (one, two) and {one, two} <= set(COUNTABLE)


def _same_sort(figure: Figure, other: Figure) -> bool:
    """A number without a unit may agree with any count, but only one of its own sort or measure can contradict it."""
    if figure.content & other.content and "number" in (figure.quantity.kind, other.quantity.kind):
        return True
    return figure.quantity.kind == other.quantity.kind or figure.role in ("published", "period")


def _figure_kind(figure: Figure) -> str:
    if figure.quantity.kind in ("year", "date"):
        return "year"
    return "number"


def _figure_context(figure: Figure, other: Figure) -> float:
    context = 0.0
    if figure.role == "published":
        return context
    if figure.arms and other.arms:
        context += 2.0 if widened(set(figure.arms)) & widened(set(other.arms)) else -3.0 if _conflict(figure.arms, other.arms) else 0.0
    if figure.content and other.content:
        context += 2.0 if widened(set(figure.content)) & widened(set(other.content)) else -1.0
    if figure.population and other.population:
        context += 1.0 if figure.population & other.population else -2.0 if _conflict(figure.population, other.population) else 0.0
    if figure.quantity.unit == other.quantity.unit:
        context += 0.5
    return context


def _conflict(one: frozenset[str], other: frozenset[str]) -> bool:
    return not (widened(set(one)) & widened(set(other))) and any(_apart(a, b) for a in one for b in other)


def _outweighs(
    figure: Figure, unlike: tuple[float, int, Figure, bool | None], equal: tuple[float, int, Figure, bool | None], near: list[float]
) -> bool:
    """Return whether another value stands for the same arm or measure, where the equal one stands for another."""
    other, same = unlike[2], equal[2]
    if figure.arms and _conflict(figure.arms, same.arms) and widened(set(figure.arms)) & widened(set(other.arms)):
        return True
    bound = bool(widened(set(figure.arms)) & widened(set(other.arms)))
    own = bool(widened(set(figure.arms)) & widened(set(same.arms)))
    if figure.arms and not own and bound and near[unlike[1]] >= near[equal[1]] - NEARLY:
        return True
    if figure.population and _conflict(figure.population, same.population) and figure.population & other.population:
        return unlike[0] > equal[0]
    if figure.role == "published":
        return False
    if figure.role == "period" and near[unlike[1]] > near[equal[1]] + CLEARLY_NEARER:
        return True
    apart = figure.content and same.content and not (widened(set(figure.content)) & widened(set(same.content)))
    together = widened(set(figure.content)) & widened(set(other.content))
    return bool(apart and together and unlike[0] > equal[0] + 1.0 and near[unlike[1]] >= near[equal[1]])


def _is_against(figure: Figure, unlike: tuple[float, int, Figure, bool | None], near: list[float]) -> bool:
    """Return whether another value is said of the same thing, so that the claim's is wrong and not merely unheard of."""
    shared = (figure.arms & unlike[2].arms) or (figure.content & unlike[2].content) or figure.quantity.kind in ("year", "date")
    return bool(shared) or near[unlike[1]] >= (ALIKE if figure.quantity.kind == "duration" else NUMBER_CONTEXT)


def _figure_found(
    kind: str, status: Status, claimed: str, unit: str, span: tuple[int, int], sources: Sequence[Source], best: tuple[float, int, Figure, bool | None], near: float
) -> Finding:  # fmt: skip
    _, row, figure, _ = best
    quantity = figure.quantity
    shown = quantity.value() if quantity.unit == unit or not unit else f"{quantity.value()} {quantity.unit}".strip()
    return Finding(kind, status, claimed, shown, unit, span, _span(sources[row], quantity.start, quantity.end), row, near=near, is_follow_up=kind == "number" and quantity.kind == "duration" and status == "differs")


def _settled(claim: Statement, findings: list[Finding], sources: Sequence[Source]) -> list[Finding]:
    """Let a change of a list stand where the sentence that confirms the others under the same word names its measure too."""
    words = {claim.prepared.span(c.start, c.end): c for c in claim.changes}
    agreed = [(words[f.claim_span], f) for f in findings if f.status == "agrees" and f.claim_span in words and f.row is not None]
    settled = []
    for finding in findings:
        change = words.get(finding.claim_span)
        if finding.status == "undecided" and finding.kind == "direction" and change:
            for other, found in agreed:
                if other.word == change.word and change.measure in widened(set(sources[found.row or 0].statement.keys)):
                    finding = replace(found, claimed=finding.claimed, claim_span=finding.claim_span)
                    break
        settled.append(finding)
    return settled
