"""An evaluation as one HTML page: plots, tables, and the worst misses with what was quoted. Opens without a network."""

from html import escape
from typing import Any

from qa import __version__
from qa.evaluation.answer_measures import Case
from qa.evaluation.evaluation import Evaluation
from qa.evaluation.plots import bar_plot, line_plot, reliability_plot
from qa.evaluation.tables import NOT_SHARES, comparison_rows, number, retrieval_rows, with_interval

MOST_MISSES = 40
LONGEST_TEXT = 400  # characters of a document that are shown
STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--soft:#666;--grid:#ddd;--main:#1f6f8b;--mark:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#eee;--paper:#161616;--soft:#aaa;--grid:#3a3a3a;--main:#6cb8d6;--mark:#ff8a80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;font-size:.85rem}.wide{overflow-x:auto}
td,th{border-bottom:1px solid var(--grid);padding:.25rem .6rem;text-align:right;white-space:nowrap}td:first-child,th:first-child{text-align:left}
svg{width:100%;max-width:30rem;height:auto;font:11px system-ui,sans-serif}.plots{display:flex;flex-wrap:wrap;gap:1.5rem}.plots>figure{margin:0;flex:1 1 22rem}
.label,.axis{fill:var(--soft)}.grid{stroke:var(--grid)}.line{fill:none;stroke:var(--main);stroke-width:2}.diagonal{stroke:var(--soft);stroke-dasharray:4}
.dot,.bar{fill:var(--main);fill-opacity:.75}.mark{fill:var(--mark)}.whisker{stroke:var(--ink);stroke-width:1.5}
article{border-left:3px solid var(--mark);padding:.1rem .9rem;margin:1rem 0}article p{margin:.3rem 0}.soft{color:var(--soft);font-size:.85rem}
blockquote{margin:.2rem 0 .2rem .5rem;padding-left:.6rem;border-left:2px solid var(--grid)}
"""


def report(evaluation: Evaluation) -> str:
    """Return the whole page as text; everything that was read from a file is escaped."""
    result = evaluation.result
    without = f", without {', '.join(result['without'])}" if result["without"] else ""
    title = f"{result['dataset']}: {result['mode']}{without}"
    parts = [f"<h1>{escape(title)}</h1>", f'<p class="soft">{result["queries"]} queries ranked; qa {escape(__version__)}; 95 % intervals.</p>']
    parts += [f'<p class="soft">{escape(warning)}</p>' for warning in result["warnings"]]
    parts += ["<h2>Ranking</h2>", _table(*retrieval_rows(result)), _plots(result)]
    if "compared" in result:
        parts += [f"<h2>Against {escape(result['compared']['file'])}</h2>", _table(*comparison_rows(result["compared"]))]
    if "answers" in result:
        parts += ["<h2>Answers</h2>", _by_language(result["answers"])]
        parts += ["<h2>Answered though there is no answer</h2>", _by_language(result["false_answers"])]
    if "claims" in result:
        claims = result["claims"]
        parts += ["<h2>Claims</h2>", _by_language({k: v for k, v in claims.items() if k not in NOT_SHARES})]
        for corner, key in (("label, then verdict", "confusion"), ("altered, then verdict", "confusion_by_alteration")):
            rows = [(label, *(str(n) for n in row.values())) for label, row in claims[key].items()]
            parts.append(_table((corner, *claims["confusion"]), rows))
    misses = _worst_answers(evaluation) if evaluation.cases else _worst_queries(evaluation)
    parts += [f"<h2>Worst misses ({len(misses)} shown)</h2>", *misses]
    parts += _wrong_verdicts(evaluation)
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f"{head}<style>{STYLE}</style>{''.join(parts)}</html>\n"


def _table(head: Any, rows: Any) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'


def _by_language(measures: dict[str, Any]) -> str:
    groups = ("all", "zh", "en")
    rows = []
    for name, by in measures.items():
        cells = [f"{with_interval(by[g])} ({by[g]['n']})" if g in by and by[g]["n"] else "-" for g in groups]
        rows.append((name, *cells))
    return _table(("measure", *groups), rows)


def _plots(result: dict[str, Any]) -> str:
    figures = []
    if "selective" in result:
        found = result["selective"]
        point = found["operating_point"]
        marked = (point["coverage"], point["risk"]) if point["risk"] is not None else None
        points = [(c, r) for c, r, _ in found["curve"]]
        figures.append(line_plot("Risk and coverage", "share answered", "share wrong", points, marked, "operating point"))
        figures.append(reliability_plot("Reliability", "confidence", "share right", [(b[0], b[1], b[2]) for b in found["bins"]]))
    bars = []
    for kind, measures in result.get("kinds", {}).items():
        for name, by in measures.items():
            found = by["all"]
            bars.append((f"{kind}: {name.replace('_', ' ')}", found["value"], found["low"], found["high"], f"{number(found['value'])} ({found['n']})"))
    for name, group in {**result["by_language"], **result["by_direction"]}.items():
        low, high = group["intervals"]["Success@1"]
        value = group["measures"]["Success@1"]
        bars.append((f"Success@1 {name}", value, low, high, f"{number(value)} ({group['queries']})"))
    if bars:
        figures.append(bar_plot("By kind", bars))
    return '<div class="plots">' + "".join(f"<figure>{figure}</figure>" for figure in figures) + "</div>"


def _worst_answers(evaluation: Evaluation) -> list[str]:
    """Return misses: first what was said wrongly, most confident first, then refusals of questions that have an answer."""
    said = [c for c in evaluation.cases if _said_wrongly(c)]
    kept_silent = [c for c in evaluation.cases if c.question.outcome == "answered" and not c.units]
    other = [c for c in evaluation.cases if c.question.outcome in ("emergency", "personal_advice") and c.answer.outcome != c.question.outcome]
    said.sort(key=lambda c: (-c.answer.confidence, c.question.id))
    kept_silent.sort(key=lambda c: (c.answer.confidence, c.question.id))
    return [_case(evaluation, case) for case in [*other, *said, *kept_silent][:MOST_MISSES]]


def _said_wrongly(case: Case) -> bool:
    return case.question.outcome in ("answered", "not_covered") and bool(case.units) and not case.best_is_right


def _case(evaluation: Evaluation, case: Case) -> str:
    question = case.question
    parts = [f"<p><b>{escape(' / '.join([*question.history, question.text]))}</b></p>"]
    labels = f"{question.id}, {question.kind}: {question.outcome}; got {case.answer.outcome}, confidence {number(case.answer.confidence)}"
    parts.append(f'<p class="soft">{escape(labels)}</p>')
    for quote, unit in zip(case.answer.quotes, case.units, strict=True):
        right = "right" if unit in question.units | question.units_ok else "wrong"
        parts.append(f'<blockquote>{escape(quote.text)} <span class="soft">[{escape(unit)}] {right}</span></blockquote>')
    parts += [f'<p class="soft">wanted: {escape(evaluation.texts.get(unit, unit))} [{escape(unit)}]</p>' for unit in sorted(question.units)[:3]]
    return f"<article>{''.join(parts)}</article>"


def _worst_queries(evaluation: Evaluation) -> list[str]:
    """Return the queries with the lowest nDCG@10, each with what stood first and what should have."""
    values = evaluation.values["nDCG@10"]
    found = []
    for query in sorted((q for q, value in values.items() if value < 1), key=lambda q: (values[q], q))[:MOST_MISSES]:
        ranking = sorted(evaluation.run[query], key=lambda d: -evaluation.run[query][d])
        parts = [f"<p><b>{escape(evaluation.queries[query])}</b></p>"]
        parts.append(f'<p class="soft">{escape(query)}: nDCG@10 {number(values[query])}</p>')
        parts += [f'<blockquote>{_shown(evaluation, name)} <span class="soft">[{escape(name)}] rank 1</span></blockquote>' for name in ranking[:1]]
        wanted = [name for name, grade in evaluation.qrels[query].items() if grade > 0]
        for name in wanted[:3]:
            rank = str(ranking.index(name) + 1) if name in ranking else "not found"
            parts.append(f'<p class="soft">wanted, rank {rank}: {_shown(evaluation, name)} [{escape(name)}]</p>')
        found.append(f"<article>{''.join(parts)}</article>")
    return found


def _shown(evaluation: Evaluation, name: str) -> str:
    text = evaluation.texts.get(name, "")
    return escape(text[:LONGEST_TEXT] + (" ..." if len(text) > LONGEST_TEXT else ""))


def _wrong_verdicts(evaluation: Evaluation) -> list[str]:
    wrong = [c for c in evaluation.claims if c.answer.verdict != c.claim.verdict]
    found = ["<h2>Claims with another verdict</h2>"] if wrong else []
    for case in wrong[:MOST_MISSES]:
        claim, answer = case.claim, case.answer
        altered = f" ({claim.altered})" if claim.altered else ""
        parts = [f"<p><b>{escape(claim.text)}</b></p>", f'<p class="soft">{escape(f"{claim.id}: {claim.verdict}{altered}; got {answer.verdict}")}</p>']
        parts += [f"<blockquote>{escape(quote.text)}</blockquote>" for quote in answer.quotes[:1]]
        parts += [f'<p class="soft">{escape(f"{d.kind}: {d.claimed} / {d.source} {d.unit}")}</p>' for d in answer.differences]
        found.append(f"<article>{''.join(parts)}</article>")
    return found
