"""The measured rows as a Markdown table, with what has to be known to read it."""

from collections.abc import Mapping
from typing import Any

HEADINGS = (
    "system",
    "texts",
    "right sentence @1 / @3, zh",
    "right sentence @1 / @3, en",
    "right study @1, zh / en",
    "mean characters, zh / en",
    "never embedded, zh / en",
    "unanswerable answered",
    "ms a question, clock / CPU",
    "cold start s, clock / CPU",
    "peak MB",
)


def figure(value: float | None, digits: int = 2) -> str:
    """Return a figure with so many digits, or a dash where there is none."""
    return "\u2013" if value is None else f"{value:.{digits}f}"


def with_interval(estimate: Mapping[str, Any]) -> str:
    """Return "0.86 [0.79, 0.93]", or a dash."""
    if estimate["value"] is None:
        return figure(None)
    return f"{figure(estimate['value'])} [{figure(estimate['low'])}, {figure(estimate['high'])}]"


def cells(row: Mapping[str, Any]) -> list[str]:
    """Return the cells of one measured row."""
    measured, cut = row["measures"], row["texts"]
    first, third, study = (measured[name] for name in ("right_sentence@1", "right_sentence@3", "right_study@1"))
    return [
        row["label"],
        f"{row['setting']} ({cut['all']['entries']})",
        f"{with_interval(first['zh'])} / {with_interval(third['zh'])}",
        f"{with_interval(first['en'])} / {with_interval(third['en'])}",
        f"{figure(study['zh']['value'])} / {figure(study['en']['value'])}",
        f"{figure(cut['zh']['mean_characters'], 0)} / {figure(cut['en']['mean_characters'], 0)}",
        f"{figure(cut['zh']['unread'])} / {figure(cut['en']['unread'])}",
        figure(measured["unanswerable_answered"]["all"]["value"]),
        f"{figure(measured['median_milliseconds'], 0)} / {figure(measured['median_cpu_milliseconds'], 0)}",
        f"{figure(row['cold_start_seconds'], 1)} / {figure(row['cold_start_cpu_seconds'], 1)}",
        figure(row["peak_megabytes"], 0),
    ]


def table(results: Mapping[str, Any]) -> str:
    """Return the table and the notes below it. A row that could not be measured stays, with its reason."""
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    for row in results["rows"]:
        shown = [row["label"], row["setting"], f"not measured: {row['error']}"] if "error" in row else cells(row)
        lines.append("| " + " | ".join([*shown, *[""] * (len(HEADINGS) - len(shown))]) + " |")
    answerable = results["outcomes"].get("answered", 0)
    unanswerable = results["outcomes"].get("not_covered", 0)
    lines += [
        "",
        f"{results['questions']} questions of {results['dataset']}: {answerable} with an answer in the corpus, {unanswerable} without; "
        f"{results['follow_ups']} are follow-ups, whose earlier questions only this project is given. Intervals: 95 %, bootstrap.",
        "A chunk counts as right if a right sentence stands whole in it: read it beside its mean length. `never embedded`: tokens of the "
        "texts past the 512 that the encoder reads.",
        "This project's maps and question bank are trained on this corpus (not on these questions); the peers have the plain encoder.",
    ]
    loads = [row["load"] for row in results["rows"] if row.get("load") is not None]
    if loads and results["cores"] and max(loads) > results["cores"]:
        lines.append(f"The machine was shared (load {min(loads)} to {max(loads)} on {results['cores']} cores): compare CPU times, not the clock's.")
    return "\n".join(lines)
