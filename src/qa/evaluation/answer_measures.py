"""What answers are worth, counted exactly and without any judging model: each measure is a yes or no for each case.

A measure that does not apply to a case gives None there; the others are averaged with an interval, over all cases and
for each language of the question.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from qa.evaluation.measures import Estimate, area_under_risk_coverage, area_under_roc, difference, estimate, reliability, risk_coverage
from qa.evaluation.question_file import Claim, Question
from qa.records import Answer, Language


@dataclass(frozen=True)
class Case:
    """A question with what came back: the answer, the statement (unit) of each quote, and the best found statement.

    `best` is the first quote's unit, or for a refusal the unit that stood first in the ranking: what would have been said.
    """

    question: Question
    answer: Answer
    units: tuple[str, ...]
    best: str | None

    @property
    def language(self) -> Language:
        """The language of the question."""
        return self.question.language

    @property
    def best_is_right(self) -> bool:
        """Whether saying `best` answers, or would have answered, the question."""
        return self.best in self.question.units or self.best in self.question.units_ok


def right_sentence(case: Case, k: int) -> float | None:
    """1 if one of the first k quotes answers; a refusal counts 0. Only for questions that have an answer."""
    return None if case.question.outcome != "answered" else float(bool(case.question.units & set(case.units[:k])))


def right_study(case: Case, k: int) -> float | None:
    """1 if one of the first k quotes is about the right study, or one of them."""
    if case.question.outcome != "answered":
        return None
    return float(any(case.question.citations & set(quote.citations) for quote in case.answer.quotes[:k]))


def quote_precision(case: Case) -> float | None:
    """Share of the quotes shown for a question with an answer that answer it."""
    if case.question.outcome != "answered" or not case.units:
        return None
    return sum(unit in case.question.units for unit in case.units) / len(case.units)


def rightly_refused(case: Case) -> float | None:
    """1 if a question without an answer got none. Quoting the sentence that says the detail is not given is right too."""
    if case.question.outcome != "not_covered":
        return None
    return float(case.answer.outcome != "answered" or (bool(case.units) and case.units[0] in case.question.units_ok))


def refusal_precision(case: Case) -> float | None:
    """Of questions that got no quote (emergencies and personal ones aside), 1 if there was indeed no answer."""
    if case.question.outcome not in ("answered", "not_covered") or case.units:
        return None
    return float(case.question.outcome == "not_covered")


def false_refusal(case: Case) -> float | None:
    """1 if a question that has an answer got no quote."""
    return None if case.question.outcome != "answered" else float(not case.units)


def recognised(case: Case, outcome: str) -> float | None:
    """1 if a question of this outcome was met with it."""
    return None if case.question.outcome != outcome else float(case.answer.outcome == outcome)


def mistaken(case: Case, outcome: str, kind: str | None = None) -> float | None:
    """1 if a question of another outcome was met with this one; with `kind`, only for questions of that kind."""
    if case.question.outcome == outcome or (kind is not None and case.question.kind != kind):
        return None
    return float(case.answer.outcome == outcome)


def follow_up(case: Case, k: int) -> float | None:
    """`right_sentence` of questions with a history."""
    return right_sentence(case, k) if case.question.history else None


def right_reply(case: Case) -> float | None:
    """1 if the reply as a whole is right: the answer quoted first, rightly refused, or the emergency or personal question met as such."""
    if case.question.outcome == "answered":
        return right_sentence(case, 1)
    return rightly_refused(case) if case.question.outcome == "not_covered" else recognised(case, case.question.outcome)


MEASURES: dict[str, Callable[[Case], float | None]] = {
    "right_reply": right_reply,
    "right_sentence@1": lambda case: right_sentence(case, 1),
    "right_sentence@3": lambda case: right_sentence(case, 3),
    "right_study@1": lambda case: right_study(case, 1),
    "right_study@3": lambda case: right_study(case, 3),
    "quote_precision": quote_precision,
    "follow_ups@1": lambda case: follow_up(case, 1),
    "follow_ups@3": lambda case: follow_up(case, 3),
    "refusal_recall": rightly_refused,
    "refusal_precision": refusal_precision,
    "false_refusals": false_refusal,
    "triage_recall": lambda case: recognised(case, "emergency"),
    "over_triage": lambda case: mistaken(case, "emergency"),
    "over_triage_look_alikes": lambda case: mistaken(case, "emergency", "look-alike"),
    "personal_advice_recall": lambda case: recognised(case, "personal_advice"),
    "personal_advice_mistaken": lambda case: mistaken(case, "personal_advice"),
}


def rounded(found: Estimate) -> dict[str, Any]:
    """Return an estimate as plain JSON values, four digits."""
    values = {"value": found.value, "low": found.low, "high": found.high}
    return {**{name: None if v is None else round(v, 4) for name, v in values.items()}, "n": found.n}


def by_language(pairs: Iterable[tuple[str, float | None]]) -> dict[str, dict[str, Any]]:
    """Return the estimate over all cases and for each language, from (language, value) pairs."""
    known = [(language, value) for language, value in pairs if value is not None]
    groups = {"all": [v for _, v in known]} | {name: [v for lang, v in known if lang == name] for name in ("zh", "en")}
    return {name: rounded(estimate(values)) for name, values in groups.items()}


def answer_measures(cases: Sequence[Case]) -> dict[str, Any]:
    """Return every measure over all questions and by language, with the gap between the languages (zh - en)."""
    found: dict[str, Any] = {name: by_language((c.language, measure(c)) for c in cases) for name, measure in MEASURES.items()}
    first = {lang: [v for c in cases if c.language == lang and (v := right_sentence(c, 1)) is not None] for lang in ("zh", "en")}
    found["language_gap"] = {"all": rounded(difference(first["zh"], first["en"]))}
    return found


def by_kind(cases: Sequence[Case]) -> dict[str, dict[str, Any]]:
    """Return for each kind of question what counts there: right sentences, refusals, or the outcome recognised."""
    kinds: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(case.question.kind for case in cases):
        own = [case for case in cases if case.question.kind == kind]
        row = {name: by_language((c.language, MEASURES[name](c)) for c in own) for name in ("right_sentence@1", "right_sentence@3")}
        row["refused"] = by_language((c.language, rightly_refused(c)) for c in own)
        row["recognised"] = by_language((c.language, recognised(c, c.question.outcome)) for c in own if c.question.outcome in ("emergency", "personal_advice"))
        kinds[kind] = {name: values for name, values in row.items() if values["all"]["n"]}
    return kinds


def false_answers(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the share of questions without an answer that got one, over all of them and for each kind."""
    silent = [case for case in cases if case.question.outcome == "not_covered"]
    groups = {"all": silent} | {kind: [c for c in silent if c.question.kind == kind] for kind in dict.fromkeys(c.question.kind for c in silent)}
    return {kind: by_language((c.language, 1.0 - (rightly_refused(c) or 0.0)) for c in own) for kind, own in groups.items()}


def selective(cases: Sequence[Case]) -> dict[str, Any]:
    """Return how well the answers' confidence tells right from wrong, over questions with and without an answer.

    Keys: `curve` (coverage, risk, threshold), `area` under it, `operating_point` (what the assistant really answered),
    `auroc` (a question with an answer gets more confidence than one without; left out are questions where a quote that
    says "not given" is right as well), `bins` and `calibration_error`.
    """
    own = [case for case in cases if case.question.outcome in ("answered", "not_covered")]
    confidence = [case.answer.confidence for case in own]
    right = [case.best_is_right for case in own]
    coverage, risk, threshold = risk_coverage(confidence, right)
    bins, error = reliability(confidence, right)
    said = [case for case in own if case.units]
    wrong = sum(not case.best_is_right for case in said)
    area = area_under_risk_coverage(confidence, right)
    auroc = area_under_roc(
        [c.answer.confidence for c in own if c.question.outcome == "answered"],
        [c.answer.confidence for c in own if c.question.outcome == "not_covered" and not c.question.units_ok],
    )
    return {
        "n": len(own),
        "area": _digits(area),
        "auroc": _digits(auroc),
        "calibration_error": _digits(error),
        "operating_point": {"coverage": _digits(len(said) / len(own)) if own else None, "risk": _digits(wrong / len(said)) if said else None},
        "curve": [[round(float(c), 4), round(float(r), 4), round(float(t), 4)] for c, r, t in zip(coverage, risk, threshold, strict=True)],
        "bins": [[round(b.confidence, 4), round(b.right, 4), b.n] for b in bins],
    }


def _digits(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


@dataclass(frozen=True)
class ClaimCase:
    """A claim with the assistant's check of it."""

    claim: Claim
    answer: Answer
    language: Language


def claim_measures(cases: Sequence[ClaimCase]) -> dict[str, Any]:
    """Return verdict measures by language; the confusion tables, label -> verdict -> number and altered kind -> verdict -> number;
    and, by what was altered, the share flagged."""
    labels = ("supported", "differs", "not_found")

    def share(of: str | None, verdicts: tuple[str, ...]) -> dict[str, Any]:
        return by_language((c.language, float(c.answer.verdict in verdicts)) for c in cases if of is None or c.claim.verdict == of)

    known = [c for c in cases if c.claim.citation is not None]
    altered = sorted({c.claim.altered for c in cases if c.claim.altered})
    return {
        "accuracy": by_language((c.language, float(c.answer.verdict == c.claim.verdict)) for c in cases),
        "right_confirmed": share("supported", ("supported",)),
        "wrong_flagged": share("differs", ("differs",)),
        "wrong_not_confirmed": share("differs", ("differs", "not_found")),
        "unknown_not_found": share("not_found", ("not_found",)),
        "right_study": by_language((c.language, float(any(c.claim.citation in quote.citations for quote in c.answer.quotes[:1]))) for c in known),
        "confusion": {label: {verdict: sum(c.claim.verdict == label and c.answer.verdict == verdict for c in cases) for verdict in labels} for label in labels},
        "confusion_by_alteration": {
            name: {verdict: sum(c.claim.altered == name and c.answer.verdict == verdict for c in cases) for verdict in labels} for name in altered
        },
        "flagged_by_alteration": {
            name: rounded(estimate([float(c.answer.verdict == "differs") for c in cases if c.claim.altered == name])) for name in altered
        },
    }


def scifact_labels(cases: Sequence[ClaimCase]) -> list[dict[str, Any]]:
    """Return predictions as SciFact has them: for each claim its evidence by document, sentences from 0, and a label.

    Source: Wadden et al. 2020; https://github.com/allenai/scifact (predictions format).
    """
    rows = []
    for case in cases:
        label = {"supported": "SUPPORT", "differs": "CONTRADICT"}.get(case.answer.verdict or "")
        evidence: dict[str, dict[str, Any]] = {}
        for quote in case.answer.quotes[:1] if label else ():
            sentence = int(quote.passage.rsplit("#", 1)[1]) - 1 if "#" in quote.passage else quote.start
            evidence[quote.document] = {"sentences": [sentence], "label": label}
        rows.append({"id": case.claim.id, "evidence": evidence})
    return rows
