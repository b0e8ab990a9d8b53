"""Measures speed, memory and growth on this machine and writes docs/performance.md: make bench.

    python benchmarks/performance.py [--index DIR] [--only question,batch,start,build,growth,http] [--small] [--out FILE]

Every comparison is a ratio of times taken in one run, for the speed of a machine changes between spells. Run it on a
machine that does nothing else. --small tries all parts in a few minutes; its figures say nothing.
"""

import argparse
import datetime
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).parent)]

from speed_growth import growth  # noqa: E402
from speed_http import http  # noqa: E402
from speed_questions import batch, build, one_question, questions_of  # noqa: E402
from speed_start import cold_start  # noqa: E402
from timing import machine  # noqa: E402

from qa.settings import default_corpus, default_index  # noqa: E402

PARTS = {
    "question": "One question",
    "batch": "A batch of questions",
    "start": "Cold start",
    "build": "Building the index",
    "growth": "Growth",
    "http": "Over HTTP",
}
ABOUT = {
    "question": "Each question is encoded bare and asked in turn, so both meet the same spells of the machine.",
    "batch": "",
    "start": "",
    "build": "Encoding is the time inside the encoder during the same build.",
    "growth": "A synthetic vector is a real one of the index plus the difference of two real neighbours elsewhere; questions are made so "
    "from real vectors that no row is made of; words by Zipf's law, twenty a text. Nothing was encoded. Recall is against comparing all "
    "vectors. Hybrid is by vector and words, ten of the best hundred by each. Memory is the most that a process held which opened the "
    "index and searched both ways.",
    "http": "Every reply is compared with the answer given in process.",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path, default=default_index())
    parser.add_argument("--corpus", type=Path, default=default_corpus())
    parser.add_argument("--questions", type=Path, default=ROOT / "tests" / "questions" / "test.jsonl")
    parser.add_argument("--only", help="parts by name, separated by commas")
    parser.add_argument("--small", action="store_true", help="few questions and sizes: to see whether it works")
    parser.add_argument("--out", type=Path, help="default docs/performance.md; with --small or --only: printed")
    args = parser.parse_args()
    names = args.only.split(",") if args.only else list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        parser.error(f"unknown parts: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    texts = questions_of(args.questions, 20 if args.small else 500)
    sizes = [1000, 60_000] if args.small else [1000, 10_000, 100_000, 1_000_000]
    work: dict[str, Callable[[], str]] = {
        "question": lambda: one_question(args.index, texts),
        "batch": lambda: batch(args.index, texts),
        "start": lambda: cold_start(args.index, texts[0], 2 if args.small else 7),
        "build": lambda: build(args.corpus),
        "growth": lambda: growth(sizes, args.index),
        "http": lambda: http(args.index, texts),
    }
    parts = [
        "# Performance",
        f"Measured by `make bench` on {datetime.date.today():%Y-%m-%d}: {machine()}. What it means for sizes and costs: [scaling](scaling.md).",
    ]
    for name in names:
        print(f"{PARTS[name]} ...", file=sys.stderr, flush=True)
        parts.append("\n\n".join(part for part in (f"## {PARTS[name]}", ABOUT[name], work[name]()) if part))
    text = "\n\n".join(parts) + "\n"
    if args.out or not (args.small or args.only):
        (args.out or ROOT / "docs" / "performance.md").write_text(text, "utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
