"""What a peer indexes, what it gives back, and how that is counted. Imports no peer, and the project only for intervals."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

TOP = 3  # passages asked of every peer for a question
WHITE = re.compile(r"\s+")
Ask = Callable[..., list[int]]  # ask(question, history) -> positions of the entries returned, best first


@dataclass(frozen=True)
class Entry:
    """One text that a peer indexes: a sentence of the corpus, or a chunk that the peer cut from a file.

    `file` is the path inside the corpus folder. `metadata` is what the peer's own reader attached to the chunk.
    """

    text: str
    file: str
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What came back for one question: positions of entries, best first, empty for a refusal.

    `seconds` passed meanwhile; `cpu` is the processor time that the process used for it, over all of its threads.
    """

    rows: tuple[int, ...]
    seconds: float
    cpu: float = 0.0


@dataclass(frozen=True)
class Sentence:
    """A labelled sentence of the corpus: the statement (unit) that it is, its file and the studies that it cites."""

    text: str
    unit: str
    file: str
    studies: tuple[int, ...]


@dataclass(frozen=True)
class Held:
    """What an entry holds: the statements whose sentence stands whole in it, and the studies that it is about."""

    units: frozenset[str]
    studies: frozenset[int]


def held(entries: Sequence[Entry], sentences: Sequence[Sentence]) -> list[Held]:
    """Return for each entry what it holds.

    A sentence is in an entry if the same file has it and the entry has all of its characters in one run, whatever the
    white space: splitters change that. An entry that holds no sentence whole is about the studies of its file.
    """
    by_file: dict[str, list[tuple[str, Sentence]]] = {}
    for sentence in sentences:
        by_file.setdefault(sentence.file, []).append((WHITE.sub("", sentence.text), sentence))
    found = []
    for entry in entries:
        own = by_file.get(entry.file, [])
        text = WHITE.sub("", entry.text)
        whole = [sentence for squeezed, sentence in own if squeezed in text]
        about = whole or [sentence for _, sentence in own]
        found.append(Held(frozenset(s.unit for s in whole), frozenset(n for s in about for n in s.studies)))
    return found


def measures(questions: Sequence[Any], replies: Sequence[Reply], holdings: Sequence[Held], by_language: Any) -> dict[str, Any]:
    """Return each measure with its interval, over all questions and by language.

    Every question counts: one for which nothing came back is wrong if it has an answer, and refused if it has none.
    `alone` repeats the right sentences without follow-up questions, which only a system with a memory can understand.

    Args:
        questions: with `outcome`, `units`, `citations`, `language`, `history`.
        replies: one for each question, in the same order.
        by_language: from (language, value or None) pairs to the estimates.

    Raises:
        ValueError: replies are missing, or name an entry that does not exist.
    """
    if len(questions) != len(replies):
        raise ValueError(f"{len(questions)} questions, but {len(replies)} replies: a peer must reply to each, if only with nothing")
    outside = sorted({row for reply in replies for row in reply.rows if not 0 <= row < len(holdings)})
    if outside:
        raise ValueError(f"a peer returned entries {outside[:5]}, and there are only 0 to {len(holdings) - 1}: its adapter maps them wrongly")

    def right_sentence(question: Any, reply: Reply, k: int) -> float:
        return float(any(holdings[row].units & question.units for row in reply.rows[:k]))

    def right_study(question: Any, reply: Reply) -> float:
        return float(any(holdings[row].studies & question.citations for row in reply.rows[:1]))

    cases = list(zip(questions, replies, strict=True))
    answerable = [(q, r) for q, r in cases if q.outcome == "answered"]
    alone = [(q, r) for q, r in answerable if not q.history]
    return {
        "right_sentence@1": by_language((q.language, right_sentence(q, r, 1)) for q, r in answerable),
        "right_sentence@3": by_language((q.language, right_sentence(q, r, 3)) for q, r in answerable),
        "right_study@1": by_language((q.language, right_study(q, r)) for q, r in answerable),
        "alone_right_sentence@1": by_language((q.language, right_sentence(q, r, 1)) for q, r in alone),
        "alone_right_sentence@3": by_language((q.language, right_sentence(q, r, 3)) for q, r in alone),
        "answerable_answered": by_language((q.language, float(bool(r.rows))) for q, r in answerable),
        "unanswerable_answered": by_language((q.language, float(bool(r.rows))) for q, r in cases if q.outcome == "not_covered"),
        "median_milliseconds": round(median(r.seconds for r in replies) * 1000, 1) if replies else None,
        "median_cpu_milliseconds": round(median(r.cpu for r in replies) * 1000, 1) if replies else None,
    }


def texts(
    entries: Sequence[Entry],
    holdings: Sequence[Held],
    sentences: Sequence[Sentence],
    language_of: Callable[[str], str],
    tokens: Callable[[str], tuple[int, int]],
) -> dict[str, Any]:
    """Return how the texts were cut: how many, mean characters by language, what the encoder never read, what was cut apart.

    `unread` is the share of all tokens past the encoder's limit, in entries of that language. `whole_sentences` is the
    share of the corpus' statements that stand whole in at least one entry.
    """
    found: dict[str, Any] = {"entries": len(entries)}
    counted = [(language_of(entry.text), len(entry.text), *tokens(entry.text)) for entry in entries]
    for name in ("all", "zh", "en"):
        own = [figures for language, *figures in counted if name in ("all", language)]
        total = sum(count for _, count, _ in own)
        found[name] = {
            "entries": len(own),
            "mean_characters": round(sum(length for length, _, _ in own) / len(own), 1) if own else None,
            "unread": round(1 - sum(read for _, _, read in own) / total, 4) if total else None,
        }
    whole = frozenset().union(*(h.units for h in holdings)) if holdings else frozenset()
    units = {s.unit for s in sentences}
    found["whole_sentences"] = round(len(whole & units) / len(units), 4) if units else None
    return found
