"""The services that publish abstracts: how each is asked about a reference, and how its answer is read.

Europe PMC (REST, core result), PubMed (E-utilities, XML) and Crossref (works). An answer is kept as it came, so that a
later version can read it again; `Found` is what is taken from it.
"""

import html
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from qa.originals.abstract_markup import plain, sections
from qa.originals.polite import PoliteClient

STATUS_KINDS = {  # what services call a notice, letters only -> what it means for a reader; the gravest comes first
    "retracted": ("retractionin", "retraction", "withdrawal", "removal", "retractedpublication"),
    "partly retracted": ("partialretractionin", "partialretraction"),
    "expression of concern": ("expressionofconcernin", "expressionofconcern", "concern"),
    "corrected": ("erratumin", "erratum", "correction", "corrigendum", "correctedandrepublishedin", "updatein"),
}
TITLED = re.compile(r"^\W*(retracted|withdrawn)\b(?:\s+article)?\s*:?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Identifiers:
    """What a reference can be asked for by; empty where the reference does not give it."""

    doi: str = ""
    pmid: str = ""
    pmcid: str = ""

    def __bool__(self) -> bool:
        return bool(self.doi or self.pmid or self.pmcid)


@dataclass(frozen=True)
class Found:
    """What a service says of one article. `abstract` is (section, text) in order, empty where it has none.

    `status` is None, or one of `STATUS_KINDS`; `notices` names the notices that say so.
    """

    service: str
    identifiers: Identifiers
    url: str
    title: str
    abstract: tuple[tuple[str, str], ...] = ()
    licence: str = ""
    status: str | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """One service: `ask` gives its raw answer or None where it has no such article, `read` what the answer says."""

    name: str
    ask: Callable[[PoliteClient, Identifiers], Any]
    read: Callable[[Any], Found]


def services() -> tuple[Service, ...]:
    """Return the services in the order in which they are asked."""
    return (
        Service("Europe PMC", _ask_europe_pmc, _read_europe_pmc),
        Service("PubMed", _ask_pubmed, _read_pubmed),
        Service("Crossref", _ask_crossref, _read_crossref),
    )


def _base(variable: str, default: str) -> str:
    return (os.environ.get(variable) or default).rstrip("/")


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _ask_europe_pmc(client: PoliteClient, wanted: Identifiers) -> Any:
    queries = [f"(EXT_ID:{wanted.pmid} AND SRC:MED)"] if wanted.pmid else []
    queries += [f'DOI:"{wanted.doi}"'] if wanted.doi else []
    queries += [f"PMCID:{wanted.pmcid}"] if wanted.pmcid else []
    url = _base("QA_EUROPEPMC", "https://www.ebi.ac.uk/europepmc/webservices/rest") + "/search"
    params = {"query": " OR ".join(queries), "resultType": "core", "format": "json", "pageSize": "5"}

    def results(body: bytes) -> list[dict[str, Any]]:
        found = _json(body).get("resultList")
        rows = found.get("result", []) if isinstance(found, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("no result list")
        return rows

    rows = client.get("Europe PMC", url, params, results, pause=0.2) or []
    return next((row for row in rows if is_same(_read_europe_pmc(row).identifiers, wanted)), None)


def _read_europe_pmc(row: dict[str, Any]) -> Found:
    pmid, pmcid, doi = (str(row.get(key) or "") for key in ("pmid", "pmcid", "doi"))
    kinds = _listed(row, "pubTypeList", "pubType")
    notes = [n for n in _listed(row, "commentCorrectionList", "commentCorrection") if isinstance(n, dict)]
    named = [(str(n.get("type") or ""), str(n.get("reference") or n.get("id") or "")) for n in notes]
    title = plain(str(row.get("title") or ""))
    status, notices = _status([(str(k), "") for k in kinds] + named, title)
    place = f"{row.get('source') or 'MED'}/{row.get('id') or pmid}"
    return Found(
        service="Europe PMC",
        identifiers=Identifiers(doi, pmid, pmcid),
        url=f"https://europepmc.org/article/{place}",
        title=title.rstrip("."),
        abstract=sections(str(row.get("abstractText") or "")),
        licence=str(row.get("license") or ""),
        status=status,
        notices=notices,
    )


def _listed(row: dict[str, Any], outer: str, inner: str) -> list[Any]:
    found = row.get(outer)
    values = found.get(inner, []) if isinstance(found, dict) else []
    return values if isinstance(values, list) else [values]


def _ask_pubmed(client: PoliteClient, wanted: Identifiers) -> Any:
    base = _base("QA_PUBMED", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils")
    known = {"db": "pubmed", "tool": "liver-stem-cell-qa"}
    if os.environ.get("QA_CONTACT"):
        known["email"] = os.environ["QA_CONTACT"]
    pmid = wanted.pmid
    if not pmid:
        term = f"{wanted.doi}[doi]" if wanted.doi else f"{wanted.pmcid}[pmcid]"
        params = {**known, "term": term, "retmode": "json"}
        found = client.get("PubMed", f"{base}/esearch.fcgi", params, _pubmed_ids, pause=0.4) or []
        if len(found) != 1:
            return None  # none, or words of an unknown DOI that were looked up one by one
        pmid = found[0]
    params = {**known, "id": pmid, "retmode": "xml"}
    text = client.get("PubMed", f"{base}/efetch.fcgi", params, _pubmed_xml, pause=0.4)
    if not text or ElementTree.fromstring(text).find(".//PubmedArticle") is None:
        return None
    return text if is_same(_read_pubmed(text).identifiers, wanted) else None


def _pubmed_ids(body: bytes) -> list[str]:
    found = _json(body).get("esearchresult")
    if not isinstance(found, dict) or not isinstance(found.get("idlist", []), list):
        raise ValueError("no id list")
    return [str(pmid) for pmid in found.get("idlist", []) if str(pmid).isdigit()]


def _pubmed_xml(body: bytes) -> str:
    try:
        root = ElementTree.fromstring(body)
        if root.tag == "PubmedArticleSet":
            return ElementTree.tostring(root, encoding="unicode")
    except (ElementTree.ParseError, RecursionError) as error:
        raise ValueError("not XML") from error
    raise ValueError("not a set of articles")


def _read_pubmed(text: str) -> Found:
    article = ElementTree.fromstring(text).find(".//PubmedArticle")
    if article is None:
        raise ValueError("no article")
    data = article.find("./PubmedData/ArticleIdList")
    listed = {item.get("IdType", ""): (item.text or "").strip() for item in (data if data is not None else ())}
    pmid = (article.findtext("./MedlineCitation/PMID") or listed.get("pubmed") or "").strip()
    kinds = [(item.text or "", "") for item in article.iterfind(".//PublicationType")]
    for item in article.iterfind(".//CommentsCorrections"):
        kinds.append((item.get("RefType", ""), (item.findtext("RefSource") or item.findtext("PMID") or "").strip()))
    title = plain(_inner(article.find(".//ArticleTitle")))
    status, notices = _status(kinds, title)
    parts = []
    for item in article.iterfind("./MedlineCitation/Article/Abstract/AbstractText"):
        label = (item.get("Label") or "").strip()
        parts.append((label.capitalize() if label.isupper() else label, plain(_inner(item))))
    return Found(
        service="PubMed",
        identifiers=Identifiers(listed.get("doi", ""), pmid, listed.get("pmc", "")),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        title=title.rstrip("."),
        abstract=tuple((label, body) for label, body in parts if body),
        licence=plain(article.findtext(".//Abstract/CopyrightInformation") or ""),
        status=status,
        notices=notices,
    )


def _inner(element: ElementTree.Element | None) -> str:
    """Return an element's content with its markup, so that raised figures are still known as such."""
    if element is None:
        return ""
    inner = "".join(ElementTree.tostring(child, encoding="unicode") for child in element)
    return html.escape(element.text or "", quote=False) + inner


def _ask_crossref(client: PoliteClient, wanted: Identifiers) -> Any:
    if not wanted.doi:
        return None
    url = _base("QA_CROSSREF", "https://api.crossref.org") + f"/works/{quote(wanted.doi, safe='')}"
    params = {"mailto": os.environ["QA_CONTACT"]} if os.environ.get("QA_CONTACT") else {}

    def message(body: bytes) -> dict[str, Any]:
        found = _json(body).get("message")
        if not isinstance(found, dict):
            raise ValueError("no message")
        return found

    row = client.get("Crossref", url, params, message, pause=0.2, absent=404)
    return row if row and is_same(_read_crossref(row).identifiers, wanted) else None


def _read_crossref(row: dict[str, Any]) -> Found:
    titles, licences = row.get("title") or [""], row.get("license") or []
    title = plain(str(titles[0] if isinstance(titles, list) else titles))
    updates = [u for u in row.get("updated-by") or [] if isinstance(u, dict)]
    status, notices = _status([(str(u.get("type") or ""), str(u.get("DOI") or "")) for u in updates], title)
    doi = str(row.get("DOI") or "")
    return Found(
        service="Crossref",
        identifiers=Identifiers(doi=doi),
        url=f"https://doi.org/{doi}",
        title=title,
        abstract=sections(str(row.get("abstract") or "")),
        licence=next((str(x["URL"]) for x in licences if isinstance(x, dict) and x.get("URL")), ""),
        status=status,
        notices=notices,
    )


def is_same(found: Identifiers, wanted: Identifiers) -> bool:
    """Return whether an answer is about the article that was asked for: one identifier equal, and none different."""
    pairs = [(found.doi.lower(), wanted.doi.lower()), (found.pmid, wanted.pmid), (found.pmcid, wanted.pmcid)]
    known = [(a, b) for a, b in pairs if a and b]
    return any(a == b for a, b in known) and all(a == b for a, b in known)


def _status(kinds: list[tuple[str, str]], title: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the gravest status that publication types and notices state, and the notices themselves."""
    found: list[tuple[str, str]] = []
    for kind, where in kinds:
        letters = re.sub(r"[^a-z]", "", kind.lower())
        found += [(status, where) for status, names in STATUS_KINDS.items() if letters in names]
    if TITLED.match(title):
        found.append(("retracted", ""))
    status = next((status for status in STATUS_KINDS if any(s == status for s, _ in found)), None)
    return status, tuple(dict.fromkeys(f"{s}: {where}" for s, where in found if where))
