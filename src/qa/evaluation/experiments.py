"""Experiments on the ranking: what each part adds (`qa evaluate --ablate`), and one run against another (`--compare`)."""

from pathlib import Path
from typing import Any

from qa.errors import DatasetError
from qa.evaluation.answer_measures import rounded
from qa.evaluation.beir import is_beir, read_beir
from qa.evaluation.evaluate import Evaluation, chosen_encoder, evaluate, evaluate_beir
from qa.evaluation.measures import RETRIEVAL, estimate, per_query, randomisation_test
from qa.evaluation.trec import column, read_run


def ablation(dataset: Path, assistant: Any = None, split: str | None = None, encoder: Any = None) -> list[tuple[str, dict[str, Any]]]:
    """Return (name, result) of BM25 alone, the encoder alone, then part after part added, and the whole without each part."""
    from qa.search import plain, retrieval

    parts: tuple[str, ...] = plain.PARTS if is_beir(dataset) else retrieval.PARTS
    runs: list[tuple[str, str, frozenset[str]]] = [("BM25 alone", "lexical", frozenset())]
    runs.extend((f"+ {parts[n - 1]}" if n else "encoder alone", "hybrid", frozenset(parts[n:])) for n in range(len(parts) + 1))
    runs.extend((f"without {part}", "hybrid", frozenset({part})) for part in parts)
    if not is_beir(dataset):
        return [(name, evaluate(dataset, assistant, mode, without, answers=False).result) for name, mode, without in runs]
    data = read_beir(dataset, split)
    encoder = chosen_encoder(assistant, encoder)
    index = plain.PlainIndex.build(data.documents, encoder)  # once for all variants
    return [(name, evaluate_beir(data, encoder, mode, without, index).result) for name, mode, without in runs]


def compare(evaluation: Evaluation, path: Path) -> dict[str, Any]:
    """Return, for each measure, this run beside the run in a file, with the p-value of a paired randomisation test."""
    queries = {column(q): q for q in evaluation.run}
    names = {column(d): d for d in evaluation.texts}
    other = {queries[q]: {names.get(d, d): s for d, s in hits.items()} for q, hits in read_run(path).items() if q in queries}
    if not other:
        raise DatasetError(f"{path}: names none of the {len(queries)} queries of this data set; compare runs of the same one")
    values = per_query(evaluation.qrels, other)
    rows = {}
    for name in RETRIEVAL:
        mine, theirs = (list(v[name].values()) for v in (evaluation.values, values))
        rows[name] = {
            "this": rounded(estimate(mine))["value"],
            "other": rounded(estimate(theirs))["value"],
            "difference": rounded(estimate([a - b for a, b in zip(mine, theirs, strict=True)])),
            "p": round(randomisation_test(mine, theirs), 4),
        }
    return {"file": path.name, "missing_queries": len(queries) - len(other), "measures": rows}
