"""Finds whole sentences in Chinese and English prose, as spans of the text.

A quotation is always one of these spans: a part of a sentence can mean the opposite of the whole
("serious adverse events were observed" is inside "no serious adverse events were observed").
"""

import re
from collections.abc import Iterator

from qa.text.preparation import HAN

# Full-width forms are written as escapes here: on many screens they can't be told from ASCII.
MARK = r"\s?[\[\uff3b]\d{1,3}(?:\s?[-\u2013\u2014~\uff5e,\uff0c\u3001]\s?\d{1,3})*[\]\uff3d]"
MARKS = re.compile(rf"{MARK}(?:[,\uff0c\u3001]?{MARK})*")
STRONG = "\u3002\uff01\uff1f\uff61"  # end a sentence wherever they stand
WEAK = "!?.\uff0e\u2026"  # end one only before a blank, a bracket or a Chinese character
END = STRONG + WEAK
CLOSERS = "\u201d\u2019\u300d\u300f)]\uff09\uff3d\u3011\u300b\"'"
QUOTES = "\u201d\u2019\u300d\u300f"
OPENERS = {"(": ")", "\uff08": "\uff09", "\u300a": "\u300b", "\u201c": "\u201d", "\u300c": "\u300d", "\u300e": "\u300f"}
OPENERS |= {"[": "]", "\uff3b": "\uff3d", "\u3010": "\u3011"}
FARTHEST = 200  # characters from a bracket to its closing one: a bracket that is never closed must not swallow the rest
ABBREVIATION = re.compile(r"\b(?:al|vs|e\.g|i\.e|cf|dr|mr|mrs|ms|prof|resp|inc|ltd|dept|u\.s|u\.k)\.$", re.IGNORECASE)
BEFORE_FIGURE = re.compile(
    r"\b(?:figs?|nos?|approx|ca|refs?|eqs?|vol|pp|eds?|st|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.$",
    re.IGNORECASE,
)
INITIAL = re.compile(r"(?:^|[A-Z]\.\s?|[,;(&]\s?|\b(?:and|by|with|from|to|of|see|[A-Z][a-z]+)\s)[A-Z]\.$")
NUMBERING = re.compile(r"(?:^|[:;\uff1a\uff1b]\s*)\(?\d{1,2}$")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of every sentence in `text[start:end]`, in order, without surrounding blanks.

    A citation mark after the full stop belongs to the sentence but is not part of its span. Marks of a sentence's
    end inside brackets or 《》 do not end it, and inside Chinese quotation marks only at the end of a quoted sentence;
    decimals, addresses, initials and the usual abbreviations do not either. Wrong for: an unknown abbreviation before
    a capital letter.
    """
    end = len(text) if end is None else end
    begin = at = start
    depth: list[tuple[str, int]] = []  # (closing character, place of the opening one)
    while at < end:
        char = text[at]
        if depth and at - depth[-1][1] > FARTHEST:
            depth.clear()
        stops = False
        if depth and char == depth[-1][0]:
            opened = depth.pop()[1]
            within = (
                text[at - 1] in "\u3002." if char in QUOTES else text[at - 1] in END and not text[begin:opened].strip()
            )
            stops = not depth and within and _new_begins(text, at + 1, end)
        elif char in OPENERS and OPENERS[char] in text[at + 1 : min(end, at + FARTHEST)]:
            depth.append((OPENERS[char], at))
        elif not depth and char in END:
            stops = char in STRONG or _ends_here(text, begin, at, end)
        if stops:
            stop = at + 1
            while stop < end and (text[stop] in END or _closes(text, begin, stop, end)):
                stop += 1
            yield from _span(text, begin, stop)
            mark = MARKS.match(text, stop, end)
            begin = at = mark.end() if mark else stop
        else:
            at += 1
    yield from _span(text, begin, end)


def _ends_here(text: str, begin: int, at: int, end: int) -> bool:
    """Return whether a mark that may stand inside a sentence ends one."""
    char, after = text[at], text[at + 1] if at + 1 < end else ""
    if char == "\u2026" or char in "!?":
        return (
            not after
            or after.isspace()
            or after in CLOSERS + "["
            or (char != "\u2026" and (after in END or bool(HAN.match(after))))
        )
    before = text[at - 1] if at > begin else ""
    if HAN.match(before) and (HAN.match(after) or after in CLOSERS):
        return True  # a Chinese text with Western full stops
    if char == "\uff0e":
        return not (before.isdigit() and after.isdigit())
    if after and not (after.isspace() or after in CLOSERS or after == "["):
        return False
    rest = text[at + 1 : min(end, at + 40)].lstrip(CLOSERS + " \t\n")
    lead = text[max(begin, at - 24) : at + 1]
    if (
        ABBREVIATION.search(lead)
        or INITIAL.search(lead)
        or NUMBERING.search(text[begin:at].strip() if at - begin < 16 else "-" + text[at - 16 : at])
    ):
        return False
    if BEFORE_FIGURE.search(lead) and rest[:1].isdigit():
        return False
    return not rest[:1].islower()


def _new_begins(text: str, at: int, end: int) -> bool:
    """Return whether what follows a closing quotation mark or bracket does not go on with the sentence."""
    rest = text[at : min(end, at + 10)]
    return not (rest[:1] in tuple(",;:\uff0c\uff1b\uff1a\u3001\u3002") or rest.lstrip()[:1].islower())


def _closes(text: str, begin: int, at: int, end: int) -> bool:
    char = text[at]
    if char == '"':
        return text.count('"', begin, at) % 2 == 1  # an even one opens the next sentence
    if char == "'":
        return at + 1 >= end or text[at + 1].isspace()
    return char in CLOSERS


def _span(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    last = None
    for mark in MARKS.finditer(text, begin, end):
        last = mark
    if last and last.end() == end and last.start() > begin:  # a mark before no full stop: still not quoted
        end = last.start()
    if any(c.isalpha() for c in text[begin:end]):
        yield begin, end


def cited_numbers(marks: str) -> tuple[int, ...]:
    """Return the reference numbers in a run of marks, in order: `[3][5-7]` gives 3, 5, 6, 7."""
    numbers: list[int] = []
    for inner in re.findall(r"[\[\uff3b]([^\]\uff3d]*)[\]\uff3d]", marks):
        for part in re.split(r"[,\uff0c\u3001]", inner):
            ends = [int(n) for n in re.findall(r"\d+", part)]
            if len(ends) == 2 and ends[0] < ends[1] <= ends[0] + 50:
                numbers.extend(range(ends[0], ends[1] + 1))
            else:
                numbers.extend(ends)
    return tuple(dict.fromkeys(numbers))
