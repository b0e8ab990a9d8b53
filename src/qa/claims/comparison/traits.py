"""Compares what a study is: cells, route, disease, stage, design, place, journal."""

from collections.abc import Iterable, Sequence

from qa.claims.comparison.findings import Finding, Found, finding_of, likest, original_words, span_in, usable
from qa.claims.comparison.relations import exclusive, widened
from qa.claims.evidence import Source
from qa.statements.statement import Item, Statement
from qa.text.lexicon import Concept, concepts, is_a
from qa.text.preparation import folded

PLACED = ("route", "cell type", "cell source", "stage")  # of which a study may have several, each in its place
NEARER, ALIKE = 0.15, 0.6  # by how much, and how much, a sentence must be like the claim to count more than those that agree
TRAITS = ("cell type", "cell source", "route", "disease", "stage", "design", "place", "journal")


def compare_traits(claim: Statement, sources: Sequence[Source], near: list[float]) -> Iterable[Finding]:
    """Yield what each trait that the claim names finds; `near` is the likeness of each source to the claim."""
    done: set[tuple[str, bool]] = set()
    for item in claim.items:
        kind = item.key.split(":")[0]
        concept = concepts().get(item.key)
        if kind not in TRAITS or concept is None or concept.generic or (item.key, item.negated) in done:
            continue
        done.add((item.key, item.negated))
        yield _trait(claim, item, sources, near)


def _trait(claim: Statement, item: Item, sources: Sequence[Source], near: list[float]) -> Finding:
    concept = concepts()[item.key]
    same, denied, rival = _spoken_of(item, sources, near, _anchored(claim, concept, sources))
    listed = {i.key for i in claim.items if i.clause == item.clause and not i.negated and exclusive(i.key, item.key)}
    rival = [found for found in rival if found[2].key not in listed]  # by vein, hepatic artery and portal vein: by vein contradicts no other
    claimed = original_words(claim, item.start, item.end)
    span = claim.prepared.span(item.start, item.end)
    agreeing, against = (denied + rival, same) if item.negated else (same, rival + denied)
    if agreeing and against and concept.kind in PLACED and likest(against)[0] > max(likest(agreeing)[0] + NEARER, ALIKE):
        return finding_of(concept.kind, "differs", claimed, span, sources, against)
    if agreeing:
        return finding_of(concept.kind, "agrees", claimed, span, sources, agreeing)
    if against:
        return finding_of(concept.kind, "differs", claimed, span, sources, against)
    if concept.group == "place/institution" and not item.negated:
        for row, source in enumerate(sources):
            for name in source.statement.names:
                if name.kind == "place" and source.layer != "record":
                    where = span_in(source, name.start, name.end)
                    return Finding("place", "differs", claimed, name.text, "", span, where, row, near=near[row])
    return Finding(concept.kind, "undecided", claimed, claim_span=span)


def _spoken_of(item: Item, sources: Sequence[Source], near: list[float], rows: set[int]) -> tuple[list[Found], list[Found], list[Found]]:
    """Return where sources say the same, deny it, or say what excludes it; in these rows if any of them does, else in all."""
    same: list[Found] = []
    denied: list[Found] = []
    rival: list[Found] = []
    for row, source in enumerate(sources):
        for other in source.statement.items if not rows or row in rows else ():
            if not usable(source, other.mood, item.mood):
                continue
            if is_a(other.key, item.key):
                (denied if other.negated and other.key == item.key else same if not other.negated else []).append((near[row], row, other))
            elif not other.negated and exclusive(other.key, item.key):
                rival.append((near[row], row, other))
    return (same, denied, rival) if same or denied or rival or not rows else _spoken_of(item, sources, near, set())


def _anchored(claim: Statement, concept: Concept, sources: Sequence[Source]) -> set[int]:
    """Return the sentences that carry the trial number or person the claim names, if they say anything of this kind."""
    named = {folded(n.text) for n in claim.names if n.kind in ("registration", "name")}
    rows = {i for i, s in enumerate(sources) if named & {folded(n.text) for n in s.statement.names}}
    if not rows or 2 * len(rows) > len(sources):
        return set()
    keys = {item.key for i in rows for item in sources[i].statement.items if not item.negated}
    return rows if any(k in concepts() and concepts()[k].group == concept.group for k in widened(keys)) else set()
