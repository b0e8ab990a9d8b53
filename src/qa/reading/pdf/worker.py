"""The side of PDF reading that runs in a process of its own: a hostile file can only take that process down.

Run as a script by `qa.reading.pdf.reader`; knows nothing of the project. Prints one JSON object: `{"error": code}`, or
`{"title": ..., "pages": [...]}` with a page as `{"width", "height", "picture", "runs": [[x, y, size, text, rise], ...]}` or
`{"error"}`.
Points, from the lower left corner of the page as it is read; runs in the order of the file.
"""

import contextlib
import json
import logging
import math
import sys
from collections import Counter
from typing import Any

MOST_CHARACTERS = 30_000_000


def limit(memory: int, seconds: int) -> None:
    """Bound this process; where the system has no such limits (Windows), the parent's time limit remains."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))


def read(path: str, most_pages: int) -> dict[str, Any]:
    """Return the content of a file, or its error, as described above."""
    import pypdf
    from pypdf.errors import DependencyError, EmptyFileError, FileNotDecryptedError, PdfReadError, WrongPasswordError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"error": "encrypted"}
        count = len(reader.pages)
    except (DependencyError, FileNotDecryptedError, WrongPasswordError):
        return {"error": "encrypted"}
    except EmptyFileError:
        return {"error": "damaged"}
    except PdfReadError as error:
        return {"error": "encrypted" if "decrypt" in str(error).lower() else "damaged"}
    if not count:
        return {"error": "no pages"}
    if count > most_pages:
        return {"error": "many pages"}
    pages: list[dict[str, Any]] = []
    characters = 0
    for number in range(count):
        try:
            page = read_page(reader.pages[number])
        except (FileNotDecryptedError, DependencyError):
            return {"error": "encrypted"}
        except MemoryError:
            raise
        except Exception as error:  # pypdf raises many kinds on a damaged page; the other pages may be whole
            page = {"error": type(error).__name__}
        characters += sum(len(run[3]) for run in page.get("runs", ()))
        if characters > MOST_CHARACTERS:
            return {"error": "much text"}
        pages.append(page)
    return {"title": stated_title(reader), "pages": pages}


def stated_title(reader: Any) -> str:
    """Return the title in the file's own description, or ""."""
    try:
        return str(reader.metadata.title or "") if reader.metadata else ""
    except Exception:  # a damaged title is no reason to refuse the file
        return ""


def read_page(page: Any) -> dict[str, Any]:
    """Return the runs of a page, turned upright; text that runs in another direction than most is left out."""
    runs: list[tuple[float, float, float, str, float, int]] = []
    rises = [0.0]  # text rise by level of saved graphics states: pypdf leaves it out of its matrices
    shown = [0.0]

    def before(operator: bytes, operands: Any, _cm: Any, _tm: Any) -> None:
        if operator == b"q":
            rises.append(rises[-1])
        elif operator == b"Q" and len(rises) > 1:
            rises.pop()
        elif operator == b"Ts" and operands:
            rises[-1] = float(operands[0])
        elif operator in (b"Tj", b"TJ", b"'", b'"'):
            shown[0] = rises[-1]

    def collect(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        text = text.strip("\r\n")
        if not text.strip():
            return
        a, b = tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3]
        c, d = tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3]
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = math.hypot(c, d)
        turn = round(math.degrees(math.atan2(b, a)) / 90) % 4
        runs.append((x, y, abs(size) * scale, text, shown[0] * scale, turn))

    page.extract_text(visitor_operand_before=before, visitor_text=collect)
    box = page.mediabox
    left, bottom, right, top = (float(v) for v in (box.left, box.bottom, box.right, box.top))
    turn = Counter({t: 0 for t in range(4)})
    for run in runs:
        turn[run[5]] += len(run[3])
    main = max(range(4), key=lambda t: (turn[t], -t))
    corners = [turned(x, y, main) for x in (left, right) for y in (bottom, top)]
    x0, y0 = min(c[0] for c in corners), min(c[1] for c in corners)
    placed = []
    for x, y, size, text, rise, own in runs:
        if own == main:  # a watermark or a stamp on the margin runs in another direction
            u, v = turned(x, y, main)
            placed.append([round(u - x0, 2), round(v - y0, 2), round(size, 2), text, round(rise, 2)])
    return {
        "width": round(max(c[0] for c in corners) - x0, 2),
        "height": round(max(c[1] for c in corners) - y0, 2),
        "picture": has_picture(page),
        "runs": placed,
    }


def turned(x: float, y: float, quarters: int) -> tuple[float, float]:
    """Return a place in a frame in which text that runs at `quarters` x 90 degrees is upright."""
    return [(x, y), (y, -x), (-x, -y), (-y, x)][quarters]


def has_picture(page: Any) -> bool:
    """Return whether a page shows a picture: one without text is then a scan."""
    try:
        objects = page["/Resources"]["/XObject"]
        return any(objects[key].get("/Subtype") == "/Image" for key in objects)
    except Exception:  # no resources, or damaged ones
        return False


def main(arguments: list[str]) -> int:
    """Read one file and print what was found; the arguments are path, most pages, bytes of memory, seconds."""
    path, most_pages, memory, seconds = arguments[0], *(int(a) for a in arguments[1:4])
    limit(memory, seconds)
    try:
        found = read(path, most_pages)
        json.dump(found, sys.stdout, ensure_ascii=True)
    except (MemoryError, RecursionError):
        json.dump({"error": "memory"}, sys.stdout)
    except Exception as error:  # whatever a hostile file provokes is one line for the parent
        json.dump({"error": "damaged", "detail": type(error).__name__}, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
