"""Finds the numbered reference list of a review and reads it: parsed for citations, never quoted from.

A reference list that is left in an index swallows English questions about a Chinese text, since its titles are English.
"""

import re
from dataclasses import dataclass

from qa.reading.references.entry import Item, ascii_forms, parse_entry

HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*)?\**(?:(?:\d{1,2}(?:\.\d)?|[一二三四五六七八九十]{1,3})[.、)]?[ \t]*)?\[?"
    r"(?:主要|部分)?(?:参考资料|参考文献|引用文献|文献来源|资料来源|参考来源|參考資料|參考文獻|引用文獻|資料來源|参考\s*文\s*献"
    r"|references?(?:[ \t]+(?:list|cited|and[ \t]+notes))?|bibliography|literature(?:[ \t]+cited)?|works[ \t]+cited)"
    r"\]?(?:[ \t]*\([^()\n]{0,30}\))?\**[ \t]*:?\**[ \t]*#*[ \t]*(?=$|[\[(]?\d{1,3}[\]).、])",
    re.IGNORECASE | re.MULTILINE,
)
STYLES = {  # how the entries of one list are numbered; a list keeps to one of these
    "bracket": re.compile(r"(?:^[ \t]*(?:[-*+][ \t]+)?|(?<=[\s.。;]))\[\^?(\d{1,3})\][:.]?[ \t]*", re.MULTILINE),
    "dot": re.compile(r"^[ \t]*(\d{1,3})[.、)](?!\d)[ \t]*", re.MULTILINE),
    "round": re.compile(r"^[ \t]*\((\d{1,3})\)[ \t]*", re.MULTILINE),
    "blank": re.compile(r"^[ \t]*(\d{1,3})[ \t]+(?=[A-Z\u4e00-\u9fff])", re.MULTILINE),
}
SIGNS = re.compile(
    r"\b10\.\d{4,9}/|https?://|\bPMID\b|\[[JMCDRN](?:/OL)?\]|\b(?:19|20)\d\d[^\n]{0,12};\s*\d+|\((?:19|20)\d\d[a-z]?\)"
    r"|(?:19|20)\d\d\s*,\s*\d+\s*[(:]|\bet al\b|\b(?:19|20)\d\d\."
)
WIDE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
ADDRESS_BEFORE = re.compile(r"(?:https?://|\b10\.\d{4,9}/)\S*[^\s.,;]$")
ADDRESS_AFTER = re.compile(
    r"(?!PMID|PMC|Epub)(?:[-./?=&%_]|[\w-]+[./?=&%_](?=\S)|[a-z]*\d[\w-]*[./?=&%_-]|\d+\.?$|\d+[.]?\s*$)"
)
CONTINUES = re.compile(r"\s*(?:(?i:doi\b|https?:|PMC?ID|Epub)|[a-z\d(])")
COMPLETE = re.compile(r"\b10\.\d{4,9}/\S{3,}$|[:\d.\]]$|https?://\S+$")
MOST_HEADINGS = 20  # that are tried, from the last: bounds the work on a hostile text
LONGEST_ENTRY = 4000  # characters
FEWEST_WITHOUT_HEADING = 3
LONGEST_TAIL = 1500  # characters that may follow a list without a heading: a disclaimer, an advertisement


@dataclass(frozen=True)
class Entry:
    """The place of one entry: `text[start:end]`, number left out."""

    number: int
    mark: int
    start: int
    end: int


def find_reference_list(text: str) -> tuple[int, int] | None:
    """Return (start, end) of the reference list with its heading, or None if the text has none.

    The list reaches to the end of the text, since what follows it (a disclaimer, an advertisement) is not to be
    quoted either. A heading counts only if something that looks like an entry follows it; without a heading, a final
    run of at least three lines `[1]`, `[2]`, `[3]` does.
    """
    text = ascii_forms(text)  # one character for one: places stay the same
    for heading in reversed(list(HEADING.finditer(text))[-MOST_HEADINGS:]):
        following = text[heading.end() : heading.end() + 3000]
        first = next((line for line in following.split("\n") if line.strip()), "")
        entries = _entries(text, heading.end())
        numbered = len(entries) > 1 and not text[heading.end() : entries[0].mark].strip()
        if first and (numbered or SIGNS.search("\n".join(following.strip().split("\n")[:4]))):
            return heading.start(), len(text)
    for style in ("bracket", "dot"):
        run = _final_run(text, style)
        if len(run) >= FEWEST_WITHOUT_HEADING and len(text) - run[-1].end <= LONGEST_TAIL:
            signed = sum(bool(SIGNS.search(text[e.start : e.end])) for e in run)
            if signed >= (0.5 if style == "bracket" else 0.8) * len(run):
                return run[0].mark, len(text)
    return None


def parse_references(text: str) -> dict[int, Item]:
    """Return the CSL-JSON items of a reference list by their number; `text` is the list, or a text that ends with it.

    Entries may be wrapped over several lines. What follows the last entry (a disclaimer, an advertisement) is left out.
    """
    span = find_reference_list(text)
    source, text, start = text, ascii_forms(text), 0
    if span:
        heading = HEADING.match(text, span[0])
        start = heading.end() if heading else span[0]
    entries = _entries(text, start)
    return {
        entry.number: parse_entry(
            entry.number, _one_line(source[entry.start : min(entry.end, entry.start + LONGEST_ENTRY)])
        )
        for entry in entries
    }


def _entries(text: str, start: int) -> list[Entry]:
    """Return the entries of the style that numbers most of them."""
    return max((_counted(text, pattern, start) for pattern in STYLES.values()), key=len)


def _counted(text: str, pattern: re.Pattern[str], start: int) -> list[Entry]:
    """Return the entries whose numbers count up by one; a number inside an entry is not taken for the next."""
    marks: list[re.Match[str]] = []
    for mark in pattern.finditer(text, start):
        number = int(mark.group(1))
        at_line_start = (
            text.rfind("\n", start, mark.start()) >= 0
            and not text[text.rfind("\n", start, mark.start()) : mark.start(1) - 1].strip()
        )
        expected = int(marks[-1].group(1)) + 1 if marks else number
        if number == 0:
            continue  # no number of a reference: 0 stands for the review itself
        if number == expected or (at_line_start and pattern is STYLES["bracket"] and expected < number <= expected + 5):
            marks.append(mark)
    ends = [mark.start() for mark in marks[1:]]
    if marks:
        wrapped = any("\n" in text[a.end() : end].strip() for a, end in zip(marks, ends, strict=False))
        ends.append(_last_end(text, marks[-1].end(), wrapped))
    return [Entry(int(m.group(1)), m.start(), m.end(), end) for m, end in zip(marks, ends, strict=True)]


def _last_end(text: str, start: int, wrapped: bool) -> int:
    """Return where the last entry ends: with its line, or, in a list of wrapped entries, when it is complete."""
    blank = re.search(r"\n[ \t]*(?:\n|$)", text[start:])
    limit = min(start + blank.start() if blank else len(text), start + LONGEST_ENTRY)
    at = start
    lines = text[start:limit].splitlines(keepends=True)
    for line, following in zip(lines, [*lines[1:], ""], strict=False):  # of a text that ends with a mark there is no line
        at += len(line)
        seen = text[start:at].strip()
        goes_on = bool(ADDRESS_BEFORE.search(seen) and ADDRESS_AFTER.match(following.strip())) or CONTINUES.match(
            following
        )
        if seen and not (wrapped and goes_on) and (not wrapped or (SIGNS.search(seen) and COMPLETE.search(seen))):
            break
    return min(at, limit)


def _final_run(text: str, style: str) -> list[Entry]:
    """Return the last entries at line starts that count up from 1, or nothing."""
    pattern = STYLES[style]
    firsts = [
        m
        for m in pattern.finditer(text)
        if int(m.group(1)) == 1 and text[: m.start(1)].rpartition("\n")[2].strip() in ("", "[")
    ]
    return _counted(text, pattern, firsts[-1].start()) if firsts else []


def _one_line(text: str) -> str:
    """Join the lines of a wrapped entry; an address or DOI that was broken gets no space."""
    joined = ""
    for line in text.split("\n"):
        line = line.strip()
        broken = ADDRESS_BEFORE.search(joined) and (
            joined.endswith(("/", "_", "-", "?", "=", "&")) or ADDRESS_AFTER.match(line)
        )
        word = re.search(r"[a-z]-$", joined) and line[:1].islower()
        chinese = WIDE.search(joined[-1:]) and WIDE.search(line[:1])
        joined += line if broken or word or chinese else f" {line}"
    return joined.strip()
