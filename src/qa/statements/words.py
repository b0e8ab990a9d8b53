"""The content words of a sentence that no word list has: English stems, Chinese pairs of characters."""

import re
from functools import lru_cache

from qa.statements.clauses import phrase_pattern
from qa.text.lexicon import Mention, word_list
from qa.text.preparation import HAN, stem

LATIN = re.compile(r"[A-Za-z][A-Za-z'-]*[A-Za-z]|[A-Za-z]")
HAN_RUN = re.compile(r"[\u3400-\u9fff]+")


def free_words(text: str, found: list[Mention], spans: list[tuple[int, int]]) -> frozenset[str]:
    """Return the content words left over by the word lists: English stems, Chinese pairs of characters."""
    kept = list(text)
    for start, end in [(m.start, m.end) for m in found] + spans:
        kept[start:end] = " " * (end - start)
    rest = "".join(kept)
    stop = phrase_pattern("statements", "framing")
    rest = stop.sub(lambda m: " " * len(m.group()), rest)
    words: set[str] = set()
    ignored = stop_words()
    for match in LATIN.finditer(rest):
        word = match.group().lower().removesuffix("'s")
        if word not in ignored and len(word) > 1:
            words.add(stem(word))
    for match in HAN_RUN.finditer(rest):
        for run in phrase_pattern("statements", "stop").sub(" ", match.group()).split():
            if HAN.match(run) and len(run) > 1:
                words.update(run[i : i + 2] for i in range(len(run) - 1))
    return frozenset(words)


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return the English words that carry no content of their own."""
    return frozenset(word_list("statements")["stop"]["en"])
