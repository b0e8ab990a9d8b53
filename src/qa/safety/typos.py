"""Reads likely typing errors in a question as the words of the safety patterns that were meant."""

import re
from dataclasses import dataclass, field
from typing import Any

WORD = re.compile(r"[a-z']+")
SHORTEST = 5  # letters: shorter words have too many neighbours


@dataclass(frozen=True)
class Speller:
    """Corrects English words one letter (or a doubled letter) away from a listed word, and listed slips."""

    neighbours: dict[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    read_as: tuple[tuple[str, str], ...] = ()
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: dict[str, Any]) -> "Speller":
        """Return the speller of `typos.json`: `mend_to`, `real_words` and `read_as`."""
        neighbours: dict[str, str] = {}
        for word in data["mend_to"]:
            for key in _keys(word):
                neighbours.setdefault(key, word)
        listed = {wrong: right for wrong, right in data["read_as"].items() if wrong.isascii()}
        chinese = sorted(data["read_as"].items() - listed.items(), key=lambda pair: (-len(pair[0]), pair))
        return cls(neighbours, frozenset(data["mend_to"]) | frozenset(data["real_words"]), tuple(chinese), listed)

    def word(self, word: str) -> str:
        """Return the pattern's word that was most likely meant, or the word itself."""
        if word in self.words:
            return self.words[word]
        if len(word) < SHORTEST or word in self.known:
            return word
        for key in _keys(word):
            meant = self.neighbours.get(key)
            if meant and one_slip(_squeezed(word), _squeezed(meant)):
                return meant
        return word

    def corrected(self, text: str, drop: re.Pattern[str]) -> tuple[str, list[int]]:
        """Return a lower-case text with slips mended, and for each of its characters the position it came from.

        `drop` matches characters to leave out.
        """
        mended: list[tuple[int, int, str]] = [(m.start(), m.end(), "") for m in drop.finditer(text)]
        for found in WORD.finditer(text):
            meant = self.word(found.group())
            if meant != found.group():
                mended.append((found.start(), found.end(), meant))
        for wrong, right in self.read_as:
            mended += [(m.start(), m.end(), right) for m in re.finditer(re.escape(wrong), text)] if wrong in text else []
        pieces: list[str] = []
        origin: list[int] = []
        at = 0
        for start, end, meant in sorted(mended):
            if start < at:
                continue
            pieces += [text[at:start], meant]
            origin += list(range(at, start)) + [min(start + i, end - 1) for i in range(len(meant))]
            at = end
        return "".join([*pieces, text[at:]]), origin + list(range(at, len(text)))


def one_slip(a: str, b: str) -> bool:
    """Return whether two words differ by at most one letter added, left out, changed, or two neighbours swapped."""
    if abs(len(a) - len(b)) > 1:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    return a[i + 1 :] == b[i:] or a[i:] == b[i + 1 :] or a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])


def _squeezed(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


def _keys(word: str) -> list[str]:
    """Return the squeezed word and each of its forms with one letter left out (the symmetric delete method)."""
    plain = _squeezed(word)
    return [plain, *(plain[:i] + plain[i + 1 :] for i in range(len(plain)))]
