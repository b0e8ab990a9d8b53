"""Measures as Markdown tables, for the terminal and for docs/quality.md."""

from collections.abc import Sequence
from typing import Any

from qa.evaluation.measures import RETRIEVAL

NOT_SHARES = ("confusion", "confusion_by_alteration", "flagged_by_alteration")  # of the claim measures


def number(value: float | None) -> str:
    """Return a share as three digits, without the zero before the point: `.973`, `1.000`."""
    if value is None:
        return "-"
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 and not text.endswith("1.000") else text


def with_interval(found: dict[str, Any]) -> str:
    """Return an estimate with its interval: `.912 [.870, .951]`."""
    if found["value"] is None:
        return "-"
    return f"{number(found['value'])} [{number(found['low'])}, {number(found['high'])}]"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is aligned right."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [list(head), ["---"] + ["---:"] * (len(head) - 1), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def tables(result: dict[str, Any]) -> str:
    """Return all measures of one evaluation."""
    without = f", without {', '.join(result['without'])}" if result["without"] else ""
    found = [f"## {result['dataset']} ({result['mode']}{without})", table(*retrieval_rows(result))]
    if "cross_lingual_gap" in result:
        gaps = result["cross_lingual_gap"]
        found.append(f"Success@1 lost where only the other language's lines can be found: {with_interval(gaps['all'])}")
    if "answers" in result:
        found += ["### Answers", _language_table(result["answers"]), "### By kind of question", kinds_table(result["kinds"])]
        found += ["### Answered though there is no answer", false_answers_table(result["false_answers"])]
        found += ["### Confidence", selective_table(result["selective"])]
    if "claims" in result:
        claims = result["claims"]
        shares = {name: found for name, found in claims.items() if name not in NOT_SHARES}
        found += ["### Claims", _language_table(shares), confusion_table(claims["confusion"])]
        altered = claims["flagged_by_alteration"]
        found.append(confusion_table(claims["confusion_by_alteration"], "what was altered"))
        found.append(table(("altered", "flagged", "n"), [(name, with_interval(e), str(e["n"])) for name, e in altered.items()]))
    if "compared" in result:
        found += [f"### Against {result['compared']['file']}", table(*comparison_rows(result["compared"]))]
    return "\n\n".join(found) + "\n"


Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]


def retrieval_rows(result: dict[str, Any]) -> Rows:
    """Return head and rows of the retrieval measures: all queries, each language, each direction."""
    groups = {"all": result, **result["by_language"], **result["by_direction"]}
    rows = [(name, str(group["queries"]), *(_value(group, measure) for measure in RETRIEVAL)) for name, group in groups.items()]
    return ("queries", "n", *RETRIEVAL), rows


def ablation_rows(rows: Sequence[tuple[str, dict[str, Any]]]) -> Rows:
    """Return head and one row for each variant: the ranking, Success@1 by language or direction, right replies, and what it adds.

    `adds` is the paired difference to the row before, or to the whole where a part is left out, with interval and p-value.
    """
    shown = ("Success@1", "Success@3", "RR@10", "nDCG@10")
    groups = [(key, name) for key in ("by_language", "by_direction") for name in rows[0][1][key]]
    replies = any("right_reply" in result for _, result in rows)
    head = ("ranking", *shown, *(f"Success@1 {name}" for _, name in groups), *(["right reply"] if replies else []), "adds", "p")
    lines = []
    for name, result in rows:
        parts = [_value(result[key][group], "Success@1") for key, group in groups]
        reply = [with_interval(result["right_reply"]["all"])] if replies else []
        lines.append((name, *(_value(result, measure) for measure in shown), *parts, *reply, *_added(result.get("adds"))))
    return head, lines


def _added(adds: dict[str, Any] | None) -> tuple[str, str]:
    if adds is None:
        return "", ""
    sign = "+" if (adds["value"] or 0) > 0 else ""
    return f"{sign}{with_interval(adds)} {adds['to']}", f"{adds['p']:.4f}"


def _value(group: dict[str, Any], measure: str) -> str:
    low, high = group["intervals"][measure]
    return with_interval({"value": group["measures"][measure], "low": low, "high": high})


def _language_table(measures: dict[str, dict[str, Any]]) -> str:
    groups = ("all", "zh", "en")
    head = ("measure", *(cell for group in groups for cell in (group, "n")))
    rows = []
    for name, by in measures.items():
        cells = [(with_interval(by[g]), str(by[g]["n"])) if g in by else ("-", "-") for g in groups]
        rows.append((name, *(text for pair in cells for text in pair)))
    return table(head, rows)


def kinds_table(kinds: dict[str, dict[str, Any]]) -> str:
    """Return, for each kind of question, the measure that counts there."""
    rows = [
        (kind, name, *(with_interval(by[group]) for group in ("all", "zh", "en")), str(by["all"]["n"]))
        for kind, measures in kinds.items()
        for name, by in measures.items()
    ]
    return table(("kind", "measure", "all", "zh", "en", "n"), rows)


def false_answers_table(kinds: dict[str, dict[str, Any]]) -> str:
    """Return the share of questions without an answer that got one, for all and for each kind."""
    rows = [(kind, *(with_interval(by[group]) for group in ("all", "zh", "en")), str(by["all"]["n"])) for kind, by in kinds.items()]
    return table(("kind", "all", "zh", "en", "n"), rows)


def selective_table(selective: dict[str, Any]) -> str:
    """Return how well confidence tells right from wrong."""
    point = selective["operating_point"]
    rows = [
        ("area under the risk-coverage curve (0 is best)", number(selective["area"])),
        ("answered at the operating point", number(point["coverage"])),
        ("wrong among the answered", number(point["risk"])),
        ("AUROC, with an answer against without", number(selective["auroc"])),
        ("expected calibration error", number(selective["calibration_error"])),
    ]
    return table(("confidence", "value"), rows)


def confusion_table(confusion: dict[str, dict[str, int]], corner: str = "label") -> str:
    """Return how often each label, or what `corner` names, met each verdict."""
    verdicts = list(next(iter(confusion.values()), {}))
    return table((f"{corner} \\ verdict", *verdicts), [(label, *(str(row[v]) for v in verdicts)) for label, row in confusion.items()])


def comparison_rows(compared: dict[str, Any]) -> Rows:
    """Return head and rows of this run beside another one."""
    groups = [("", compared["measures"]), *((f", {name}", part["measures"]) for name, part in compared.get("by_language", {}).items())]
    rows: list[tuple[str, ...]] = [
        (f"{name}{group}", number(row["this"]), number(row["other"]), with_interval(row["difference"]), f"{row['p']:.4f}")
        for group, measures in groups
        for name, row in measures.items()
    ]
    return ("measure", "this", "other", "difference", "p"), rows
