"""Finds the words that say which way something went, and leaves out those that say nothing: no difference in the fall."""

import re
from functools import cache

from qa.statements.clauses import Segment, phrase_pattern
from qa.text.lexicon import Mention, concepts, word_list

NOMINAL = re.compile(r"(?:幅度|程度|速度|的?幅(?!度))(?!(?:更|较|要|也|都|明显|显著)?大)|\s(?:alike|equally|similarly|to a similar)\b")
THE = re.compile(r"\b(?:the|a|an|this|its)\s$", re.IGNORECASE)
NO_MORE_THAN = re.compile(r"\s(?:in|between)\s(?:the\s|how\s(?:far|much)\s)?(?:\w+\s){0,2}$")
EQUALITY = ("direction:same", "direction:differs", "direction:difference")
ADJOINING = re.compile(r"[都也很较又则更]?([\u4e00-\u9fff])(?=[,、。;的了)\s]|$)")
ENDING = re.compile(r"[^,。;]{0,30}?(?:[\u4e00-\u9fff])([\u4e00-\u9fff])(?=[,、。;了得)\s]|$)")
STRESSED = re.compile(r"(?:显著|明显|均|都|也|则|要)([高低大小长短])(?=[,、。;了得)\s]|$)")
STRONG_REACH = 25  # characters before a difference in which a word may say that it is there
SIGNS = ("up", "down", "better", "worse")


def bare_directions(text: str, inside: list[Mention]) -> list[Mention]:
    """Return bare adjectives that touch a measure (产量低, low yield) or end a comparison (比对照组高).

    Elsewhere such a word says nothing (大学).
    """
    table, found = word_list("directions")["adjoining"], []

    def take(match: re.Match[str] | None, language: str) -> None:
        for sign in SIGNS:
            if match and match.group(1) in table[sign][language]:
                found.append(Mention(concepts()[f"direction:{sign}"], match.start(1), match.end(1)))

    for measure in (m for m in inside if m.kind == "measure"):
        take(ADJOINING.match(text, measure.end), "zh")
        take(re.search(r"\b([a-z]+)[\s-]$", text[: measure.start].lower()), "en")
    for match in _driven().finditer(text):
        end = match.end()
        found.append(Mention(concepts()["direction:up" if match.group("way").lower() == "up" else "direction:down"], end - len(match.group("way")), end))
    for match in STRESSED.finditer(text):
        take(match, "zh")  # 显著低
    for marker in (m for m in inside if m.kind == "comparison" and text[m.start : m.end] in table["between"]["zh"]):
        take(ENDING.match(text, marker.end), "zh")  # 比对照组高
    free = [m for m in found if not any(o.kind == "direction" and o.start < m.end and m.start < o.end for o in inside)]
    return list(dict.fromkeys(free))


@cache
def _driven() -> re.Pattern[str]:
    verbs = "|".join(word_list("directions")["driving"]["en"])
    return re.compile(rf"\b(?:{verbs})\b[^,;.:()]{{1,60}}?\s(?P<way>up|down)\b(?!\s(?:to|with|by\smouth)\b)", re.IGNORECASE)


def is_found(text: str, inside: list[Mention], difference: Mention) -> bool:
    """Return whether a difference is said to be there: a clear age difference, 有差别."""
    strong = [m for m in inside if "strength:significant" in m.keys and 0 <= difference.start - m.end <= STRONG_REACH]
    near = text[max(0, difference.start - STRONG_REACH) : difference.start]
    return bool(strong) or text[difference.start - 1 : difference.start] in ("有", "在") or phrase_pattern("statements", "shown").search(near) is not None


def is_open(text: str, parts: list[Segment], direction: Mention) -> bool:
    """Return whether a direction is only asked about or wished for: whether it improves, larger studies are needed."""
    segment = next(s for s in parts if s.start <= direction.start < s.end)
    return segment.mood == "wish" or bool(phrase_pattern("statements", "asked").search(text, segment.start, segment.end))


def is_noun(text: str, direction: Mention, directions: list[Mention]) -> bool:
    """Return whether a direction only names what is compared: no difference in the fall, 下降幅度没有差别."""
    if NOMINAL.match(text, direction.end):
        return True
    later = [d for d in directions if d.start >= direction.end and d.keys[0] in EQUALITY]
    if later and THE.search(text[: direction.start]) and re.match(r"\s(?:in|of)\b", text[direction.end :]):
        return "," not in text[direction.end : later[0].start]  # the fall in bilirubin did not differ
    if later and text[direction.start - 1 : direction.start] == "的" and not re.search("[,;。]", text[direction.end : later[0].start]):
        return True  # 造血的改善没有统计学意义
    touching = bool(later) and later[0].start - direction.end <= 3 and not text[direction.start].isascii()
    if touching and direction.keys[0] not in EQUALITY:
        return True
    before = [d for d in directions if d.end <= direction.start and d.keys[0] in EQUALITY]
    return bool(before) and NO_MORE_THAN.fullmatch(text, before[-1].end, direction.start) is not None
