"""Finds whole sentences in Chinese and English prose, as spans of the text.

A quotation is always one of these spans: a part of a sentence can mean the opposite of the whole
("serious adverse events were observed" is inside "no serious adverse events were observed").
"""

import re
from collections.abc import Iterator

MARKS = re.compile(r"(?:\s?\[\d{1,3}(?:\s?[-–,,、]\s?\d{1,3})*\])+")
END = "。!?!?…"
CLOSERS = "”’」』)]))】》\"'"
OPENERS = {"(": ")", "(": ")", "《": "》", "“": "”", "「": "」", "『": "』", "[": "]", "【": "】"}
ABBREVIATION = re.compile(
    r"(?:\b(?:al|vs|etc|e\.g|i\.e|cf|fig|figs|no|nos|dr|mr|mrs|ms|prof|st|approx|ca|resp|ref|refs|eq|vol|pp|ed|eds|inc|ltd|dept"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|u\.s|u\.k)|\b[A-Z])\.$",
    re.IGNORECASE,
)


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of every sentence in `text[start:end]`, in order, without surrounding blanks.

    A citation mark after the full stop belongs to the sentence but is not part of its span. Marks of a sentence's
    end inside brackets, 《》 or Chinese quotation marks do not end it; decimals, initials and the usual
    abbreviations do not either. Wrong for: an unknown abbreviation before a capital letter.
    """
    end = len(text) if end is None else end
    begin, at, depth = start, start, []  # type: int, int, list[tuple[str, int]]
    while at < end:
        char = text[at]
        if depth and at - depth[-1][1] > 200:
            depth.clear()  # a bracket that is never closed must not swallow the rest
        if depth and char == depth[-1][0]:
            depth.pop()
        elif char in OPENERS and OPENERS[char] in text[at + 1 : min(end, at + 200)]:
            depth.append((OPENERS[char], at))
        elif not depth and (char in END or (char == "." and _ends_here(text, begin, at, end))):
            stop = at + 1
            while stop < end and text[stop] in END + "." + CLOSERS:
                stop += 1
            yield from _span(text, begin, stop)
            mark = MARKS.match(text, stop, end)
            begin = at = mark.end() if mark else stop
            continue
        at += 1
    yield from _span(text, begin, end)


def _ends_here(text: str, begin: int, at: int, end: int) -> bool:
    after = text[at + 1] if at + 1 < end else ""
    if after and not (after.isspace() or after in CLOSERS or after == "["):
        return False
    if ABBREVIATION.search(text[max(begin, at - 12) : at + 1]):
        return False
    rest = text[at + 1 : end].lstrip(CLOSERS + " \t\n")
    return not (rest and rest[0].islower())


def _span(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    mark = None
    for mark in MARKS.finditer(text, begin, end):
        pass
    if mark and mark.end() == end and mark.start() > begin:  # a mark before no full stop: still not quoted
        end = mark.start()
    if any(c.isalnum() for c in text[begin:end]):
        yield begin, end


def cited_numbers(marks: str) -> tuple[int, ...]:
    """Return the reference numbers in a run of marks, in order: `[3][5-7]` gives 3, 5, 6, 7."""
    numbers: list[int] = []
    for inner in re.findall(r"\[([^\]]*)\]", marks):
        for part in re.split(r"[,,、]", inner):
            ends = [int(n) for n in re.findall(r"\d+", part)]
            if len(ends) == 2 and ends[0] < ends[1] <= ends[0] + 50:
                numbers.extend(range(ends[0], ends[1] + 1))
            else:
                numbers.extend(ends)
    return tuple(dict.fromkeys(numbers))
