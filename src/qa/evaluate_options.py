"""The options of `qa evaluate`, apart from the evaluation itself so that `qa --help` loads nothing heavy."""

import argparse
from pathlib import Path


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
