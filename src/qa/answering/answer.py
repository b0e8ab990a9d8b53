"""Hits -> answer: whole sentences with their citations, or an honest refusal; and the contract's JSON of it."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from qa.answering.cards import citation_card, quote_of
from qa.answering.opposite import Opposites
from qa.answering.refusal import Refusal, judge
from qa.answering.several import of_several
from qa.answering.wording import Wording, read_wording
from qa.claims.hint import nli_hint
from qa.claims.judgement.judging import judge as judge_claim
from qa.corpus.folder import Corpus
from qa.indexing.index import Index
from qa.records import REVIEW, Answer, Hit, Language, Quote
from qa.safety.rules import Rules, read_rules
from qa.safety.triage import Triage, TriageModel, pieces, triage
from qa.search.groups import highest
from qa.search.retrieval import Retriever, Scores
from qa.settings import shipped_corpus
from qa.text.preparation import clean, folded, language_of, prepared

MOST_QUOTES = 3
CANDIDATES = 30  # hits from which a claim's study is chosen
MARGIN = 0.18  # a further quote may score this much less than the first
CERTAIN = 0.7  # certainty from which a question about something else is a personal request all the same
SURE = 0.7  # confidence from which quotes follow an urgent card
SAME = 0.985  # cosine of two sentences of one layer from which the second says nothing new
NEARBY = 500  # nearest questions of the bank from which suggestions are chosen
LONGEST_QUESTION = 4000  # characters; the encoder reads 512 tokens, what is longer is cut with a notice


@dataclass(frozen=True)
class AnswerParts:
    """What answering needs beside the retriever: wording and triage. Read once, shared by all questions."""

    wording: Wording
    rules: Rules
    triage_model: TriageModel
    corpus: Corpus  # the texts in the form that claims are compared with
    opposites: Opposites

    @classmethod
    def of(cls, index: Index) -> "AnswerParts":
        """Return the parts for an index; the wording and the safety rules are those of the installed project."""
        return cls(read_wording(), read_rules(shipped_corpus() / "safety"), index.triage_model, index.as_corpus(), Opposites(index))


def answer_question(
    retriever: Retriever,
    parts: AnswerParts,
    question: str,
    history: tuple[str, ...] = (),
    lang: str = "auto",
    without: frozenset[str] = frozenset(),
) -> Answer:
    """Return the answer to one question. See `Assistant.ask`."""
    text = clean(question)[:LONGEST_QUESTION]
    language: Language = lang if lang in ("zh", "en") else language_of(text)  # type: ignore[assignment]
    earlier = tuple(clean(h)[:LONGEST_QUESTION] for h in history if clean(h))
    plain = prepared(text)
    if not any(c.isalnum() for c in plain):
        return _refused(retriever, parts, question, language, Refusal(0.0), None)
    read = retriever.read(plain, without)
    scores = retriever.scores(read, history=earlier, without=without)
    alarm = triage(plain, _piece_vectors(retriever, plain, scores), parts.triage_model, parts.rules)
    refusal = judge(retriever, read, scores, bool(earlier))
    quotes = _quotes(retriever, scores, read, language, refusal)
    if alarm.label in ("emergency", "despair"):
        quotes = quotes if refusal.confidence >= SURE else ()  # under an urgent card only what clearly answers
        return _alarmed(retriever, parts, question, language, alarm, quotes)
    unsure = refusal.far and alarm.certainty < CERTAIN  # a visa, a recipe, another illness: refused, with the card beside it
    if alarm.label == "personal_advice" and not unsure:
        return _personal(retriever, parts, question, language, alarm, quotes, refusal)
    heard = () if read == plain else (parts.wording.text("read_as", language).format(text=read),)
    if not quotes:
        answer = _refused(retriever, parts, question, language, refusal, scores)
        cards = tuple(parts.wording.card(card, language) for card in alarm.cards)
        return replace(answer, notices=(*heard, *cards, *answer.notices))
    notices = (*heard, *parts.wording.evidence_notices(retriever.index, quotes, language))
    return _finished(retriever, parts, question, language, "answered", quotes, notices, confidence=refusal.confidence)


def _piece_vectors(retriever: Retriever, question: str, scores: Scores) -> np.ndarray:
    """Return the vectors that triage judges: the question's own, and those of its sentences where it is a long story."""
    sentences = pieces(question)[1:]
    return np.vstack([scores.raw[None], retriever.encode(sentences)]) if sentences else scores.raw


def _quotes(retriever: Retriever, scores: Scores, question: str, language: Language, refusal: Refusal) -> tuple[Quote, ...]:
    """Return one to three quotes, best first: within reach of the best score, none saying what an earlier one says.

    A question about several studies gets one quote of each, up to five; none where the refusal model refuses.
    """
    index = retriever.index
    if refusal.refuses:
        return ()
    if several := of_several(retriever, scores, question, language):
        return tuple(quote_of(index, hit.passage, language, hit.score) for hit in several)
    chosen: list[Hit] = []
    for hit in retriever.hits(scores, language, 8):
        if chosen and hit.score < chosen[0].score - MARGIN:
            break
        if any(_says_the_same(index, hit, other) for other in chosen):
            continue
        chosen.append(hit)
        if len(chosen) == MOST_QUOTES:
            break
    return tuple(quote_of(index, hit.passage, language, hit.score) for hit in chosen)


def _says_the_same(index: Index, hit: Hit, other: Hit) -> bool:
    if folded(hit.passage.text) == folded(other.passage.text):
        return True
    layers = {index.documents[h.passage.document].kind for h in (hit, other)}
    same_source = len(layers) == 1 and hit.passage.citations == other.passage.citations
    return same_source and float(index.raw_vectors[hit.row] @ index.raw_vectors[other.row]) >= SAME


def _alarmed(
    retriever: Retriever, parts: AnswerParts, question: str, language: Language, alarm: Triage, quotes: tuple[Quote, ...]
) -> Answer:
    """The urgent-care card first; if the text also asks what the corpus answers, the quotes follow below it."""
    cards = tuple(parts.wording.card(card, language) for card in alarm.cards)
    return _finished(retriever, parts, question, language, "emergency", quotes, cards)


def _personal(
    retriever: Retriever,
    parts: AnswerParts,
    question: str,
    language: Language,
    alarm: Triage,
    quotes: tuple[Quote, ...],
    refusal: Refusal,
) -> Answer:
    """Say that no decision for a person can be given here, and quote what the studies say all the same."""
    notices = [parts.wording.card(card, language) for card in alarm.cards]
    if quotes:
        notices += parts.wording.evidence_notices(retriever.index, quotes, language)
    else:
        notices.append(parts.wording.coverage(retriever.index, language))
    return _finished(retriever, parts, question, language, "personal_advice", quotes, tuple(notices), confidence=refusal.confidence)


def _refused(
    retriever: Retriever, parts: AnswerParts, question: str, language: Language, refusal: Refusal, scores: Scores | None
) -> Answer:
    """Refuse: say what is covered, which study seems to be meant and that it lacks this detail, and offer questions."""
    index = retriever.index
    notices = [parts.wording.card("not_covered", language)]
    if scores is not None and refusal.near:
        top = retriever.hits(scores, language, 1)[0]
        numbers = [n for n in top.passage.citations if n != REVIEW]
        if numbers:
            card = citation_card(index, numbers[0], language)
            notices.append(parts.wording.missing_detail(card, refusal.reasons, language))
    notices.append(parts.wording.coverage(index, language))
    suggestions = suggested(retriever, scores, language) if scores is not None else ()
    answer = _finished(retriever, parts, question, language, "not_covered", (), tuple(notices), confidence=refusal.confidence)
    return replace(answer, suggestions=suggestions)


def suggested(retriever: Retriever, scores: Scores, language: Language, count: int = 3) -> tuple[str, ...]:
    """Return the nearest questions that the corpus can answer, one for each of the nearest statements.

    A bank also has what people type into a search box; a whole question, with its mark, is offered before those.
    """
    index = retriever.index
    if not len(index.bank):
        return ()
    similar = scores.bank_cosines if scores.bank_cosines is not None else index.bank_vectors @ index.maps.queries(scores.raw[None])[0]
    found: list[str] = []
    units: set[str] = set()
    nearest = [index.bank[int(row)] for row in highest(similar, NEARBY)]
    for question in sorted(nearest, key=lambda q: not q.text.endswith(("?", "\uff1f"))):
        if question.language == language and question.unit not in units and 6 <= len(question.text) <= 80:
            units.add(question.unit)
            found.append(question.text)
        if len(found) == count:
            break
    return tuple(found)


def answer_claim(retriever: Retriever, parts: AnswerParts, claim: str, lang: str = "auto") -> Answer:
    """Return the verdict on a claim with the sentences that decide it. See `Assistant.check`."""
    text = clean(claim)[:LONGEST_QUESTION]
    language: Language = lang if lang in ("zh", "en") else language_of(text)  # type: ignore[assignment]
    if not any(c.isalnum() for c in prepared(text)):
        judgement = None
    else:
        scores = retriever.scores(prepared(text))
        judgement = judge_claim(text, retriever.hits(scores, language_of(text), CANDIDATES), parts.corpus)
    if judgement is None or judgement.verdict == "not_found" or not judgement.hits:  # a verdict that no sentence shows is none
        notices = (parts.wording.text("check_not_found", language), *(judgement.notices if judgement else ()))
        answer = _finished(retriever, parts, claim, language, "not_covered", (), notices)
        return replace(answer, verdict="not_found")
    quotes = tuple(quote_of(retriever.index, hit.passage, language, hit.score) for hit in judgement.hits)
    notices = (
        parts.wording.text(f"check_{judgement.verdict}", language),
        parts.wording.layers(judgement.review, judgement.source, language),
        *judgement.notices,
        parts.wording.hint(nli_hint(text, quotes[0].text), language),
        *parts.wording.evidence_notices(retriever.index, quotes, language),
    )
    answer = _finished(retriever, parts, claim, language, "answered", quotes, notices)
    return replace(answer, verdict=judgement.verdict, differences=judgement.differences)


def _finished(
    retriever: Retriever,
    parts: AnswerParts,
    question: str,
    language: Language,
    outcome: Any,
    quotes: tuple[Quote, ...],
    notices: tuple[str, ...],
    confidence: float = 0.0,
) -> Answer:
    opposite = parts.opposites.findings(quotes, language)
    numbers = dict.fromkeys(n for quote in quotes for n in quote.citations)
    others = dict.fromkeys(n for quote in opposite for n in quote.citations if n not in numbers)
    return Answer(
        question=question,
        language=language,
        outcome=outcome,
        quotes=quotes,
        citations=tuple(citation_card(retriever.index, n, language) for n in numbers),
        notices=tuple(n for n in notices if n),
        disclaimer=parts.wording.disclaimer(language),
        confidence=round(float(confidence), 4),
        opposite=opposite,
        opposite_citations=tuple(citation_card(retriever.index, n, language) for n in others),
    )


def to_json(answer: Answer) -> dict[str, Any]:
    """Return the contract's JSON of an answer: plain values, keys in a fixed order."""
    row = asdict(answer)
    for name in ("quotes", "citations", "notices", "differences", "suggestions", "opposite", "opposite_citations"):
        row[name] = list(row[name])
    for quote in (*row["quotes"], *row["opposite"]):
        quote["citations"] = list(quote["citations"])
    return row
