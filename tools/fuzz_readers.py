"""Feeds the readers inputs that coverage steers: python tools/fuzz_readers.py text|markdown|html|pdf|beir [FOLDER] [-max_total_time=300].

A reader may return a document whose blocks and passages lie in its text, or refuse the file in one line that names it.
Anything else ends the run and leaves the input in a file `crash-...` (libFuzzer's way): it becomes a test. FOLDER keeps
what reached new code, and is where the next run begins. Needs atheris (pip install atheris); other options are libFuzzer's.
A PDF is read in this process, where coverage can be seen; in the product it is read in one of its own.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "src" / "qa" / "reading" / "pdf")]  # the worker finds its neighbours as a script does

with atheris.instrument_imports(include=["qa", "pypdf", "worker", "glyphs"]):
    import worker

    from qa.errors import CorpusError, DatasetError
    from qa.evaluation.beir import read_beir
    from qa.reading.passages import passages_of
    from qa.reading.pdf import reader
    from qa.reading.readers import read_document

SUFFIXES = {"text": ".txt", "markdown": ".md", "html": ".html", "pdf": ".pdf"}
SENTENCES = "The Alpha trial gave cells to 40 people (95% CI 3.1\u20135.2).[1] \u7532\u8bd5\u9a8c\u7ed9\u4e8640\u540d\u60a3\u8005\u3002[2-3]\n\nReferences\n\n[1] Alpha A. Cells. J. 2019;3(2):11-20. doi:10.1/a\n"
SEEDS = {
    "text": [SENTENCES, "\ufeff" + SENTENCES, "One.\n\n- two\n- three\n\n10.5\u00d710^6 \u2460\n"],
    "markdown": [f"---\ntitle: A\ncitation: 3\nlanguage: en\n---\n\n# A\n\n{SENTENCES}\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx\n```\n"],
    "html": [f"<!doctype html><html><head><meta charset=utf-8><title>A</title></head><body><h1>A</h1><p>{SENTENCES}<sup>2</sup></p><table><tr><td>1</table></body></html>"],
    "beir": [
        "\0".join(
            (
                json.dumps({"_id": "d1", "title": "A", "text": "b"}) + "\n",
                json.dumps({"_id": "q1", "text": "c"}) + "\n",
                "query-id\tcorpus-id\tscore\nq1\td1\t1\n",
            )
        )
    ],
}


def read_here(script: Path, name: str, reasons: dict[str, str], arguments: list[str], seconds: int, memory: int) -> dict[str, Any]:
    """Return what `run_apart` returns, without the other process."""
    try:
        found = json.loads(json.dumps(worker.read(arguments[0], int(arguments[1]))))
    except Exception as error:  # the worker tells its parent so
        raise CorpusError(f"{name}: {reasons['damaged']}") from error
    if "error" in found:
        raise CorpusError(f"{name}: {reasons.get(str(found['error']), reasons['damaged'])}")
    return dict(found)


def document(folder: Path, suffix: str) -> Callable[[bytes], None]:
    """Return a function that reads bytes as a file with this ending and checks what comes of it."""
    path = folder / f"file{suffix}"

    def check(content: bytes) -> None:
        path.write_bytes(content)
        found, line = None, ""
        try:
            found = read_document(path, path.name)
        except CorpusError as error:
            line = str(error)
        if found is None:
            assert line.startswith(path.name) and "\n" not in line, line
            return
        ends = [(block.start, block.end) for block in found.blocks]
        assert all(0 <= start <= end <= len(found.text) for start, end in ends) and ends == sorted(ends), ends
        assert all(found.text[p.start : p.end] == p.text and p.text.strip() for p in passages_of(found))
        assert all(1 <= number for number in found.references)

    return check


def beir(folder: Path) -> Callable[[bytes], None]:
    """Return a function that reads bytes as the three files of a BEIR folder, parted by NUL."""
    (folder / "qrels").mkdir()

    def check(content: bytes) -> None:
        parts = [*content.split(b"\0", 2), b"", b""]
        for name, part in zip(("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"), parts, strict=False):
            (folder / name).write_bytes(part)
        try:
            found = read_beir(folder)
        except DatasetError:
            return
        assert set(found.qrels) <= set(found.queries)

    return check


def pdf_seeds() -> list[bytes]:
    """Return a page with text in two columns and a title, plain and compressed."""
    import io

    from reportlab.pdfgen.canvas import Canvas

    found = []
    for compressed in (0, 1):
        out = io.BytesIO()
        canvas = Canvas(out, pageCompression=compressed, invariant=1)
        canvas.setTitle("A title of some length")
        for at, line in enumerate(SENTENCES.encode("ascii", "ignore").decode().splitlines() * 3):
            canvas.drawString(60 + 250 * (at % 2), 780 - 12 * at, line[:60])
        canvas.save()
        found.append(out.getvalue())
    return found


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in (*SUFFIXES, "beir"):
        raise SystemExit((__doc__ or "").splitlines()[0])
    kind, options = sys.argv[1], sys.argv[2:]
    reader.run_apart = read_here  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        (place / "file").mkdir()
        check = beir(place / "file") if kind == "beir" else document(place / "file", SUFFIXES[kind])
        seeds = place / "seeds"
        seeds.mkdir()
        for at, seed in enumerate(pdf_seeds() if kind == "pdf" else [text.encode() for text in SEEDS[kind]]):
            (seeds / str(at)).write_bytes(seed)
        folders = [option for option in options if not option.startswith("-")] or [str(place / "found")]
        Path(folders[0]).mkdir(parents=True, exist_ok=True)
        flags = [option for option in options if option.startswith("-")]
        atheris.Setup([sys.argv[0], *folders, str(seeds), "-timeout=60", "-rss_limit_mb=6000", *flags], check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
