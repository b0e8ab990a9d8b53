"""The default pipeline for a corpus without a question bank: an index in memory over whole documents.

Vectors + names-aware BM25 + late interaction (`qa.search.fusion`). A document longer than the encoder reads is
embedded as overlapping windows of whole sentences, and its best window counts; BM25 reads it whole.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qa.encoding.encoder import Encoder, Progress
from qa.encoding.token_vectors import TokenVectors, encode_with_tokens
from qa.indexing.lexical import Lexical
from qa.search.fusion import LATE, LEXICAL, POOL, language_groups, late_scores, lexical_scores, ranked
from qa.text.preparation import HAN, language_of, prepared
from qa.text.sentences import sentence_spans

PARTS = ("lexical", "late", "languages")
LIMIT = 512  # tokens that the encoder reads, with its prompt and marks
WINDOW = 384  # tokens of a window: whole sentences up to here
SURELY_SHORT = 480  # characters: no text of so few has more than LIMIT tokens


@dataclass(frozen=True)
class PlainIndex:
    """Documents by id and what searching them needs; window w belongs to document `owner[w]`, in order."""

    ids: list[str]
    languages: np.ndarray
    owner: np.ndarray
    vectors: np.ndarray
    tokens: TokenVectors | None
    lexical: Lexical

    @classmethod
    def build(cls, documents: dict[str, str], encoder: Encoder, progress: Progress | None = None) -> "PlainIndex":
        """Return the index of these texts by id."""
        count = token_counter(encoder)
        texts, owner = [], []
        for at, text in enumerate(documents.values()):
            for window in windows(text, count):
                texts.append(window)
                owner.append(at)
        vectors, tokens = encode_with_tokens(encoder, texts, "passage", progress)
        languages = np.array([language_of(text) for text in documents.values()])
        return cls(list(documents), languages, np.array(owner, dtype=np.int64), vectors, tokens, Lexical.build(list(documents.values())))

    @classmethod
    def words_only(cls, documents: dict[str, str]) -> "PlainIndex":
        """Return an index that can only be searched in the mode "lexical": no vector is computed."""
        texts = list(documents.values())
        rows = np.arange(len(texts))
        return cls(list(documents), np.array([language_of(t) for t in texts]), rows, np.zeros((len(texts), 0)), None, Lexical.build(texts))


def token_counter(encoder: Encoder) -> Callable[[str], int]:
    """Return a function text -> number of tokens: the encoder's own, or an estimate that errs on the high side."""
    from qa.encoding.encoder import EmbeddedEncoder

    if isinstance(encoder, EmbeddedEncoder):
        tokenizer = encoder.model.tokenizer
        return lambda text: len(tokenizer.content(prepared(text)))
    return _estimated_tokens


def _estimated_tokens(text: str) -> int:
    han = len(HAN.findall(text))
    return han + -(-(len(text) - han) // 3)


def windows(text: str, count: Callable[[str], int]) -> list[str]:
    """Return the text itself where the encoder reads it whole, else windows of whole sentences, each begun by the last one's end.

    A sentence longer than a window is cut; these pieces are for finding a document, and are never quoted.
    """
    if len(text) <= SURELY_SHORT or count(text) <= LIMIT - 8:
        return [text]
    pieces: list[tuple[str, int]] = []
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        tokens = count(sentence)
        parts = -(-tokens // WINDOW)
        step = -(-len(sentence) // parts) if parts else len(sentence)
        cut = [sentence[i : i + step] for i in range(0, len(sentence), step)] if parts > 1 else [sentence]
        pieces.extend((piece, tokens if parts <= 1 else min(WINDOW, count(piece))) for piece in cut)
    found: list[str] = []
    current: list[tuple[str, int]] = []
    for piece in pieces:
        if current and sum(n for _, n in current) + piece[1] > WINDOW:
            found.append(" ".join(p for p, _ in current))
            current = current[-1:] if current[-1][1] + piece[1] <= WINDOW else []
        current.append(piece)
    return [*found, " ".join(p for p, _ in current)] if current else [text]


class PlainRetriever:
    """Ranks the documents of a `PlainIndex` for questions."""

    def __init__(self, index: PlainIndex, encoder: Encoder) -> None:
        self.index = index
        self.encoder = encoder
        self._starts = np.flatnonzero(np.r_[True, index.owner[1:] != index.owner[:-1]])
        self._groups = language_groups(index.languages)

    def search_all(
        self,
        questions: Sequence[str],
        k: int = 100,
        mode: str = "hybrid",
        without: frozenset[str] = frozenset(),
        progress: Progress | None = None,
    ) -> list[list[tuple[str, float]]]:
        """Return for each question its k best documents, (id, score) best first; ties by position in the corpus.

        Args:
            mode: "hybrid", "dense" (vectors only) or "lexical" (BM25 only, without what shares no word).
            without: parts of the ranking to leave out: "lexical", "late", "languages" (one ranking for all languages,
                and BM25 as it comes).
        """
        index = self.index
        vectors, tokens = (None, None) if mode == "lexical" else encode_with_tokens(self.encoder, list(questions), "query")
        found: list[list[tuple[str, float]]] = []
        for i, question in enumerate(questions):
            query_tokens = tokens.of([i])[0] if tokens is not None and mode == "hybrid" and "late" not in without else None
            if not any(c.isalnum() for c in prepared(question)):
                found.append([])  # nothing was asked
            elif vectors is None:
                scores = index.lexical.scores(prepared(question))
                order = np.lexsort((np.arange(len(scores)), -scores))[:k]
                found.append([(index.ids[at], float(scores[at])) for at in order if scores[at] > 0])
            else:
                found.append(self._ranked(question, vectors[i], query_tokens, k, mode, without))
            if progress:
                progress(i + 1, len(questions))
        return found

    def _ranked(self, question: str, query: np.ndarray, query_tokens: np.ndarray | None, k: int, mode: str, without: frozenset[str]) -> list[tuple[str, float]]:
        index = self.index
        cosines = index.vectors @ query
        base = np.maximum.reduceat(cosines, self._starts)
        everything = [np.arange(len(index.ids))]
        if mode == "dense":
            order, scores = ranked(base, everything)
            return [(index.ids[at], float(score)) for at, score in zip(order[:k], scores[:k], strict=True)]
        if "lexical" not in without:
            languages = np.full(len(index.ids), language_of(question)) if "languages" in without else index.languages
            base = base + LEXICAL * lexical_scores(index.lexical, question, languages)

        groups = everything if "languages" in without else self._groups
        late = None
        if query_tokens is not None and index.tokens is not None:
            late = self._late_interaction(query_tokens.astype(np.float32), index.tokens, cosines)
        order, scores = ranked(base, groups, late, POOL, LATE)
        return [(index.ids[at], float(score)) for at, score in zip(order[:k], scores[:k], strict=True)]

    def _late_interaction(self, query: np.ndarray, tokens: TokenVectors, cosines: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        def late(documents: np.ndarray) -> np.ndarray:
            return late_scores(query, tokens.of([self._best_window(int(at), cosines) for at in documents]))

        return late

    def _best_window(self, document: int, cosines: np.ndarray) -> int:
        start = int(self._starts[document])
        end = int(self._starts[document + 1]) if document + 1 < len(self._starts) else len(cosines)
        return start + int(np.argmax(cosines[start:end]))
