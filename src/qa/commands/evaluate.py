"""`qa evaluate`: its options, and what it prints and writes. What is heavy is loaded only when it runs."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from qa.errors import UsageError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `qa evaluate` to its parser."""
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="a BEIR folder, or a question file such as tests/questions/dev.jsonl")
    parser.add_argument("--mode", choices=("hybrid", "dense", "lexical"), default="hybrid", help="which ranking to measure (default hybrid)")
    parser.add_argument("--without", action="append", metavar="PART", help="leave out parts of the ranking, by name, separated by commas")
    parser.add_argument("--ablate", action="store_true", help="measure the ranking built up part by part, and without each part")
    parser.add_argument("--split", metavar="NAME", help="judgements of a BEIR folder: qrels/NAME.tsv (default: test, or all)")
    parser.add_argument("--run", dest="run_file", type=Path, metavar="FILE", help="write the ranking as a TREC run file")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="compare with a TREC run file, by a paired randomisation test")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="write the verdicts on claims as SciFact predictions")
    parser.add_argument("--report", type=Path, metavar="FILE.html", help="write a report with plots and the worst misses")
    parser.add_argument("--json", action="store_true", help="print the measures as one line of JSON")


def run_evaluation(args: Any) -> int:
    """Run `qa evaluate` with parsed options, print the measures, and return the exit code."""
    from qa.evaluation.ablation import ablation
    from qa.evaluation.answer_measures import scifact_labels
    from qa.evaluation.beir import is_beir
    from qa.evaluation.comparison import compare
    from qa.evaluation.evaluate import evaluate
    from qa.evaluation.question_file import read_question_file
    from qa.evaluation.tables import ablation_rows, table, tables
    from qa.evaluation.trec import write_run

    without = frozenset(part.strip() for given in args.without or () for part in given.split(",") if part.strip())
    assistant = None
    if not is_beir(args.dataset) and args.dataset.is_file():
        from qa.commands.workspace import open_assistant

        read_question_file(args.dataset)  # a damaged file is named before the model is loaded
        assistant = open_assistant(args.index, args.corpus).remembering()
    if args.ablate:
        rows = ablation(args.dataset, assistant, args.split)
        print(json.dumps([{"name": name, **result} for name, result in rows], ensure_ascii=False) if args.json else table(*ablation_rows(rows)))
        return 0
    evaluation = evaluate(args.dataset, assistant, args.mode, without, args.split)
    if args.run_file:
        write_run(args.run_file, evaluation.run, f"qa-{args.mode}")
    if args.compare:
        evaluation.result["compared"] = compare(evaluation, args.compare)
    if args.labels:
        _write(args.labels, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in scifact_labels(evaluation.claims)))
    if args.report:
        from qa.evaluation.report import report

        _write(args.report, report(evaluation))
    for warning in evaluation.result["warnings"]:
        print(f"qa: {warning}", file=sys.stderr)
    print(json.dumps(evaluation.result, ensure_ascii=False) if args.json else tables(evaluation.result))
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}") from error
