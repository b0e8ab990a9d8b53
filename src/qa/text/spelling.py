"""Typing errors in a question, read as the words of the corpus that were meant.

English: a word that neither the corpus nor an English word list knows becomes the nearest word of the corpus, words that
were run together are parted. Chinese: two characters that stand together neither in the corpus nor in a list of Chinese
words become a word of the corpus that sounds alike (input methods are typed by sound). Names, capitals and figures are
left as they are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from qa.text.lexicon import concepts, word_list

WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
HAN_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
COMMON_ENGLISH = 40_000  # words of the list that count as English; the rarer ones are more often errors
TIMES, TERM_TIMES = 3, 3  # how often a word, or a Chinese term, must stand in the corpus to be what was meant
WORD_TIMES, LONGEST_WORD = 30, 3  # the same for a Chinese word that is no term of ours; the most characters of one
PAIR_TIMES = 12  # how often two characters must stand together in questions to be no error
PART_TIMES = 10  # the same for both parts of words that were run together
ENDINGS = ("s", "es", "d", "ed", "ing", "er", "est", "ly", "nt", "ve", "re", "ll", "m")  # with what is left known, no error
SOUNDS = str.maketrans({"q": "k", "z": "s", "x": "k", "v": "f", "j": "g"})


@dataclass(frozen=True)
class Spelling:
    """`words`: how often each English word that is right stands in a corpus; `terms`: the same of Chinese terms of our
    word lists; `known`: pairs of Chinese characters that are no error; `sounds`: of each character, without tone.
    """

    words: dict[str, int]
    terms: dict[str, int]
    known: frozenset[str]
    sounds: dict[str, str]

    @cached_property
    def _speller(self) -> Any:
        from symspellpy import SymSpell

        speller = SymSpell(max_dictionary_edit_distance=2)
        for word, times in self.words.items():
            if times >= TIMES:
                speller.create_dictionary_entry(word, times)
        return speller

    @cached_property
    def _english(self) -> frozenset[str]:
        return english_words()

    @cached_property
    def _alike(self) -> dict[str, list[str]]:
        """The Chinese terms by their sound, the most frequent first."""
        found: dict[str, list[str]] = {}
        for term in sorted(self.terms, key=lambda term: (-self.terms[term], term)):
            found.setdefault(self._sound(term), []).append(term)
        return found

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.terms), default=0)

    def corrected(self, text: str) -> str:
        """Return a prepared text with its likely typing errors mended; the same text where there are none."""
        return HAN_RUN.sub(lambda run: self._chinese(run.group()), WORD.sub(lambda word: self._word(text, word), text))

    def _word(self, text: str, found: re.Match[str]) -> str:
        word = found.group()
        beside = text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
        if not word.islower() or "'" in word or any(c.isdigit() or c in "-_.@/" and not found.end() + 1 >= len(text) for c in beside):
            return word
        if len(word) < 2 or self._is_right(word):
            return word
        return self._nearest(word) or self._parted(word) or word

    def _is_right(self, word: str) -> bool:
        """Whether a word is known, or a form of one: a plural, a past, a contraction without its apostrophe."""
        plain = {word, *(word.removesuffix(ending) for ending in ENDINGS if word.endswith(ending) and len(word) > len(ending))}
        return any(form in self.words or form in self._english for form in plain)

    def _nearest(self, word: str) -> str | None:
        """The nearest word of the corpus: by edits, then by sound, then the most frequent. A short word must sound alike."""
        from symspellpy import Verbosity

        reach = 1 if len(word) < 5 else 2
        near = [s for s in self._speller.lookup(word, Verbosity.ALL, max_edit_distance=reach) if len(s.term) > 1]
        if len(word) < 4:
            near = [s for s in near if _skeleton(s.term) == _skeleton(word) and len(s.term) > len(word)]
        best = min(near, key=lambda s: (s.distance + (_skeleton(s.term) != _skeleton(word)), -s.count, s.term), default=None)
        return best.term if best and (best.distance < 2 or best.term[0] == word[0]) else None

    def _parted(self, word: str) -> str | None:
        times = {i: min(self.words.get(word[:i], 0), self.words.get(word[i:], 0)) for i in range(2, len(word) - 1)}
        at = max(times, key=lambda i: (times[i], -i), default=0)
        return f"{word[:at]} {word[at:]}" if at and times[at] >= PART_TIMES else None

    def _chinese(self, run: str) -> str:
        if not self._odd(run, 0, len(run)):  # nearly every run: nothing in it can be an error
            return run
        at = 0
        while at < len(run) - 1:
            found = self._term_at(run, at)
            run = run[:at] + found + run[at + len(found) :]
            at += max(1, len(found))
        return run

    def _term_at(self, run: str, at: int) -> str:
        """The longest term that stands at a place of a run of characters, or that is likely meant there; "" for none."""
        kept = word_list("spelling")["kept"]
        for length in range(min(self._longest, len(run) - at), 1, -1):
            span = run[at : at + length]
            if span in self.terms:
                return span
            if all(span[i : i + 2] in self.known for i in range(length - 1)) or any(char in kept for char in span):
                continue
            alike = self._alike.get(self._sound(span), [])
            if not alike or self._covered(run, at + length):
                continue
            best = max(alike, key=lambda term: sum(map(str.__eq__, term, span)))  # that keeps the most characters
            if self._odd(run[:at] + best + run[at + length :], at, length) < self._odd(run, at, length):
                return best
        return ""

    def _covered(self, run: str, end: int) -> bool:
        """Whether a term stands across the end of a span."""
        return any(run[end - 1 : stop] in self.terms for stop in range(end + 1, min(len(run), end + self._longest) + 1))

    def _odd(self, run: str, at: int, length: int) -> int:
        """How many pairs in and beside a span are known nowhere."""
        return sum(run[i : i + 2] not in self.known for i in range(max(0, at - 1), min(len(run) - 1, at + length)))

    def _sound(self, term: str) -> str:
        """How a term sounds; in a longer one, sounds that many speakers do not tell apart are one."""
        sounds = " ".join(self.sounds.get(char, char) for char in term)
        return sounds if len(term) < 3 else re.sub(r"([eia])ng\b", r"\1n", re.sub(r"\b([zcs])h", r"\1", sounds))


def _skeleton(word: str) -> str:
    """The consonants of a word as they sound, doubled ones once: `cirosis` and `cirrhosis` are the same."""
    sounds = re.sub(r"[aeiouyhw]", "", word.replace("ph", "f").replace("ck", "k").replace("c", "k").translate(SOUNDS)[1:])
    return re.sub(r"(.)\1+", r"\1", word[0] + sounds)


def learned(sentences: Sequence[str], questions: Sequence[str], listed: Iterable[str] = ()) -> Spelling:
    """Return the spelling of a corpus from its prepared texts.

    Every English word of its sentences is right; one of its questions if an English list knows it. What is put in place of
    an error is such a word, a Chinese term of our word lists, or a listed Chinese word that the corpus uses often.

    Args:
        listed: Chinese words that are right wherever they stand.
    """
    english = english_words()
    right = {word.lower() for text in sentences for word in WORD.findall(text)}
    times = Counter(word.lower() for text in (*sentences, *questions) for word in WORD.findall(text))
    words = {word: times[word] for word in sorted(times) if word in right or (word in english and times[word] >= TIMES)}
    told = {pair for text in sentences for pair in _pairs(text)}
    if not told:
        return Spelling(words, {}, frozenset(), {})
    from pypinyin.constants import PHRASES_DICT

    whole = "\n".join((*sentences, *questions))
    count = Counter(_pairs(whole))
    forms = {form for concept in concepts().values() for form in concept.forms if HAN_RUN.fullmatch(form)}
    common = {word for word in listed if HAN_RUN.fullmatch(word) and len(word) <= LONGEST_WORD}
    terms = {}
    for term in sorted(forms | common):
        if all(count[pair] >= TERM_TIMES for pair in _pairs(term)):
            terms[term] = whole.count(term)
    known = told | {pair for word in (*listed, *PHRASES_DICT, *forms) for pair in _pairs(word)} | {pair for pair in count if count[pair] >= PAIR_TIMES}
    meant = {term: times for term, times in terms.items() if times >= (TERM_TIMES if term in forms else WORD_TIMES)}
    return Spelling(words, meant, frozenset(known), _sounds())


@cache
def english_words() -> frozenset[str]:
    """Return the commonest words of an English frequency list."""
    from importlib.resources import files

    lines = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines()
    return frozenset(line.partition(" ")[0] for line in lines[:COMMON_ENGLISH])  # the commonest first


def _pairs(text: str) -> list[str]:
    return [run[i : i + 2] for run in HAN_RUN.findall(text) for i in range(len(run) - 1)]


def _sounds() -> dict[str, str]:
    """The commonest reading of each common character, without tone."""
    from pypinyin import Style, lazy_pinyin

    chars = map(chr, range(0x4E00, 0x9FA6))
    return {char: reading for char in chars for reading in lazy_pinyin(char, style=Style.NORMAL, errors="ignore")}


def spelling_row(spelling: Spelling) -> dict[str, Any]:
    """Return the spelling as plain JSON values."""
    return {"words": spelling.words, "terms": spelling.terms, "known": "".join(sorted(spelling.known)), "sounds": spelling.sounds}


def spelling_from(row: dict[str, Any]) -> Spelling:
    """Return the spelling that `spelling_row` made a row of; KeyError, TypeError or ValueError if it is none."""
    words, terms = ({str(k): int(v) for k, v in row[name].items()} for name in ("words", "terms"))
    known = str(row["known"])
    return Spelling(words, terms, frozenset(known[i : i + 2] for i in range(0, len(known), 2)), {str(k): str(v) for k, v in row["sounds"].items()})
