"""Asks the usual frameworks, and this project, the same questions over the same corpus with the same encoder.

    python benchmarks/peers.py tests/questions/test.jsonl --index index

Each peer is set up as its own quick start does (see `peer_*.py`), in two settings: `sentences`, where every sentence of the
corpus is a document of its own, and `chunks`, where the quick start cuts the files. A chunk is right if a right sentence
stands whole in it, however much else does: so its mean length, and the share of it that the encoder never read, stand
beside. Prints a Markdown table; writes everything, with intervals, to benchmarks/results.json.
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import project
from harness import Entry, Reply, Sentence, held, measures, texts
from table import table
from worker import read_entries, write_entries

HERE = Path(__file__).parent
PEERS = ("qa", "qa_search", "txtai", "haystack", "haystack_hybrid", "llamaindex", "langchain")
QUIET = {  # nothing is sent or looked up outside while measuring
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
LONGEST_PHASE = 3600  # seconds


class PeerError(Exception):
    """A peer could not be measured; the text says why."""


def spread(questions: list[Any], limit: int | None) -> list[Any]:
    """Return all questions, or `limit` of them spread evenly over the file."""
    if limit is None or limit >= len(questions):
        return questions
    return [questions[i * len(questions) // limit] for i in range(limit)]


def run_phase(phase: str, name: str, setting: str, folder: Path) -> None:
    """Run one phase in its own process; PeerError with its last line if it fails."""
    command = [sys.executable, str(HERE / "worker.py"), phase, name, setting, str(folder), repr(time.time())]
    try:
        done = subprocess.run(command, env={**os.environ, **QUIET}, capture_output=True, text=True, timeout=LONGEST_PHASE, check=False)
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"{phase}: not done after {LONGEST_PHASE} s") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise PeerError(f"{phase}: {lines[-1] if lines else f'exit code {done.returncode}'}")


def measure(name: str, setting: str, work: Path, task: dict[str, Any], sentences: list[Sentence], questions: list[Any], tokens: Any) -> dict[str, Any]:
    """Return the row of one peer in one setting; it names the reason under "error" if it could not be measured.

    In `work` each index is kept until the end: peers that differ only in how they ask share one (`BUILT_BY`).
    """
    peer = importlib.import_module(f"peer_{name}")
    row: dict[str, Any] = {"peer": name, "label": peer.LABEL, "setting": setting, "versions": versions(peer.PACKAGES)}
    folder = work / f"{getattr(peer, 'BUILT_BY', name)}-{setting}"
    try:
        if not folder.is_dir():
            folder.mkdir()
            (folder / "task.json").write_text(json.dumps(task, ensure_ascii=False), "utf-8")
            write_entries(folder / "entries.json", [Entry(s.text, s.file) for s in sentences])
            if not hasattr(peer, "open_own"):
                run_phase("build", name, setting, folder)
        run_phase("ask", name, setting, folder)
    except PeerError as error:
        return {**row, "error": f"{error}; install the peers with: make peers"}
    if (folder / "built.json").is_file():
        row |= json.loads((folder / "built.json").read_text("utf-8"))
    entries = read_entries(folder / "entries.json")
    asked = json.loads((folder / "asked.json").read_text("utf-8"))
    replies = [Reply(tuple(reply["rows"]), reply["seconds"], reply["cpu"]) for reply in asked["replies"]]
    holdings = held(entries, sentences)
    row |= asked["facts"]
    row["texts"] = texts(entries, holdings, sentences, project.language_of, tokens)
    row["measures"] = measures(questions, replies, holdings, project.by_language)
    return row


def versions(packages: tuple[str, ...]) -> dict[str, str | None]:
    """Return the installed version of each package, None for one that is not installed."""
    found: dict[str, str | None] = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def compare(args: argparse.Namespace) -> dict[str, Any]:
    """Return everything measured, written to `args.out` as it grows."""
    corpus = args.corpus or project.default_corpus()
    index = project.assistant(args.index, corpus).index
    sentences = [Sentence(p.text, p.unit, p.document, tuple(p.citations)) for p in index.passages]
    questions = spread(project.questions(args.dataset), args.limit)
    task = {
        "corpus": str(corpus.resolve()),
        "index": str(args.index.resolve()),
        "files": list(index.documents),
        "questions": [{"text": q.text, "history": list(q.history)} for q in questions],
    }
    tokens = project.token_counter()
    results: dict[str, Any] = {
        "dataset": args.dataset.stem,
        "questions": len(questions),
        "outcomes": {name: sum(q.outcome == name for q in questions) for name in sorted({q.outcome for q in questions})},
        "follow_ups": sum(bool(q.history) for q in questions),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "shared": versions(("torch", "sentence-transformers", "onnxruntime", "numpy")),
        "rows": [],
    }
    with tempfile.TemporaryDirectory() as work:
        for name in args.only or PEERS:
            for setting in importlib.import_module(f"peer_{name}").SETTINGS:
                print(f"{name}, {setting} ...", file=sys.stderr, flush=True)
                row = measure(name, setting, Path(work), task, sentences, questions, tokens)
                results["rows"].append(row)
                # after every row: an hour of measuring is not lost to an interruption
                args.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
                if "error" in row:
                    print(f"  {row['error']}", file=sys.stderr)
    return results


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser(description="Ask peers and this project the same questions with the same encoder.")
    found.add_argument("dataset", type=Path, metavar="DATASET", help="a question file, such as tests/questions/test.jsonl")
    found.add_argument("--index", type=Path, required=True, help="this project's index folder, made by: qa index")
    found.add_argument("--corpus", type=Path, help="the corpus folder of that index (default: the shipped one)")
    found.add_argument("--only", action="append", choices=PEERS, help="measure this peer only; may be given again")
    found.add_argument("--limit", type=int, help="ask only so many questions, spread over the file")
    found.add_argument("--out", type=Path, default=HERE / "results.json", help="where everything is written (default benchmarks/results.json)")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table and write the results; 1 if a peer could not be measured or an input can't be used."""
    args = parser().parse_args(arguments)
    try:
        results = compare(args)
    except project.errors() as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1
    print(table(results))
    return int(any("error" in row for row in results["rows"]))


if __name__ == "__main__":
    sys.exit(main())
