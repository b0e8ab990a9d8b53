"""Crossref: its works, with what has been updated by a retraction or correction."""

import os
from typing import Any
from urllib.parse import quote

from qa.originals.abstract_markup import plain, sections
from qa.originals.polite import PoliteClient
from qa.originals.services.article import Found, Identifiers, base_address, is_same, json_object, status_of


def ask_crossref(client: PoliteClient, wanted: Identifiers) -> Any:
    """Return the raw answer about the article that is wanted, None where Crossref has none."""
    if not wanted.doi:
        return None
    url = base_address("QA_CROSSREF", "https://api.crossref.org") + f"/works/{quote(wanted.doi, safe='')}"
    params = {"mailto": os.environ["QA_CONTACT"]} if os.environ.get("QA_CONTACT") else {}

    def message(body: bytes) -> dict[str, Any]:
        found = json_object(body).get("message")
        if not isinstance(found, dict):
            raise ValueError("no message")
        return found

    row = client.get("Crossref", url, params, message, pause=0.2, absent=404)
    return row if row and is_same(read_crossref(row).identifiers, wanted) else None


def read_crossref(row: dict[str, Any]) -> Found:
    """Return what a raw answer of Crossref says."""
    titles, licences = row.get("title") or [""], row.get("license") or []
    title = plain(str(titles[0] if isinstance(titles, list) else titles))
    updates = [u for u in row.get("updated-by") or [] if isinstance(u, dict)]
    status, notices = status_of([(str(u.get("type") or ""), str(u.get("DOI") or "")) for u in updates], title)
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
