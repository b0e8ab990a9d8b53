"""Whether a cited study has been retracted or corrected, as far as `qa fetch` has learnt it."""

from pathlib import Path

from qa.corpus.folder import originals
from qa.errors import QAError
from qa.indexing.index import Index


def publication_status(index: Index) -> dict[int, str]:
    """Return the status of studies by number: "retracted", "corrected" and the like; studies without one left out.

    Nothing is known where the corpus folder is not at hand, or its records are damaged: the index does not need them.
    """
    try:
        rows = originals(Path(index.manifest["corpus"]["folder"]))
    except (QAError, OSError, KeyError, TypeError):
        return {}
    return {row["citation"]: row["status"] for row in rows.values() if row.get("status") and row.get("citation")}
