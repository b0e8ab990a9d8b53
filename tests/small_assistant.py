"""An assistant of two studies for the tests of evaluation: it finds statements by shared words, as ranked hits."""

from collections.abc import Sequence
from copy import copy
from types import SimpleNamespace
from typing import Any

from counting_encoder import CountingEncoder

from qa.encoding.remembering import remembering
from qa.records import Answer, Hit, Passage, Quote
from qa.text.preparation import language_of, terms

SENTENCES = {
    "studies/01.md#1": ("The Alpha trial treated 40 people.", "\u7532\u8bd5\u9a8c\u6cbb\u7597\u4e8640\u4eba\u3002"),
    "studies/01.md#2": ("Fever was seen in the Alpha trial.", "\u7532\u8bd5\u9a8c\u89c1\u5230\u53d1\u70ed\u3002"),
    "studies/02.md#1": ("The Beta trial gave marrow cells.", "\u4e59\u8bd5\u9a8c\u7ed9\u4e86\u9aa8\u9ad3\u7ec6\u80de\u3002"),
}


def passages() -> list[Passage]:
    found = []
    for at, language in enumerate(("en", "zh")):
        for unit, lines in SENTENCES.items():
            document = unit.split("#")[0].replace(".md", f".{language}.md")
            text = lines[at]
            citation = int(unit[8:10])
            found.append(Passage(f"{document}#{unit[-1]}", unit, document, 0, len(text), text, language, (citation,), "Results", ""))  # type: ignore[arg-type]
    return found


class SmallAssistant:
    """Confidence is the share of a question's words that the best statement has; below .3 it refuses."""

    def __init__(self) -> None:
        self.index = SimpleNamespace(passages=passages())
        search = lambda text, k, mode, history, without: self.search(text, k, mode, history)  # noqa: E731
        self.encoder = CountingEncoder()
        self.retriever = SimpleNamespace(search=search, encoder=self.encoder)

    def remembering(self, questions: Sequence[str] = ()) -> "SmallAssistant":
        changed = copy(self)
        changed.encoder = remembering(self.encoder)
        changed.retriever = SimpleNamespace(**{**vars(self.retriever), "encoder": changed.encoder})
        return changed

    def search(self, question: str, k: int = 10, mode: str = "hybrid", history: Sequence[str] = ()) -> list[Hit]:
        words = set(terms(" ".join([*history, question])))
        own = [p for p in self.index.passages if p.language == language_of(question)]
        scored = sorted(((len(words & set(terms(p.text))) / max(1, len(words)), p) for p in own), key=lambda pair: (-pair[0], pair[1].id))
        return [Hit(0, p, score, rank) for rank, (score, p) in enumerate(scored[:k], 1) if score > 0]

    def ask(self, question: str, history: Sequence[str] = (), lang: str = "auto") -> Answer:
        hits = self.search(question, 2, history=history)
        confidence = hits[0].score if hits else 0.0
        outcome: Any = "emergency" if "vomiting blood" in question else "answered" if confidence >= 0.3 else "not_covered"
        return self._answer(question, outcome, hits if outcome == "answered" else [], confidence)

    def check(self, claim: str, lang: str = "auto") -> Answer:
        hits = self.search(claim, 1)
        verdict = "not_found" if not hits or hits[0].score < 0.5 else "supported" if hits[0].score == 1 else "differs"
        return self._answer(claim, "answered", hits, 1.0, verdict)

    def _answer(self, text: str, outcome: Any, hits: list[Hit], confidence: float, verdict: Any = None) -> Answer:
        quotes = tuple(Quote(h.passage.text, h.passage.citations, h.passage.document, h.passage.id, 0, h.passage.end, None, h.score, None) for h in hits)
        return Answer(text, language_of(text), outcome, quotes, (), (), "Not medical advice.", verdict, confidence=confidence)
