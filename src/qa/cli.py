"""The command line: parses, calls the same functions as every other interface, prints.

Exit codes: 0 done (a refusal to answer is a result), 1 our error in one line, 2 usage.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qa import __version__
from qa.errors import QAError, UsageError

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows console may not be UTF-8
    parser = build_parser()
    try:
        args = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return int(args.run(args))
    except UsageError as error:
        print(f"qa: {error}", file=sys.stderr)
        return 2
    except QAError as error:
        print(f"qa: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe (head) left: nothing more to say
        return 0
    except KeyboardInterrupt:
        print("qa: stopped", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="qa", description="Answers questions about stem-cell therapy for liver cirrhosis with quotes from one review and its sources."
    )
    parser.add_argument("--version", action="version", version=f"qa {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, help: str, run: Command, index: bool = True, corpus: bool = False) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        if index:
            sub.add_argument("--index", type=Path, metavar="DIR", help="index folder (default: QA_INDEX, or index/)")
        if index or corpus:
            sub.add_argument("--corpus", type=Path, metavar="DIR", help="corpus folder (default: QA_CORPUS, or the shipped one)")
        return sub

    sub = command("index", "read the corpus, embed it and write the index", _index)
    sub.add_argument("--if-needed", action="store_true", help="do nothing if the index is there and fits")
    sub.add_argument("--workers", type=_positive, metavar="N", help="processes that embed a large corpus (default 1; with --ray one for each core there)")
    sub.add_argument("--ray", metavar="ADDRESS", help="Ray cluster to embed on: HOST:PORT, auto, or local (default: QA_RAY)")
    sub = command("ask", "answer one question with quotes", _ask)
    sub.add_argument("question", metavar="QUESTION")
    sub.add_argument("--history", action="append", default=[], metavar="Q", help="an earlier question; repeat, oldest first")
    sub.add_argument("--lang", choices=("auto", "zh", "en"), default="auto")
    sub.add_argument("--json", action="store_true", help="print the answer as JSON")
    sub = command("check", "find the study that supports a claim, and where it differs", _check)
    sub.add_argument("claim", metavar="CLAIM")
    sub.add_argument("--lang", choices=("auto", "zh", "en"), default="auto")
    sub.add_argument("--json", action="store_true", help="print the result as JSON")
    sub = command("batch", "answer a file of questions, one JSON line each", _batch)
    sub.add_argument("input", type=Path, metavar="IN.jsonl")
    sub.add_argument("output", type=Path, metavar="OUT.jsonl")
    sub = command("search", "list the best passages for a question", _search)
    sub.add_argument("question", metavar="QUESTION")
    sub.add_argument("-k", type=_positive, default=10, metavar="N", help="how many (default 10)")
    sub.add_argument("--mode", choices=("hybrid", "dense", "lexical"), default="hybrid")
    sub.add_argument("--json", action="store_true", help="print the passages as JSON")
    sub = command("evaluate", "measure retrieval and answers on a data set", _evaluate)
    from qa.commands.evaluate import add_options

    add_options(sub)
    sub = command("add", "add .txt .md .html .pdf originals, or .jsonl question banks, to the local corpus", _add)
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE")
    sub.add_argument("--citation", type=_positive, metavar="N", help="the reference number that the files are the original of")
    sub.add_argument("--questions", type=Path, metavar="FILE.jsonl", help="questions that sentences of these files answer (corpus/README.md)")
    sub = command("remove", "take originals out of the local corpus", _remove)
    sub.add_argument("files", nargs="+", metavar="NAME")
    sub = command("fetch", "fetch the cited abstracts to the local corpus (needs a network)", _fetch)
    sub.add_argument("--citation", type=_positive, metavar="N", help="only this reference")
    sub = command("studies", "print the evidence table", _studies)
    sub.add_argument("--format", choices=("table", "csv", "json", "bibtex", "ris", "csl"), default="table")
    sub.add_argument("--lang", choices=("zh", "en"), default="zh")
    sub = command("audit", "print what the review says beside what its sources say", _audit)
    sub.add_argument("--citation", type=_positive, metavar="N", help="only this reference")
    sub.add_argument("--lang", choices=("zh", "en"), default="zh")
    sub.add_argument("--json", action="store_true", help="print the audit as JSON")
    sub = command("serve", "open the web app", _serve)
    sub.add_argument("--host", default="127.0.0.1", metavar="H")
    sub.add_argument("--port", type=_positive, default=7860, metavar="P")
    sub.add_argument("--staff", action="store_true", help="take uploads of originals with the staff password (QA_STAFF_PASSWORD_HASH)")
    sub = command("feedback", "export what visitors said of answers (kept when QA_FEEDBACK is set)", _feedback, index=False)
    sub.add_argument("--format", choices=("csv", "json"), default="csv")
    sub.add_argument("--folder", type=Path, metavar="DIR", help="where it is kept (default: QA_FEEDBACK)")
    sub = command("migrate", "copy what is searched to the vector store that QA_STORE names, and check that it arrived", _migrate)
    sub.add_argument("--verify", action="store_true", help="copy nothing: compare what the store holds with the index folder")
    sub = command("status", "show corpus, index, encoder and versions, and whether they fit together", _status)
    sub.add_argument("--json", action="store_true", help="print the status as JSON")
    return parser


def _positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number') from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is below 1")
    return value


def _assistant(args: argparse.Namespace) -> Any:
    from qa.commands.workspace import open_assistant

    return open_assistant(args.index, args.corpus)


def print_json(value: Any) -> None:
    """Print a value as one line of JSON, characters as they are."""
    print(json.dumps(value, ensure_ascii=False))


def _index(args: argparse.Namespace) -> int:
    from qa.commands.workspace import make_index

    return make_index(args.corpus, args.index, args.if_needed, args.workers, args.ray)


def _ask(args: argparse.Namespace) -> int:
    from qa.answering.answer import to_json
    from qa.commands.display import answer_text

    answer = _assistant(args).ask(args.question, args.history, args.lang)
    print_json(to_json(answer)) if args.json else print(answer_text(answer))
    return 0


def _check(args: argparse.Namespace) -> int:
    from qa.answering.answer import to_json
    from qa.commands.display import answer_text

    answer = _assistant(args).check(args.claim, args.lang)
    print_json(to_json(answer)) if args.json else print(answer_text(answer))
    return 0


def _batch(args: argparse.Namespace) -> int:
    from qa.commands.batch import run_batch

    return run_batch(_assistant(args), args.input, args.output)


def _search(args: argparse.Namespace) -> int:
    from qa.commands.display import hit_row, hits_text

    hits = _assistant(args).search(args.question, args.k, args.mode)
    print_json([hit_row(hit) for hit in hits]) if args.json else print(hits_text(hits))
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    from qa.commands.evaluate import run_evaluation

    return run_evaluation(args)


def _add(args: argparse.Namespace) -> int:
    from qa.originals.adding import add_originals

    return add_originals(args.files, args.citation, args.corpus, args.index, args.questions)


def _remove(args: argparse.Namespace) -> int:
    from qa.originals.adding import remove_originals

    return remove_originals(args.files, args.corpus, args.index)


def _fetch(args: argparse.Namespace) -> int:
    from qa.originals.fetch import fetch_abstracts

    return fetch_abstracts(args.citation, args.corpus, args.index)


def _studies(args: argparse.Namespace) -> int:
    from qa.studies.table import studies_text

    print(studies_text(_assistant(args).index, args.format, args.lang), end="")
    return 0


def _audit(args: argparse.Namespace) -> int:
    from qa.studies.table import audit_rows, audit_text

    index = _assistant(args).index
    rows = audit_rows(index, args.citation)
    print_json(rows) if args.json else print(audit_text(rows, args.lang))
    return 0


def _serve(args: argparse.Namespace) -> int:
    from qa.http.server import serve

    serve(args.host, args.port, args.index, args.corpus, args.staff)
    return 0


def _feedback(args: argparse.Namespace) -> int:
    from qa.service.feedback import feedback_text, read_feedback
    from qa.settings import feedback_folder

    folder = args.folder or feedback_folder()
    if folder is None:
        raise UsageError("which folder? Set QA_FEEDBACK, or add --folder DIR")
    print(feedback_text(read_feedback(folder), args.format), end="")
    return 0


def _migrate(args: argparse.Namespace) -> int:
    from qa.commands.migrate import run_migration

    return run_migration(args.index, args.corpus, args.verify)


def _status(args: argparse.Namespace) -> int:
    from qa.commands.status import status, status_text

    found = status(args.index, args.corpus)
    print_json(found) if args.json else print(status_text(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
