"""Judges a claim: which study it is about, which of its sentences back it, where it differs, and what stays open.

Two layers are kept apart: what the review says of a study, and what the study's own digest, abstract or full text says.
"""

from collections.abc import Sequence

from qa.claims.comparison.findings import Comparison
from qa.claims.comparison.weighing import weigh
from qa.claims.evidence import Source, sources_of, study_rows
from qa.claims.judgement.judgement import Judgement, joined, nothing_found
from qa.claims.judgement.shown import deciding_hits, notices_of
from qa.claims.judgement.studies import Case, candidate_studies, fit, names_study
from qa.claims.judgement.verdict import is_backed, layer_verdict, strangeness, verdict_of
from qa.corpus.folder import Corpus
from qa.records import Hit, Verdict
from qa.statements.statement import Statement, read_statement
from qa.text.sentences import sentence_spans

SLACK = 1.5  # by how much a study that supports the claim may fit worse than one that does not


def compare(claim: str, sentence: str) -> Comparison:
    """Return how a claim stands to one sentence: what agrees, differs and can't be decided, with spans of both."""
    return weigh(read_statement(claim), [Source(None, "source", read_statement(sentence))])


def judge(claim: str, hits: Sequence[Hit], corpus: Corpus) -> Judgement:
    """Return whether the corpus supports a claim of one or more sentences.

    The hits are candidates, best first, from retrieval; they weigh in the choice of the study, and all of a study's
    sentences are then compared, for a claim may join what two of them say. Several sentences are supported together
    only if each is.
    """
    sentences = [claim[a:b] for a, b in sentence_spans(claim)] or [claim]
    offsets = [claim.index(text) for text in sentences]
    rows = study_rows(corpus)
    parts = []
    previous: int | None = None
    for sentence, offset in zip(sentences, offsets, strict=True):
        part = _judge_sentence(read_statement(sentence), hits, corpus, rows, previous)
        previous = part.study if part.study is not None else previous
        parts.append((part, offset))
    return parts[0][0] if len(parts) == 1 else joined(parts)


def _judge_sentence(
    statement: Statement, hits: Sequence[Hit], corpus: Corpus, rows: dict[int, list[int]], previous: int | None
) -> Judgement:
    cases = []
    for study, score in candidate_studies(statement, hits, corpus, rows, previous):
        sources = sources_of(corpus, study, rows[study], statement.language)
        comparison = weigh(statement, sources)
        carried = study == previous and not names_study(statement)
        late = max((hit.parts.get("late", 0.0) for hit in hits if study in hit.passage.citations), default=0.0)
        cases.append(Case(study, score, sources, comparison, strangeness(statement, sources, comparison), carried, late))
    if not cases:
        return nothing_found()
    supported = [case for case in cases if verdict_of(statement, case) == "supported"]
    best = max(cases, key=lambda case: (fit(case), case.score, -case.study))
    if supported:
        backed = max(supported, key=lambda case: (fit(case), case.score, -case.study))
        best = backed if fit(backed) >= fit(best) - SLACK else best
    return _judgement(statement, best, hits, corpus)


def _judgement(statement: Statement, case: Case, hits: Sequence[Hit], corpus: Corpus) -> Judgement:
    union = verdict_of(statement, case)
    review, source = layer_verdict(statement, case, "review"), layer_verdict(statement, case, "source")
    if union == "supported" or is_backed(statement, case, {"review": review, "source": source}):
        verdict: Verdict = "supported"
    else:
        verdict = "differs" if union == "differs" else "not_found"
    shown, marks = deciding_hits(case, hits, corpus)
    return Judgement(
        verdict=verdict,
        study=case.study,
        hits=shown,
        differences=case.comparison.differences if verdict == "differs" else (),
        findings=case.comparison.findings,
        review=review,
        source=source,
        notices=notices_of(statement, case, verdict, review, source),
        claim_marks=tuple(f.claim_span for f in case.comparison.findings if f.status == "differs"),
        marks=marks,
    )
