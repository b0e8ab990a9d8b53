"""The services that publish abstracts: how each is asked about a reference, and how its answer is read.

Europe PMC (REST, core result), PubMed (E-utilities, XML) and Crossref (works). An answer is kept as it came, so that a
later version can read it again; `Found` is what is taken from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qa.originals.polite import PoliteClient
from qa.originals.services.article import Found, Identifiers
from qa.originals.services.crossref import ask_crossref, read_crossref
from qa.originals.services.europe_pmc import ask_europe_pmc, read_europe_pmc
from qa.originals.services.pubmed import ask_pubmed, read_pubmed


@dataclass(frozen=True)
class Service:
    """One service: `ask` gives its raw answer or None where it has no such article, `read` what the answer says."""

    name: str
    ask: Callable[[PoliteClient, Identifiers], Any]
    read: Callable[[Any], Found]


def services() -> tuple[Service, ...]:
    """Return the services in the order in which they are asked."""
    return (
        Service("Europe PMC", ask_europe_pmc, read_europe_pmc),
        Service("PubMed", ask_pubmed, read_pubmed),
        Service("Crossref", ask_crossref, read_crossref),
    )
