"""Compares what happened, and what is said to be so."""

from collections.abc import Iterable, Sequence

from qa.claims.comparison.findings import NUMBER_CONTEXT, Finding, Found, finding_of, likest, original_words, usable
from qa.claims.comparison.relations import exclusive
from qa.claims.evidence import Source
from qa.statements.statement import Item, Statement
from qa.text.lexicon import concepts, is_a

ALIKE = 0.5  # how near a sentence must be for its denial of a topic to stand against the claim's


def compare_events(claim: Statement, sources: Sequence[Source], near: list[float]) -> Iterable[Finding]:
    """Yield what each event, topic and measure that the claim names finds, but for measures of which it says a change."""
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
    agree: list[Found] = []
    against: list[Found] = []
    for row, source in enumerate(sources):
        for other in source.statement.items:
            if not usable(source, other.mood, item.mood) or not other.key.startswith("event:"):
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
    claimed, span = original_words(claim, item.start, item.end), claim.prepared.span(item.start, item.end)
    changed = [(row, c) for row, s in enumerate(sources) for c in s.statement.changes if c.measure == item.key and usable(s, c.mood)]
    if changed and not agree and not against:
        row, change = changed[0]
        return Finding("negation", "undecided", claimed, original_words(sources[row].statement, change.start, change.end), "", span, None, row)
    lead = max((a[0] for a in against), default=0.0) - max((a[0] for a in agree), default=-1.0)
    if against and (item.negated or item.occurs) and lead > (0.1 if item.negated else -0.1):  # a harm that a source denies is never confirmed lightly
        return finding_of("negation", "differs", claimed, span, sources, against)
    if agree:
        return finding_of("event", "agrees", claimed, span, sources, agree)
    return Finding("event", "undecided", claimed, claim_span=span, hard=item.negated or item.occurs)


def _topic(claim: Statement, item: Item, sources: Sequence[Source], near: list[float]) -> Finding:
    agree: list[Found] = []
    against: list[Found] = []
    for row, source in enumerate(sources):
        for other in source.statement.items:
            if not usable(source, other.mood, item.mood):
                continue
            if is_a(other.key, item.key):
                (agree if other.negated == item.negated else against).append((near[row], row, other))
            elif not other.negated and not item.negated and exclusive(other.key, item.key):
                against.append((near[row], row, other))
    claimed, span = original_words(claim, item.start, item.end), claim.prepared.span(item.start, item.end)
    if against and (not agree or max(a[0] for a in against) > max(a[0] for a in agree) + 0.1):
        best = likest(against)
        if best[0] >= (ALIKE if best[2].negated != item.negated else NUMBER_CONTEXT) and item.key.startswith("topic:") and not concepts()[item.key].generic:
            return finding_of("negation" if best[2].negated != item.negated else "direction", "differs", claimed, span, sources, against)
    if agree:
        return finding_of("topic", "agrees", claimed, span, sources, agree)
    return Finding("measures" if concepts()[item.key].generic else "topic", "undecided", claimed, claim_span=span, hard=item.key.startswith("measure:") and not concepts()[item.key].generic)
