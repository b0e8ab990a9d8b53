"""Measures everything and writes the page of figures: `python -m qa.evaluation.quality --write docs/quality.md`.

Without `--write` it measures the questions and claims alone and prints the page's first table. The prose of the page
stands in `docs/quality.template.md`; a name in double braces there is filled with a table (`qa.evaluation.page`) or
with one figure of the results, by its path.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.errors import DatasetError, QAError
from qa.evaluation.ablation import question_ablation
from qa.evaluation.evaluation import Evaluation
from qa.evaluation.operating import operating_rows
from qa.evaluation.own_questions import direction_measures, evaluate_questions, pooled
from qa.evaluation.page import filled, headline, page_tables
from qa.evaluation.question_file import QuestionFile, joined, read_question_file
from qa.evaluation.triage_check import cross_validate, unseen
from qa.indexing.build import read_negatives
from qa.indexing.memory import Memory
from qa.safety.training import others_of
from qa.settings import shipped_corpus

SPLITS = ("test", "dev")


def question_files(folder: Path) -> dict[str, list[QuestionFile]]:
    """Return the question files of each split, `test*.jsonl` and `dev*.jsonl`, each with its claims.

    Raises:
        DatasetError: no file for a split, a damaged one, or claims that stand beside no question file.
    """
    found = {split: [read_question_file(path) for path in sorted(folder.glob(f"{split}*.jsonl"))] for split in SPLITS}
    missing = [split for split, files in found.items() if not files]
    if missing:
        raise DatasetError(f"{folder}: no {missing[0]}*.jsonl there; name the folder of the questions, such as tests/questions")
    alone = [path.name for path in sorted(folder.glob("claims_*.jsonl")) if not (folder / path.name.removeprefix("claims_")).is_file()]
    if alone:
        raise DatasetError(f"{folder}: {', '.join(alone)} would not be measured: claims_NAME.jsonl belongs beside NAME.jsonl")
    return found


def measured(assistant: Any, files: dict[str, list[QuestionFile]]) -> tuple[dict[str, Any], dict[str, Evaluation]]:
    """Return the results by split (`test`, `dev`) and by file (`sets`), and the evaluations of the splits."""
    results: dict[str, Any] = {"sets": {}}
    splits = {}
    for split, data in files.items():
        each = []
        for file in data:
            print(f"{file.name}: {len(file.questions)} questions, {len(file.claims)} claims", file=sys.stderr)  # noqa: T201
            each.append(evaluate_questions(file, assistant, directions=False))
            results["sets"][file.name] = each[-1].result
        whole = joined(split, data)
        splits[split] = pooled(whole, each)
        results[split] = splits[split].result | direction_measures(assistant, whole.questions)
    return results, splits


def everything(assistant: Any, files: dict[str, list[QuestionFile]], peers: Path) -> dict[str, Any]:
    """Return `measured` and all else that the page shows: ablation, directions, operating point, triage, peers."""
    results, splits = measured(assistant, files)
    test, dev = (joined(split, files[split]) for split in SPLITS)
    print("ablation", file=sys.stderr)  # noqa: T201
    results["ablation"] = question_ablation(test, assistant, splits["test"].cases)
    print("directions with half of the bank, operating point, triage", file=sys.stderr)  # noqa: T201
    results["one_language"] = direction_measures(assistant, test.questions, whole_bank=False)
    results["operating"] = operating_rows(assistant, dev.questions, splits["test"].cases)
    safety = shipped_corpus() / "safety"
    memory = Memory.of_index(assistant.encoder, assistant.index.folder, None)  # knows the bank's questions
    others = others_of(read_negatives(), [question.text for question in assistant.index.bank])
    results["triage"] = {"cross-validated": cross_validate(memory, safety, others), "unseen": unseen(memory, safety, others)}
    results["peers"] = _peers(peers)
    return results


def _peers(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: can't be read as JSON ({error}); make it anew with: python benchmarks/peers.py") from error
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: can't be read ({error}); restore it from the project") from error


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser(prog="python -m qa.evaluation.quality", description="Measure the project's own questions and write the page of figures.")
    found.add_argument("--write", type=Path, metavar="FILE", help="measure everything and write this page, such as docs/quality.md")
    found.add_argument("--questions", type=Path, default=Path("tests/questions"), help="the folder of the questions (default tests/questions)")
    found.add_argument("--template", type=Path, default=Path("docs/quality.template.md"), help="the page's prose (default docs/quality.template.md)")
    found.add_argument("--peers", type=Path, default=Path("benchmarks/results.json"), help="results of benchmarks/peers.py, if there are any")
    found.add_argument("--index", type=Path, help="index folder (default QA_INDEX)")
    found.add_argument("--corpus", type=Path, help="corpus folder of that index (default QA_CORPUS)")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the first table, write the page; 1 with one line on stderr where something can't be used."""
    from qa.answering.assistant import Assistant

    args = parser().parse_args(arguments)
    try:
        files = question_files(args.questions)
        rows = json.loads(_text(args.questions / "goals.json"))
        template = _text(args.template) if args.write else ""
        assistant = Assistant.open(args.index, args.corpus).remembering()
        if not args.write:
            results, _ = measured(assistant, files)
            print(headline(rows, results))  # noqa: T201 - the command's result
            return 0
        results = everything(assistant, files, args.peers)
        page = filled(template, page_tables(rows, results), results)
        args.write.write_text(page, "utf-8")
        print(headline(rows, results))  # noqa: T201
    except QAError as error:
        print(f"quality: {error}", file=sys.stderr)  # noqa: T201
        return 1
    except OSError as error:
        print(f"quality: {args.write} can't be written: {error.strerror or error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
