"""What is shown beside a verdict: the sentences that decide, the words to mark in them, the notices."""

from collections.abc import Sequence

from qa.claims.comparison.findings import Finding
from qa.claims.comparison.weighing import weigh
from qa.claims.judgement.judgement import QUOTES, LayerVerdict
from qa.claims.judgement.studies import Case
from qa.corpus.folder import Corpus
from qa.records import REVIEW, Hit, Verdict
from qa.statements.statement import Statement
from qa.text.lexicon import word_list


def deciding_hits(case: Case, hits: Sequence[Hit], corpus: Corpus) -> tuple[tuple[Hit, ...], tuple[tuple[tuple[int, int], ...], ...]]:
    """Return up to three sentences that together decide most items, each next one chosen for what it adds."""
    by_row: dict[int, list[Finding]] = {}
    for finding in case.comparison.findings:
        if finding.row is not None and case.sources[finding.row].row is not None and finding.status != "undecided":
            by_row.setdefault(finding.row, []).append(finding)
    chosen: list[int] = []
    covered: set[tuple[int, int]] = set()
    while by_row and len(chosen) < QUOTES:
        gains = {i: {f.claim_span for f in found} - covered for i, found in by_row.items() if i not in chosen}
        if not gains:
            break
        best = max(gains, key=lambda i: (any(f.status == "differs" for f in by_row[i]), len(gains[i]), -i))
        if not gains[best]:
            break
        chosen.append(best)
        covered |= gains[best]
    known = {hit.row: hit for hit in hits}
    shown, marks = [], []
    for rank, at in enumerate(chosen, 1):
        row = case.sources[at].row
        assert row is not None
        score = known[row].score if row in known else 0.0
        shown.append(Hit(row, corpus.passages[row], score, rank))
        marks.append(tuple(f.source_span for f in by_row[at] if f.status == "differs" and f.source_span))
    return tuple(shown), tuple(marks)


def notices_of(statement: Statement, case: Case, verdict: Verdict, review: LayerVerdict, source: LayerVerdict) -> tuple[str, ...]:
    """Return what a reader must know beside the verdict: what stays open, and where review and source part."""
    texts = word_list("check-notices")[statement.language]
    notices = []
    for finding in case.comparison.of("undecided"):
        if finding.about:
            notices.append(texts["about"].format(claimed=f"{finding.claimed} {finding.unit}".strip(), source=finding.source))
        elif finding.hard:
            notices.append(texts["not_stated"].format(claimed=f"{finding.claimed} {finding.unit}".strip(), study=case.study))
    if verdict == "supported" and case.study != REVIEW and any(s.layer == "source" for s in case.sources):
        if review == "supported" and source != "supported":
            own = weigh(statement, [s for s in case.sources if s.layer == "source"]).of("differs")
            for finding in own:
                notices.append(texts["source_differs"].format(study=case.study, source=finding.source, claimed=finding.claimed))
            if not own:
                notices.append(texts["source_silent"].format(study=case.study))
        elif source == "supported" and review == "differs":
            for finding in weigh(statement, [s for s in case.sources if s.layer == "review"]).of("differs"):
                notices.append(texts["review_differs"].format(study=case.study, source=finding.source))
    return tuple(dict.fromkeys(notices))
