"""The one object that every interface calls: opens the index once, then answers, checks and searches."""

from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any, Literal

from qa.answering.answer import LONGEST_QUESTION, AnswerParts, answer_claim, answer_question
from qa.encoding.encoder import Encoder, open_encoder
from qa.encoding.remembering import remembering
from qa.indexing.index import Index, open_index
from qa.records import Answer, Hit
from qa.safety.triage import pieces
from qa.search.retrieval import Mode, Retriever
from qa.settings import default_index
from qa.text.preparation import clean, prepared

Lang = Literal["auto", "zh", "en"]
TOGETHER = 128  # questions encoded together


class Assistant:
    """An open index with its encoder. Safe to share between threads: asking changes nothing."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self.index = index
        self.encoder = encoder
        self.retriever = Retriever(index, encoder)
        self.parts = AnswerParts.of(index)

    @classmethod
    def open(cls, folder: Path | None = None, corpus: Path | None = None, encoder: Encoder | None = None) -> "Assistant":
        """Return the assistant over an index folder (default `QA_INDEX`); QAError with the mending command if it can't be."""
        encoder = encoder or open_encoder()
        return cls(open_index(folder or default_index(), encoder, corpus), encoder)

    def ask(self, question: str, history: Sequence[str] = (), lang: Lang = "auto") -> Answer:
        """Return the answer to a question: one to three quotes, or a refusal with what is covered. Never raises for any text.

        Args:
            history: the user's earlier questions of this conversation, oldest first.
            lang: the language of quotes and notices; "auto" takes the question's.
        """
        return answer_question(self.retriever, self.parts, question, tuple(history), lang)

    def ask_all(self, questions: Sequence[str], lang: Lang = "auto") -> list[Answer]:
        """Return what `ask` gives for each question, in order; they are encoded together, many at a time."""
        answers: list[Answer] = []
        for start in range(0, len(questions), TOGETHER):
            some = questions[start : start + TOGETHER]
            ready = self.remembering(some)
            answers += [ready.ask(question, (), lang) for question in some]
        return answers

    def remembering(self, questions: Sequence[str] = ()) -> "Assistant":
        """Return the same assistant with an encoder that encodes each text once, and these questions now, together."""
        changed = copy(self)
        changed.encoder = remembering(self.encoder)
        changed.retriever = copy(self.retriever)
        changed.retriever.encoder = changed.encoder
        if questions:
            texts = [clean(text)[:LONGEST_QUESTION] for text in questions]
            changed.retriever.encode_both([self.retriever.read(text) for text in texts])
            changed.retriever.encode([piece for text in texts for piece in pieces(prepared(text))[1:]])  # those of long stories
        return changed

    def check(self, claim: str, lang: Lang = "auto") -> Answer:
        """Return which study supports a claim, with a verdict and the differences named.

        Raises:
            EncoderError: `QA_NLI` names a model that can't be used; without it no claim raises.
        """
        return answer_claim(self.retriever, self.parts, claim, lang)

    def search(self, question: str, k: int = 10, mode: Mode = "hybrid", history: Sequence[str] = ()) -> list[Hit]:
        """Return the k best statements, best first, one passage each in the question's language where there is one."""
        return self.retriever.search(question, k, mode, tuple(history))

    def document(self, document_id: str) -> dict[str, Any] | None:
        """Return id, title, text and language of a document of the corpus, for showing a quote in its place."""
        document = self.index.documents.get(document_id)
        if document is None:
            return None
        return {"id": document.id, "title": document.title, "language": document.language, "text": document.text}
