"""One question by stage, a batch, and a build, each against bare encoding of the same texts in the same run."""

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from timing import Stopwatch, percentile, ratio, table

STAGES = (("qa.answering.answer", "triage", "triage"), ("qa.answering.answer", "judge", "deciding whether it answers"))


def questions_of(path: Path, limit: int) -> list[str]:
    """Return up to `limit` question texts of a labelled file, spread over it."""
    from qa.evaluation.question_file import read_question_file

    texts = [question.text for question in read_question_file(path).questions]
    return [texts[i * len(texts) // min(limit, len(texts))] for i in range(min(limit, len(texts)))]


def timed_encoder(encoder: Any, watch: Stopwatch) -> Any:
    """Wrap the methods of an encoder that a question or a build may call, and return it."""
    for method in ("encode", "encode_both"):
        if hasattr(encoder, method):
            watch.wrap(encoder, method, "encoding")
    return encoder


def one_question(index: Path, texts: list[str]) -> str:
    """Return the table of one question at a time: every text is encoded bare and asked, in turn."""
    import importlib

    from qa.answering.assistant import Assistant
    from qa.encoding.encoder import open_encoder
    from qa.text.preparation import prepared

    encoder, watch = open_encoder(), Stopwatch()
    bare_encode = encoder.encode
    assistant = Assistant.open(index, encoder=timed_encoder(encoder, watch))
    watch.wrap(assistant.retriever, "scores", "scoring, encoding included")
    for module, name, stage in STAGES:
        watch.wrap(importlib.import_module(module), name, stage)
    for text in texts[:5]:
        assistant.ask(text)
    bare, ours, stages = [], [], []
    for text in texts:
        started = time.perf_counter()
        bare_encode([prepared(text)], "query")
        bare.append(time.perf_counter() - started)
        watch.clear()
        started = time.perf_counter()
        assistant.ask(text)
        ours.append(time.perf_counter() - started)
        stages.append(dict(watch.seconds))
    rows: list[list[Any]] = [
        ["bare encoding of the question", percentile(bare, 50), percentile(bare, 95), "1", "1"],
        ["the whole answer", percentile(ours, 50), percentile(ours, 95), ratio(ours, bare, 50), ratio(ours, bare, 95)],
    ]
    for stage in ("encoding", "scoring, encoding included", *(stage for _, _, stage in STAGES)):
        seconds = [part.get(stage, 0.0) for part in stages]
        rows.append([f"of which: {stage}", percentile(seconds, 50), percentile(seconds, 95), "", ""])
    head = [f"{len(texts)} questions, one at a time", "p50 ms", "p95 ms", "ratio of p50 (95 %)", "ratio of p95 (95 %)"]
    return table(head, rows)


def batch(index: Path, texts: list[str], rounds: int = 3) -> str:
    """Return the table of a batch: all questions answered in turn, against bare encoding of all of them at once."""
    from qa.answering.assistant import Assistant
    from qa.text.preparation import prepared

    assistant = Assistant.open(index)
    assistant.ask(texts[0])
    bare, ours = [], []
    for _ in range(rounds):
        started = time.perf_counter()
        assistant.encoder.encode([prepared(text) for text in texts], "query")
        bare.append(time.perf_counter() - started)
        started = time.perf_counter()
        many = getattr(assistant, "ask_all", None)  # where there is a way to ask many at once, it is what is measured
        many(texts) if many else [assistant.ask(text) for text in texts]
        ours.append(time.perf_counter() - started)
    rows = [["bare encoding, all at once", len(texts) / min(bare), "1"], ["answers", len(texts) / min(ours), ratio(ours, bare)]]
    return table([f"batch of {len(texts)}, best of {rounds}", "questions a second", "time, as a ratio (95 %)"], rows)


def build(corpus: Path, encoder: Any = None) -> str:
    """Return the table of building an index: all of it, again unchanged, and after a change of one sentence."""
    from qa.corpus.folder import read_corpus
    from qa.encoding.encoder import open_encoder
    from qa.indexing.build import build_index

    watch = Stopwatch()
    encoder = timed_encoder(encoder or open_encoder(), watch)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        copy, index = Path(temporary) / "corpus", Path(temporary) / "index"
        shutil.copytree(corpus, copy)
        for name in ("everything new", "nothing changed", "one sentence changed"):
            if name == "one sentence changed":
                passages = read_corpus(copy).passages
                passage = passages[len(passages) // 2]
                path = copy / passage.document
                path.write_text(path.read_text("utf-8").replace(passage.text, f"{passage.text[:-1]} 2{passage.text[-1]}", 1), "utf-8")
            watch.clear()
            started = time.perf_counter()
            build_index(copy, index, encoder)
            seconds, encoding = time.perf_counter() - started, watch.seconds.get("encoding", 0.0)
            rows.append([name, seconds, encoding, f"{seconds / encoding:.2f}" if encoding > 1 else ""])
    return table(["index build", "seconds", "of which encoding", "ratio to encoding"], rows)
