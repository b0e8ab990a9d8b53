"""Finds proper names that no word list has: trial numbers, hospitals, journals, people."""

import re
from dataclasses import dataclass

from qa.statements.clauses import phrase_pattern
from qa.text.lexicon import Mention
from qa.text.preparation import HAN

CODE = re.compile(r"(?<![A-Za-z0-9])(?:NCT|ISRCTN|ChiCTR|EudraCT|UMIN|KCT|IRCT|PMC|PMID)[\s-]?[A-Z]*\d[\d-]{4,}", re.IGNORECASE)
NAME = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z][A-Za-z]*[a-z][A-Za-z-]*(?:'s)?|[A-Z]{4,}(?![A-Za-z0-9]))")
INSTITUTION = re.compile(
    r"[\u4e00-\u9fff0-9]{1,14}(?:医院|大学|研究所(?![用得见示有需选纳做])|医学院|医学中心)"
    r"|(?:[A-Z0-9][\w.']*\s(?:(?:of|the|No\.|for)\s)*){0,6}(?:Hospital|University|Institute|Clinic)(?:\sof(?:\sthe)?(?:\s[A-Z0-9][\w.']*)+)?"
)
TEAM = re.compile(r"(?:^|[,。、;:\s由据和与及的是叫为])([\u4e00-\u9fff]{2,3})(?=等人|团队|院士|教授|课题组)")
AUTHOR = re.compile(r"(?:作者|执笔人?)(?:是|为|叫|:)\s?([\u4e00-\u9fff]{2,3}?)(?=[,。、;和与等及]|$)|(?:由|是)([\u4e00-\u9fff]{2,3}?)(?:等人?)?(?:所?写|撰写|执笔|合写)")
WRITTEN_BY = re.compile(r"\b(?:(?:written|authored|penned|co-authored)\sby|authors?\s(?:is|are|was|were))\s(?:[\w.-]+\s){0,2}$", re.IGNORECASE)
AND_OTHERS = re.compile(r"(?:\s[A-Z]{1,3})?\s(?:et\sal|and\s(?:his\s|her\s|their\s)?(?:colleagues|co-workers|coworkers|co-authors|others))\b|等人")
QUOTED = re.compile(r"《([^》]{1,80})》")


@dataclass(frozen=True)
class Name:
    """A proper name, title or registration number that no word list knows. `kind` is place, journal, registration or name.

    `wrote` tells that the text calls it an author.
    """

    kind: str
    text: str
    start: int
    end: int
    wrote: bool = False


def names_of(text: str, found: list[Mention], dated: list[tuple[int, int]]) -> tuple[Name, ...]:
    """Return the names of a prepared text outside the mentions `found` and the spans of dates, by kind."""
    covered = [(m.start, m.end) for m in found] + dated
    names: list[Name] = []

    def free(start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in covered)

    for match in CODE.finditer(text):
        names.append(Name("registration", match.group(), *match.span()))
    known = [(m.start, m.end) for m in found if m.concept.group in ("place/institution",)]
    for match in INSTITUTION.finditer(text):
        if not any(a < match.end() and match.start() < b for a, b in known):
            names.append(Name("place", match.group(), *match.span()))
    for match in AUTHOR.finditer(text):
        at = match.span(1 if match.group(1) else 2)
        if free(*at) and not phrase_pattern("statements", "team").search(text[slice(*at)]):
            names.append(Name("name", text[slice(*at)], *at, True))
    for match in TEAM.finditer(text):
        if free(*match.span(1)) and not phrase_pattern("statements", "team").search(match.group(1)) and all(n.start != match.start(1) for n in names):
            names.append(Name("name", match.group(1), *match.span(1), text.startswith("等人", match.end(1))))
    published = phrase_pattern("statements", "print")
    for match in QUOTED.finditer(text):
        near = text[max(0, match.start() - 12) : match.start()] + text[match.end() : match.end() + 8]
        journal = any(m.kind == "journal" and m.start < match.end() and match.start() < m.end for m in found)
        if published.search(near) and not journal:
            names.append(Name("journal", match.group(1), *match.span()))
    taken = covered + [(n.start, n.end) for n in names]
    for match in NAME.finditer(text):
        opening = not text[: match.start()].strip() or re.search(r"[.!?。:\"“]\s?$", text[: match.start()])
        first = opening and not HAN.search(text) and not re.match(r"'s|\set al|\sand colleagues", text[match.start() + len(match.group().removesuffix("'s")) :])
        if (not first or match.group().isupper()) and not any(a < match.end() and match.start() < b for a, b in taken) and free(*match.span()):
            wrote = bool(WRITTEN_BY.search(text[: match.start()]) or AND_OTHERS.match(text, match.end()))
            names.append(Name("name", match.group().removesuffix("'s"), *match.span(), wrote))
    return tuple(names)
