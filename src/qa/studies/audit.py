"""What the review says of each study beside what the study's source says, claim by claim."""

from typing import Any

from qa.answering.publication import publication_status
from qa.answering.wording import read_wording
from qa.errors import CorpusError
from qa.indexing.index import Index
from qa.records import REVIEW, Language
from qa.studies.words import study_words

VERDICTS = ("supported", "partly supported", "contradicted", "not in the source found")


def audit_rows(index: Index, citation: int | None = None) -> list[dict[str, Any]]:
    """Return the audited claims of all studies, or of one, by number and in the review's order.

    Each has citation, labels, source_kind (what it was checked against), links, status (retracted, corrected, None),
    verdict, and claim, why and sentences (of the review) in both languages.

    Raises:
        CorpusError: there is no such reference.
    """
    known = sorted(n for n in {*index.references, *index.studies} if n != REVIEW)
    if citation is not None and citation not in known:
        listed = f"they are {known[0]} to {known[-1]}" if known else "this corpus has none"
        raise CorpusError(f"no reference [{citation}]; {listed}")
    status = publication_status(index)
    rows = []
    for number in sorted(index.audit) if citation is None else [citation]:
        facts = index.studies.get(number, {})
        item = index.references.get(number, {})
        label = {language: facts.get(f"label_{language}") or item.get("title") for language in ("zh", "en")}
        doi = item.get("DOI") or facts.get("doi")
        first = f"https://doi.org/{doi}" if doi else item.get("URL")
        links = list(dict.fromkeys(url for url in [first, *(facts.get("source_urls") or [])] if url))
        for claim in index.audit.get(number, []):
            rows.append(
                {
                    "citation": number,
                    "label_zh": label["zh"],
                    "label_en": label["en"],
                    "source_kind": facts.get("source_kind"),
                    "links": links,
                    "status": status.get(number),
                    **claim,
                }
            )
    return rows


def audit_counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many claims have each verdict, from supported to not found; verdicts that no claim has are left out."""
    names = [*VERDICTS, *sorted({row["verdict"] for row in rows} - set(VERDICTS))]
    counts = {name: sum(row["verdict"] == name for row in rows) for name in names}
    return {name: count for name, count in counts.items() if count}


def audit_text(rows: list[dict[str, Any]], language: Language) -> str:
    """Return the audit as lines: counts on top, then each study with what it was checked against, and its claims."""
    words = study_words()
    if not rows:
        return words("audit_none", language)
    studies = list(dict.fromkeys(row["citation"] for row in rows))
    lines = [words("audit_total", language, studies=len(studies), total=len(rows)), _counted(rows, language)]
    for number in studies:
        own = [row for row in rows if row["citation"] == number]
        lines += ["", *_study_lines(own, language), ""]
        for row in own:
            verdict = read_wording().verdict(row["verdict"], language)
            lines.append(f"  [{verdict}] {words('review_says', language, claim=row[f'claim_{language}'])}")
            lines.append(f"      {words('why', language, why=row[f'why_{language}'])}")
    return "\n".join(lines)


def _study_lines(own: list[dict[str, Any]], language: Language) -> list[str]:
    words, first = study_words(), own[0]
    kind = first["source_kind"]
    status = words.named("statuses", first["status"], language)
    mark = words("status", language, status=status) if status else ""
    lines = [f"[{first['citation']}] {mark}{first[f'label_{language}'] or ''}".rstrip(), f"  {_counted(own, language)}"]
    if kind:
        lines.append(f"  {words('audit_basis', language, kind=words.named('source_kinds', kind, language))}")
    if kind == "bibliographic only":
        lines.append(f"  {words('audit_bibliographic', language)}")
    elif kind == "abstract":
        lines.append(f"  {words('audit_abstract', language)}")
    if first["links"]:  # the article itself; the other pages that were read are in the JSON
        lines.append(f"  {words('links', language, links=first['links'][0])}")
    return lines


def _counted(rows: list[dict[str, Any]], language: Language) -> str:
    words = study_words()
    named = {read_wording().verdict(name, language): count for name, count in audit_counts(rows).items()}
    parts = [words("count", language, name=name, count=count) for name, count in named.items()]
    return words("joint", language).join(parts)
