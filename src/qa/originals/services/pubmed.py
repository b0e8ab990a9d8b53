"""PubMed: E-utilities, XML."""

import html
import os
from typing import Any
from xml.etree import ElementTree

from qa.originals.abstract_markup import plain
from qa.originals.polite import PoliteClient
from qa.originals.services.article import Found, Identifiers, base_address, is_same, json_object, status_of


def ask_pubmed(client: PoliteClient, wanted: Identifiers) -> Any:
    """Return the raw answer about the article that is wanted, None where PubMed has none."""
    base = base_address("QA_PUBMED", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils")
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
    if not text or ElementTree.fromstring(text).find(".//PubmedArticle") is None:  # was read before  # nosec B314
        return None
    return text if is_same(read_pubmed(text).identifiers, wanted) else None


def _pubmed_ids(body: bytes) -> list[str]:
    found = json_object(body).get("esearchresult")
    if not isinstance(found, dict) or not isinstance(found.get("idlist", []), list):
        raise ValueError("no id list")
    return [str(pmid) for pmid in found.get("idlist", []) if str(pmid).isdigit()]


def _pubmed_xml(body: bytes) -> str:
    try:
        root = ElementTree.fromstring(body)  # expat bounds what entities expand to, and fetches none (a test shows it)  # nosec B314
        if root.tag == "PubmedArticleSet":
            return ElementTree.tostring(root, encoding="unicode")
    except (ElementTree.ParseError, RecursionError) as error:
        raise ValueError("not XML") from error
    raise ValueError("not a set of articles")


def read_pubmed(text: str) -> Found:
    """Return what a raw answer of PubMed says."""
    article = ElementTree.fromstring(text).find(".//PubmedArticle")  # was read before  # nosec B314
    if article is None:
        raise ValueError("no article")
    data = article.find("./PubmedData/ArticleIdList")
    listed = {item.get("IdType", ""): (item.text or "").strip() for item in (data if data is not None else ())}
    pmid = (article.findtext("./MedlineCitation/PMID") or listed.get("pubmed") or "").strip()
    kinds = [(item.text or "", "") for item in article.iterfind(".//PublicationType")]
    for item in article.iterfind(".//CommentsCorrections"):
        kinds.append((item.get("RefType", ""), (item.findtext("RefSource") or item.findtext("PMID") or "").strip()))
    title = plain(_inner(article.find(".//ArticleTitle")))
    status, notices = status_of(kinds, title)
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
