"""The tables of docs/quality.md, and the template that they are put into."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from qa.errors import DatasetError
from qa.evaluation.measures import RETRIEVAL
from qa.evaluation.peers import peers_table
from qa.evaluation.tables import ablation_rows, confusion_table, kinds_table, number, retrieval_rows, table, with_interval

SLOT = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


def at(results: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a path such as `test/answers/right_reply/all`; DatasetError if nothing does."""
    value: Any = results
    for key in path.split("/"):
        if not isinstance(value, Mapping) or key not in value:
            raise DatasetError(f'no figure stands at "{path}" in the results; mend the name in the template or in goals.json')
        value = value[key]
    return value


def figure(value: Any) -> str:
    """Return a figure as text: an estimate with its interval, a share, or a count."""
    if isinstance(value, Mapping) and "low" in value:
        return with_interval(dict(value))
    return str(value) if isinstance(value, (int, str)) else number(value)


def filled(template: str, tables: Mapping[str, str], results: Mapping[str, Any]) -> str:
    """Return the page: every `{{name}}` replaced by the table of that name, or by the figure at that path."""
    return SLOT.sub(lambda slot: tables[slot[1]] if slot[1] in tables else figure(at(results, slot[1])), template)


def headline(rows: Sequence[Mapping[str, Any]], results: Mapping[str, Any]) -> str:
    """Return the first table: what is asked of each measure, and what test and dev gave.

    Args:
        rows: `name`, `path` below a split, and optionally `goal`, with `lower` true where less is better.
    """
    lines = []
    for row in rows:
        test, dev = (at(results[split], row["path"]) for split in ("test", "dev"))
        value = test["value"] if isinstance(test, Mapping) else test
        goal, reached = "", ""
        if "goal" in row:
            goal = f"{'<=' if row.get('lower') else '>='} {number(row['goal'])}"
            reached = "-" if value is None else "yes" if (value <= row["goal"] if row.get("lower") else value >= row["goal"]) else "no"
        lines.append((row["name"], goal, figure(test), reached, figure(dev)))
    return table(("measure", "goal", "test", "reached", "dev (tuned on)"), lines)


def page_tables(rows: Sequence[Mapping[str, Any]], results: Mapping[str, Any]) -> dict[str, str]:
    """Return every table of the page by its name in the template."""
    test, dev = results["test"], results["dev"]
    found = {
        "headline": headline(rows, results),
        "sets": _sets(results["sets"]),
        "retrieval": table(*retrieval_rows(test)),
        "kinds": kinds_table(test["kinds"]),
        "false_answers": _false_answers(test["false_answers"], dev["false_answers"]),
        "ablation": table(*ablation_rows(results["ablation"])),
        "directions": _directions(test, results["one_language"]),
        "gaps": _gaps({"bank of both languages": test, "bank of the lines' language only": results["one_language"]}),
        "operating": _operating(results["operating"]),
        "confidence": _confidence(test["selective"], dev["selective"]),
        "triage": _triage(results["triage"]),
        "claims": _claims({name: result for name, result in results["sets"].items() if "claims" in result}),
        "peers": peers_table(results["peers"]),
    }
    for split, result in (("test", test), ("dev", dev)):
        if "claims" in result:
            found[f"confusion_{split}"] = confusion_table(result["claims"]["confusion"])
            found[f"altered_{split}"] = confusion_table(result["claims"]["confusion_by_alteration"], "what was altered")
    return found


def _sets(sets: Mapping[str, Any]) -> str:
    names = ("right_reply", "right_sentence@1", "right_sentence@3", "right_study@1", "quote_precision", "false_refusals", "refusal_recall")
    rows = [(name, str(r["questions"]), *(with_interval(r["answers"][measure]["all"]) for measure in names)) for name, r in sets.items()]
    return table(("questions", "n", *(name.replace("_", " ") for name in names)), rows)


def _false_answers(test: Mapping[str, Any], dev: Mapping[str, Any]) -> str:
    def cells(of: Mapping[str, Any], kind: str) -> tuple[str, ...]:
        return tuple(with_interval(of[kind][group]) for group in ("all", "zh", "en")) + (str(of[kind]["all"]["n"]),) if kind in of else ("-",) * 4

    head = ("kind", *(f"{split} {name}" for split in ("test", "dev") for name in ("all", "zh", "en", "n")))
    return table(head, [(kind, *cells(test, kind), *cells(dev, kind)) for kind in dict.fromkeys([*test, *dev])])


def _directions(whole: Mapping[str, Any], half: Mapping[str, Any]) -> str:
    measures = tuple(name for name in RETRIEVAL if name in ("Success@1", "Success@3", "R@5", "RR@10", "nDCG@10"))
    rows = []
    for bank, result in (("both", whole), ("own", half)):
        for direction, group in result["by_direction"].items():
            cells = [with_interval({"value": group["measures"][m], "low": group["intervals"][m][0], "high": group["intervals"][m][1]}) for m in measures]
            rows.append((direction, bank, str(group["queries"]), *cells))
    return table(("direction", "bank", "n", *measures), rows)


def _gaps(results: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for name, result in results.items():
        if "cross_lingual_gap" in result:
            rows.append((name, *(with_interval(result["cross_lingual_gap"][group]) for group in ("all", "zh", "en"))))
    return table(("Success@1 lost by crossing", "all", "asked in zh", "asked in en"), rows)


def _operating(rows: Sequence[Mapping[str, Any]]) -> str:
    names = ("dev_answerable", "dev_unanswerable", "test_answerable", "test_unanswerable", "test_right")
    head = ("threshold", "dev: answerable refused", "dev: unanswerable refused", "test: answerable refused", "test: unanswerable refused", "test: right replies")
    return table(head, [(number(r["threshold"]) + (" (chosen)" if r["chosen"] else ""), *(number(r[name]) for name in names)) for r in rows])


def _confidence(test: Mapping[str, Any], dev: Mapping[str, Any]) -> str:
    names = {
        "area": "area under the risk-coverage curve (0 is best)",
        "auroc": "AUROC, questions with an answer against those without",
        "calibration_error": "expected calibration error",
    }
    rows: list[tuple[str, ...]] = [(name, number(test[key]), number(dev[key])) for key, name in names.items()]
    points = (test["operating_point"], dev["operating_point"])
    rows += [(name, *(number(point[key]) for point in points)) for key, name in (("coverage", "share answered"), ("risk", "wrong among the answered"))]
    return table(("confidence", "test", "dev"), rows)


def _triage(found: Mapping[str, Mapping[tuple[str, str], Any]]) -> str:
    """Return rates by measure, for each way of measuring and each language."""
    columns = [(way, language) for way in found for language in ("zh", "en")]
    names = dict.fromkeys(name for rates in found.values() for _, name in rates)
    rows: list[tuple[str, ...]] = []
    for name in names:
        rates = [found[way][language, name] for way, language in columns]
        cells = [f"{number(r.count / r.total)} [{number(r.interval[0])}, {number(r.interval[1])}] of {r.total}" if r.total else "-" for r in rates]
        rows.append((name, *cells))
    return table(("measure", *(f"{way} {language}" for way, language in columns)), rows)


def _claims(sets: Mapping[str, Any]) -> str:
    names = ("accuracy", "right_confirmed", "wrong_flagged", "wrong_not_confirmed", "unknown_not_found", "right_study")
    rows = []
    for name, result in sets.items():
        for group in ("all", "zh", "en"):
            by = {measure: result["claims"][measure][group] for measure in names}
            rows.append((f"claims_{name} {group}", str(by["accuracy"]["n"]), *(with_interval(by[measure]) for measure in names)))
    return table(("claims", "n", *(name.replace("_", " ") for name in names)), rows)
