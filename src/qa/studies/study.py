"""One study as a whole: what the review says of it, what its own texts say, and the questions that these answer."""

from dataclasses import dataclass

from qa.indexing.index import Index
from qa.records import REVIEW, Language, Passage


@dataclass(frozen=True)
class StudySentence:
    """A sentence about a study, with the bank's questions in its language that it answers."""

    passage: Passage
    questions: tuple[str, ...]


@dataclass(frozen=True)
class StudySentences:
    """The sentences about one study in the order of their documents: the review's, and those of the study's own texts."""

    review: tuple[StudySentence, ...]
    source: tuple[StudySentence, ...]


def study_sentences(index: Index, number: int, language: Language) -> StudySentences:
    """Return the sentences that are about a study, each statement once: in a language where it has one.

    A text of the study is a digest, an abstract or a full text; what cites it is the review.
    """
    questions: dict[str, list[str]] = {}
    for question in index.bank:
        if question.language == language:
            questions.setdefault(question.unit, []).append(question.text)
    layers: dict[bool, list[StudySentence]] = {True: [], False: []}
    for passage in index.passages:
        if number == REVIEW or number not in passage.citations:
            continue
        partner = index.passages[passage.partner] if passage.partner is not None else None
        if passage.language != language and partner is not None and partner.language == language:
            continue
        document = index.documents[passage.document]
        own = document.kind != "review" and document.citation in (None, number)
        layers[own].append(StudySentence(passage, tuple(questions.get(passage.unit, ()))))
    return StudySentences(tuple(layers[False]), tuple(layers[True]))
