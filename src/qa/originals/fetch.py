"""Fetches the abstracts of the cited studies to the local folder of a corpus, as documents of kind "abstract".

For each reference the raw answers are kept in `local/fetched/NN.json`, and what they say in `local/abstract-NN.md`.
A run that was stopped goes on where it was. A file that a person wrote or edited is never replaced.
"""

import json
import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.corpus.folder import LOCAL, Corpus, read_corpus
from qa.errors import CorpusError, FetchError
from qa.files import sha256, write_whole
from qa.originals.local import corpus_of, editing, forget, read_records, record, update_index
from qa.originals.polite import PoliteClient
from qa.originals.services.article import STATUS_KINDS, Found, Identifiers
from qa.originals.sources import services
from qa.progress import Progress
from qa.reading.passages import passages_of
from qa.reading.readers import read_document
from qa.reading.references.same_work import TITLES, same_title
from qa.records import REVIEW
from qa.settings import default_index
from qa.text.preparation import language_of

RAW = "fetched"
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, SyntaxError)  # broken XML is a SyntaxError
DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")


def fetch_abstracts(
    citation: int | None, corpus: Path | None, index: Path | None, client: PoliteClient | None = None
) -> int:
    """Fetch the abstracts of all references, or of one; print one line for each; return 0.

    Raises:
        CorpusError: no such reference, or the corpus can't be used.
        FetchError: a service could not be asked about some references. The others are fetched, and the index has them.
    """
    index = index or default_index()
    folder = corpus_of(corpus, index)
    read = read_corpus(folder)
    numbers = _numbers(read, citation)
    failed: list[int] = []
    progress = Progress()
    with editing(folder), client or PoliteClient() as polite:
        fetcher = _Fetcher(read, polite)
        for done, number in enumerate(numbers, 1):
            try:
                _say(f"[{number}] {fetcher.fetch(number)}")
            except FetchError:
                failed.append(number)  # why: in fetcher.problems, mostly the same for all
            progress("abstracts", done, len(numbers))
        if fetcher.kept:
            update_index(folder, index)
    if failed:
        reasons = "; ".join(dict.fromkeys(fetcher.problems))
        raise FetchError(f"{_runs(failed)} not fetched: {reasons}. What was fetched is kept; run again later: qa fetch")
    return 0


def _say(line: str) -> None:
    if sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(line)  # above the bar
    else:
        print(line, flush=True)


def _runs(numbers: list[int]) -> str:
    """Return rising numbers as [1]-[6], [8]."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"[{run[0]}]" if len(run) == 1 else f"[{run[0]}]-[{run[-1]}]" for run in runs)


def _numbers(corpus: Corpus, citation: int | None) -> list[int]:
    known = sorted(number for number in corpus.references if number != REVIEW)
    if citation is None:
        return known
    if citation not in known:
        listed = f"its references are {known[0]} to {known[-1]}" if known else "it has none"
        raise CorpusError(f"{corpus.folder} has no reference [{citation}]; {listed}")
    return [citation]


def identifiers_of(corpus: Corpus, number: int) -> Identifiers:
    """Return what a reference can be asked for by, from the list and the study's facts; malformed ones are left out."""
    item, facts = corpus.references.get(number, {}), corpus.studies.get(number, {})
    doi, pmid, pmcid = (str(item.get(key) or facts.get(key.lower()) or "").strip() for key in ("DOI", "PMID", "PMCID"))
    named = DOI.search(doi)
    return Identifiers(
        doi=named.group() if named else "",
        pmid=pmid if pmid.isascii() and pmid.isdigit() else "",
        pmcid=pmcid.upper() if re.fullmatch(r"PMC\d+", pmcid, re.IGNORECASE) else "",
    )


class _Fetcher:
    """Fetches one reference after the other into the local folder of one corpus."""

    def __init__(self, corpus: Corpus, client: PoliteClient) -> None:
        self.corpus, self.client = corpus, client
        self.folder = corpus.folder
        self.local = corpus.folder / LOCAL
        self.problems: list[str] = []
        self.kept = False  # whether there is something that the index must have

    def fetch(self, number: int) -> str:
        """Return the line on one reference; FetchError if a service that may have the abstract could not be asked."""
        name = f"abstract-{number:02}.md"
        row = next((row for row in read_records(self.folder) if row["file"] == name), {})
        path = self.local / name
        if path.exists() and (not row.get("source") or sha256(path.read_bytes()) != row.get("sha256")):
            return f"{path} was written or edited by hand: left as it is"
        wanted = identifiers_of(self.corpus, number)
        if not wanted:
            return "has no PMID, PMCID or DOI in the reference list: nothing to ask for"
        raw, answers = self._raw(number, wanted)
        cached = any(found.abstract for found in answers)
        if not cached:
            raw = self._ask(wanted)
            answers = _answers(raw)
            write_whole(self.local / RAW / f"{number:02}.json", (json.dumps(raw, ensure_ascii=False) + "\n").encode())
        return self._keep(number, name, row, raw, answers)

    def _raw(self, number: int, wanted: Identifiers) -> tuple[dict[str, Any], list[Found]]:
        """Return the answers that an earlier run kept; none if they are of other identifiers, or can't be read."""
        try:
            raw = json.loads((self.local / RAW / f"{number:02}.json").read_text("utf-8"))
            if raw["identifiers"] == asdict(wanted):
                return raw, _answers(raw)
        except (OSError, *UNREADABLE):
            pass  # asked for anew
        return {}, []

    def _ask(self, wanted: Identifiers) -> dict[str, Any]:
        """Return the raw answers of the services in their order, up to the first that has the abstract."""
        answers: dict[str, Any] = {}
        problems: list[str] = []
        for service in services():
            try:
                answer = service.ask(self.client, wanted)
                found = service.read(answer) if answer is not None else None
            except FetchError as error:
                problems.append(str(error))
                continue
            except UNREADABLE:
                problems.append(f"{service.name} gave an answer that can't be read")
                continue
            if found:
                answers[service.name] = answer
                if found.abstract:
                    break
        else:
            if problems:
                self.problems += problems
                raise FetchError("; ".join(problems))
        return {"identifiers": asdict(wanted), "retrieved": datetime.now(UTC).date().isoformat(), "answers": answers}

    def _keep(self, number: int, name: str, row: dict[str, Any], raw: dict[str, Any], answers: list[Found]) -> str:
        """Write what the answers say, if it is news, and return the line on it."""
        other = next((f for f in answers if f.abstract and self._is_other_title(number, f.title)), None)
        if other:
            return f'not used: {other.service} calls it "{other.title}"; check the DOI and PMID in the reference list'
        kept = f"{RAW}/{number:02}.json"
        best = next((found for found in answers if found.abstract), None)
        grave = [found for status in STATUS_KINDS for found in answers if found.status == status]
        status = grave[0].status if grave else None
        facts = {"status": status, "notices": list(grave[0].notices) if grave else []}
        warning = f"; {'; '.join([status.upper(), *grave[0].notices])}" if status else ""
        if best is None:
            asked = ", ".join(service.name for service in services())
            if status:  # without a text, but a reader must know it all the same
                new = {"file": kept, "citation": number, "kind": "record", "source": grave[0].service}
                self._record({**new, "url": grave[0].url, **facts})
            return f"no abstract at {asked}{warning}"
        content = abstract_text(number, best, raw["retrieved"]).encode()
        path = self.local / name
        there = path.exists() and path.read_bytes() == content
        new = {
            "file": name,
            "citation": number,
            "sha256": sha256(content),
            "kind": "abstract",
            "title": best.title,
            "source": best.service,
            "url": best.url,
            "licence": best.licence or None,
            "retrieved": raw["retrieved"],
            "raw": kept,
            **facts,
        }
        self.kept = True
        if there and row == new:
            return f"already there: {path}{warning}"
        forget(self.folder, kept)
        self._record(new)
        write_whole(path, content)
        sentences = len(passages_of(read_document(path, f"{LOCAL}/{name}")))
        licence = f", licence: {best.licence}" if best.licence else ""
        return f"abstract from {best.service} ({sentences} sentences{licence}): {path}{warning}"

    def _record(self, row: dict[str, Any]) -> None:
        if row not in read_records(self.folder):
            record(self.folder, row)
            self.kept = True

    def _is_other_title(self, number: int, title: str) -> bool:
        """Return whether the reference's titles, in the language of the one found, are all of another work."""
        item = self.corpus.references[number]
        told = [same_title(str(item.get(key) or ""), title) for key in TITLES]
        return False in told and True not in told


def _answers(raw: dict[str, Any]) -> list[Found]:
    return [service.read(raw["answers"][service.name]) for service in services() if service.name in raw["answers"]]


def abstract_text(number: int, found: Found, retrieved: str) -> str:
    """Return the Markdown file of a fetched abstract: front matter that says where it is from, and its sections."""
    whole = " ".join(text for _, text in found.abstract)
    rows = {
        "title": found.title,
        "citation": str(number),
        "language": language_of(whole),
        "kind": "abstract",
        "source": f"{found.service}, {found.url}",
        "licence": found.licence or "not stated",
        "retrieved": retrieved,
    }
    front = "".join(f"{key}: {' '.join(value.split())}\n" for key, value in rows.items())
    parts = [f"## {heading}\n\n{text}\n" if heading else f"{text}\n" for heading, text in found.abstract]
    return f"---\n{front}---\n# {found.title}\n\n" + "\n".join(parts)
