"""What is shown of a cited study: its card, and one plain line on how strong its evidence is."""

from typing import Any

from qa.answering.wording import read_wording
from qa.indexing.index import Index
from qa.records import REVIEW, Language, Passage, Quote

BAD_VERDICTS = ("contradicted", "not in the source found")


def citation_card(index: Index, number: int, language: Language) -> dict[str, Any]:
    """Return the contract's citation record, with the study's label, design, strength and audit mark.

    Values that are not known are None; nothing is guessed.
    """
    reference = index.references.get(number, {})
    facts = index.studies.get(number, {})
    wording = read_wording()
    if number == REVIEW:
        title = wording.text("review_title", language) if index.studies else _review_title(index)
    else:
        title = reference.get(f"title-{language}") or reference.get("title") or facts.get(f"label_{language}") or f"[{number}]"
    dates = reference.get("issued", {}).get("date-parts", [[None]])
    doi = reference.get("DOI")
    study_type = facts.get("study_type")
    return {
        "number": number,
        "title": title,
        "year": dates[0][0] if dates and dates[0] else facts.get("year"),
        "study_type": wording.study_type(study_type, language) if study_type else None,
        "doi": doi,
        "url": reference.get("URL") or (f"https://doi.org/{doi}" if doi else None),
        "label": facts.get(f"label_{language}"),
        "journal": reference.get("container-title"),
        "participants": facts.get("n_total"),
        "country": facts.get(f"country_{language}"),
        "strength": strength_line(index, (number,), language),
        "audit": audit_mark(index, number, language),
    }


def quote_of(index: Index, passage: Passage, language: Language, score: float = 0.0) -> Quote:
    """Return a passage as a quote, with its other-language line and how strong its evidence is."""
    partner = index.passages[passage.partner].text if passage.partner is not None else None
    return Quote(
        text=passage.text,
        citations=passage.citations,
        document=passage.document,
        passage=passage.id,
        start=passage.start,
        end=passage.end,
        page=passage.page,
        score=round(score, 4),
        translation=partner,
        section=passage.section,
        layer=index.documents[passage.document].kind,
        strength=strength_line(index, passage.citations, language),
    )


def _review_title(index: Index) -> str:
    return next((d.title for d in index.documents.values() if d.citation in (None, REVIEW)), "")


def strength_line(index: Index, numbers: tuple[int, ...], language: Language) -> str:
    """Return how far a sentence's source can carry a conclusion, in plain words, computed from the study's facts."""
    wording = read_wording()
    known = [index.studies[n] for n in numbers if n in index.studies]
    if not known:
        return wording.text("strength_review", language) if index.studies and REVIEW in numbers else ""
    facts = known[0]
    phrases = [wording.strength(facts.get("study_type"), language)]
    count = facts.get("n_total")
    if count and count > 1:
        phrases.append(wording.text("strength_count", language).format(count=count))
    design = (facts.get("design_en") or "").lower()
    if "open-label" in design or "open label" in design:
        phrases.append(wording.text("strength_open", language))
    if facts.get("source_kind") == "bibliographic only":
        phrases.append(wording.text("strength_unverified", language))
    elif facts.get("source_kind") == "abstract":
        phrases.append(wording.text("strength_abstract", language))
    return wording.text("strength_joint", language).join(p for p in phrases if p)


def audit_mark(index: Index, number: int, language: Language) -> str | None:
    """Return a visible mark for a study of which the review says things that its source contradicts or does not show."""
    claims = index.audit.get(number, [])
    bad = [c for c in claims if c["verdict"] in BAD_VERDICTS]
    if not bad:
        return None
    contradicted = sum(c["verdict"] == "contradicted" for c in bad)
    text = read_wording().text("audit_mark", language)
    return text.format(total=len(claims), contradicted=contradicted, unverified=len(bad) - contradicted)


def citation_line(card: dict[str, Any]) -> str:
    """Return a citation record as one line."""
    known = [card["title"], card.get("journal"), card["year"], card["study_type"], card["url"]]
    return f"[{card['number']}] " + ". ".join(str(k) for k in known if k)
