"""Opposite findings stand together: another study's sentence on the same measure, or the source against the review."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from qa.answering.opposite import Opposites, outcome_sides
from qa.records import Document, Passage, Quote
from qa.statements.outcomes import told, told_from, told_row

LINES = {  # (study, kind) -> sentences
    (1, "digest"): ["In the Alpha trial the MELD score improved significantly."],
    (2, "digest"): ["The Beta trial had 12 people.", "In the Beta trial the MELD score did not improve over placebo."],
    (3, "digest"): ["The Gamma trial had 90 people.", "In the Gamma trial the MELD score was no better than with placebo."],
    (4, "review"): ["The review says that albumin rose in the Delta trial."],
    (4, "digest"): ["The Delta trial ran in Rome.", "Albumin did not change in the Delta trial."],
}


def outcome(measure: str, direction: str) -> dict[str, str]:
    return {"measure_en": measure, "direction": direction}


@pytest.fixture
def index() -> Any:
    passages, documents = [], {}
    for (number, kind), lines in LINES.items():
        name = f"{kind}/{number}"
        documents[name] = Document(name, "\n".join(lines), "en", name, kind, ())  # type: ignore[arg-type]
        passages += [Passage(f"{name}:{i}", f"{name}:{i}", name, 0, len(line), line, "en", (number,), "", "") for i, line in enumerate(lines)]
    studies = {
        1: {"n_total": 50, "outcomes": [outcome("MELD score", "improved")]},
        2: {"n_total": 12, "outcomes": [outcome("MELD score", "no difference")]},
        3: {"n_total": 90, "outcomes": [outcome("MELD score", "no difference")]},
        4: {"n_total": 8, "outcomes": []},
    }
    audit = {4: [{"verdict": "contradicted", "sentences": [LINES[4, "review"][0]]}]}
    texts = {p.id: told(p.text) for p in passages}
    return SimpleNamespace(told=texts, passages=passages, documents=documents, studies=studies, audit=audit, raw_vectors=np.eye(len(passages), dtype=np.float32))


def quote(index: Any, passage_id: str) -> Quote:
    found = next(p for p in index.passages if p.id == passage_id)
    return Quote(found.text, found.citations, found.document, found.id, found.start, found.end, None, 1.0, None)


def test_beside_a_favourable_quote_stands_the_largest_study_that_found_otherwise(index: Any) -> None:
    found = Opposites(index).findings((quote(index, "digest/1:0"),), "en")
    assert [q.text for q in found] == [LINES[3, "digest"][1]]


def test_beside_an_unfavourable_quote_stands_the_favourable_study(index: Any) -> None:
    found = Opposites(index).findings((quote(index, "digest/2:1"),), "en")
    assert [q.text for q in found] == [LINES[1, "digest"][0]]


def test_quotes_that_show_both_sides_need_no_more(index: Any) -> None:
    assert Opposites(index).findings((quote(index, "digest/1:0"), quote(index, "digest/2:1")), "en") == ()


def test_a_sentence_of_the_review_that_its_source_contradicts_stands_beside_the_source(index: Any) -> None:
    found = Opposites(index).findings((quote(index, "review/4:0"),), "en")
    assert [q.text for q in found] == [LINES[4, "digest"][1]]  # the sentence on albumin, not the one on Rome


def test_a_review_that_the_audit_supports_stands_alone(index: Any) -> None:
    index.audit[4][0]["verdict"] = "supported"
    assert Opposites(index).findings((quote(index, "review/4:0"),), "en") == ()


def test_mixed_and_unreported_outcomes_take_no_side() -> None:
    assert outcome_sides({"outcomes": [outcome("Serum albumin", "mixed"), outcome("MELD score", "not reported")]}) == {}


def test_a_limited_gain_is_neither_side() -> None:
    assert told("The MELD score improved only slightly.").sides == set()


def test_what_a_sentence_tells_is_kept_in_the_index_as_plain_values() -> None:
    row = told_row(told("Albumin was unchanged, and the MELD score improved."))
    assert row == {"sides": [["measure:albumin", "not better"], ["measure:meld", "better"]], "keys": ["direction:better", "direction:same", "measure:albumin", "measure:meld"]}
    assert told_from(row) == told("Albumin was unchanged, and the MELD score improved.")


def test_a_sentence_that_the_index_did_not_read_is_read_when_it_is_quoted(index: Any) -> None:
    index.told.clear()
    found = Opposites(index).findings((quote(index, "digest/1:0"),), "en")
    assert [q.text for q in found] == [LINES[3, "digest"][1]]
