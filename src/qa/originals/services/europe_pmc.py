"""Europe PMC: its REST service, core result."""

from typing import Any

from qa.originals.abstract_markup import plain, sections
from qa.originals.polite import PoliteClient
from qa.originals.services.article import Found, Identifiers, base_address, is_same, json_object, status_of


def ask_europe_pmc(client: PoliteClient, wanted: Identifiers) -> Any:
    """Return the raw answer about the article that is wanted, None where Europe PMC has none."""
    queries = [f"(EXT_ID:{wanted.pmid} AND SRC:MED)"] if wanted.pmid else []
    queries += [f'DOI:"{wanted.doi}"'] if wanted.doi else []
    queries += [f"PMCID:{wanted.pmcid}"] if wanted.pmcid else []
    url = base_address("QA_EUROPEPMC", "https://www.ebi.ac.uk/europepmc/webservices/rest") + "/search"
    params = {"query": " OR ".join(queries), "resultType": "core", "format": "json", "pageSize": "5"}

    def results(body: bytes) -> list[dict[str, Any]]:
        found = json_object(body).get("resultList")
        rows = found.get("result", []) if isinstance(found, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("no result list")
        return rows

    rows = client.get("Europe PMC", url, params, results, pause=0.2) or []
    return next((row for row in rows if is_same(read_europe_pmc(row).identifiers, wanted)), None)


def read_europe_pmc(row: dict[str, Any]) -> Found:
    """Return what a raw answer of Europe PMC says."""
    pmid, pmcid, doi = (str(row.get(key) or "") for key in ("pmid", "pmcid", "doi"))
    kinds = _listed(row, "pubTypeList", "pubType")
    notes = [n for n in _listed(row, "commentCorrectionList", "commentCorrection") if isinstance(n, dict)]
    named = [(str(n.get("type") or ""), str(n.get("reference") or n.get("id") or "")) for n in notes]
    title = plain(str(row.get("title") or ""))
    status, notices = status_of([(str(k), "") for k in kinds] + named, title)
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
