"""Compares proper names that no word list has: hospitals, journals, trial numbers, people."""

import re
from collections.abc import Iterable, Sequence

from qa.claims.comparison.findings import Finding, span_in
from qa.claims.evidence import Source
from qa.quantities.numerals import han_value
from qa.statements.names import Name
from qa.statements.statement import Statement
from qa.text.lexicon import concepts, word_list
from qa.text.preparation import HAN, folded

AUTHORS_SHOWN = 3
SURE = 1.0  # likeness of a record to a claim about it
DIGITS = re.compile(r"\d+")
ASSIGNED = re.compile(r"[零〇一二三四五六七八九十百]{1,5}(?=医院|附属|人民|中心)")
LEAD = re.compile(r".*(?:[由在的于说是从把将被让与和及写称讲据按]|提到|指出|介绍|报道)")
GENERIC = re.compile(r"国内|多家|三甲|某|各|该|当地|我国|几家|两家|解放军|中国人民|市|省|县|区|第|附属|人民|中心|医院|大学|研究所|医学院|医学中心|由|在|的|来自|出自|the|of|at|hospital|university|institute|clinic|no|pla|chinese|affiliated|from|people's|peoples", re.IGNORECASE)


def compare_names(claim: Statement, sources: Sequence[Source]) -> Iterable[Finding]:
    """Yield what each unlisted name of the claim finds: the same name, another of its kind in its place, or nothing."""
    foreign = all(s.statement.language != claim.language for s in sources if s.row is not None)
    texts = [folded(source.statement.original) for source in sources]
    said = folded(claim.original)
    for name in claim.names:
        if name.kind == "place" and not _number(name.text) and not _core(name.text):
            continue  # several hospitals: no name at all
        span = claim.prepared.span(name.start, name.end)
        row = next((i for i, text in enumerate(texts) if _inside(name, text, sources[i].statement)), None)
        leading = next((s.authors for s in sources if any(folded(a) == folded(name.text) for a in s.authors)), ())
        if name.wrote and leading and not any(folded(author) in said for author in (leading[0], leading[-1])):
            yield Finding("author", "differs", name.text, ", ".join(leading[:AUTHORS_SHOWN]), "", span, near=SURE)
            continue
        if row is not None:
            yield Finding(name.kind, "agrees", name.text, name.text, claim_span=span, row=row)
            continue
        writers = next((s.authors for s in sources if s.authors and bool(HAN.search(s.authors[0])) == bool(HAN.search(name.text))), ())
        if name.wrote and writers:
            yield Finding("author", "differs", name.text, ", ".join(writers[:AUTHORS_SHOWN]), "", span, near=SURE)
            continue
        rival = None
        if foreign and name.kind != "registration":
            yield Finding("spelling", "undecided", name.text, claim_span=span, hard=False)  # 七台河市人民医院 beside its English name
            continue
        if name.kind in ("place", "journal"):
            rival = next(((i, o) for i, s in enumerate(sources) for o in _rivals(name.kind, s.statement) if s.layer != "record" or name.kind == "journal"), None)
        if rival:
            at, (text, start, end) = rival
            yield Finding(name.kind, "differs", name.text, text, "", span, span_in(sources[at], start, end), at)
        else:
            yield Finding(name.kind, "undecided", name.text, claim_span=span)


def _inside(name: Name, text: str, statement: Statement) -> bool:
    if name.kind != "place":
        return folded(name.text) in text
    number = _number(name.text)
    if number:
        listed = [i for i in statement.items if i.key in concepts() and concepts()[i.key].group == "place/institution"]
        own = [o.text for o in statement.names if o.kind == "place"] + [statement.prepared.text[i.start : i.end] for i in listed]
        return any(_number(text) == number for text in own)
    return _core(name.text) in text


def _core(text: str) -> str:
    """Return the part of a hospital's or university's name that is its own: 七台河 of 七台河市人民医院."""
    return folded(GENERIC.sub(" ", LEAD.sub("", text)).strip())


def _number(text: str) -> str:
    """Return the number in a hospital's name, however written: 第一五三医院 and 153 Hospital are the same."""
    digits = DIGITS.search(text)
    if digits:
        return str(int(digits.group()))
    numeral = ASSIGNED.search(text)
    value = han_value(numeral.group()) if numeral else None
    if value is not None:
        return str(int(value))
    ordinals = word_list("quantities")["ordinals"]
    word = next((w for w in re.findall(r"[a-z]+", text.lower()) if w in ordinals), None)
    return str(ordinals[word]) if word else ""


def _rivals(kind: str, statement: Statement) -> list[tuple[str, int, int]]:
    found = [(n.text, n.start, n.end) for n in statement.names if n.kind == kind]
    prefix = "journal:" if kind == "journal" else "place:"
    for item in statement.items:
        if item.key.startswith(prefix) and item.mood == "stated" and not item.negated and (kind == "journal" or concepts()[item.key].group == "place/institution"):
            found.append((statement.prepared.text[item.start : item.end], item.start, item.end))
    return found
