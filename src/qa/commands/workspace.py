"""What the commands share: building an index with a progress bar, and opening the assistant with default folders."""

import sys
from pathlib import Path

from qa.answering.assistant import Assistant
from qa.encoding.encoder import open_encoder
from qa.encoding.many import spread
from qa.errors import IndexNotFoundError
from qa.indexing.build import build_index
from qa.indexing.index import fits
from qa.progress import Progress
from qa.settings import default_corpus, default_index


def make_index(corpus: Path | None, index: Path | None, if_needed: bool = False, workers: int | None = None, ray: str | None = None) -> int:
    """Build the index, print what was read, one line for each file that can't be used; return the exit code.

    Args:
        workers, ray: as in `qa.encoding.many.spread`.
    """
    corpus, index = corpus or default_corpus(), index or default_index()
    encoder = open_encoder()
    if if_needed and fits(index, encoder, corpus):
        return 0
    with spread(encoder, workers, ray) as many:
        manifest, read = build_index(corpus, index, many, Progress())
    for problem in read.problems:
        print(f"qa: {problem}", file=sys.stderr)
    counts = manifest["corpus"]
    print(
        f"{index}: {counts['passages']} sentences of {counts['documents']} documents, {counts['references']} references, "
        f"{counts['questions']} bank questions; encoder {encoder.name}"
    )
    return 0


def open_assistant(index: Path | None, corpus: Path | None) -> Assistant:
    """Return the assistant over an index folder.

    A default index that was never built is built first, so that a freshly installed package answers its first
    question; an index that is there and does not fit is refused with the command that mends it.
    """
    try:
        return Assistant.open(index, corpus)
    except IndexNotFoundError:
        if index is not None or corpus is not None:
            raise
        print("qa: no index yet: building it once, about a minute", file=sys.stderr)
        build_index(default_corpus(), default_index(), open_encoder(), Progress())
        return Assistant.open()
