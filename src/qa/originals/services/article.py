"""What a service is asked for and what it says of an article, in the same form for every service."""

import json
import os
import re
from dataclasses import dataclass
from typing import Any

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


def is_same(found: Identifiers, wanted: Identifiers) -> bool:
    """Return whether an answer is about the article that was asked for: one identifier equal, and none different."""
    pairs = [(found.doi.lower(), wanted.doi.lower()), (found.pmid, wanted.pmid), (found.pmcid, wanted.pmcid)]
    known = [(a, b) for a, b in pairs if a and b]
    return any(a == b for a, b in known) and all(a == b for a, b in known)


def status_of(kinds: list[tuple[str, str]], title: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the gravest status that publication types and notices state, and the notices themselves."""
    found: list[tuple[str, str]] = []
    for kind, where in kinds:
        letters = re.sub(r"[^a-z]", "", kind.lower())
        found += [(status, where) for status, names in STATUS_KINDS.items() if letters in names]
    if TITLED.match(title):
        found.append(("retracted", ""))
    status = next((status for status in STATUS_KINDS if any(s == status for s, _ in found)), None)
    return status, tuple(dict.fromkeys(f"{s}: {where}" for s, where in found if where))


def base_address(variable: str, default: str) -> str:
    """Return a service's address without a slash at its end: that of the environment variable, or the public one."""
    return (os.environ.get(variable) or default).rstrip("/")


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that an answer holds; ValueError if it holds none."""
    try:
        value = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value
