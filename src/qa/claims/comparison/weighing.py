"""Compares a claim with sentences of a study: what agrees, what differs, and what can't be decided.

Every item of the claim is looked for in all the sentences together, for a claim may join what a study says in two. An
item that no sentence mentions is undecided, never a difference. Where several sentences speak of it, the one that
speaks of the same arm, measure, time and population decides.
"""

from collections.abc import Sequence
from dataclasses import replace

from qa.claims.comparison.altered import compare_altered
from qa.claims.comparison.changes import compare_change
from qa.claims.comparison.events import compare_events
from qa.claims.comparison.figures import compare_figure
from qa.claims.comparison.findings import Comparison, Finding
from qa.claims.comparison.names import compare_names
from qa.claims.comparison.relations import widened
from qa.claims.comparison.traits import compare_traits
from qa.claims.evidence import Source
from qa.quantities.quantity import same_value
from qa.statements.statement import Statement
from qa.text.preparation import folded

CONFIRMING = {"stated", "wish", "hearsay"}  # moods of a claim whose changes are compared


def weigh(claim: Statement, sources: Sequence[Source]) -> Comparison:
    """Return what each item of a claim finds in the sources, which are sentences about one study."""
    near = [similarity(claim, source.statement) for source in sources]
    findings = [
        *compare_traits(claim, sources, near),
        *(compare_change(claim, c, sources, near) for c in claim.changes if c.mood in CONFIRMING),
        *compare_events(claim, sources, near),
        *(compare_figure(claim, f, sources, near) for f in claim.figures),
        *compare_names(claim, sources),
    ]
    known = {f.claim_span for f in findings if f.status == "differs"}
    findings += [f for f in compare_altered(claim, sources, near) if f.claim_span not in known]
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
